//! What can be asked about deliveries: events, the jobs that carry them, and attempts.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::events::key_of_event;
use super::reader::Reader;
use super::row::{self, attempt, delivery_state, state_number, time};
use crate::domain::{DeliveryState, StreamId};
use crate::store::{Attempt, Delivery, DeliveryFilter, StoreError, TimedAttempt, WebhookPause};

/// As [`delivery`] reads them.
const DELIVERY: &str = "SELECT event.id, event.message, stream.id, event.status, job.state, \
    job.next_at, job.attempts, job.details FROM job JOIN event ON event.key = job.target \
    JOIN stream ON stream.key = job.stream WHERE kind = 0";

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let stream: String = row.get(2)?;
    let status: Option<i64> = row.get(3)?;
    Ok(Delivery {
        id: Uuid::from_bytes(row.get(0)?),
        message: Uuid::from_bytes(row.get(1)?),
        stream: row::stream_id(&stream, 2)?,
        status: status.map(row::status),
        state: delivery_state(row.get::<_, i64>(4)?),
        next_at: time(row.get(5)?),
        attempts: usize::try_from(row.get::<_, i64>(6)?).unwrap_or_default(),
        details: row.get(7)?,
    })
}

impl Reader {
    pub fn deliveries(
        &self,
        filter: &DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        // Only the conditions that are set, so that their indexes are used; the state, written out,
        // is part of one.
        let state = match filter.state {
            Some(DeliveryState::Waiting) => "state = 0 AND ?2 = 0",
            Some(DeliveryState::Dead) => "state = 2 AND ?2 = 2",
            Some(DeliveryState::Delivered) | None => "state = ?2",
        };
        let conditions = [
            (filter.stream.is_some(), "stream.id = ?1", "?1 IS NULL"),
            (filter.state.is_some(), state, "?2 IS NULL"),
            (filter.since.is_some(), "event.at >= ?3", "?3 IS NULL"),
            (filter.message.is_some(), "event.message = ?4", "?4 IS NULL"),
        ];
        let conditions =
            conditions.map(|(set, condition, open)| if set { condition } else { open });
        let conditions = conditions.join(" AND ");
        let list = || {
            self.connection
                .prepare_cached(&format!(
                    "{DELIVERY} AND {conditions} ORDER BY job.key DESC LIMIT ?5"
                ))?
                .query_map(
                    params![
                        filter.stream.as_ref().map(StreamId::as_str),
                        filter.state.map(state_number::<i64>),
                        filter.since.map(Timestamp::as_millisecond),
                        filter
                            .message
                            .as_ref()
                            .map(|uuid| uuid.as_bytes().as_slice()),
                        i64::try_from(limit).unwrap_or(i64::MAX),
                    ],
                    delivery,
                )?
                .collect()
        };
        self.ours(list())
    }

    pub fn delivery(&self, id: Uuid) -> Result<Option<Delivery>, StoreError> {
        let find = || {
            let Some(event) = key_of_event(&self.connection, id)? else {
                return Ok(None);
            };
            self.connection
                .prepare_cached(&format!("{DELIVERY} AND target = ?1"))?
                .query_row([event], delivery)
                .optional()
        };
        self.ours(find())
    }

    pub fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, StoreError> {
        let list = || {
            let event = key_of_event(&self.connection, id)?;
            self.connection
                .prepare_cached(
                    "SELECT at, elapsed, status, error FROM attempt
                     WHERE job = (SELECT key FROM job WHERE kind = 0 AND target = ?1) ORDER BY key",
                )?
                .query_map([event], attempt)?
                .collect()
        };
        self.ours(list())
    }

    pub fn recent_attempts(
        &self,
        stream: Option<&StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<(i64, Vec<TimedAttempt>), StoreError> {
        let timed = |row: &Row<'_>| {
            let stream: String = row.get(5)?;
            Ok(TimedAttempt {
                message: Uuid::from_bytes(row.get(4)?),
                stream: row::stream_id(&stream, 5)?,
                attempt: attempt(row)?,
            })
        };
        let list = || {
            let newest = self.connection.query_row(
                "SELECT ifnull(max(key), 0) FROM attempt",
                [],
                |row| row.get(0),
            )?;
            let recent = self
                .connection
                .prepare_cached(
                    "SELECT attempt.at, elapsed, attempt.status, error, event.message, stream.id
                     FROM attempt JOIN job ON job.key = attempt.job
                     JOIN event ON event.key = job.target
                     JOIN stream ON stream.key = job.stream
                     WHERE (?1 IS NULL OR stream.id = ?1) AND (?2 IS NULL OR attempt.at >= ?2)
                     AND attempt.key > ?3 AND attempt.key <= ?4
                     ORDER BY attempt.key DESC LIMIT ?5",
                )?
                .query_map(
                    params![
                        stream.map(StreamId::as_str),
                        since.map(Timestamp::as_millisecond),
                        after,
                        newest,
                        i64::try_from(limit).unwrap_or(i64::MAX),
                    ],
                    timed,
                )?
                .collect::<rusqlite::Result<_>>()?;
            Ok((newest, recent))
        };
        self.ours(list())
    }

    pub fn webhook_pause(
        &self,
        stream: &StreamId,
        url: &str,
    ) -> Result<Option<WebhookPause>, StoreError> {
        let find = || {
            let found: Option<(String, i64)> = self
                .connection
                .prepare_cached(
                    "SELECT url, at FROM webhook_off JOIN stream ON stream.key = webhook_off.stream
                     WHERE id = ?1 AND url IN ('', ?2) ORDER BY url LIMIT 1",
                )?
                .query_row([stream.as_str(), url], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            Ok(found.map(|(url, at)| {
                if url.is_empty() {
                    WebhookPause::Disabled(time(at))
                } else {
                    WebhookPause::Gone(time(at))
                }
            }))
        };
        self.ours(find())
    }

    pub fn set_aside(&self) -> Result<Vec<String>, StoreError> {
        let list = || {
            self.connection
                .prepare_cached("SELECT ifnull(details, '') FROM job WHERE state = 3 ORDER BY key")?
                .query_map([], |row| row.get(0))?
                .collect()
        };
        self.ours(list())
    }
}
