//! Webhook deliveries: each is a row before it is an attempt, and each attempt is a row after it.

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::reader::Reader;
use super::row::{self, time};
use super::writer::Writer;
use crate::domain::{DeliveryState, Message, StreamId};
use crate::error::Failure;

/// Why a delivery is dead that was never attempted, or is not any more.
pub const SWITCHED_OFF: &str = "the webhook answered 410 (Gone) and is switched off";

/// How a state stands in its column. These numbers are in people's files: they never change.
fn number(state: DeliveryState) -> i64 {
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

/// A delivery that one process alone may attempt, until its claim is over.
#[derive(Debug)]
pub struct Claimed {
    /// The delivery.
    pub delivery: Delivery,
    /// What is delivered.
    pub message: Message,
    pub(super) key: i64,
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

const DELIVERY: &str = "delivery.key, delivery.id, (SELECT uuid FROM message WHERE seq = \
    delivery.message), stream.id, delivery.state, delivery.next_at, delivery.attempts, \
    delivery.details";

fn delivery(row: &Row<'_>) -> rusqlite::Result<(i64, Delivery)> {
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

impl Writer {
    /// Queues the delivery of an incoming message, due at once; or keeps it as dead, with the
    /// reason.
    pub(super) fn queue(
        &self,
        id: Uuid,
        message: i64,
        stream: i64,
        handset: &str,
        at: Timestamp,
        dead: Option<&str>,
    ) -> rusqlite::Result<()> {
        let state = dead.map_or(DeliveryState::Waiting, |_| DeliveryState::Dead);
        self.connection
            .prepare_cached(
                "INSERT INTO delivery (id, message, stream, handset, state, next_at, details)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                id.as_bytes(),
                message,
                stream,
                handset,
                number(state),
                at.as_millisecond(),
                dead,
            ])?;
        Ok(())
    }

    /// Takes deliveries of a stream that are due, oldest first and one a handset, so that nobody
    /// else attempts them before `until`. A handset with a delivery that is being attempted waits:
    /// its messages arrive in their order as long as attempts succeed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn claim(
        &self,
        stream: &StreamId,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> rusqlite::Result<Vec<Claimed>> {
        let key = self.key(stream)?;
        let mut due = self.connection.prepare_cached(&format!(
            "SELECT {DELIVERY}, delivery.handset
             FROM delivery JOIN stream ON stream.key = delivery.stream
             WHERE delivery.stream = ?1 AND state = 0 AND next_at <= ?2 AND claimed_until <= ?2
             AND NOT EXISTS (
                SELECT 1 FROM delivery AS other WHERE other.stream = ?1 AND other.state = 0
                AND other.claimed_until > ?2 AND other.handset = delivery.handset)
             ORDER BY delivery.key LIMIT ?3"
        ))?;
        // More than are wanted: several may be of one handset.
        let some = i64::try_from(most.saturating_mul(8)).unwrap_or(i64::MAX);
        let mut handsets = HashSet::new();
        let mut claimed = Vec::new();
        let mut rows = due.query(params![key, now.as_millisecond(), some])?;
        while let Some(row) = rows.next()? {
            if claimed.len() < most && handsets.insert(row.get::<_, String>(8)?) {
                claimed.push(delivery(row)?);
            }
        }
        let take = |(key, delivery): (i64, Delivery)| self.take(key, delivery, until);
        claimed.into_iter().map(take).collect()
    }

    /// Takes one delivery, if it waits and nobody else has it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn claim_one(
        &self,
        id: Uuid,
        now: Timestamp,
        until: Timestamp,
    ) -> rusqlite::Result<Option<Claimed>> {
        let found = self
            .connection
            .prepare_cached(&format!(
                "SELECT {DELIVERY} FROM delivery JOIN stream ON stream.key = delivery.stream
                 WHERE delivery.id = ?1 AND state = 0 AND claimed_until <= ?2
                 AND NOT EXISTS (
                    SELECT 1 FROM delivery AS other WHERE other.stream = delivery.stream
                    AND other.state = 0 AND other.claimed_until > ?2
                    AND other.handset = delivery.handset)"
            ))?
            .query_row(params![id.as_bytes(), now.as_millisecond()], delivery)
            .optional()?;
        found
            .map(|(key, delivery)| self.take(key, delivery, until))
            .transpose()
    }

    fn take(&self, key: i64, delivery: Delivery, until: Timestamp) -> rusqlite::Result<Claimed> {
        self.connection
            .prepare_cached("UPDATE delivery SET claimed_until = ?2 WHERE key = ?1")?
            .execute([key, until.as_millisecond()])?;
        let message = row::by_uuid(&self.connection, delivery.message)?;
        Ok(Claimed {
            message: message.ok_or(rusqlite::Error::QueryReturnedNoRows)?.1,
            delivery,
            key,
        })
    }

    /// Keeps an attempt and what follows from it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn attempted(
        &self,
        claimed: &Claimed,
        attempt: &Attempt,
        next: Next,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO attempt (delivery, at, elapsed, status, error)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                claimed.key,
                attempt.at.as_millisecond(),
                attempt.elapsed,
                attempt.status,
                attempt.error,
            ])?;
        let (state, at) = match next {
            Next::Delivered => (DeliveryState::Delivered, attempt.at),
            Next::At(at) => (DeliveryState::Waiting, at),
            Next::Dead => (DeliveryState::Dead, attempt.at),
        };
        self.connection
            .prepare_cached(
                "UPDATE delivery SET state = ?2, next_at = ?3, claimed_until = 0,
                 attempts = attempts + 1 WHERE key = ?1",
            )?
            .execute([claimed.key, number(state), at.as_millisecond()])?;
        Ok(())
    }

    /// Switches a stream's webhook off: what waits for it is dead, with the reason.
    ///
    /// # Errors
    /// Those of the database.
    pub fn switch_off(
        &self,
        stream: &StreamId,
        url: &str,
        why: &str,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let key = self.key(stream)?;
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO gone (stream, url, at) VALUES (?1, ?2, ?3)")?
            .execute(params![key, url, now.as_millisecond()])?;
        self.connection
            .prepare_cached(
                "UPDATE delivery SET state = 2, details = ?2 WHERE stream = ?1 AND state = 0
                 AND claimed_until <= ?3",
            )?
            .execute(params![key, why, now.as_millisecond()])?;
        Ok(())
    }

    /// Switches a stream's webhook on again; `false` when it was on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn switch_on(&self, stream: &StreamId) -> rusqlite::Result<bool> {
        let key = self.key(stream)?;
        let changed = self
            .connection
            .prepare_cached("DELETE FROM gone WHERE stream = ?1")?
            .execute([key])?;
        Ok(changed > 0)
    }

    /// Whether a stream's webhook was switched off at this URL.
    pub(super) fn is_off(&self, stream: i64, url: &str) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT 1 FROM gone WHERE stream = ?1 AND url = ?2")?
            .exists(params![stream, url])
    }

    /// After the clock was set back: what could not be as late as it says by any schedule is due
    /// now, and claims that are longer than any are over.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rebase_deliveries(
        &self,
        now: Timestamp,
        longest: Duration,
        claim: Duration,
    ) -> rusqlite::Result<()> {
        let now = now.as_millisecond();
        let after = |span: Duration| {
            now.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
        };
        self.connection
            .prepare_cached("UPDATE delivery SET next_at = ?1 WHERE state = 0 AND next_at > ?2")?
            .execute([now, after(longest)])?;
        self.connection
            .prepare_cached(
                "UPDATE delivery SET claimed_until = 0 WHERE state = 0 AND claimed_until > ?1",
            )?
            .execute([after(claim)])?;
        Ok(())
    }

    /// Queues deliveries again, due at once, with their schedule from its beginning; those that
    /// are being attempted are left. How many there were.
    ///
    /// # Errors
    /// Those of the database.
    pub fn requeue(&self, ids: &[Uuid], now: Timestamp) -> rusqlite::Result<usize> {
        let mut again = self.connection.prepare_cached(
            "UPDATE delivery SET state = 0, next_at = ?2, attempts = 0, details = NULL
             WHERE id = ?1 AND claimed_until <= ?2",
        )?;
        let mut queued = 0;
        for id in ids {
            queued += again.execute(params![id.as_bytes(), now.as_millisecond()])?;
        }
        Ok(queued)
    }
}

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

    /// The attempts that fit a filter, newest first, with the messages that they delivered.
    ///
    /// # Errors
    /// Those of the database.
    pub fn recent_attempts(
        &self,
        stream: Option<&StreamId>,
        since: Option<Timestamp>,
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
                     ORDER BY attempt.key DESC LIMIT ?3",
                )?
                .query_map(
                    params![
                        stream.map(StreamId::as_str),
                        since.map(Timestamp::as_millisecond),
                        i64::try_from(limit).unwrap_or(i64::MAX),
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

fn attempt(row: &Row<'_>) -> rusqlite::Result<Attempt> {
    Ok(Attempt {
        at: time(row.get(0)?),
        elapsed: row.get(1)?,
        status: row.get(2)?,
        error: row.get(3)?,
    })
}
