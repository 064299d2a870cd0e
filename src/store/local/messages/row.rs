//! Rows as domain values, and domain values as columns.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use crate::domain::{Course, DeliveryState, Direction, Message, MessageStatus, StreamId};
use crate::store::ids::key_of;
use crate::store::{Attempt, JobKind};

/// As [`message`] reads them.
pub const MESSAGE: &str = "message.seq, uuid, stream.id, direction, internal_id, handset, sender, \
    text, at, outcome, sent_at, final_at, details, in_reply_to";

/// How a status stands in a column. These numbers are in people's files: they never change.
pub fn status_number(status: MessageStatus) -> i64 {
    match status {
        MessageStatus::Sent => 0,
        MessageStatus::Delivered => 1,
        MessageStatus::Undelivered => 2,
        MessageStatus::SentFailed => 3,
        MessageStatus::NoRoutes => 4,
        MessageStatus::Rejected => 5,
    }
}

/// The number that counts incoming messages in the tally.
pub const RECEIVED: i64 = -1;

/// The status behind a number; one that is not known is read as *sent*, which claims the least.
pub fn status(number: i64) -> MessageStatus {
    MessageStatus::ALL
        .into_iter()
        .find(|status| status_number(*status) == number)
        .unwrap_or(MessageStatus::Sent)
}

pub fn direction_number(direction: Direction) -> i64 {
    match direction {
        Direction::Outgoing => 0,
        Direction::Incoming => 1,
    }
}

pub fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

pub fn after(now: Timestamp, span: Duration) -> i64 {
    let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    now.as_millisecond().saturating_add(span)
}

pub fn stream_id(text: &str, column: usize) -> rusqlite::Result<StreamId> {
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(error))
    })
}

pub fn by_uuid(connection: &Connection, uuid: Uuid) -> rusqlite::Result<Option<(i64, Message)>> {
    let find = |condition: &str, key: i64| {
        connection
            .prepare_cached(&format!(
                "SELECT {MESSAGE} FROM message JOIN stream ON stream.key = message.stream
                 WHERE {condition}"
            ))?
            .query_row(rusqlite::params![key, uuid.as_bytes()], message)
            .optional()
    };
    match find("seq = ?1 AND uuid = ?2", key_of(uuid))? {
        Some(found) => Ok(Some(found)),
        // Kept by an older version.
        None => find("uuid = ?2 AND seq < 1099511627776 AND seq < ?1", i64::MAX),
    }
}

pub fn key_of_message(connection: &Connection, uuid: Uuid) -> rusqlite::Result<Option<i64>> {
    let find = |condition: &str, key: i64| {
        connection
            .prepare_cached(&format!("SELECT seq FROM message WHERE {condition}"))?
            .query_row(rusqlite::params![key, uuid.as_bytes()], |row| row.get(0))
            .optional()
    };
    match find("seq = ?1 AND uuid = ?2", key_of(uuid))? {
        Some(found) => Ok(Some(found)),
        None => find("uuid = ?2 AND seq < 1099511627776 AND seq < ?1", i64::MAX),
    }
}

/// How a kind of job stands in its column. These numbers are in people's files: they never change.
pub fn kind_number(kind: JobKind) -> i64 {
    match kind {
        JobKind::Deliver => 0,
        JobKind::Submit => 1,
        JobKind::Ask => 2,
        JobKind::Turn => 3,
    }
}

/// How a job's state stands in its column. These numbers are in people's files: they never change.
pub fn state_number(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Waiting => WAITING,
        DeliveryState::Delivered => 1,
        DeliveryState::Dead => 2,
    }
}

/// A job that is to be done.
pub const WAITING: i64 = 0;

/// A job that cannot be read and is left alone.
pub const SET_ASIDE: i64 = 3;

pub fn delivery_state(number: i64) -> DeliveryState {
    let state = DeliveryState::ALL
        .into_iter()
        .find(|one| state_number(*one) == number);
    state.unwrap_or(DeliveryState::Dead)
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

/// With its place in the order of arrival.
pub fn message(row: &Row<'_>) -> rusqlite::Result<(i64, Message)> {
    let stream: String = row.get(2)?;
    let optional = |column: usize| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(time))
    };
    let message = Message {
        uuid: Uuid::from_bytes(row.get(1)?),
        stream: stream_id(&stream, 2)?,
        direction: match row.get(3)? {
            0 => Direction::Outgoing,
            _ => Direction::Incoming,
        },
        internal_id: row.get(4)?,
        handset: row.get(5)?,
        sender: row.get(6)?,
        text: row.get(7)?,
        at: time(row.get(8)?),
        course: Course {
            outcome: status(row.get(9)?),
            sent_at: optional(10)?,
            final_at: optional(11)?,
        },
        details: row.get(12)?,
        in_reply_to: row.get::<_, Option<[u8; 16]>>(13)?.map(Uuid::from_bytes),
    };
    Ok((row.get(0)?, message))
}
