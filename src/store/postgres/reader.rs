//! What can be asked about messages.

use std::collections::HashSet;

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::fault::Fault;
use super::row::{self, MESSAGE, RECEIVED, direction_number, status_number};
use super::store::PostgresStore;
use crate::domain::{Message, MessageStatus, StreamId};
use crate::store::ids::{key_at, key_of};
use crate::store::{Cursor, HandedOn, Inventory, MessageFilter, Statistics};

/// Keys of older homes, which ids do not tell, are below this one: a day.
pub(super) const BEFORE: i64 = 86_400_000 << 20;

fn messages(rows: &[Row]) -> Result<Vec<Message>, Fault> {
    rows.iter().map(|row| Ok(row::message(row)?.1)).collect()
}

impl PostgresStore {
    pub(super) async fn read_with_ids(&self, uuids: &[Uuid]) -> Result<Vec<Message>, Fault> {
        if uuids.is_empty() {
            return Ok(Vec::new());
        }

        let keys: Vec<i64> = uuids.iter().map(|uuid| key_of(*uuid)).collect();
        let find = &format!("SELECT {MESSAGE} FROM message WHERE seq = ANY($1) AND uuid = ANY($2)");
        let mut found = messages(&self.database.rows(find, &[&keys, &uuids]).await?)?;
        if found.len() < uuids.len() {
            let find =
                &format!("SELECT {MESSAGE} FROM message WHERE seq < {BEFORE} AND uuid = ANY($1)");
            found.extend(messages(&self.database.rows(find, &[&uuids]).await?)?);
        }
        Ok(found)
    }

    pub(super) async fn read_with_internal_id(
        &self,
        stream: Option<&StreamId>,
        internal_id: &str,
    ) -> Result<Option<Message>, Fault> {
        let streams: Vec<&str> = stream.map(StreamId::as_str).into_iter().collect();
        // Without a stream, every one is asked: there are far fewer of them than ids.
        let find = &format!(
            "SELECT {MESSAGE} FROM message JOIN internal_id ON internal_id.seq = message.seq
                 WHERE internal_id.internal_id = $2 AND internal_id.stream IN (
                    SELECT unnest($1::text[]) UNION ALL
                    SELECT DISTINCT stream FROM tally WHERE cardinality($1::text[]) = 0)
                 ORDER BY message.seq DESC LIMIT 1"
        );
        let found = self.database.row(find, &[&streams, &internal_id]).await?;
        Ok(found
            .as_ref()
            .map(row::message)
            .transpose()?
            .map(|(_, message)| message))
    }

