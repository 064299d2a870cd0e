//! Deliveries on their way: queued, claimed, attempted, delivered or dead.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::super::row;
use super::super::writer::Writer;
use super::delivery::{Attempt, Claimed, DELIVERY, Delivery, DeliveryKey, Next, delivery, number};
use crate::domain::{DeliveryState, StreamId};

impl Writer {
    /// Queues the delivery of an incoming message, due at once; or keeps it as dead, with the
    /// reason.
    pub(in crate::journal) fn queue(
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

    /// Takes these deliveries, those of them that still wait and nobody else has, so that nobody
    /// attempts them before `until`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn claim(
        &self,
        keys: &[DeliveryKey],
        now: Timestamp,
        until: Timestamp,
    ) -> rusqlite::Result<Vec<Claimed>> {
        let mut claimed = Vec::with_capacity(keys.len());
        for DeliveryKey(key) in keys {
            let found = self
                .connection
                .prepare_cached(&format!(
                    "SELECT {DELIVERY} FROM delivery JOIN stream ON stream.key = delivery.stream
                     WHERE delivery.key = ?1 AND state = 0 AND claimed_until <= ?2"
                ))?
                .query_row([*key, now.as_millisecond()], delivery)
                .optional()?;
            if let Some((key, delivery)) = found {
                claimed.push(self.take(key, delivery, until)?);
            }
        }
        Ok(claimed)
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
                    SELECT 1 FROM delivery AS other WHERE other.state = 0
                    AND other.claimed_until > 0 AND other.claimed_until > ?2
                    AND other.stream = delivery.stream AND other.handset = delivery.handset)"
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
            until: until.as_millisecond(),
        })
    }

    /// Keeps an attempt and what follows from it. Where the claim was over and somebody else has
    /// the delivery, only a success counts.
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
                 attempts = attempts + 1 WHERE key = ?1 AND (?2 = 1 OR claimed_until = ?4)",
            )?
            .execute([
                claimed.key,
                number(state),
                at.as_millisecond(),
                claimed.until,
            ])?;
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
    pub(in crate::journal) fn is_off(&self, stream: i64, url: &str) -> rusqlite::Result<bool> {
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
        self.connection
            .prepare_cached("UPDATE delivery SET next_at = ?1 WHERE state = 0 AND next_at > ?2")?
            .execute([now.as_millisecond(), row::after(now, longest)])?;
        self.connection
            .prepare_cached(
                "UPDATE delivery SET claimed_until = 0 WHERE state = 0 AND claimed_until > ?1",
            )?
            .execute([row::after(now, claim)])?;
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
