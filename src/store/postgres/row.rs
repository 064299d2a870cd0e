//! Rows as domain values, and domain values as columns.

use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Row;

use super::fault::Fault;
use crate::domain::{Course, DeliveryState, Direction, Message, MessageStatus, StreamId};
use crate::store::{JobKind, StoreError};

/// As [`message`] reads them.
pub(super) const MESSAGE: &str = "message.seq, message.uuid, message.stream, message.direction, \
    message.internal_id, message.handset, message.sender, message.text, message.at, \
    message.outcome, message.sent_at, message.final_at, message.details, message.in_reply_to";

/// How a status stands in a column. These numbers are in people's databases: they never change.
pub(super) fn status_number(status: MessageStatus) -> i16 {
    match status {
        MessageStatus::Sent => 0,
        MessageStatus::Delivered => 1,
        MessageStatus::Undelivered => 2,
        MessageStatus::SentFailed => 3,
        MessageStatus::NoRoutes => 4,
        MessageStatus::Rejected => 5,
    }
}

/// The status behind a number; one that is not known is read as *sent*, which claims the least.
pub(super) fn status(number: i16) -> MessageStatus {
    MessageStatus::ALL
        .into_iter()
        .find(|status| status_number(*status) == number)
        .unwrap_or(MessageStatus::Sent)
}

/// The number that counts incoming messages in the tally.
pub(super) const RECEIVED: i16 = -1;

pub(super) fn direction_number(direction: Direction) -> i16 {
    match direction {
        Direction::Outgoing => 0,
        Direction::Incoming => 1,
    }
}

/// How a kind of job stands in its column. These numbers never change.
pub(super) fn kind_number(kind: JobKind) -> i16 {
    match kind {
        JobKind::Deliver => 0,
        JobKind::Submit => 1,
        JobKind::Ask => 2,
        JobKind::Turn => 3,
    }
}

/// How a delivery's state stands in its column. These numbers never change.
pub(super) fn state_number(state: DeliveryState) -> i16 {
    match state {
        DeliveryState::Waiting => 0,
        DeliveryState::Delivered => 1,
        DeliveryState::Dead => 2,
    }
}

/// A job that cannot be read and is left alone.
pub(super) const SET_ASIDE: i16 = 3;

pub(super) fn delivery_state(number: i16) -> DeliveryState {
    let state = DeliveryState::ALL
        .into_iter()
        .find(|one| state_number(*one) == number);
    state.unwrap_or(DeliveryState::Dead)
}

pub(super) fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

/// In milliseconds.
pub(super) fn length(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn stream_id(text: &str) -> Result<StreamId, Fault> {
    text.parse().map_err(|_| {
        Fault::Store(StoreError::Damaged {
            file: "a row of the database".to_owned(),
            what: ": its stream's ID can't be read".to_owned(),
        })
    })
}

/// With its place in the order of arrival.
pub(super) fn message(row: &Row) -> Result<(i64, Message), Fault> {
    let optional = |column: usize| -> Result<Option<Timestamp>, Fault> {
        Ok(row.try_get::<_, Option<i64>>(column)?.map(time))
    };
    let message = Message {
        uuid: row.try_get(1)?,
        stream: stream_id(row.try_get(2)?)?,
        direction: match row.try_get::<_, i16>(3)? {
            0 => Direction::Outgoing,
            _ => Direction::Incoming,
        },
        internal_id: row.try_get(4)?,
        handset: row.try_get(5)?,
        sender: row.try_get(6)?,
        text: row.try_get(7)?,
        at: time(row.try_get(8)?),
        course: Course {
            outcome: status(row.try_get(9)?),
            sent_at: optional(10)?,
            final_at: optional(11)?,
        },
        details: row.try_get(12)?,
        in_reply_to: row.try_get(13)?,
    };
    Ok((row.try_get(0)?, message))
}

/// A text that somebody else wrote: `PostgreSQL` keeps every character but NUL.
pub(super) fn free(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}
