//! What can be asked.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};
use uuid::Uuid;

use super::fault::database;
use super::row::{self, MESSAGE, RECEIVED, direction_number, status_number};
use super::{connection, schema};
use crate::domain::{Message, MessageStatus, StreamId};
use crate::store::ids::key_at;
use crate::store::{Cursor, HandedOn, Inventory, MessageFilter, Statistics, StoreError};

#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    pub(super) connection: Connection,
}

impl Reader {
    /// Opens the file; `None` where no message was ever kept.
    pub fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        if !path.exists() {
            return Ok(None);
        }
        let ours = |error| database(path, &error);
        let connection = connection::reading(path).map_err(ours)?;
        let filled = schema::check(path, &connection)?;
        Ok(filled.then(|| Self {
            path: path.to_owned(),
            connection,
        }))
    }

    pub fn ours<T>(&self, result: rusqlite::Result<T>) -> Result<T, StoreError> {
        result.map_err(|error| database(&self.path, &error))
    }

    /// A number that changes when another connection has written.
    pub fn edition(&self) -> Result<u64, StoreError> {
        let edition = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
        Ok(self.ours(edition)?.cast_unsigned())
    }

    pub fn with_ids(&self, uuids: &[Uuid]) -> Result<Vec<Message>, StoreError> {
        let find = |uuid: &Uuid| row::by_uuid(&self.connection, *uuid).transpose();
        let found = uuids.iter().filter_map(find);
        self.ours(found.map(|found| Ok(found?.1)).collect())
    }

    pub fn with_internal_id(
        &self,
        stream: Option<&StreamId>,
        internal_id: &str,
    ) -> Result<Option<Message>, StoreError> {
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
    pub fn messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
        now: Timestamp,
    ) -> Result<Vec<(Cursor, Message)>, StoreError> {
        let placed = |row: &rusqlite::Row<'_>| {
            let (place, message) = row::message(row)?;
            Ok((Cursor(place), message))
        };
        let list = || {
            let (sql, mut values) = select(filter, now);
            values.push((":limit", i64::try_from(limit).unwrap_or(i64::MAX).into()));
            let values: Vec<_> = values
                .iter()
                .map(|(name, value)| (*name, value as &dyn ToSql))
                .collect();
            self.connection
                .prepare_cached(&sql)?
                .query_map(values.as_slice(), placed)?
                .collect()
        };
        self.ours(list())
    }

    pub fn handed_on(&self, uuid: Uuid) -> Result<HandedOn, StoreError> {
        let find = || {
            let Some(key) = row::key_of_message(&self.connection, uuid)? else {
                return Ok(HandedOn::default());
            };
            self.connection
                .prepare_cached("SELECT route, remote_id FROM message WHERE seq = ?1")?
                .query_row([key], |row| {
                    Ok(HandedOn {
                        route: row.get(0)?,
                        remote_id: row.get(1)?,
                    })
                })
        };
        self.ours(find())
    }

    /// 0 before the first message.
    pub fn newest(&self) -> Result<Cursor, StoreError> {
        let newest = || {
            self.connection
                .query_row("SELECT ifnull(max(seq), 0) FROM message", [], |row| {
                    row.get(0).map(Cursor)
                })
        };
        self.ours(newest())
    }

    pub fn inventory(&self) -> Result<Inventory, StoreError> {
        let count = || {
            self.connection.query_row(
                "SELECT (SELECT ifnull(sum(n), 0) FROM tally),
                    (SELECT count(*) FROM job WHERE state = 0)",
                [],
                |row| {
                    Ok(Inventory {
                        messages: row.get::<_, i64>(0)?.unsigned_abs(),
                        waiting: row.get::<_, i64>(1)?.unsigned_abs(),
                    })
                },
            )
        };
        self.ours(count())
    }

    pub fn unsubmitted(&self, uuids: &[Uuid]) -> Result<usize, StoreError> {
        let count = || {
            let mut find = self
                .connection
                .prepare_cached("SELECT 1 FROM job WHERE target = ?1 AND kind = 1 AND state = 0")?;
            let mut waiting = 0;
            for uuid in uuids {
                if let Some(key) = row::key_of_message(&self.connection, *uuid)? {
                    waiting += usize::from(find.exists([key])?);
                }
            }
            Ok(waiting)
        };
        self.ours(count())
    }

    pub fn sending(&self, now: Timestamp) -> Result<HashSet<String>, StoreError> {
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

    pub fn statistics(&self, stream: &StreamId, now: Timestamp) -> Result<Statistics, StoreError> {
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

    /// Rows are counted in an index: their numbers hold their moments. Those of older versions do
    /// not, and are left out.
    pub fn per_hour(
        &self,
        stream: &StreamId,
        since: Timestamp,
        hours: u16,
    ) -> Result<Vec<u64>, StoreError> {
        let begin = key_at(since);
        let hour = key_at(row::time(3_600_000));
        let count = || {
            self.connection
                .prepare_cached(
                    "WITH RECURSIVE hour (n) AS
                         (SELECT 0 UNION ALL SELECT n + 1 FROM hour WHERE n + 1 < ?4)
                     SELECT (SELECT count(*) FROM message
                         WHERE stream = (SELECT key FROM stream WHERE id = ?1)
                         AND seq >= ?2 + n * ?3 AND seq < ?2 + (n + 1) * ?3) FROM hour",
                )?
                .query_map(params![stream.as_str(), begin, hour, hours], |row| {
                    Ok(row.get::<_, i64>(0)?.cast_unsigned())
                })?
                .collect()
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
            number(filter.direction.map(direction_number::<i64>)),
        ),
        (
            "direction = 0 AND :status = iif(final_at <= :now, outcome, 0)",
            ":status",
            number(filter.status.map(status_number::<i64>)),
        ),
        (
            "at >= :since",
            ":since",
            number(filter.since.map(Timestamp::as_millisecond)),
        ),
        (
            "seq > :after",
            ":after",
            number(filter.after.map(|Cursor(place)| place)),
        ),
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
