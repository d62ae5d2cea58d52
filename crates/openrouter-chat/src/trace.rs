//! Spans, in the words of OpenTelemetry's conventions for generative AI.
//!
//! One span for each call, named `chat`. What is learned on the way is recorded on the way, so that a stream that is
//! dropped leaves what was known by then. Prompts and answers are recorded on request only.

#[cfg(feature = "tracing")]
mod content;
mod tool;

use std::time::Duration;

use openrouter_types::ChatUsage;

use crate::request::ChatCall;
use crate::{ChatResponse, Message};

pub(crate) use tool::ToolSpan;

/// The span of one call; nothing at all without the `tracing` feature.
#[derive(Debug)]
pub(crate) struct CallSpan {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
    /// Whether what is said is recorded.
    #[cfg(feature = "tracing")]
    has_content: bool,
}

#[cfg(feature = "tracing")]
impl CallSpan {
    pub(crate) fn new(call: &ChatCall<'_>, messages: &[Message], streamed: bool) -> Self {
        use tracing::field::Empty;
        let span = tracing::info_span!(
            "chat",
            "gen_ai.operation.name" = "chat",
            "gen_ai.provider.name" = "openrouter",
            "gen_ai.request.model" = call.model(),
            "gen_ai.request.stream" = streamed,
            "gen_ai.response.model" = Empty,
            "gen_ai.response.id" = Empty,
            "gen_ai.response.finish_reasons" = Empty,
            "gen_ai.response.time_to_first_chunk" = Empty,
            "gen_ai.usage.input_tokens" = Empty,
            "gen_ai.usage.output_tokens" = Empty,
            "gen_ai.usage.cache_read.input_tokens" = Empty,
            "openrouter.provider" = Empty,
            "openrouter.usage.reasoning_tokens" = Empty,
            "openrouter.usage.cost_usd" = Empty,
            "gen_ai.input.messages" = Empty,
            "gen_ai.output.messages" = Empty,
            "error.type" = Empty,
        );
        let has_content = call.options().content_recorded == Some(true) && !span.is_disabled();
        if has_content {
            span.record("gen_ai.input.messages", content::input(messages));
        }
        Self { span, has_content }
    }

    pub(crate) fn is_recorded(&self) -> bool {
        !self.span.is_disabled()
    }

    /// Whether the answer is to be [told](Self::content) once it is over.
    pub(crate) fn has_content(&self) -> bool {
        self.has_content
    }

    /// What was answered, also where it was only a part.
    pub(crate) fn content(&self, answer: &ChatResponse) {
        if self.has_content {
            self.span
                .record("gen_ai.output.messages", content::output(answer));
        }
    }

    /// The future, inside the span. No `async fn`, which would hold it twice.
    pub(crate) fn run<F: Future>(&self, future: F) -> impl Future<Output = F::Output> {
        use tracing::Instrument as _;
        future.instrument(self.span.clone())
    }

    pub(crate) fn first_chunk(&self, after: Duration) {
        self.span
            .record("gen_ai.response.time_to_first_chunk", after.as_secs_f64());
    }

    pub(crate) fn usage(&self, usage: &ChatUsage) {
        self.span
            .record("gen_ai.usage.input_tokens", usage.input_tokens());
        self.span
            .record("gen_ai.usage.output_tokens", usage.output_tokens());
        if let Some(tokens) = usage.cache_read_tokens() {
            self.span
                .record("gen_ai.usage.cache_read.input_tokens", tokens);
        }
        if let Some(tokens) = usage.reasoning_tokens() {
            self.span
                .record("openrouter.usage.reasoning_tokens", tokens);
        }
        if let Some(cost) = usage.cost_usd() {
            self.span.record("openrouter.usage.cost_usd", cost);
        }
    }

    pub(crate) fn finish_reason(&self, reason: &str) {
        self.span.record("gen_ai.response.finish_reasons", reason);
    }

    pub(crate) fn served_by(&self, id: Option<&str>, model: Option<&str>, provider: Option<&str>) {
        if let Some(id) = id {
            self.span.record("gen_ai.response.id", id);
        }
        if let Some(model) = model {
            self.span.record("gen_ai.response.model", model);
        }
        if let Some(provider) = provider {
            self.span.record("openrouter.provider", provider);
        }
    }

    pub(crate) fn error(&self, error: &crate::Error) {
        match error.call() {
            Some(call) => self
                .span
                .record("error.type", tracing::field::debug(call.kind())),
            None => self
                .span
                .record("error.type", tracing::field::debug(error.kind())),
        };
    }
}

#[cfg(not(feature = "tracing"))]
#[allow(clippy::unused_self, reason = "the same calls as with the feature")]
impl CallSpan {
    pub(crate) fn new(_: &ChatCall<'_>, _: &[Message], _: bool) -> Self {
        Self {}
    }

    pub(crate) fn is_recorded(&self) -> bool {
        false
    }

    pub(crate) fn has_content(&self) -> bool {
        false
    }

    pub(crate) fn content(&self, _: &ChatResponse) {}

    pub(crate) fn run<F: Future>(&self, future: F) -> F {
        future
    }

    pub(crate) fn first_chunk(&self, _: Duration) {}

    pub(crate) fn usage(&self, _: &ChatUsage) {}

    pub(crate) fn finish_reason(&self, _: &str) {}

    pub(crate) fn served_by(&self, _: Option<&str>, _: Option<&str>, _: Option<&str>) {}

    pub(crate) fn error(&self, _: &crate::Error) {}
}

impl CallSpan {
    /// Everything that a whole answer tells.
    pub(crate) fn answer(&self, answer: &ChatResponse) {
        if !self.is_recorded() {
            return;
        }
        self.content(answer);
        self.served_by(answer.id(), answer.model(), answer.provider());
        if let Some(usage) = answer.usage() {
            self.usage(usage);
        }
        if let Some(reason) = answer.finish_reason() {
            self.finish_reason(reason.as_str());
        }
    }
}
