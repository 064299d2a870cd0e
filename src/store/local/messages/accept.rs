//! Messages of a request, taken in.

use std::sync::LazyLock;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, ToSql, params};
use uuid::Uuid;

use super::events::NewEvent;
use super::fault::WriteError;
use super::row::status_number;
use super::screen::Screen;
use super::writer::Writer;
use crate::domain::{Course, InternalId};
use crate::store::{Accepted, AcceptedBatch, JobKind, NewMessage, NewMessages};

/// What is said of a message that waits for its carrier for the first time.
const NOT_SUBMITTED: &str = "not submitted to the carrier yet";

/// Rows that one statement inserts where there are as many: opening its indexes costs as much as
/// inserting a row.
const ROWS: usize = 25;

const COLUMNS: usize = 12;

/// Inserts so many messages, but for those whose internal id the stream has already.
static INSERT: LazyLock<[(usize, String); 2]> = LazyLock::new(|| [ROWS, 1].map(|n| (n, insert(n))));

fn insert(rows: usize) -> String {
    let row = format!("(0{})", ", ?".repeat(COLUMNS));
    format!(
        "INSERT INTO message (direction, seq, uuid, stream, internal_id, handset, sender, text, at,
            outcome, sent_at, final_at, details)
         VALUES {}
         ON CONFLICT (stream, internal_id) WHERE internal_id IS NOT NULL DO NOTHING",
        vec![row; rows].join(", ")
    )
}

impl Writer {
    pub fn accept(&self, new: &NewMessages) -> Result<AcceptedBatch, WriteError> {
        let (stream, now) = (self.key(&new.stream)?, self.now());
        let accepted = match self.screen(new.limit.as_ref(), now)? {
            None => self.accept_all(stream, new, now)?,
            Some(screen) => self.accept_screened(stream, new, screen, now)?,
        };
        Ok(AcceptedBatch {
            id: self.id()?.0,
            accepted,
        })
    }

    fn accept_all(
        &self,
        stream: i64,
        new: &NewMessages,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, WriteError> {
        let mut accepted = Vec::with_capacity(new.messages.len());
        let mut rest = new.messages.as_slice();
        for (rows, sql) in &*INSERT {
            while let Some((group, after)) = rest.split_at_checked(*rows) {
                let ids = self.insert(sql, stream, group, now)?;
                for (message, id) in group.iter().zip(ids) {
                    accepted.push(match id {
                        Some(id) => self.follow(stream, message, id, new.notify.as_deref(), now)?,
                        None => self.repeated(stream, message)?,
                    });
                }
                rest = after;
            }
        }
        Ok(accepted)
    }

    /// One by one: what is refused may have been accepted before, and what is accepted counts for
    /// those after it.
    fn accept_screened(
        &self,
        stream: i64,
        new: &NewMessages,
        mut screen: Screen,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, WriteError> {
        let (_, insert) = &INSERT[1];
        let mut accepted = Vec::with_capacity(new.messages.len());
        for message in &new.messages {
            let refused = self.refusal(&screen, stream, message)?;
            let one = match refused {
                Some(refused) if message.internal_id.is_none() => refused,
                Some(refused) => {
                    let before = self.repeated(stream, message)?;
                    if before == Accepted::Taken {
                        refused
                    } else {
                        before
                    }
                }
                None => match self.insert(insert, stream, std::slice::from_ref(message), now)?[0] {
                    Some(id) => {
                        screen.counts();
                        self.follow(stream, message, id, new.notify.as_deref(), now)?
                    }
                    None => self.repeated(stream, message)?,
                },
            };
            accepted.push(one);
        }
        self.count_day(&screen)?;
        Ok(accepted)
    }

    /// The ids of those that are kept now; `None` where the stream has the internal id already.
    fn insert(
        &self,
        sql: &str,
        stream: i64,
        group: &[NewMessage],
        now: Timestamp,
    ) -> Result<Vec<Option<(Uuid, i64)>>, WriteError> {
        let mut insert = self.connection.prepare_cached(sql)?;
        let mut ids = Vec::with_capacity(group.len());
        let mut place = 0;
        let mut bind = |value: &dyn ToSql| {
            place += 1;
            insert.raw_bind_parameter(place, value)
        };
        for message in group {
            let (uuid, seq) = self.id_at(now)?;
            ids.push(Some((uuid, seq)));
            let course = &message.course;
            bind(&seq)?;
            bind(&uuid.as_bytes())?;
            bind(&stream)?;
            bind(&message.internal_id.as_ref().map(InternalId::as_str))?;
            bind(&message.recipient.as_str())?;
            bind(&message.sender.as_str())?;
            bind(&message.text.as_str())?;
            bind(&now.as_millisecond())?;
            bind(&status_number::<i64>(course.outcome))?;
            bind(&course.sent_at.map(Timestamp::as_millisecond))?;
            bind(&course.final_at.map(Timestamp::as_millisecond))?;
            bind(&message.leaves.then_some(NOT_SUBMITTED))?;
        }
        if insert.raw_execute()? < group.len() {
            let mut find = self
                .connection
                .prepare_cached("SELECT 1 FROM message WHERE seq = ?1")?;
            for id in &mut ids {
                let kept = id.map_or(Ok(false), |(_, seq)| find.exists([seq]))?;
                *id = id.filter(|_| kept);
            }
        }
        Ok(ids)
    }

    /// What comes of a message that is new.
    fn follow(
        &self,
        stream: i64,
        message: &NewMessage,
        (uuid, seq): (Uuid, i64),
        notify: Option<&str>,
        now: Timestamp,
    ) -> Result<Accepted, WriteError> {
        let course = &message.course;
        let final_ms = course.final_at.map(Timestamp::as_millisecond);
        self.tally
            .borrow_mut()
            .add(stream, final_ms, status_number::<i64>(course.outcome), 1);
        let handset = message.recipient.as_str();
        if message.leaves {
            self.queue(JobKind::Submit, stream, handset, seq, now, None)?;
        }
        if let Some(url) = notify {
            self.tell_course(stream, handset, (uuid, seq), course, url)?;
        }
        Ok(Accepted::New(uuid))
    }

    /// The event of a message's first status, and the job for its last one.
    fn tell_course(
        &self,
        stream: i64,
        handset: &str,
        (uuid, seq): (Uuid, i64),
        course: &Course,
        url: &str,
    ) -> Result<(), WriteError> {
        let (first, turns) = course.told();
        if let Some((status, at)) = first {
            let event = NewEvent {
                stream,
                handset,
                message: uuid,
                status: Some((status, None)),
                at,
            };
            self.tell(&event, url)?;
        }
        if let Some(at) = turns {
            self.queue(JobKind::Turn, stream, handset, seq, at, None)?;
        }
        Ok(())
    }

    /// What is said of a message whose internal id the stream has already.
    fn repeated(&self, stream: i64, message: &NewMessage) -> rusqlite::Result<Accepted> {
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
        Ok(uuid.map_or(Accepted::Taken, |uuid| {
            Accepted::Repeated(Uuid::from_bytes(uuid))
        }))
    }
}
