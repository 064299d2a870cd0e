//! What can be asked.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};
use uuid::Uuid;

use super::fault::fault;
use super::row::{self, MESSAGE, RECEIVED, direction_number, status_number};
use super::{connection, schema};
use crate::domain::{Direction, Message, MessageStatus, StreamId};
use crate::error::Failure;

/// The reading side of the journal.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    pub(super) connection: Connection,
}

/// Which messages: all of these conditions hold.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Of this stream.
    pub stream: Option<StreamId>,
    /// To this number or Sender ID.
    pub to: Option<String>,
    /// From this number or Sender ID.
    pub from: Option<String>,
    /// Going this way.
    pub direction: Option<Direction>,
    /// Having come this far.
    pub status: Option<MessageStatus>,
    /// Not older than this.
    pub since: Option<Timestamp>,
    /// After this one, in the order of arrival.
    pub after: Option<i64>,
}

/// How many messages a stream has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Outgoing messages by status.
    pub outgoing: BTreeMap<MessageStatus, u64>,
    /// Incoming messages.
    pub incoming: u64,
    /// Outgoing messages whose status is not final.
    pub open: u64,
}

impl Reader {
    /// Opens the file, which must be there.
    ///
    /// # Errors
    /// When it is damaged, of another version, or cannot be read.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let connection = connection::reading(path).map_err(|error| fault(path, &error))?;
        schema::check(path, &connection)?;
        Ok(Self {
            path: path.to_owned(),
            connection,
        })
    }

    /// As [`Reader::open`]; `None` where no message was ever kept.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_if_there(path: &Path) -> Result<Option<Self>, Failure> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = connection::reading(path).map_err(|error| fault(path, &error))?;
        let filled = schema::check(path, &connection)?;
        Ok(filled.then(|| Self {
            path: path.to_owned(),
            connection,
        }))
    }

    pub(super) fn ours<T>(&self, result: rusqlite::Result<T>) -> Result<T, Failure> {
        result.map_err(|error| fault(&self.path, &error))
    }

    /// A number that changes when another connection has written.
    ///
    /// # Errors
    /// Those of the database.
    pub fn edition(&self) -> Result<i64, Failure> {
        self.ours(
            self.connection
                .pragma_query_value(None, "data_version", |row| row.get(0)),
        )
    }

    /// The message with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn message(&self, uuid: Uuid) -> Result<Option<Message>, Failure> {
        let found = self.ours(row::by_uuid(&self.connection, uuid))?;
        Ok(found.map(|(_, message)| message))
    }

    /// The outgoing message with this internal id, in one stream or, newest first, in any.
    ///
    /// # Errors
    /// Those of the database.
    pub fn by_internal_id(
        &self,
        stream: Option<&StreamId>,
        internal_id: &str,
    ) -> Result<Option<Message>, Failure> {
        let find = || {
            self.connection
                .prepare_cached(&format!(
                    "SELECT {MESSAGE} FROM stream JOIN message ON stream.key = message.stream
                     WHERE internal_id = ?2 AND (?1 IS NULL OR stream.id = ?1)
                     ORDER BY seq DESC LIMIT 1"
                ))?
                .query_row(
                    params![stream.map(StreamId::as_str), internal_id],
                    row::message,
                )
                .optional()
        };
        Ok(self.ours(find())?.map(|(_, message)| message))
    }

    /// Messages, newest first, at most `limit` of them; each with its place in the order of
    /// arrival.
    ///
    /// # Errors
    /// Those of the database.
    pub fn messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<(i64, Message)>, Failure> {
        let list = || {
            let (sql, mut values) = select(filter, now);
            values.push((":limit", i64::try_from(limit).unwrap_or(i64::MAX).into()));
            let values: Vec<_> = values
                .iter()
                .map(|(name, value)| (*name, value as &dyn ToSql))
                .collect();
            self.connection
                .prepare_cached(&sql)?
                .query_map(values.as_slice(), row::message)?
                .collect()
        };
        self.ours(list())
    }

    /// The place of the newest message in the order of arrival; 0 before the first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn newest(&self) -> Result<i64, Failure> {
        let newest = || {
            self.connection
                .query_row("SELECT ifnull(max(seq), 0) FROM message", [], |row| {
                    row.get(0)
                })
        };
        self.ours(newest())
    }

    /// The streams that have messages whose status is not final.
    ///
    /// # Errors
    /// Those of the database.
    pub fn sending(&self, now: Timestamp) -> Result<HashSet<String>, Failure> {
        let list = || {
            self.connection
                .prepare_cached(
                    "SELECT DISTINCT stream.id FROM tally JOIN stream ON stream.key = tally.stream
                     WHERE final_at > 0 AND final_at > ?1 AND n > 0 AND status >= 0",
                )?
                .query_map([now.as_millisecond()], |row| row.get(0))?
                .collect()
        };
        self.ours(list())
    }

    /// How many messages a stream has, by status.
    ///
    /// # Errors
    /// Those of the database.
    pub fn statistics(&self, stream: &StreamId, now: Timestamp) -> Result<Statistics, Failure> {
        let count = || -> rusqlite::Result<Statistics> {
            let mut statistics = Statistics::default();
            let mut lines = self.connection.prepare_cached(
                "SELECT status, final_at > ?2, sum(n) FROM tally
                 JOIN stream ON stream.key = tally.stream
                 WHERE stream.id = ?1 GROUP BY 1, 2",
            )?;
            let mut lines = lines.query(params![stream.as_str(), now.as_millisecond()])?;
            while let Some(line) = lines.next()? {
                let (status, open): (i64, bool) = (line.get(0)?, line.get(1)?);
                let n = u64::try_from(line.get::<_, i64>(2)?).unwrap_or_default();
                if status == RECEIVED {
                    statistics.incoming += n;
                    continue;
                }
                let status = if open {
                    statistics.open += n;
                    MessageStatus::Sent
                } else {
                    row::status(status)
                };
                *statistics.outgoing.entry(status).or_default() += n;
            }
            statistics.outgoing.retain(|_, n| *n > 0);
            Ok(statistics)
        };
        self.ours(count())
    }
}

