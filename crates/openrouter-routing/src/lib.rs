#![doc = include_str!("../README.md")]

pub mod endpoint;
mod error;
pub mod preferences;
pub mod price;
pub mod provider;
pub mod slug;
mod units;

pub use error::{Error, ErrorKind};
pub use units::{Measure, Seconds, TokensPerSecond};
