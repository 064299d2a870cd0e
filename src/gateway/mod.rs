//! The gateway: a server of the Streams API, and of SMPP. It hands requests to the services and answers what they
//! say; it has no rules of its own.

mod accept;
mod activity;
mod ambiguous;
mod browser;
mod caller;
mod client_socket;
mod connections;
mod door;
mod framing;
mod incoming;
mod linger;
mod listen;
mod reading;
mod router;
mod smpp;

pub use caller::caller;
pub use door::SmppOptions;
pub use listen::{Gateway, OpenError, Options};
pub use smpp::{Tls, TlsError};
