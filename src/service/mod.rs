//! The use cases: values in, values or typed errors out. What a front asks for is done here, and
//! what must leave later is carried out here, by the workers `outbox` and `relay`.
//!
//! No command line, no HTTP server, no printing.

mod account_pull;
mod assign;
mod change;
mod clone_stream;
mod create;
mod delete;
mod doctor;
mod document;
mod edit;
mod enable;
mod error;
mod find;
mod hear;
mod limits;
mod listen;
pub mod log;
mod notices;
mod outbox;
mod receive;
mod redeliver;
mod relay;
mod routes;
mod save_draft;
mod send;
mod senders;
mod status;
pub mod streams;
mod tags;
#[cfg(test)]
pub(crate) mod testing;
mod timeline;
mod token;
mod unfinished;
mod wait;
mod wake;
mod webhook_secret;

pub use account_pull::{
    FetchError, Hosted, PullPlan, RouteChange, Selection, Skipped, Source, fetch, plan_pull, pull,
};
pub use assign::assign;
pub use clone_stream::clone_stream;
pub use create::{Creation, Made, create};
pub use delete::delete;
pub use doctor::{Diagnosis, diagnose};
pub use document::{Wanted, apply, plan};
pub use edit::{Answers, Edited, allowed_after, edit};
pub use enable::set_enabled;
pub use error::ServiceError;
pub use find::{find, find_all};
pub use hear::take_in;
pub use listen::work as work_listen;
pub use notices::{Notice, Notices, Wanted as WantedNotices};
pub use outbox::{Attempted, Dispatcher, LIMITS, Verdict, verdict, work as work_outbox};
pub use receive::{ReceiveError, receive};
pub use redeliver::{attempt_all, requeue, undelivered};
pub use relay::{Carriers, Relay, work as work_relay};
pub use routes::{NewRoute, add_route, edit_route, find_route, incoming_secret, remove_route};
pub use save_draft::{ResumeAt, UNTITLED, save_draft};
pub use send::{Admitted, Context, Policy, Sent, admit, send};
pub use senders::{AddedSenders, add_senders, remove_senders};
pub use status::status;
pub use tags::rename_tag;
pub use timeline::{Line, Watch, timeline};
pub use token::rotate_token;
pub use unfinished::Unfinished;
pub use wait::{Waited, wait};
pub use webhook_secret::webhook_secret;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{Timestamp, Unit};

pub use crate::carrier::{SmppProbe, probe as probe_smpp};
use crate::store::Clock;

/// The pause between two looks at what other processes wrote, where nothing wakes whoever waits.
pub const POLL: Duration = Duration::from_millis(20);

/// A source of uniformly random bytes.
pub type Random<'a> = &'a mut (dyn FnMut() -> u8 + Send);

/// What a panic left behind is whole all the same.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Now, to the second: as streams and routes keep it.
fn now(clock: &Clock) -> Timestamp {
    let now = clock.now();
    now.round(Unit::Second).unwrap_or(now)
}

#[cfg(test)]
mod tests;
