//! What can be written, within a transaction that somebody else begins and commits.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::{ContextV7, Uuid};

use super::row::{direction_number, status_number};
use super::tally::Tally;
use crate::domain::{Course, Direction, InternalId, MessageText, Phone, SenderId, StreamId};

/// A message that has passed every check.
#[derive(Debug)]
pub struct NewMessage {
    /// The caller's own id.
    pub internal_id: Option<InternalId>,
    /// Whom it goes to.
    pub recipient: Phone,
    /// Whom it comes from.
    pub sender: SenderId,
    /// What it says.
    pub text: MessageText,
    /// How it comes out.
    pub course: Course,
}

/// What became of a message that was to be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is new.
    New(Uuid),
    /// The same message was accepted before, under the same internal id.
    Repeated(Uuid),
    /// Another message was accepted before under its internal id.
    Taken,
}

/// The writing side of the journal, inside a transaction.
#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    pub(super) tally: RefCell<Tally>,
    keys: RefCell<HashMap<StreamId, i64>>,
    order: ContextV7,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            tally: RefCell::default(),
            keys: RefCell::default(),
            order: ContextV7::new(),
        }
    }

    /// Forgets what a failed transaction did.
    pub(super) fn reset(&self) {
        self.tally.borrow_mut().clear();
        self.keys.borrow_mut().clear();
    }

    /// The number that stands for a stream.
    pub(super) fn key(&self, stream: &StreamId) -> rusqlite::Result<i64> {
        if let Some(key) = self.keys.borrow().get(stream) {
            return Ok(*key);
        }
        self.connection
            .prepare_cached("INSERT INTO stream (id) VALUES (?1) ON CONFLICT DO NOTHING")?
            .execute([stream.as_str()])?;
        let key = self
            .connection
            .prepare_cached("SELECT key FROM stream WHERE id = ?1")?
            .query_row([stream.as_str()], |row| row.get(0))?;
        self.keys.borrow_mut().insert(stream.clone(), key);
        Ok(key)
    }

    /// A new id; ids of one process stand in the order in which they were made.
    pub(super) fn uuid(&self, now: Timestamp) -> Uuid {
        let seconds = u64::try_from(now.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or_default();
        Uuid::new_v7(uuid::Timestamp::from_unix(
            &self.order,
            seconds,
            nanoseconds,
        ))
    }

    /// Takes messages in, each for itself.
    ///
    /// # Errors
    /// Those of the database.
    pub fn accept(
        &self,
        stream: &StreamId,
        messages: &[NewMessage],
        now: Timestamp,
    ) -> rusqlite::Result<Vec<Accepted>> {
        let key = self.key(stream)?;
        messages
            .iter()
            .map(|message| self.accept_one(key, message, now))
            .collect()
    }

    fn accept_one(
        &self,
        stream: i64,
        message: &NewMessage,
        now: Timestamp,
    ) -> rusqlite::Result<Accepted> {
        let uuid = self.uuid(now);
        let Course {
            sent_at,
            final_at,
            outcome,
        } = message.course;
        let (outcome, final_at) = (
            status_number(outcome),
            final_at.map(Timestamp::as_millisecond),
        );
        let internal_id = message.internal_id.as_ref().map(InternalId::as_str);
        let inserted = self
            .connection
            .prepare_cached(
                "INSERT INTO message (uuid, stream, direction, internal_id, handset, sender, text,
                    at, outcome, sent_at, final_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                 ON CONFLICT (stream, internal_id) WHERE internal_id IS NOT NULL DO NOTHING",
            )?
            .execute(params![
                uuid.as_bytes(),
                stream,
                direction_number(Direction::Outgoing),
                internal_id,
                message.recipient.as_str(),
                message.sender.as_str(),
                message.text.as_str(),
                now.as_millisecond(),
                outcome,
                sent_at.map(Timestamp::as_millisecond),
                final_at,
            ])?;
        if inserted == 1 {
            self.tally.borrow_mut().add(stream, final_at, outcome, 1);
            return Ok(Accepted::New(uuid));
        }
        self.first_with(stream, message)
            .map(|first| first.map_or(Accepted::Taken, Accepted::Repeated))
    }

    /// The message that has this one's internal id, if it is the same message.
    fn first_with(&self, stream: i64, message: &NewMessage) -> rusqlite::Result<Option<Uuid>> {
        let uuid: Option<[u8; 16]> = self
            .connection
            .prepare_cached(
                "SELECT uuid FROM message WHERE stream = ?1 AND internal_id = ?2
                 AND handset = ?3 AND sender = ?4 AND text = ?5",
            )?
            .query_row(
                params![
                    stream,
                    message.internal_id.as_ref().map(InternalId::as_str),
                    message.recipient.as_str(),
                    message.sender.as_str(),
                    message.text.as_str(),
                ],
                |row| row.get(0),
            )
            .optional()?;
        Ok(uuid.map(Uuid::from_bytes))
    }
}
