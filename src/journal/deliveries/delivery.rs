//! What is known of a delivery and of an attempt, and how it stands in columns.

use jiff::Timestamp;
use rusqlite::Row;
use uuid::Uuid;

use super::super::row::{self, time};
use crate::domain::{DeliveryState, Message, StreamId};

/// Why a delivery is dead that was never attempted, or is not any more.
pub const SWITCHED_OFF: &str = "the webhook answered 410 (Gone) and is switched off";

/// How a state stands in its column. These numbers are in people's files: they never change.
pub fn number(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Waiting => 0,
        DeliveryState::Delivered => 1,
        DeliveryState::Dead => 2,
    }
}

fn state(number_: i64) -> DeliveryState {
    let state = DeliveryState::ALL
        .into_iter()
        .find(|one| number(*one) == number_);
    state.unwrap_or(DeliveryState::Dead)
}

/// The delivery of an incoming message.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What `webhook-id` says on every attempt.
    pub id: Uuid,
    /// What is delivered.
    pub message: Uuid,
    /// The stream whose webhook it goes to.
    pub stream: StreamId,
    /// Where it stands.
    pub state: DeliveryState,
    /// When it is attempted next, while it waits.
    pub next_at: Timestamp,
    /// Attempts since it was last queued.
    pub attempts: usize,
    /// Why it is not attempted, where no attempt says so.
    pub details: Option<String>,
}

/// One attempt of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub elapsed: i64,
    /// The HTTP status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it was no success, if so.
    pub error: Option<String>,
}

/// What is to become of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Delivered,
    /// It is tried again then.
    At(Timestamp),
    /// It is tried no more.
    Dead,
}

/// A delivery's place among all.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryKey(pub(super) i64);

/// A delivery that one process alone may attempt, until its claim is over.
#[derive(Debug)]
pub struct Claimed {
    /// The delivery.
    pub delivery: Delivery,
    /// What is delivered.
    pub message: Message,
    pub(in crate::journal) key: i64,
    pub(in crate::journal) until: i64,
}

/// Which deliveries.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// Of this stream.
    pub stream: Option<StreamId>,
    /// That stand so.
    pub state: Option<DeliveryState>,
    /// Of messages not older than this.
    pub since: Option<Timestamp>,
}

/// The columns that [`delivery`] reads, in its order.
pub const DELIVERY: &str = "delivery.key, delivery.id, (SELECT uuid FROM message WHERE seq = \
    delivery.message), stream.id, delivery.state, delivery.next_at, delivery.attempts, \
    delivery.details";

/// A delivery and its key.
pub fn delivery(row: &Row<'_>) -> rusqlite::Result<(i64, Delivery)> {
    let stream: String = row.get(3)?;
    let delivery = Delivery {
        id: Uuid::from_bytes(row.get(1)?),
        message: Uuid::from_bytes(row.get(2)?),
        stream: row::stream_id(&stream, 3)?,
        state: state(row.get(4)?),
        next_at: time(row.get(5)?),
        attempts: usize::try_from(row.get::<_, i64>(6)?).unwrap_or_default(),
        details: row.get(7)?,
    };
    Ok((row.get(0)?, delivery))
}

/// An attempt, out of the first four columns of a row.
pub fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        at: time(row.get(0)?),
        elapsed: row.get(1)?,
        status: row.get(2)?,
        error: row.get(3)?,
    })
}
