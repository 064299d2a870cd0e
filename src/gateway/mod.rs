//! The gateway: a server of the Streams API. Streams come from the state file, messages go into the
//! journal; nothing is printed here, what happens is told to whoever asked for it.

mod browser;
mod caller;
mod checks;
mod engine;
mod event;
mod listen;
mod reading;
mod router;
mod served;

pub use event::{Event, Tell};
pub use listen::{Gateway, Options};