    pub(super) async fn read_messages(
        &self,
        filter: &MessageFilter,
        limit: usize,
    ) -> Result<Vec<(Cursor, Message)>, Fault> {
        let (sql, values) = select(filter, limit);
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|it| &**it as _).collect();
        let list = &sql;
        let placed = |row: &Row| {
            let (place, message) = row::message(row)?;
            Ok((Cursor(place), message))
        };
        self.database
            .rows(list, &values)
            .await?
            .iter()
            .map(placed)
            .collect()
    }

    pub(super) async fn read_handed_on(&self, uuid: Uuid) -> Result<HandedOn, Fault> {
        let find = &format!(
            "SELECT route, remote_id FROM message
                 WHERE uuid = $1 AND (seq = $2 OR seq < {BEFORE})"
        );
        let found = self.database.row(find, &[&uuid, &key_of(uuid)]).await?;
        Ok(found.map_or_else(HandedOn::default, |row| HandedOn {
            route: row.get(0),
            remote_id: row.get(1),
        }))
    }

    /// 0 before the first message.
    pub(super) async fn read_newest(&self) -> Result<Cursor, Fault> {
        let find = "SELECT seq FROM message ORDER BY seq DESC LIMIT 1";
        let found = self.database.row(find, &[]).await?;
        Ok(Cursor(found.map_or(0, |row| row.get(0))))
    }

    pub(super) async fn read_inventory(&self) -> Result<Inventory, Fault> {
        let count = "SELECT (SELECT coalesce(sum(n), 0)::bigint FROM tally),
            (SELECT count(*) FROM job WHERE state = 0)";
        let row = self.database.one(count, &[]).await?;
        Ok(Inventory {
            messages: row.get::<_, i64>(0).unsigned_abs(),
            waiting: row.get::<_, i64>(1).unsigned_abs(),
        })
    }

    pub(super) async fn read_unsubmitted(&self, uuids: &[Uuid]) -> Result<usize, Fault> {
        let keys: Vec<i64> = uuids.iter().map(|uuid| key_of(*uuid)).collect();
        let count = &format!(
            "SELECT count(*) FROM job WHERE kind = 1 AND state = 0 AND (key = ANY($1)
                 OR key IN (SELECT seq FROM message WHERE seq < {BEFORE} AND uuid = ANY($2)))"
        );
        let row = self.database.one(count, &[&keys, &uuids]).await?;
        Ok(usize::try_from(row.get::<_, i64>(0)).unwrap_or_default())
    }

    pub(super) async fn read_sending(&self) -> Result<HashSet<String>, Fault> {
        let list = "SELECT DISTINCT stream FROM tally
                 WHERE final_at > (SELECT now_ms()) AND n > 0 AND status >= 0";
        let rows = self.database.rows(list, &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    pub(super) async fn read_statistics(&self, stream: &StreamId) -> Result<Statistics, Fault> {
        let count = "SELECT status, final_at > (SELECT now_ms()), sum(n)::bigint FROM tally
                 WHERE stream = $1 GROUP BY 1, 2";
        let mut statistics = Statistics::default();
        for line in self.database.rows(count, &[&stream.as_str()]).await? {
            let (status, open): (i16, bool) = (line.get(0), line.get(1));
            let n = u64::try_from(line.get::<_, i64>(2)).unwrap_or_default();
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
    }

    /// Rows are counted in an index: their keys hold their moments. Those of older homes do not, and
    /// are left out.
    pub(super) async fn read_per_hour(
        &self,
        stream: &StreamId,
        since: Timestamp,
        hours: u16,
    ) -> Result<Vec<u64>, Fault> {
        let (begin, hour) = (key_at(since), key_at(row::time(3_600_000)));
        let end = begin.saturating_add(hour.saturating_mul(i64::from(hours)));
        let count = "SELECT (seq - $2) / $3, count(*) FROM message
                 WHERE stream = $1 AND seq >= $2 AND seq < $4 GROUP BY 1";
        let mut counts = vec![0; usize::from(hours)];
        for row in self
            .database
            .rows(count, &[&stream.as_str(), &begin, &hour, &end])
            .await?
        {
            let at = usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX);
            if let Some(count) = counts.get_mut(at) {
                *count = row.get::<_, i64>(1).unsigned_abs();
            }
        }
        Ok(counts)
    }
}

type Value = Box<dyn ToSql + Sync + Send>;

/// The query for a filter, with only the conditions that are set, so that their indexes are used.
fn select(filter: &MessageFilter, limit: usize) -> (String, Vec<Value>) {
    let text = |text: &Option<String>| text.clone().map(|it| Box::new(it) as Value);
    let number = |number: Option<i16>| number.map(|it| Box::new(it) as Value);
    let key = |key: Option<i64>| key.map(|it| Box::new(it) as Value);
    let stream = filter.stream.as_ref().map(ToString::to_string);
    let conditions = [
        ("stream = ?", text(&stream)),
        (
            "(direction = 0 AND handset = ? OR direction = 1 AND sender = ?)",
            text(&filter.to),
        ),
        (
            "(direction = 1 AND handset = ? OR direction = 0 AND sender = ?)",
            text(&filter.from),
        ),
        (
            "direction = ?",
            number(filter.direction.map(direction_number::<i16>)),
        ),
        (
            "direction = 0 AND ?::smallint = CASE WHEN final_at <= (SELECT now_ms()) THEN outcome ELSE 0 END",
            number(filter.status.map(status_number::<i16>)),
        ),
        ("at >= ?", key(filter.since.map(Timestamp::as_millisecond))),
        ("seq > ?", key(filter.after.map(|Cursor(place)| place))),
    ];
    let mut sql = format!("SELECT {MESSAGE} FROM message WHERE TRUE");
    let mut values: Vec<Value> = Vec::new();
    for (condition, value) in conditions {
        let Some(value) = value else { continue };
        values.push(value);
        sql += " AND ";
        sql += &condition.replace('?', &format!("${}", values.len()));
    }
    values.push(Box::new(i64::try_from(limit).unwrap_or(i64::MAX)));
    sql += &format!(" ORDER BY seq DESC LIMIT ${}", values.len());
    (sql, values)
}
