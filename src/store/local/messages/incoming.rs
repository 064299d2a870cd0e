//! Messages of handsets: replies to a stream, and what carriers tell.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Row, params};
use uuid::Uuid;

use super::events::NewEvent;
use super::fault::WriteError;
use super::reader::Reader;
use super::row::{self, RECEIVED, direction_number};
use super::writer::Writer;
use crate::domain::{Consent, Course, Direction, Message, StreamId};
use crate::store::{Candidate, NewIncoming, NewReply, Received, StoreError, TakenIn, Unmatched};

/// An incoming message whose stream is known.
struct Matched<'a> {
    stream: &'a StreamId,
    from: &'a str,
    /// Where it went to, if that was said.
    to: Option<&'a str>,
    /// Where it went to if nothing else says so.
    default_to: Option<&'a str>,
    text: &'a str,
    at: Timestamp,
    consent: Option<Consent>,
    notify: Option<&'a str>,
    /// The route, and the carrier's id.
    heard: Option<(&'a str, Option<&'a str>)>,
}

impl Writer {
    pub fn receive(&self, reply: &NewReply) -> Result<Option<Received>, WriteError> {
        self.keep_incoming(&Matched {
            stream: &reply.stream,
            from: reply.from.as_str(),
            to: None,
            default_to: reply.to.as_ref().map(crate::domain::SenderId::as_str),
            text: reply.text.as_str(),
            at: self.now(),
            consent: reply.consent,
            notify: reply.notify.as_deref(),
            heard: None,
        })
    }

    pub fn take_in(&self, new: &NewIncoming) -> Result<TakenIn, WriteError> {
        if self.is_known(&new.route, new.remote_id.as_deref())? {
            return Ok(TakenIn::Known);
        }
        let now = self.now();
        let at = new.at.map_or(now, |at| at.min(now));
        let Some(candidate) = self.choose(new)? else {
            return self.keep_unmatched(new, at).map(TakenIn::Unmatched);
        };
        let received = self.keep_incoming(&Matched {
            stream: &candidate.stream,
            from: &new.from,
            to: new.to.as_deref(),
            default_to: Some(candidate.sender.as_deref().unwrap_or_default()),
            text: &new.text,
            at,
            consent: new.consent,
            notify: candidate.notify.as_deref(),
            heard: Some((&new.route, new.remote_id.as_deref())),
        })?;
        // It always knows where it went to.
        Ok(received.map_or(TakenIn::Known, |one| TakenIn::Matched(Box::new(one))))
    }

    fn is_known(&self, route: &str, remote_id: Option<&str>) -> rusqlite::Result<bool> {
        let Some(remote_id) = remote_id else {
            return Ok(false);
        };
        self.connection
            .prepare_cached(
                "SELECT 1 FROM message WHERE route = ?1 AND remote_id = ?2 AND direction = 1
                 UNION ALL SELECT 1 FROM unmatched WHERE route = ?1 AND remote_id = ?2",
            )?
            .exists([route, remote_id])
    }

