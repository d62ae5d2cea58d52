//! Any body is survived by the reading of errors, and its text stays bounded and on one line.
//!
//! `cargo +nightly fuzz run envelope seeds/envelope` in this folder's parent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openrouter_transport::Error;

fuzz_target!(|body: &[u8]| {
    if let Some(error) = Error::from_envelope(body, None) {
        let text = error.to_string();
        assert!(text.len() < 100_000 && !text.contains('\n'), "{text}");
        let _ = (error.is_retryable(), error.is_context_length(), error.effective_status());
    }
});
