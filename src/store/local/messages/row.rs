//! Rows as domain values, and domain values as columns.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use crate::domain::{Course, Direction, Message, StreamId};
use crate::store::Attempt;
use crate::store::ids::key_of;
pub(in crate::store) use crate::store::numbers::{
    delivery_state, direction_number, kind_number, state_number, status, status_number,
};

/// As [`message`] reads them.
pub const MESSAGE: &str = "message.seq, uuid, stream.id, direction, internal_id, handset, sender, \
    text, at, outcome, sent_at, final_at, details, in_reply_to";

/// The number that counts incoming messages in the tally.
pub const RECEIVED: i64 = -1;

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

/// A job that cannot be read and is left alone.
pub const SET_ASIDE: i64 = 3;

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
            outcome: status(row.get::<_, i64>(9)?),
            sent_at: optional(10)?,
            final_at: optional(11)?,
        },
        details: row.get(12)?,
        in_reply_to: row.get::<_, Option<[u8; 16]>>(13)?.map(Uuid::from_bytes),
    };
    Ok((row.get(0)?, message))
}
