#![doc = include_str!("../README.md")]
#![no_std]

extern crate alloc;

mod bulk;
mod decode;
mod extra;
mod impls;
mod key_order;
mod map;
mod number;
pub mod operation;
mod raw;
mod secret;
mod unknown;
mod wire;

#[rustfmt::skip]
mod generated;

pub use bulk::BulkText;
pub use decode::{Decode, DecodeError};
pub use extra::Extra;
pub use generated::*;
pub use key_order::KeyOrder;
pub use map::Map;
pub use number::{Decimal, Number};
pub use operation::{Credential, Method, Operation, StreamOperation};
pub use raw::RawJson;
pub use secret::Secret;
pub use unknown::{UnknownMember, UnknownValue};
