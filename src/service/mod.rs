//! The use cases: values in, values or typed errors out. What a front asks for is done here, and
//! what must leave later is carried out here, by the workers `outbox` and `relay`.
//!
//! No command line, no HTTP server, no printing.

pub mod log;
mod outbox;
mod receive;
mod redeliver;
mod relay;
mod send;
mod settle;
mod status;
pub mod streams;
#[cfg(test)]
mod testing;
mod timeline;
mod wait;
mod wake;
mod webhook_secret;

pub use outbox::{Attempted, Dispatcher, LIMITS, Verdict, verdict, work as work_outbox};
pub use receive::{ReceiveError, receive};
pub use redeliver::{attempt_all, requeue, undelivered};
pub use relay::{Relay, work as work_relay};
pub use send::{Admitted, Context, Policy, Sent, admit, send};
pub use status::status;
pub use timeline::{Line, Watch, timeline};
pub use wait::{Waited, wait};
pub use webhook_secret::webhook_secret;
