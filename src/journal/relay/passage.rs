//! Messages of live streams on their way out. Each is handed on at most once: that it is being
//! handed on is on disk before the request leaves.

use std::time::Duration;

use super::super::row::{self, MESSAGE, status_number};
use super::super::writer::Writer;
use crate::domain::{Message, MessageStatus, StreamId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};

/// How a message stands in its column. These numbers are in people's files: they never change.
pub const WAITING: i64 = 0;
pub const BEING_HANDED_ON: i64 = 1;
pub const HANDED_ON: i64 = 2;

/// Why a message failed whose request was cut off by the end of its process.
const STRANDED: &str = "the gateway stopped while it was handed on; whether it was sent is unknown";

/// A message's place among those on their way out.
#[derive(Debug, Clone, Copy)]
pub struct Place(i64);

/// A message that is being handed on.
#[derive(Debug)]
pub struct Outbound {
    /// The message.
    pub message: Message,
    /// How often it came back unsent.
    pub turns: usize,
    /// Its place.
    pub place: Place,
}

/// A message whose status is asked for.
#[derive(Debug)]
pub struct Awaited {
    /// Its id at the other API.
    pub upstream: String,
    /// When it was accepted.
    pub at: Timestamp,
    /// How often it was asked for.
    pub turns: usize,
    /// Its place.
    pub place: Place,
}

/// What became of a message that was handed on, or asked for.
#[derive(Debug)]
pub enum Passage {
    /// The other API took it, under this id; its status is asked for then.
    Taken(String, Timestamp),
    /// Nothing was sent; it is tried again then.
    Unsent(Timestamp),
    /// It is asked for again then.
    Open(Timestamp),
    /// Its status is final; why, where somebody said so.
    Ended(MessageStatus, Option<String>),
}

impl Writer {
    /// Queues a message that was accepted for a route.
    pub(in crate::journal) fn queue_out(
        &self,
        key: i64,
        stream: i64,
        now: i64,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO relay (message, stream, state, next_at) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute([key, stream, WAITING, now])?;
        Ok(())
    }

