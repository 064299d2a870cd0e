//! Events, and the jobs that carry them and messages out.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::fault::WriteError;
use super::row::{self, kind_number, state_number, status_number};
use super::writer::Writer;
use crate::domain::{DeliveryState, Event, MessageStatus, StatusChange};
use crate::store::JobKind;
use crate::store::ids::key_of;

/// Why a delivery is dead that was never attempted, or is not any more.
pub const GONE: &str = "the webhook responded with 410 (Gone) and is turned off";

pub struct NewEvent<'a> {
    pub stream: i64,
    pub handset: &'a str,
    pub message: Uuid,
    /// `None` where the message was received.
    pub status: Option<(MessageStatus, Option<&'a str>)>,
    pub at: Timestamp,
}

impl Writer {
    /// Keeps an event and queues its delivery; it is dead at once where the webhook is switched off
    /// at this URL. The event's id, and whether its delivery is due.
    pub fn tell(&self, event: &NewEvent<'_>, url: &str) -> Result<(Uuid, bool), WriteError> {
        let NewEvent {
            stream,
            handset,
            message,
            status,
            at,
        } = event;
        let ((id, key), now) = (self.id()?, self.now());
        self.connection
            .prepare_cached(
                "INSERT INTO event (key, id, message, stream, handset, number, status, at, details)
                 VALUES (?1, ?2, ?3, ?4, ?5, 1 + ifnull((SELECT max(number) FROM event
                    WHERE stream = ?4 AND handset = ?5), 0), ?6, ?7, ?8)",
            )?
            .execute(params![
                key,
                id.as_bytes(),
                message.as_bytes(),
                stream,
                handset,
                status.map(|(status, _)| status_number::<i64>(status)),
                at.as_millisecond(),
                status.and_then(|(_, details)| details),
            ])?;
        let off = self
            .connection
            .prepare_cached("SELECT 1 FROM webhook_off WHERE stream = ?1 AND url = ?2")?
            .exists(params![stream, url])?;
        self.queue(
            JobKind::Deliver,
            *stream,
            handset,
            key,
            now,
            off.then_some(GONE),
        )?;
        Ok((id, !off))
    }

    pub fn queue(
        &self,
        kind: JobKind,
        stream: i64,
        handset: &str,
        target: i64,
        at: Timestamp,
        dead: Option<&str>,
    ) -> Result<(), WriteError> {
        let state = dead.map_or(DeliveryState::Waiting, |_| DeliveryState::Dead);
        let (_, key) = self.id()?;
        self.connection
            .prepare_cached(
                "INSERT INTO job (key, kind, stream, handset, target, state, next_at, details)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                key,
                kind_number::<i64>(kind),
                stream,
                handset,
                target,
                state_number::<i64>(state),
                at.as_millisecond(),
                dead,
            ])?;
        self.has_queued();
        Ok(())
    }
}

pub fn key_of_event(connection: &rusqlite::Connection, id: Uuid) -> rusqlite::Result<Option<i64>> {
    let find = |condition: &str, key: i64| {
        connection
            .prepare_cached(&format!("SELECT key FROM event WHERE {condition}"))?
            .query_row(params![key, id.as_bytes()], |row| row.get(0))
            .optional()
    };
    match find("key = ?1 AND id = ?2", key_of(id))? {
        Some(key) => Ok(Some(key)),
        // Kept by an older version.
        None => find("id = ?2 AND key < 1099511627776 AND key < ?1", i64::MAX),
    }
}

/// `None` where the event or its message is gone, or is not what the other
/// says.
pub fn event(connection: &rusqlite::Connection, key: i64) -> rusqlite::Result<Option<Event>> {
    let read = |row: &Row<'_>| {
        let status: Option<i64> = row.get(3)?;
        let details: Option<String> = row.get(5)?;
        Ok((
            Uuid::from_bytes(row.get(0)?),
            Uuid::from_bytes(row.get(1)?),
            row.get::<_, i64>(2)?,
            status.map(|status| StatusChange {
                status: row::status(status),
                details,
            }),
            row::time(row.get(4)?),
            row.get::<_, String>(6)?,
        ))
    };
    let found = connection
        .prepare_cached(
            "SELECT event.id, message, number, status, at, details, stream.id FROM event
             JOIN stream ON stream.key = event.stream WHERE event.key = ?1",
        )?
        .query_row([key], read)
        .optional()?;
    let Some((id, message, number, status, at, stream)) = found else {
        return Ok(None);
    };
    let message = row::by_uuid(connection, message)?.map(|(_, message)| message);
    Ok(message
        .filter(|message| message.stream.as_str() == stream)
        .map(|message| Event {
            id,
            sequence: u64::try_from(number).unwrap_or_default(),
            at,
            status,
            message,
        }))
}
