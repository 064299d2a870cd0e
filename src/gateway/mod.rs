//! The gateway: a server of the Streams API. It hands requests to the services and answers what they
//! say; it has no rules of its own.

mod accept;
mod activity;
mod ambiguous;
mod browser;
mod caller;
mod client_socket;
mod connections;
mod framing;
mod incoming;
mod linger;
mod listen;
mod reading;
mod router;

pub use caller::caller;
pub use listen::{Gateway, OpenError, Options};
