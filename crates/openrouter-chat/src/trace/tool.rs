//! The span of a tool that runs.

/// One run of a tool of yours, named `execute_tool`; nothing at all without the `tracing` feature. Arguments and outputs
/// are never recorded.
#[derive(Debug)]
pub(crate) struct ToolSpan {
    #[cfg(feature = "tracing")]
    span: tracing::Span,
}

#[cfg(feature = "tracing")]
impl ToolSpan {
    pub(crate) fn new(name: &str, call_id: &str) -> Self {
        let span = tracing::info_span!(
            "execute_tool",
            "gen_ai.operation.name" = "execute_tool",
            "gen_ai.tool.name" = name,
            "gen_ai.tool.type" = "function",
            "gen_ai.tool.call.id" = call_id,
            "error.type" = tracing::field::Empty,
        );
        Self { span }
    }

    /// Runs a future inside the span.
    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        use tracing::Instrument as _;
        future.instrument(self.span.clone()).await
    }

    pub(crate) fn error(&self, kind: &str) {
        self.span.record("error.type", kind);
    }
}

#[cfg(not(feature = "tracing"))]
#[allow(clippy::unused_self, reason = "the same calls as with the feature")]
impl ToolSpan {
    pub(crate) fn new(_: &str, _: &str) -> Self {
        Self {}
    }

    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        future.await
    }

    pub(crate) fn error(&self, _: &str) {}
}
