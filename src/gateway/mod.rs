//! The gateway: a server of the Streams API. Streams come from the state file, messages go into the
//! journal; nothing is printed here, what happens is told to whoever asked for it.

mod browser;
mod caller;
mod checks;
mod clock;
mod courier;
mod engine;
mod event;
mod listen;
mod pulse;
mod queue;
mod reading;
mod relay;
mod router;
mod served;

pub use caller::caller;
pub use checks::{read as read_messages, read_uuids};
pub use courier::{Attempted, Courier, LIMITS, Verdict, verdict};
pub use event::{Event, Tell};
pub use listen::{Gateway, Options};
pub use served::{Served, Streams};
