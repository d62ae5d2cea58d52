//! Spans and events of the `tracing` crate, where the feature is on; nothing otherwise.

use std::time::Duration;

use bytes::Bytes;
use http::Request;

use crate::error::Error;
use crate::metadata::Metadata;

/// The record of one call: open from its beginning to the end of its answer, whichever way that comes.
pub(crate) struct CallSpan {
    #[cfg(feature = "tracing")]
    open: Option<tracing::Span>,
}

#[cfg(not(feature = "tracing"))]
impl CallSpan {
    pub(crate) fn begin(_: &'static str, _: &Request<Bytes>) -> Self {
        Self {}
    }

    pub(crate) fn retry(&mut self, _: &Error, _: u32, _: Duration) {}

    pub(crate) fn head(&mut self, _: &Metadata) {}

    pub(crate) fn end(&mut self, _: Option<&Error>) {}
}

/// Names follow OpenTelemetry's conventions for HTTP clients and for generative AI.
// Source: <https://opentelemetry.io/docs/specs/semconv/http/http-spans/> and
// <https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/>, read 2026-08-22.
#[cfg(feature = "tracing")]
impl CallSpan {
    pub(crate) fn begin(operation: &'static str, request: &Request<Bytes>) -> Self {
        let span = tracing::info_span!(
            "openrouter",
            otel.name = operation,
            otel.kind = "client",
            otel.status_code = tracing::field::Empty,
            gen_ai.provider.name = "openrouter",
            gen_ai.response.id = tracing::field::Empty,
            http.request.method = request.method().as_str(),
            http.request.body.size = request.body().len(),
            http.request.resend_count = tracing::field::Empty,
            http.response.status_code = tracing::field::Empty,
            server.address = request.uri().host(),
            url.path = request.uri().path(),
            error.r#type = tracing::field::Empty,
        );
        Self { open: Some(span) }
    }

    pub(crate) fn retry(&mut self, error: &Error, attempt: u32, wait: Duration) {
        let Some(span) = &self.open else { return };
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let status = error.status().map(|status| status.as_u16());
        tracing::warn!(parent: span, attempt, wait_ms, kind = ?error.kind(), status, "attempt failed, trying again");
    }

    pub(crate) fn head(&mut self, metadata: &Metadata) {
        let Some(span) = &self.open else { return };
        span.record("http.response.status_code", metadata.status().as_u16());
        span.record(
            "http.request.resend_count",
            metadata.attempts().saturating_sub(1),
        );
        if let Some(id) = metadata.generation_id() {
            span.record("gen_ai.response.id", id);
        }
        let elapsed_ms = u64::try_from(metadata.head_after().as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(parent: span, elapsed_ms, "answer began");
    }

    pub(crate) fn end(&mut self, error: Option<&Error>) {
        let Some(span) = self.open.take() else { return };
        let Some(error) = error else {
            return tracing::debug!(parent: &span, "answer ended");
        };
        span.record("otel.status_code", "ERROR");
        span.record("error.type", tracing::field::debug(error.kind()));
        if let Some(status) = error.status() {
            span.record("http.response.status_code", status.as_u16());
        }
        if let Some(id) = error.generation_id() {
            span.record("gen_ai.response.id", id);
        }
        span.record(
            "http.request.resend_count",
            error.attempts().saturating_sub(1),
        );
        // The error's text may quote the answer, so it is not recorded.
        tracing::warn!(parent: &span, kind = ?error.kind(), attempts = error.attempts(), "call failed");
    }
}

#[cfg(feature = "tracing")]
impl Drop for CallSpan {
    fn drop(&mut self) {
        if let Some(span) = self.open.take() {
            span.record("error.type", "cancelled");
            tracing::debug!(parent: &span, "call dropped before its end");
        }
    }
}
