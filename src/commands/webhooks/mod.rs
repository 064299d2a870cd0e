//! `textpeak webhooks …`

mod deliveries;
mod redeliver;
mod test;

pub use deliveries::deliveries;
pub use redeliver::redeliver;
pub use test::{example, no_webhook, test};
