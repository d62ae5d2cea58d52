#![doc = include_str!("../README.md")]

pub mod catalog;
pub mod endpoint;
mod error;
mod market;
pub mod plan;
pub mod preferences;
pub mod price;
pub mod provider;
pub mod request;
pub mod slug;
mod units;

pub use error::{Error, ErrorKind};
pub use market::Market;
pub use plan::{Plan, plan};
pub use preferences::Preferences;
pub use request::{Account, Request};
pub use units::{Measure, Seconds, TokensPerSecond};
