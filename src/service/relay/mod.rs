//! Messages of live streams on their way to carriers: durable first, then submitted in batches, in
//! order and at most once; then their status is asked for until it is final.

mod verdict;
mod worker;

pub use worker::{Relay, work};
