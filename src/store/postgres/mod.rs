//! The store in a `PostgreSQL` database, which many gateways share. Queries by name; rows in, domain
//! values out. The only room that names the database crates.
//!
//! Whoever keeps something takes keys first, which lets one transaction after the other write, as
//! the first table says; claims of jobs lock their stream and those jobs alone. Time is the
//! database's.

mod accept;
mod address;
mod catalogue;
mod catalogue_write;
mod consent;
mod database;
mod digests;
mod events;
mod fault;
mod heard;
mod ids;
mod incoming;
mod jobs;
mod messages;
mod pulse;
mod reader;
mod row;
mod schema;
mod screen;
mod store;
mod tally;
mod tls;
mod writer;

pub use address::DatabaseAddress;
pub use store::PostgresStore;
