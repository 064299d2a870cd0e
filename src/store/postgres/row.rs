//! Rows as domain values, and domain values as columns.

use std::time::Duration;

use jiff::Timestamp;
use tokio_postgres::Row;

use super::fault::Fault;
use crate::domain::{Course, Direction, Message, StreamId};
use crate::store::StoreError;
pub(in crate::store) use crate::store::numbers::{
    delivery_state, direction_number, kind_number, state_number, status, status_number,
};

/// As [`message`] reads them.
pub(super) const MESSAGE: &str = "message.seq, message.uuid, message.stream, message.direction, \
    message.internal_id, message.handset, message.sender, message.text, message.at, \
    message.outcome, message.sent_at, message.final_at, message.details, message.in_reply_to";

/// The number that counts incoming messages in the tally.
pub(super) const RECEIVED: i16 = -1;

/// A job that cannot be read and is left alone.
pub(super) const SET_ASIDE: i16 = 3;

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
            outcome: status(row.try_get::<_, i16>(9)?),
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