/// The query for a filter, with only the conditions that are set, so that their indexes are used.
fn select(filter: &MessageFilter, now: Timestamp) -> (String, Vec<(&'static str, Value)>) {
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let number = |number: Option<i64>| number.map(Value::from);
    let conditions = [
        (
            "stream.id = :stream",
            ":stream",
            filter.stream.as_ref().map(|id| id.to_string().into()),
        ),
        (
            "(direction = 0 AND handset = :to OR direction = 1 AND sender = :to)",
            ":to",
            text(&filter.to),
        ),
        (
            "(direction = 1 AND handset = :from OR direction = 0 AND sender = :from)",
            ":from",
            text(&filter.from),
        ),
        (
            "direction = :direction",
            ":direction",
            number(filter.direction.map(direction_number)),
        ),
        (
            "direction = 0 AND :status = iif(final_at <= :now, outcome, 0)",
            ":status",
            number(filter.status.map(status_number)),
        ),
        (
            "at >= :since",
            ":since",
            number(filter.since.map(Timestamp::as_millisecond)),
        ),
        ("seq > :after", ":after", number(filter.after)),
    ];
    let mut sql = format!(
        "SELECT {MESSAGE} FROM message JOIN stream ON stream.key = message.stream WHERE TRUE"
    );
    let mut values = Vec::new();
    for (condition, name, value) in conditions {
        let Some(value) = value else { continue };
        sql += " AND ";
        sql += condition;
        values.push((name, value));
    }
    if filter.status.is_some() {
        values.push((":now", now.as_millisecond().into()));
    }
    sql += " ORDER BY seq DESC LIMIT :limit";
    (sql, values)
}
