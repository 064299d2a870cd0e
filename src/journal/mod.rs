//! `messages.db`: messages and what became of them, in `SQLite`. Queries by name; rows in, domain
//! values out. The only room that names the database crate.
//!
//! Several processes use the file at once: one writes at a time, readers wait for nobody. What a
//! write answers for is on disk.

mod batch;
mod connection;
mod deliveries;
mod fault;
mod ids;
mod reader;
mod relay;
mod row;
mod schema;
mod tally;
mod writer;

pub use batch::Journal;
pub use deliveries::{Attempt, Claimed, Delivery, DeliveryFilter, DeliveryKey, Next, SWITCHED_OFF};
pub use reader::{MessageFilter, Reader, Statistics};
pub use relay::{Awaited, Outbound, OutboundWork, Passage};
pub use writer::{Accepted, NewMessage, NewReply, Received, Writer};
