//! The store in a `PostgreSQL` database, which many gateways share. Queries by name; rows in, domain
//! values out. The only room that names the database crates.
//!
//! Whoever keeps something takes keys first, which lets one transaction after the other write, as
//! the first table says; claims of jobs lock their stream and those jobs alone. Time is the
//! database's.

mod address;
mod catalogue;
mod catalogue_write;
mod database;
mod digests;
mod fault;
mod heard;
mod ids;
mod jobs;
mod messages;
mod pulse;
mod row;
mod schema;
mod store;
mod tls;

pub use address::DatabaseAddress;
pub use store::PostgresStore;
