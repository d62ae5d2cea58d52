//! The test server as a program.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::io;
use std::process::ExitCode;

use openrouter_testkit::{Cassette, Catalog, Pace, Recorder, ReplayPace, Scenario, TestServer};

const USAGE: &str = "An OpenRouter on this machine, for tests.

usage: openrouter-testkit serve [OPTIONS]
       openrouter-testkit record --upstream URL --cassette FILE [--port PORT] [--ca FILE]

options of serve:
  --port PORT               listen on this port of 127.0.0.1; 8787 when not given, 0 takes a free one
  --scenario FILE           play a scenario: turns, rules, faults, pace (JSON; YAML with the feature `yaml`)
  --catalog FILE            answer for these models only, by their endpoints (JSON)
  --cases FOLDER            serve recorded answers under /cases/streams/NAME, /cases/responses/NAME, /cases/sse/NAME
  --cassette FILE           replay recorded exchanges
  --replay-speed SPEED      how fast: 0 for at once (the default), 1 as recorded, 2 for twice as fast
  --tokens-per-second RATE  stream so fast; without it as fast as can be
  --first-token-ms MS       wait so long before the first token
  --keep-requests NUMBER    keep so many requests for GET /requests, with 64 MiB of bodies at most; 100 when not given
  --lenient                 answer also requests that OpenRouter refuses for their fields
  --key KEY                 take only this key; without it any key will do
  --tls                     speak TLS, and print the certificate (with the feature `tls`)

record stands between a client and a real server, and writes down what they say, without secrets. An upstream with https
needs the feature `tls`, and, unless a public authority vouches for it, the certificates to trust (--ca, PEM).

Ctrl-C ends it.";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == "--help" || it == "-h") || arguments.is_empty() {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &[String]) -> io::Result<()> {
    let (command, options) = arguments.split_first().ok_or_else(|| wrong(USAGE))?;
    let options = Options::read(options)?;
    match command.as_str() {
        "serve" => serve(&options).await,
        "record" => record(&options).await,
        other => Err(wrong(format!("there is no command `{other}`; see --help"))),
    }
}

async fn serve(options: &Options) -> io::Result<()> {
    let mut builder = TestServer::builder()
        .port(options.number("--port")?.unwrap_or(8787))
        .keep_requests(options.number("--keep-requests")?.unwrap_or(100))
        .keep_request_bytes(64 << 20);
    if let Some(file) = options.value("--scenario") {
        builder = builder.scenario(Scenario::from_file(file)?);
    }
    if let Some(file) = options.value("--catalog") {
        builder = builder.catalog(Catalog::from_file(file)?);
    }
    if let Some(folder) = options.value("--cases") {
        std::fs::read_dir(folder).map_err(|error| about(folder, &error))?;
        builder = builder.cases(folder);
    }
    if let Some(file) = options.value("--cassette") {
        let cassette = Cassette::from_file(file)?;
        let speed: f64 = options.number("--replay-speed")?.unwrap_or(0.0);
        builder = builder.replay(cassette, ReplayPace::speed(speed));
    }
    let rate: Option<f64> = options.number("--tokens-per-second")?;
    let first: Option<u64> = options.number("--first-token-ms")?;
    if rate.is_some() || first.is_some() {
        let pace = match rate {
            Some(rate) if rate > 0.0 => Pace::tokens_per_second(rate),
            Some(_) => return Err(wrong("--tokens-per-second: must be above 0")),
            None => Pace::default(),
        };
        let first = std::time::Duration::from_millis(first.unwrap_or(0));
        builder = builder.pace(pace.with_time_to_first_token(first));
    }
    if let Some(key) = options.value("--key") {
        builder = builder.key(key);
    }
    if options.has("--lenient") {
        builder = builder.lenient();
    }
    if options.has("--tls") {
        #[cfg(feature = "tls")]
        {
            builder = builder.tls();
        }
        #[cfg(not(feature = "tls"))]
        return Err(wrong("--tls needs the feature `tls`"));
    }
    let server = builder.start().await?;
    println!("serving {}", server.base_url());
    #[cfg(feature = "tls")]
    if let Some(certificate) = server.certificate_pem() {
        println!("{certificate}");
    }
    tokio::signal::ctrl_c().await
}

async fn record(options: &Options) -> io::Result<()> {
    let needed = |name: &str| {
        options
            .value(name)
            .ok_or_else(|| wrong(format!("record needs {name}; see --help")))
    };
    let (upstream, cassette) = (needed("--upstream")?, needed("--cassette")?);
    let port = options.number("--port")?.unwrap_or(8787);
    let recorder = match options.value("--ca") {
        None => Recorder::start(upstream, cassette, port).await?,
        #[cfg(feature = "tls")]
        Some(file) => {
            let pem = std::fs::read_to_string(file).map_err(|error| about(file, &error))?;
            Recorder::start_trusting(&pem, upstream, cassette, port).await?
        }
        #[cfg(not(feature = "tls"))]
        Some(_) => return Err(wrong("--ca needs the feature `tls`")),
    };
    println!("recording {}", recorder.base_url());
    tokio::signal::ctrl_c().await
}

/// Options and their values, in order.
struct Options(Vec<(String, String)>);

impl Options {
    fn read(arguments: &[String]) -> io::Result<Self> {
        const FLAGS: [&str; 2] = ["--lenient", "--tls"];
        const VALUED: [&str; 12] = [
            "--port",
            "--scenario",
            "--catalog",
            "--cases",
            "--cassette",
            "--replay-speed",
            "--tokens-per-second",
            "--first-token-ms",
            "--keep-requests",
            "--key",
            "--upstream",
            "--ca",
        ];
        let mut options = Vec::new();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, given) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let is_flag = FLAGS.contains(&name);
            if !is_flag && !VALUED.contains(&name) {
                return Err(wrong(format!("there is no option `{name}`; see --help")));
            }
            let value = match given {
                Some(_) if is_flag => return Err(wrong(format!("{name} takes no value"))),
                Some(value) => value,
                None if is_flag => String::new(),
                None => rest
                    .next()
                    .cloned()
                    .ok_or_else(|| wrong(format!("{name} needs a value")))?,
            };
            options.push((name.to_owned(), value));
        }
        Ok(Self(options))
    }

    fn value(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(option, _)| option == name);
        found.map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> io::Result<Option<T>> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let number = value.parse();
        number
            .map(Some)
            .map_err(|_| wrong(format!("{name}: `{value}` is no such number")))
    }
}

fn wrong(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message.into())
}

fn about(path: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{path}: {error}"))
}
