#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod base64;
mod cassette;
mod catalog;
mod difference;
mod fault;
mod improvise;
mod listen;
mod matching;
mod nulls;
mod received;
mod refusal;
mod scenario;
mod server;

pub use answer::{Answer, Pace};
pub use cassette::{Cassette, Recorder, ReplayPace};
pub use catalog::Catalog;
pub use fault::Fault;
pub use matching::Match;
pub use received::{Ending, Received};
pub use refusal::Refusal;
pub use scenario::Scenario;
pub use server::{TestServer, TestServerBuilder};
