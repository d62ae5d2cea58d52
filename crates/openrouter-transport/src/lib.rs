//! The HTTP client of OpenRouter: connections, timeouts, retries, errors and server-sent events.

pub mod sse;
