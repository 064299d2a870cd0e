//! `messages.db`: messages, events and jobs, in `SQLite`. Queries by name; rows in, domain values
//! out. The only room that names the database crate.
//!
//! Several processes use the file at once: one writes at a time, readers wait for nobody. What a
//! write answers for is on disk.

mod accept;
mod claim;
mod connection;
mod copy;
mod database;
mod deliveries;
mod due;
mod events;
mod fault;
mod heard_store;
mod ids;
mod incoming;
mod jobs;
mod reader;
mod receipts;
mod row;
mod schema;
mod screen;
mod settle;
mod store;
mod tally;
mod thread;
mod writer;

pub use copy::{count, export, import};
pub use database::Database;
pub use schema::VERSION;
