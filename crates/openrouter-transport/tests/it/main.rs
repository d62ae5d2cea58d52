//! Tests of the public API, one module per subject.

mod sse;
