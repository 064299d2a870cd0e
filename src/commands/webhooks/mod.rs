//! `textpeak webhooks …`

mod deliveries;
mod listen;
mod pause;
mod redeliver;
mod test;
mod verify;

pub use deliveries::deliveries;
pub use listen::listen;
pub use pause::set_enabled;
pub use redeliver::redeliver;
pub use test::{example, no_webhook, test};
pub use verify::verify;
