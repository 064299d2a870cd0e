//! Where streams and messages live: operations on a home, whatever engine keeps it.
//!
//! Operations are asynchronous, take and give owned values, and fail with a [`StoreError`]. Claims
//! and leases go by the store's own clock. No HTTP, no printing, no policy: when something is
//! tried again is decided by the services.

mod any_home;
mod catalogue;
mod catalogue_store;
mod change;
mod clock;
mod copy;
mod error;
mod heard;
mod ids;
mod job;
mod key;
mod local;
mod lookup;
mod message;
mod numbers;
#[cfg(feature = "postgres")]
mod postgres;
mod secrets;
mod snapshot;

pub use any_home::{Announcement, AnyHome};
pub use catalogue::{CatalogueChange, Revision};
pub use catalogue_store::CatalogueStore;
pub use clock::Clock;
pub use copy::{Counts, Table, copy};
pub use error::{DatabaseCause, StoreError};
pub use heard::{
    Candidate, HeardStore, LinkState, NewIncoming, NewReceipt, OptOut, TakenIn, Unmatched,
};
pub use job::{
    Attempt, Claim, Delivery, DeliveryFilter, Due, Job, JobKind, JobStore, Lease, Next, Outcome,
    Settlement, TimedAttempt, WebhookPause, Work,
};
pub use local::{Home, LocalStore, Serving};
pub use message::{
    Accepted, AcceptedBatch, Cursor, DailyLimit, HandedOn, Inventory, MessageFilter, MessageStore,
    NewMessage, NewMessages, NewReply, Received, Statistics,
};
#[cfg(feature = "postgres")]
pub use postgres::{DatabaseAddress, PostgresStore};
pub use secrets::{SecretTexts, Secrets};
pub use snapshot::{Catalogue, Entry};

/// Everything that a home keeps.
pub trait Store: CatalogueStore + MessageStore + HeardStore + JobStore + std::fmt::Debug {}

impl<T: CatalogueStore + MessageStore + HeardStore + JobStore + std::fmt::Debug> Store for T {}
