//! Odd replies and streams, as servers send them and other clients trip over: what can be read is read, and nothing is
//! lost without a word.

mod replies;
mod splits;
mod streams;
