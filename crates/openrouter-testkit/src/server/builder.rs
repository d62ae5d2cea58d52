//! How a server is described.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use openrouter_types::ChatRequest;
use tokio::net::TcpListener;

use super::admit::Admission;
use super::state::{Handler, State};
use super::{TestServer, connection};
use crate::{Answer, Cassette, Catalog, Fault, Match, Pace, Received, ReplayPace};

/// How a [`TestServer`] behaves.
///
/// # Defaults
///
/// A free port of 127.0.0.1, no TLS, any key, requests checked as OpenRouter checks them, no script, answers as fast as
/// they can be sent, a few listed models with any other answered as well, and the last 10,000 requests kept,
/// 256 MiB of them at most.
#[derive(Clone)]
pub struct TestServerBuilder {
    port: u16,
    pub(super) key: Option<String>,
    pub(super) management_key: Option<String>,
    pub(super) admission: Admission,
    pub(super) turns: VecDeque<Answer>,
    pub(super) rules: Vec<(Match, Answer)>,
    pub(super) handler: Option<Handler>,
    pub(super) faults: Vec<(Option<usize>, Fault)>,
    pub(super) pace: Pace,
    pub(super) catalog: Option<Catalog>,
    pub(super) cases: Option<PathBuf>,
    pub(super) replay: Option<(Cassette, ReplayPace)>,
    pub(super) keep: usize,
    pub(super) keep_bytes: usize,
    #[cfg(feature = "tls")]
    tls: bool,
}

impl Default for TestServerBuilder {
    fn default() -> Self {
        Self {
            port: 0,
            key: None,
            management_key: None,
            admission: Admission::default(),
            turns: VecDeque::new(),
            rules: Vec::new(),
            handler: None,
            faults: Vec::new(),
            pace: Pace::default(),
            catalog: None,
            cases: None,
            replay: None,
            keep: 10_000,
            keep_bytes: 256 << 20,
            #[cfg(feature = "tls")]
            tls: false,
        }
    }
}

impl TestServerBuilder {
    /// Listens on this port of 127.0.0.1; 0 takes a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Takes only this key. Otherwise any key will do, but there must be one.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Takes only this key for management, and refuses it for inference. Otherwise any key will do for management.
    #[must_use]
    pub fn management_key(mut self, key: impl Into<String>) -> Self {
        self.management_key = Some(key.into());
        self
    }

    /// Answers also what OpenRouter refuses for its fields: wrong kinds of values, values out of range, missing or
    /// contradicting fields. Refused are then only bodies without messages, and what is not JSON.
    ///
    /// Without this such a request is answered with status 400, and what is wrong where. Fields that are not documented
    /// are taken either way, except in `provider`, which is closed.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        self.admission = Admission::Lenient;
        self
    }

    /// Adds a turn to the script. When the script is over, answers are made up.
    #[must_use]
    pub fn turn(mut self, answer: Answer) -> Self {
        self.turns.push_back(answer);
        self
    }

    /// Answers every request that matches with this, whatever the script says. The first rule that matches counts.
    #[must_use]
    pub fn when(mut self, requests: Match, answer: Answer) -> Self {
        self.rules.push((requests, answer));
        self
    }

    /// Answers with what this makes of a request, when neither a rule nor the script has an answer; on `None` one is made
    /// up.
    #[must_use]
    pub fn respond_with(
        mut self,
        answer: impl Fn(&Received, &ChatRequest) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        self.handler = Some(Handler(Arc::new(answer)));
        self
    }

    /// Lets something go wrong with every answer.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push((None, fault));
        self
    }

    /// Lets something go wrong with the answer to the nth chat request, counted from 1.
    #[must_use]
    pub fn fault_on(mut self, request: usize, fault: Fault) -> Self {
        self.faults.push((Some(request), fault));
        self
    }

    /// Gives answers that have no pace of their own this one.
    #[must_use]
    pub fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Answers for these models only, by their endpoints.
    #[must_use]
    pub fn catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = Some(catalog);
        self
    }

    /// Serves a folder of recorded answers, each under a path of its own.
    ///
    /// `FOLDER/streams/NAME.sse` is streamed from `/cases/streams/NAME` and every path below;
    /// `FOLDER/responses/NAME.json` with the status and headers of `NAME.expect.json` comes from
    /// `/cases/responses/NAME`, and the bytes of `FOLDER/sse/NAME.json` from `/cases/sse/NAME`. With `?split=N` a body comes
    /// N bytes at a time.
    #[must_use]
    pub fn cases(mut self, folder: impl Into<PathBuf>) -> Self {
        self.cases = Some(folder.into());
        self
    }

    /// Serves the exchanges of a cassette again, and nothing else.
    ///
    /// A request is answered by a recorded one of its method, its path and its shape: the same keys, kinds of values,
    /// models, roles and names. Of several the one with the same body wins, then the first that was not yet played. A
    /// request that fits none is refused with status 400 and the places where it differs.
    #[must_use]
    pub fn replay(mut self, cassette: Cassette, pace: ReplayPace) -> Self {
        self.replay = Some((cassette, pace));
        self
    }

    /// Keeps so many requests for [`requests`](TestServer::requests), the last ones: 10,000 when not set; with 0 none.
    #[must_use]
    pub fn keep_requests(mut self, requests: usize) -> Self {
        self.keep = requests;
        self
    }

    /// Keeps requests while their bodies have no more than so many bytes together: 256 MiB when not set. The last request
    /// is kept whatever its size.
    #[must_use]
    pub fn keep_request_bytes(mut self, bytes: usize) -> Self {
        self.keep_bytes = bytes;
        self
    }

    /// Speaks TLS, with a certificate made for `localhost` and 127.0.0.1, and offers HTTP/2 and HTTP/1.1 by ALPN.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Starts the server on the current runtime.
    ///
    /// # Errors
    ///
    /// When the port cannot be bound, or no certificate be made.
    pub async fn start(self) -> io::Result<TestServer> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        let address = listener.local_addr()?;
        #[cfg(feature = "tls")]
        let (acceptor, certificate) = match self.tls {
            true => super::tls::acceptor().map(|(acceptor, made)| (Some(acceptor), Some(made)))?,
            false => (None, None),
        };
        let state = Arc::new(State::new(self));
        let accepting = tokio::spawn(connection::accept(
            listener,
            Arc::clone(&state),
            #[cfg(feature = "tls")]
            acceptor,
        ));
        Ok(TestServer {
            address,
            state,
            accepting,
            #[cfg(feature = "tls")]
            certificate,
        })
    }
}

impl fmt::Debug for TestServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServerBuilder")
            .field("port", &self.port)
            .field("turns", &self.turns)
            .field("rules", &self.rules)
            .field("faults", &self.faults)
            .field("pace", &self.pace)
            .field("cases", &self.cases)
            .finish_non_exhaustive()
    }
}