    /// Takes messages of a stream that are to be handed on, oldest first. Whoever is killed before
    /// `until` leaves them to fail: they are never handed on twice.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hand_on(
        &self,
        stream: &StreamId,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> rusqlite::Result<Vec<Outbound>> {
        let outbound = |row: &Row<'_>| {
            let (key, message) = row::message(row)?;
            let turns: i64 = row.get(14)?;
            let turns = usize::try_from(turns).unwrap_or_default();
            Ok(Outbound {
                message,
                turns,
                place: Place(key),
            })
        };
        let taken: Vec<Outbound> = self
            .connection
            .prepare_cached(&format!(
                "SELECT {MESSAGE}, turns FROM relay JOIN message ON seq = relay.message
                 JOIN stream ON stream.key = message.stream
                 WHERE relay.stream = ?1 AND state = ?2 AND next_at <= ?3 ORDER BY seq LIMIT ?4"
            ))?
            .query_map(
                params![
                    self.key(stream)?,
                    WAITING,
                    now.as_millisecond(),
                    i64::try_from(most).unwrap_or(i64::MAX)
                ],
                outbound,
            )?
            .collect::<rusqlite::Result<_>>()?;
        for one in &taken {
            self.move_to(one.place, BEING_HANDED_ON, until)?;
        }
        Ok(taken)
    }

    /// Takes messages of a stream whose status is to be asked for.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ask_for(
        &self,
        stream: &StreamId,
        most: usize,
        now: Timestamp,
        until: Timestamp,
    ) -> rusqlite::Result<Vec<Awaited>> {
        let awaited = |row: &Row<'_>| {
            let turns: i64 = row.get(2)?;
            Ok(Awaited {
                place: Place(row.get(0)?),
                upstream: row.get(1)?,
                turns: usize::try_from(turns).unwrap_or_default(),
                at: row::time(row.get(3)?),
            })
        };
        let taken: Vec<Awaited> = self
            .connection
            .prepare_cached(
                "SELECT relay.message, upstream, turns, at FROM relay
                 JOIN message ON seq = relay.message
                 WHERE relay.stream = ?1 AND state = ?2 AND next_at <= ?3
                 ORDER BY relay.message LIMIT ?4",
            )?
            .query_map(
                params![
                    self.key(stream)?,
                    HANDED_ON,
                    now.as_millisecond(),
                    i64::try_from(most).unwrap_or(i64::MAX)
                ],
                awaited,
            )?
            .collect::<rusqlite::Result<_>>()?;
        for one in &taken {
            self.move_to(one.place, HANDED_ON, until)?;
        }
        Ok(taken)
    }

    /// Keeps what became of a message that was handed on, or what was learned of it since.
    ///
    /// # Errors
    /// Those of the database.
    pub fn settle(
        &self,
        Place(key): Place,
        passage: &Passage,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        match passage {
            Passage::Taken(upstream, next) => {
                let moved = self
                    .connection
                    .prepare_cached(
                        "UPDATE relay SET state = ?2, upstream = ?3, next_at = ?4, turns = 0
                         WHERE message = ?1",
                    )?
                    .execute(params![key, HANDED_ON, upstream, next.as_millisecond()])?;
                if moved > 0 {
                    self.connection
                        .prepare_cached("UPDATE message SET sent_at = ?2 WHERE seq = ?1")?
                        .execute([key, now.as_millisecond()])?;
                }
                Ok(())
            }
            Passage::Unsent(next) => self.again(key, WAITING, *next),
            Passage::Open(next) => self.again(key, HANDED_ON, *next),
            Passage::Ended(outcome, details) => self.end(key, *outcome, details.as_deref(), now),
        }
    }

    fn move_to(&self, Place(key): Place, state: i64, at: Timestamp) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("UPDATE relay SET state = ?2, next_at = ?3 WHERE message = ?1")?
            .execute([key, state, at.as_millisecond()])?;
        Ok(())
    }

    fn again(&self, key: i64, state: i64, at: Timestamp) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE relay SET state = ?2, next_at = ?3, turns = turns + 1 WHERE message = ?1",
            )?
            .execute([key, state, at.as_millisecond()])?;
        Ok(())
    }

    fn leave(&self, key: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached("DELETE FROM relay WHERE message = ?1")?
            .execute([key])?;
        Ok(())
    }

    fn end(
        &self,
        key: i64,
        outcome: MessageStatus,
        details: Option<&str>,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let stream: Option<i64> = self
            .connection
            .prepare_cached("SELECT stream FROM relay WHERE message = ?1")?
            .query_row([key], |row| row.get(0))
            .optional()?;
        // Given up meanwhile, as after the machine slept.
        let Some(stream) = stream else { return Ok(()) };
        self.leave(key)?;
        self.connection
            .prepare_cached(
                "UPDATE message SET outcome = ?2, final_at = ?3, details = ?4 WHERE seq = ?1",
            )?
            .execute(params![
                key,
                status_number(outcome),
                now.as_millisecond(),
                details
            ])?;
        let mut tally = self.tally.borrow_mut();
        tally.ended(stream, status_number(outcome));
        Ok(())
    }

    /// After the clock was set back: what could not be as late as it says is due now; what is being
    /// handed on has its claim from now on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rebase_relay(
        &self,
        now: Timestamp,
        longest: Duration,
        claim: Duration,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE relay SET next_at = iif(state = ?1, ?2, ?3)
                 WHERE state IN (0, 1, 2) AND next_at > ?4",
            )?
            .execute([
                BEING_HANDED_ON,
                row::after(now, claim),
                now.as_millisecond(),
                row::after(now, longest),
            ])?;
        Ok(())
    }

    /// Gives up the messages whose claim ran out while they were being handed on; how many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn give_up_stranded(&self, now: Timestamp) -> rusqlite::Result<usize> {
        let keys: Vec<i64> = self
            .connection
            .prepare_cached("SELECT message FROM relay WHERE state = ?1 AND next_at <= ?2")?
            .query_map([BEING_HANDED_ON, now.as_millisecond()], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for key in &keys {
            self.end(*key, MessageStatus::SentFailed, Some(STRANDED), now)?;
        }
        Ok(keys.len())
    }
}