    /// The stream that a message is for.
    fn choose<'a>(&self, new: &'a NewIncoming) -> Result<Option<&'a Candidate>, WriteError> {
        if let [only] = new.candidates.as_slice() {
            return Ok(Some(only));
        }
        let mut newest = self.connection.prepare_cached(
            "SELECT stream.id FROM message JOIN stream ON stream.key = message.stream
             WHERE handset = ?1 AND direction = 0 AND at >= ?2 ORDER BY seq DESC",
        )?;
        let mut streams = newest.query(params![new.from, new.since.as_millisecond()])?;
        while let Some(row) = streams.next()? {
            let id: String = row.get(0)?;
            let same = |one: &&Candidate| one.stream.as_str() == id;
            if let Some(found) = new.candidates.iter().find(same) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn keep_unmatched(&self, new: &NewIncoming, at: Timestamp) -> Result<Uuid, WriteError> {
        let (uuid, seq) = self.id()?;
        self.connection
            .prepare_cached(
                "INSERT INTO unmatched (seq, uuid, route, remote_id, handset, sender, text, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(params![
                seq,
                uuid.as_bytes(),
                new.route,
                new.remote_id,
                new.from,
                new.to,
                new.text,
                at.as_millisecond(),
            ])?;
        Ok(uuid)
    }

    pub fn assign(
        &self,
        uuid: Uuid,
        to: &Candidate,
        consent: Option<Consent>,
    ) -> Result<Option<Received>, WriteError> {
        let found = self
            .connection
            .prepare_cached(
                "DELETE FROM unmatched WHERE uuid = ?1
                 RETURNING uuid, route, handset, sender, text, at, remote_id",
            )?
            .query_row([uuid.as_bytes()], |row| {
                Ok((unmatched(row)?, row.get::<_, Option<String>>(6)?))
            })
            .optional()?;
        let Some((old, remote_id)) = found else {
            return Ok(None);
        };
        self.keep_incoming(&Matched {
            stream: &to.stream,
            from: &old.from,
            to: old.to.as_deref(),
            default_to: Some(to.sender.as_deref().unwrap_or_default()),
            text: &old.text,
            at: old.at,
            consent,
            notify: to.notify.as_deref(),
            heard: Some((&old.route, remote_id.as_deref())),
        })
    }

    /// Threaded to the last message that the handset got from the stream; `None` where it never got
    /// one and nothing says where the message went to.
    fn keep_incoming(&self, new: &Matched<'_>) -> Result<Option<Received>, WriteError> {
        let stream = self.key(new.stream)?;
        // The plus keeps SQLite from looking through all messages of the stream.
        let last: Option<([u8; 16], String)> = self
            .connection
            .prepare_cached(
                "SELECT uuid, sender FROM message
                 WHERE handset = ?1 AND +stream = ?2 AND direction = 0 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![new.from, stream], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (in_reply_to, sender) = last.unzip();
        let said = new.to.map(str::to_owned).or(sender);
        let Some(sender) = said.or_else(|| new.default_to.map(str::to_owned)) else {
            return Ok(None);
        };
        let (uuid, seq) = self.id()?;
        let message = Message {
            uuid,
            stream: new.stream.clone(),
            direction: Direction::Incoming,
            internal_id: None,
            handset: new.from.to_owned(),
            sender,
            text: new.text.to_owned(),
            at: new.at,
            course: Course::waiting(),
            details: None,
            in_reply_to: in_reply_to.map(Uuid::from_bytes),
        };
        self.insert_incoming(seq, stream, &message, new.heard)?;
        self.tally.borrow_mut().add(stream, Some(0), RECEIVED, 1);
        self.reply_consent(stream, new.from, new.consent)?;
        let event = match new.notify {
            None => None,
            Some(url) => {
                let event = NewEvent {
                    stream,
                    handset: &message.handset,
                    message: uuid,
                    status: None,
                    at: new.at,
                };
                Some(self.tell(&event, url)?)
            }
        };
        Ok(Some(Received { message, event }))
    }

    fn insert_incoming(
        &self,
        seq: i64,
        stream: i64,
        message: &Message,
        heard: Option<(&str, Option<&str>)>,
    ) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO message (seq, uuid, stream, direction, handset, sender, text, at,
                    outcome, in_reply_to, route, remote_id)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, ?11)",
            )?
            .execute(params![
                seq,
                message.uuid.as_bytes(),
                stream,
                direction_number::<i64>(message.direction),
                message.handset,
                message.sender,
                message.text,
                message.at.as_millisecond(),
                message.in_reply_to.map(Uuid::into_bytes),
                heard.map(|(route, _)| route),
                heard.and_then(|(_, remote_id)| remote_id),
            ])?;
        Ok(())
    }
}

impl Reader {
    pub fn unmatched(&self, limit: usize) -> Result<Vec<Unmatched>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let list = || {
            self.connection
                .prepare_cached(
                    "SELECT uuid, route, handset, sender, text, at FROM unmatched
                     ORDER BY seq DESC LIMIT ?1",
                )?
                .query_map([limit], unmatched)?
                .collect()
        };
        self.ours(list())
    }
}

fn unmatched(row: &Row<'_>) -> rusqlite::Result<Unmatched> {
    Ok(Unmatched {
        uuid: Uuid::from_bytes(row.get(0)?),
        route: row.get(1)?,
        from: row.get(2)?,
        to: row.get(3)?,
        text: row.get(4)?,
        at: row::time(row.get(5)?),
    })
}
