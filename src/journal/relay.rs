//! Messages of live streams on their way out. Each is handed on at most once: that it is being
//! handed on is on disk before the request leaves.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::reader::Reader;
use super::row::{self, MESSAGE, status_number};
use super::writer::Writer;
use crate::domain::{Message, MessageStatus, StreamId};
use crate::error::Failure;

/// How a message stands in its column. These numbers are in people's files: they never change.
const WAITING: i64 = 0;
const BEING_HANDED_ON: i64 = 1;
const HANDED_ON: i64 = 2;

/// Why a message failed whose request was cut off by the end of its process.
const STRANDED: &str = "the gateway stopped while it was handed on; whether it was sent is unknown";

/// A message that is being handed on.
#[derive(Debug)]
pub struct Outbound {
    /// The message.
    pub message: Message,
    /// How often it came back unsent.
    pub turns: usize,
    key: i64,
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
    key: i64,
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
    /// It is not asked for any more, and stays as it is.
    Forgotten,
}

impl Writer {
    /// Queues a message that was accepted for a route.
    pub(super) fn queue_out(&self, key: i64, stream: i64, now: i64) -> rusqlite::Result<()> {
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
                key,
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
            self.move_to(one.key, BEING_HANDED_ON, until)?;
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
                key: row.get(0)?,
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
            self.move_to(one.key, HANDED_ON, until)?;
        }
        Ok(taken)
    }

    /// Keeps what became of a message that was being handed on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passed(
        &self,
        one: &Outbound,
        passage: &Passage,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        self.settle(one.key, passage, now)
    }

    /// Keeps what was learned of a message that was asked for.
    ///
    /// # Errors
    /// Those of the database.
    pub fn learned(
        &self,
        one: &Awaited,
        passage: &Passage,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        self.settle(one.key, passage, now)
    }

    fn settle(&self, key: i64, passage: &Passage, now: Timestamp) -> rusqlite::Result<()> {
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
            Passage::Forgotten => self.leave(key),
        }
    }

    fn move_to(&self, key: i64, state: i64, at: Timestamp) -> rusqlite::Result<()> {
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
        let after = |span: Duration| {
            let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            now.as_millisecond().saturating_add(span)
        };
        self.connection
            .prepare_cached(
                "UPDATE relay SET next_at = iif(state = ?1, ?2, ?3)
                 WHERE state IN (0, 1, 2) AND next_at > ?4",
            )?
            .execute([
                BEING_HANDED_ON,
                after(claim),
                now.as_millisecond(),
                after(longest),
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

/// What there is to be done for live streams.
#[derive(Debug, Default)]
pub struct OutboundWork {
    /// Streams with messages to hand on.
    pub to_hand_on: Vec<StreamId>,
    /// Streams with messages to ask for.
    pub to_ask_for: Vec<StreamId>,
    /// Whether a claim ran out.
    pub stranded: bool,
    /// When something is due that is not due yet.
    pub next: Option<Timestamp>,
}

impl Reader {
    /// What is due for live streams.
    ///
    /// # Errors
    /// Those of the database.
    pub fn outbound(&self, now: Timestamp) -> Result<OutboundWork, Failure> {
        let ask = || -> rusqlite::Result<OutboundWork> {
            let now = now.as_millisecond();
            let mut streams = self.connection.prepare_cached(
                "SELECT DISTINCT stream.id FROM relay JOIN stream ON stream.key = relay.stream
                 WHERE state = ?1 AND next_at <= ?2",
            )?;
            let mut due = |state: i64| -> rusqlite::Result<Vec<StreamId>> {
                streams
                    .query_map([state, now], |row| {
                        row::stream_id(&row.get::<_, String>(0)?, 0)
                    })?
                    .collect()
            };
            let (to_hand_on, to_ask_for) = (due(WAITING)?, due(HANDED_ON)?);
            let stranded = !due(BEING_HANDED_ON)?.is_empty();
            let next: Option<i64> = self
                .connection
                .prepare_cached(
                    "SELECT min(next_at) FROM relay WHERE state IN (0, 1, 2) AND next_at > ?1",
                )?
                .query_row([now], |row| row.get(0))?;
            Ok(OutboundWork {
                to_hand_on,
                to_ask_for,
                stranded,
                next: next.map(row::time),
            })
        };
        self.ours(ask())
    }

    /// Which of these messages are not handed on yet.
    ///
    /// # Errors
    /// Those of the database.
    pub fn not_handed_on(&self, uuids: &[Uuid]) -> Result<usize, Failure> {
        let count = || -> rusqlite::Result<usize> {
            let mut find = self.connection.prepare_cached(
                "SELECT 1 FROM relay WHERE state < ?2
                 AND message = (SELECT seq FROM message WHERE uuid = ?1)",
            )?;
            let mut count = 0;
            for uuid in uuids {
                count += usize::from(find.exists(params![uuid.as_bytes(), HANDED_ON])?);
            }
            Ok(count)
        };
        self.ours(count())
    }
}
