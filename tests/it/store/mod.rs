//! Everything that a store promises, tried on every engine there is. Nothing here knows of files or
//! SQL but what is local: another engine brings a [`harness::Home`] of its own and passes the same
//! tests.

mod accept;
mod catalogue;
mod clock;
mod crashes;
mod deliveries;
mod events;
mod faults;
mod harness;
mod heard;
mod leases;
mod limits;
mod local;
mod outbox;
#[cfg(feature = "postgres")]
mod postgres;
mod races;
mod receive;
mod secrets;
mod statistics;
mod timeline;
mod upgrade;
mod values;
mod webhooks;
