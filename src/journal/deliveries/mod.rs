//! Webhook deliveries: each is a row before it is an attempt, and each attempt is a row after it.

mod delivery;
mod look;
mod queue;

pub use delivery::{Attempt, Claimed, Delivery, DeliveryFilter, DeliveryKey, Next, SWITCHED_OFF};
