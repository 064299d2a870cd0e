//! The store in a `PostgreSQL` database, which many gateways share. Queries by name; rows in, domain
//! values out. The only room that names the database crates.
//!
//! Whoever keeps something takes keys first, which lets one transaction after the other write, as
//! the first table says; claims of jobs lock their stream and those jobs alone. Time is the
//! database's.

mod accept;
mod accept_plain;
mod address;
mod catalogue;
mod catalogue_write;
mod claim;
mod consent;
mod copy;
mod copy_sql;
mod database;
mod deliveries;
mod digests;
mod due;
mod ends;
mod events;
mod fault;
mod heard;
mod ids;
mod incoming;
mod jobs;
mod load;
mod messages;
mod pulse;
mod reader;
mod receipts;
mod requeue;
mod row;
mod schema;
mod screen;
mod serving;
mod settle;
mod settle_delivery;
mod statement;
mod store;
mod tally;
mod tls;
mod webhook;
mod writer;

pub use address::DatabaseAddress;
pub use serving::Announced;
pub use store::PostgresStore;
