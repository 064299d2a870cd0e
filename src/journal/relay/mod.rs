//! Messages of live streams on their way out.

mod look;
mod passage;

pub use look::OutboundWork;
pub use passage::{Awaited, Outbound, Passage};
