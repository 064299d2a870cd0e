//! Messages of live streams on their way to carriers: durable first, then submitted in batches, in
//! order and at most once; then their status is asked for until it is final.

mod batch;
mod carriers;
mod in_flight;
mod verdict;
mod worker;

pub use batch::Relay;
pub use carriers::{Carriers, NoCarrier};
pub use worker::work;
