//! Where streams and messages live: operations on a home, whatever engine keeps it.
//!
//! Operations are asynchronous, take and give owned values, and fail with a [`StoreError`]. Claims
//! and leases go by the store's own clock. No HTTP, no printing, no policy: when something is
//! tried again is decided by the services.

mod catalogue;
mod clock;
mod error;
mod job;
pub mod local;
mod message;

pub use catalogue::{CatalogueChange, Revision};
pub use clock::Clock;
pub use error::{DatabaseCause, StoreError};
pub use job::{
    Attempt, Claim, Delivery, DeliveryFilter, Due, Job, JobKind, JobStore, Lease, Next, Outcome,
    Settlement, TimedAttempt, WebhookPause, Work,
};
pub use message::{
    Accepted, AcceptedBatch, Cursor, MessageFilter, MessageStore, NewMessage, NewMessages,
    NewReply, Received, Statistics,
};
