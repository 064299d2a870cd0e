//! What can be asked about deliveries.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::super::reader::Reader;
use super::super::row::{self, time};
use super::delivery::{
    Attempt, DELIVERY, Delivery, DeliveryFilter, DeliveryKey, attempt, delivery, number,
};
use crate::domain::StreamId;
use crate::error::Failure;

/// Most deliveries of a stream that are looked at for one turn: one handset may have many.
const EXAMINED: i64 = 5_000;

impl Reader {
    /// The streams that have deliveries that are due, and when the next one is due that is not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn due(&self, now: Timestamp) -> Result<(Vec<StreamId>, Option<Timestamp>), Failure> {
        let ask = || {
            let now = now.as_millisecond();
            let streams = self
                .connection
                .prepare_cached(
                    "WITH RECURSIVE waiting (one) AS (
                        SELECT min(stream) FROM delivery WHERE state = 0
                        UNION ALL SELECT (SELECT min(stream) FROM delivery WHERE state = 0
                            AND stream > one) FROM waiting WHERE one IS NOT NULL)
                     SELECT stream.id FROM waiting JOIN stream ON stream.key = one
                     WHERE EXISTS (SELECT 1 FROM delivery
                        WHERE state = 0 AND stream = one AND next_at <= ?1)",
                )?
                .query_map([now], |row| row::stream_id(&row.get::<_, String>(0)?, 0))?
                .collect::<rusqlite::Result<_>>()?;
            let next: Option<i64> = self
                .connection
                .prepare_cached(
                    "SELECT min(next_at) FROM delivery WHERE state = 0 AND next_at > ?1",
                )?
                .query_row([now], |row| row.get(0))?;
            Ok((streams, next.map(time)))
        };
        self.ours(ask())
    }

    /// Deliveries of a stream that are due and may be attempted side by side: the oldest of each
    /// handset, at most so many. A handset with a delivery that is being attempted waits: its
    /// messages arrive in their order as long as attempts succeed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn candidates(
        &self,
        stream: &StreamId,
        most: usize,
        now: Timestamp,
    ) -> Result<Vec<DeliveryKey>, Failure> {
        let ask = || {
            let now = now.as_millisecond();
            let mut busy: HashSet<String> = self
                .connection
                .prepare_cached(
                    "SELECT handset FROM delivery WHERE state = 0 AND claimed_until > 0
                     AND claimed_until > ?2
                     AND stream = (SELECT key FROM stream WHERE id = ?1)",
                )?
                .query_map(params![stream.as_str(), now], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut due = self.connection.prepare_cached(
                "SELECT key, handset FROM delivery
                 WHERE state = 0 AND stream = (SELECT key FROM stream WHERE id = ?1)
                 AND next_at <= ?2 AND claimed_until <= ?2 ORDER BY next_at, key LIMIT ?3",
            )?;
            let mut rows = due.query(params![stream.as_str(), now, EXAMINED])?;
            let mut found = Vec::new();
            while found.len() < most {
                let Some(row) = rows.next()? else { break };
                if busy.insert(row.get(1)?) {
                    found.push(DeliveryKey(row.get(0)?));
                }
            }
            Ok(found)
        };
        self.ours(ask())
    }

    /// Deliveries, newest first, at most `limit` of them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn deliveries(
        &self,
        filter: &DeliveryFilter,
        limit: usize,
    ) -> Result<Vec<Delivery>, Failure> {
        // Only the conditions that are set, so that their indexes are used.
        let either = |set: bool, condition: &'static str, open: &'static str| {
            if set { condition } else { open }
        };
        let conditions = [
            either(filter.stream.is_some(), "stream.id = ?1", "?1 IS NULL"),
            either(filter.state.is_some(), "state = ?2", "?2 IS NULL"),
            either(
                filter.since.is_some(),
                "(SELECT at FROM message WHERE seq = delivery.message) >= ?3",
                "?3 IS NULL",
            ),
        ];
        let conditions = conditions.join(" AND ");
        let list = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {DELIVERY} FROM delivery JOIN stream ON stream.key = delivery.stream
                     WHERE {conditions}
                     ORDER BY delivery.key DESC LIMIT ?4"
                ))?
                .query_map(
                    params![
                        filter.stream.as_ref().map(StreamId::as_str),
                        filter.state.map(number),
                        filter.since.map(Timestamp::as_millisecond),
                        i64::try_from(limit).unwrap_or(i64::MAX),
                    ],
                    |row| Ok(delivery(row)?.1),
                )?
                .collect()
        };
        self.ours(list())
    }

    /// The delivery with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn delivery(&self, id: Uuid) -> Result<Option<Delivery>, Failure> {
        let find = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {DELIVERY} FROM delivery JOIN stream ON stream.key = delivery.stream
                     WHERE delivery.id = ?1"
                ))?
                .query_row([id.as_bytes()], delivery)
                .optional()
        };
        Ok(self.ours(find())?.map(|(_, delivery)| delivery))
    }

    /// The delivery of a message, if it has one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn delivery_of(&self, message: Uuid) -> Result<Option<Delivery>, Failure> {
        let find = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {DELIVERY} FROM delivery JOIN stream ON stream.key = delivery.stream
                     WHERE delivery.message = (SELECT seq FROM message WHERE uuid = ?1)"
                ))?
                .query_row([message.as_bytes()], delivery)
                .optional()
        };
        Ok(self.ours(find())?.map(|(_, delivery)| delivery))
    }

    /// A delivery's attempts, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attempts(&self, id: Uuid) -> Result<Vec<Attempt>, Failure> {
        let list = || {
            self.connection
                .prepare_cached(
                    "SELECT at, elapsed, status, error FROM attempt
                     WHERE delivery = (SELECT key FROM delivery WHERE id = ?1) ORDER BY key",
                )?
                .query_map([id.as_bytes()], attempt)?
                .collect()
        };
        self.ours(list())
    }

    /// The attempts after one of them (0 is before the first) that fit a filter, newest first, with
    /// the messages that they delivered.
    ///
    /// # Errors
    /// Those of the database.
    pub fn recent_attempts(
        &self,
        stream: Option<&StreamId>,
        since: Option<Timestamp>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(Uuid, StreamId, Attempt)>, Failure> {
        let list = || {
            self.connection
                .prepare_cached(
                    "SELECT attempt.at, elapsed, status, error, message.uuid, stream.id
                     FROM attempt JOIN delivery ON delivery.key = attempt.delivery
                     JOIN message ON message.seq = delivery.message
                     JOIN stream ON stream.key = delivery.stream
                     WHERE (?1 IS NULL OR stream.id = ?1) AND (?2 IS NULL OR attempt.at >= ?2)
                     AND attempt.key > ?4
                     ORDER BY attempt.key DESC LIMIT ?3",
                )?
                .query_map(
                    params![
                        stream.map(StreamId::as_str),
                        since.map(Timestamp::as_millisecond),
                        i64::try_from(limit).unwrap_or(i64::MAX),
                        after,
                    ],
                    |row| {
                        let stream: String = row.get(5)?;
                        Ok((
                            Uuid::from_bytes(row.get(4)?),
                            row::stream_id(&stream, 5)?,
                            attempt(row)?,
                        ))
                    },
                )?
                .collect()
        };
        self.ours(list())
    }

    /// The place of the newest attempt in their order; 0 before the first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn newest_attempt(&self) -> Result<i64, Failure> {
        let newest = || {
            self.connection
                .query_row("SELECT ifnull(max(key), 0) FROM attempt", [], |row| {
                    row.get(0)
                })
        };
        self.ours(newest())
    }

    /// Since when a stream's webhook is switched off at this URL, if it is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn off_since(&self, stream: &StreamId, url: &str) -> Result<Option<Timestamp>, Failure> {
        let find = || {
            self.connection
                .prepare_cached(
                    "SELECT at FROM gone JOIN stream ON stream.key = gone.stream
                     WHERE id = ?1 AND url = ?2",
                )?
                .query_row([stream.as_str(), url], |row| row.get(0))
                .optional()
        };
        Ok(self.ours(find())?.map(time))
    }
}
