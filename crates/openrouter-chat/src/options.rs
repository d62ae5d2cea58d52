//! What a call asks for: defaults of a model handle, and overrides of one call.

mod app;
mod saved;
mod setters;

use std::borrow::Cow;

use http::HeaderName;
use openrouter_transport::{CallOptions, ResponseCache};
use openrouter_types as types;
use types::ChatRequest;

use crate::request::ReasoningReplay;
use crate::structured::strict::Dialect;
use crate::{Error, ErrorKind};

pub(crate) use setters::{plain_setters, request_setters};

/// What a call asks for beside its messages.
///
/// A [`ChatModel`](crate::ChatModel) holds one as its defaults, and each call may bring another: what the call sets
/// wins, field by field. What is set nowhere is not sent, and the provider's own default applies.
///
/// ```
/// use openrouter_chat::ChatOptions;
///
/// let careful = ChatOptions::new().with_temperature(0.0).with_max_tokens(200);
/// assert_eq!(careful.request.temperature, Some(0.0));
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ChatOptions {
    /// What goes into the body of the request. Its messages are ignored: a call brings its own.
    pub request: Box<ChatRequest>,
    /// Timeouts, retries and header fields.
    pub call: CallOptions,
    /// Whether the answer is to tell how OpenRouter found the endpoint (`X-OpenRouter-Metadata`).
    pub router_metadata: Option<bool>,
    /// OpenRouter's response cache.
    pub response_cache: Option<ResponseCache>,
    /// Which reasoning blocks of earlier replies are sent.
    pub reasoning_replay: Option<ReasoningReplay>,
    /// Your application's address (`HTTP-Referer`), instead of the client's.
    pub app_url: Option<String>,
    /// Your application's name (`X-OpenRouter-Title`), instead of the client's.
    pub app_title: Option<String>,
    /// Your application's categories (`X-OpenRouter-Categories`), instead of the client's.
    pub app_categories: Option<Vec<String>>,
    /// Whether spans record what is said, in both directions. Off unless switched on.
    pub content_recorded: Option<bool>,
}

impl ChatOptions {
    /// Asks for nothing in particular.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    request_setters!();

    /// Sets timeouts, retries and header fields.
    #[must_use]
    pub fn with_call(mut self, call: CallOptions) -> Self {
        self.call = call;
        self
    }

    /// Fills what is not set here from other options.
    pub fn fill_from(&mut self, defaults: &Self) {
        self.request.fill_from(&defaults.request);
        self.call.fill_from(&defaults.call);
        self.router_metadata = self.router_metadata.or(defaults.router_metadata);
        self.response_cache = self.response_cache.or(defaults.response_cache);
        self.reasoning_replay = self.reasoning_replay.or(defaults.reasoning_replay);
        fill(&mut self.app_url, &defaults.app_url);
        fill(&mut self.app_title, &defaults.app_title);
        fill(&mut self.app_categories, &defaults.app_categories);
        self.content_recorded = self.content_recorded.or(defaults.content_recorded);
    }

    /// Options of the transport, with the header fields that these options stand for.
    pub(crate) fn call_options(&self) -> Cow<'_, CallOptions> {
        let strict_tools = self.has_strict_tools_for_claude();
        let is_plain = self.router_metadata != Some(true)
            && self.response_cache.is_none()
            && !strict_tools
            && !self.has_app();
        if is_plain {
            return Cow::Borrowed(&self.call);
        }
        let mut call = self.call.clone();
        // What cannot be one was refused before.
        if let Ok(app) = self.app_fields() {
            call.fill_from(&app);
        }
        if self.router_metadata == Some(true) {
            call = call.with_router_metadata();
        }
        if strict_tools {
            call = call.with_header_token(ANTHROPIC_BETA, STRICT_TOOLS);
        }
        if let Some(cache) = self.response_cache {
            call = call.with_response_cache(cache);
        }
        Cow::Owned(call)
    }

    /// Whether a tool is strict, and the model one of Anthropic's: OpenRouter takes `strict` away then, unless it is asked
    /// not to.
    fn has_strict_tools_for_claude(&self) -> bool {
        let slug = self.request.model.as_deref().unwrap_or_default();
        self.request.tools.iter().flatten().any(|tool| {
            matches!(tool, types::ChatFunctionTool::Function(tool) if tool.function.strict == Some(true))
        }) && Dialect::for_model(slug) == Dialect::Anthropic
    }

    /// Whether there is nothing that stands for something else when it is sent.
    pub(crate) fn is_ready(&self) -> bool {
        let session = self.request.session_id.as_deref();
        self.request.messages.is_empty()
            && !session.is_some_and(str::is_empty)
            && self.request.n != Some(1)
    }

    /// Takes out what is not sent.
    pub(crate) fn make_ready(&mut self) {
        self.request.messages = Vec::new();
        self.request.session_id.take_if(|id| id.is_empty());
        self.request.n.take_if(|n| *n == 1);
    }

    /// Refuses what no server could take, and what would be sent twice.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let config = |message: String| Err(Error::new(ErrorKind::Config, message));
        let request = &self.request;
        if let Some(id) = &request.session_id
            && id.chars().count() > MAX_SESSION_ID_CHARS
        {
            let count = id.chars().count();
            return config(format!(
                "the session id has {count} characters; at most {MAX_SESSION_ID_CHARS} are allowed"
            ));
        }
        if self.has_app() {
            self.app_fields()?;
        }
        if request.n == Some(0) {
            return config("`n` is 0; at least one answer has to be asked for".to_owned());
        }
        // Where a field stands twice, the server would decide which one counts.
        let is_known = |(name, _): &(&str, _)| ChatRequest::has_field(name);
        if let Some((name, _)) = request.extra.iter().find(is_known) {
            let instead = match name {
                "messages" | "stream" => "every call writes its own",
                _ => "has a field of its own: set that",
            };
            return config(format!("`{name}` is among the extra fields, but {instead}"));
        }
        if let Some(name) = no_number(request) {
            return config(format!("`{name}` is no number that JSON has"));
        }
        Ok(())
    }

    fn options_mut(&mut self) -> &mut Self {
        self
    }
}

/// A field whose value JSON cannot hold; it would be written as `null`, which to the server is not set.
fn no_number(request: &ChatRequest) -> Option<&'static str> {
    let biases = request.logit_bias.iter().flat_map(types::Map::iter);
    [
        ("temperature", request.temperature),
        ("top_p", request.top_p),
        ("min_p", request.min_p),
        ("top_a", request.top_a),
        ("frequency_penalty", request.frequency_penalty),
        ("presence_penalty", request.presence_penalty),
        ("repetition_penalty", request.repetition_penalty),
    ]
    .into_iter()
    .chain(biases.map(|(_, bias)| ("logit_bias", Some(*bias))))
    .find_map(|(name, value)| {
        value
            .is_some_and(|value| !value.is_finite())
            .then_some(name)
    })
}

fn fill<T: Clone>(mine: &mut Option<T>, default: &Option<T>) {
    if mine.is_none() {
        mine.clone_from(default);
    }
}

// Source: OpenRouter's published description of its request headers, read 2026-08-22.
const ANTHROPIC_BETA: HeaderName = HeaderName::from_static("x-anthropic-beta");
const STRICT_TOOLS: &str = "structured-outputs-2025-11-13";

/// The longest session id that OpenRouter takes.
// Source: OpenRouter's published description of `ChatRequest`, read 2026-08-22.
const MAX_SESSION_ID_CHARS: usize = 256;
