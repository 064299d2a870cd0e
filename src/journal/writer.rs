//! What can be written, within a transaction that somebody else begins and commits.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::deliveries::SWITCHED_OFF;
use super::ids::Ids;
use super::row::{RECEIVED, direction_number, status_number};
use super::schema;
use super::tally::Tally;
use crate::domain::{
    Course, Direction, InternalId, Message, MessageText, Phone, SenderId, StreamId,
};

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
    /// Whether it waits to be handed on by a route.
    pub leaves: bool,
}

/// A reply that has passed every check.
#[derive(Debug)]
pub struct NewReply {
    /// The stream that it belongs to.
    pub stream: StreamId,
    /// The handset that it comes from.
    pub from: Phone,
    /// The Sender ID that it goes to, where the handset never got a message.
    pub to: Option<SenderId>,
    /// What it says.
    pub text: MessageText,
    /// The URL of the stream's webhook.
    pub webhook: Option<String>,
}

/// A reply that is kept.
#[derive(Debug)]
pub struct Received {
    /// The message.
    pub message: Message,
    /// Whether its delivery, which has the message's id, is due; `None` where there is no webhook.
    pub delivery: Option<bool>,
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
    ids: RefCell<Ids>,
}

impl Writer {
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            tally: RefCell::default(),
            keys: RefCell::default(),
            ids: RefCell::default(),
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

    /// A new id.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn uuid(&self, now: Timestamp) -> rusqlite::Result<Uuid> {
        let made = self.ids.borrow_mut().next(now);
        made.map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    }

    /// Writes a page that changes nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn touch(&self) -> rusqlite::Result<()> {
        schema::touch(&self.connection)
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
        let uuid = self.uuid(now)?;
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
            if message.leaves {
                let key = self.connection.last_insert_rowid();
                self.queue_out(key, stream, now.as_millisecond())?;
            }
            return Ok(Accepted::New(uuid));
        }
        self.first_with(stream, message)
            .map(|first| first.map_or(Accepted::Taken, Accepted::Repeated))
    }

    /// Keeps a reply, threaded to the last message that its handset got, and queues its delivery
    /// where the stream has a webhook. A handset that never got one needs `to`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn receive(&self, reply: &NewReply, now: Timestamp) -> rusqlite::Result<Option<Received>> {
        let stream = self.key(&reply.stream)?;
        let last: Option<([u8; 16], String)> = self
            .connection
            .prepare_cached(
                "SELECT uuid, sender FROM message
                 WHERE handset = ?1 AND stream = ?2 AND direction = 0 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![reply.from.as_str(), stream], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (in_reply_to, sender) = last.unzip();
        let Some(sender) = sender.or_else(|| reply.to.as_ref().map(ToString::to_string)) else {
            return Ok(None);
        };
        let message = Message {
            uuid: self.uuid(now)?,
            stream: reply.stream.clone(),
            direction: Direction::Incoming,
            internal_id: None,
            handset: reply.from.to_string(),
            sender,
            text: reply.text.to_string(),
            at: now,
            course: Course::waiting(),
            details: None,
            in_reply_to: in_reply_to.map(Uuid::from_bytes),
        };
        self.connection
            .prepare_cached(
                "INSERT INTO message (uuid, stream, direction, handset, sender, text, at, outcome,
                    in_reply_to)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)",
            )?
            .execute(params![
                message.uuid.as_bytes(),
                stream,
                direction_number(message.direction),
                message.handset,
                message.sender,
                message.text,
                now.as_millisecond(),
                in_reply_to,
            ])?;
        self.tally.borrow_mut().add(stream, Some(0), RECEIVED, 1);
        let seq = self.connection.last_insert_rowid();
        let delivery = match &reply.webhook {
            None => None,
            Some(url) => {
                let off = self.is_off(stream, url)?;
                let dead = off.then_some(SWITCHED_OFF);
                self.queue(message.uuid, seq, stream, &message.handset, now, dead)?;
                Some(!off)
            }
        };
        Ok(Some(Received { message, delivery }))
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
