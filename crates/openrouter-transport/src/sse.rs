//! Server-sent events: bytes in, events out, and nothing else.
//!
//! [`SseParser`] follows the [WHATWG standard] and does no input or output, so it works with any
//! HTTP stack, with none, and without an async runtime (`default-features = false`).
//!
//! ```
//! use openrouter_transport::sse::{SseItem, SseParser};
//!
//! let mut parser = SseParser::new();
//! parser.push("data: {\"n\":1}\n\n: still here\n\ndata: [DO".into());
//! let Some(Ok(SseItem::Event(event))) = parser.next_item() else { panic!() };
//! assert_eq!(event.data(), "{\"n\":1}");
//! let Some(Ok(SseItem::Comment(text))) = parser.next_item() else { panic!() };
//! assert_eq!(text, " still here");
//! assert!(parser.next_item().is_none()); // needs more input
//! parser.push("NE]\n\n".into());
//! let Some(Ok(SseItem::Event(event))) = parser.next_item() else { panic!() };
//! assert_eq!(event.data(), "[DONE]");
//! ```
//!
//! # Costs
//!
//! Each byte of input is looked at once, however the input is cut. An event of one `data` line that lies
//! inside one input is handed out as a slice of it, without a copy or an allocation; any other event is
//! copied once. Memory is bounded by [`SseLimits`].
//!
//! [WHATWG standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

mod event;
mod parser;

pub use event::{SseError, SseEvent, SseItem, SseLimits};
pub use parser::SseParser;
