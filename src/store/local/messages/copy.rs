//! All rows of a file, read at one moment, and written into a new file.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ToSql, params_from_iter};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::fault::database;
use super::reader::Reader;
use super::{connection, schema};
use crate::store::StoreError;
use crate::store::copy::{CHUNK, Counts, Kind, Portion, Row, Table, Value};

fn select(table: Table) -> &'static str {
    match table {
        Table::Message => {
            "SELECT seq, uuid, stream.id, direction, internal_id, handset, sender, text, at,
                outcome, sent_at, final_at, details, in_reply_to, route, remote_id
             FROM message JOIN stream ON stream.key = message.stream ORDER BY seq"
        }
        Table::Event => {
            "SELECT event.key, event.id, message, stream.id, event.handset, number, status,
                event.at, event.details, state, next_at, lease_until, attempts, job.details
             FROM event JOIN stream ON stream.key = event.stream
             LEFT JOIN job ON job.kind = 0 AND job.target = event.key ORDER BY event.key"
        }
        Table::Attempt => {
            "SELECT attempt.key, target, attempt.at, elapsed, attempt.status, error FROM attempt
             JOIN job ON job.key = attempt.job JOIN event ON event.key = target ORDER BY attempt.key"
        }
        Table::Job => {
            "SELECT target, kind, stream.id, handset, state, next_at, lease_until, owner, attempts,
                upstream, details
             FROM job JOIN stream ON stream.key = job.stream WHERE kind <> 0 ORDER BY job.key"
        }
        Table::WebhookOff => {
            "SELECT id, url, at FROM webhook_off JOIN stream ON key = stream ORDER BY 1, 2"
        }
        Table::Tally => {
            "SELECT id, final_at, status, n FROM tally JOIN stream ON key = stream
             ORDER BY 1, 2, 3"
        }
        Table::Unmatched => {
            "SELECT seq, uuid, route, remote_id, handset, sender, text, at FROM unmatched
             ORDER BY seq"
        }
        Table::Receipt => {
            "SELECT route, id, number, place, handset, status, details, at FROM receipt
             ORDER BY 1, 2, 3"
        }
        Table::Heard => "SELECT route, until, link, link_at FROM heard ORDER BY 1",
        Table::Listened => "SELECT id, seq FROM listened JOIN stream ON key = stream ORDER BY 1",
        Table::OptOut => {
            "SELECT id, handset, at, by_reply FROM opt_out JOIN stream ON key = stream
             ORDER BY 1, 2"
        }
        Table::SentInDay => "SELECT route, day, n FROM sent_in_day ORDER BY 1, 2",
    }
}

fn insert(table: Table) -> &'static str {
    match table {
        Table::Message => {
            "INSERT INTO message (seq, uuid, stream, direction, internal_id, handset, sender, text,
                at, outcome, sent_at, final_at, details, in_reply_to, route, remote_id)
             VALUES (?1, ?2, (SELECT key FROM stream WHERE id = ?3), ?4, ?5, ?6, ?7, ?8, ?9, ?10,
                ?11, ?12, ?13, ?14, ?15, ?16)"
        }
        Table::Event => {
            "INSERT INTO event (key, id, message, stream, handset, number, status, at, details)
             VALUES (?1, ?2, ?3, (SELECT key FROM stream WHERE id = ?4), ?5, ?6, ?7, ?8, ?9)"
        }
        Table::Attempt => {
            "INSERT INTO attempt (key, job, at, elapsed, status, error)
             VALUES (?1, (SELECT key FROM job WHERE kind = 0 AND target = ?2), ?3, ?4, ?5, ?6)"
        }
        // Numbers of older versions are those of events as well.
        Table::Job => {
            "INSERT INTO job (key, target, kind, stream, handset, state, next_at, lease_until,
                owner, attempts, upstream, details)
             VALUES (iif(?1 < 1099511627776, NULL, ?1), ?1, ?2,
                (SELECT key FROM stream WHERE id = ?3), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        }
        Table::WebhookOff => {
            "INSERT INTO webhook_off (stream, url, at)
             VALUES ((SELECT key FROM stream WHERE id = ?1), ?2, ?3)"
        }
        Table::Tally => {
            "INSERT INTO tally (stream, final_at, status, n)
             VALUES ((SELECT key FROM stream WHERE id = ?1), ?2, ?3, ?4)"
        }
        Table::Unmatched => {
            "INSERT INTO unmatched (seq, uuid, route, remote_id, handset, sender, text, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        }
        Table::Receipt => {
            "INSERT INTO receipt (route, id, number, place, handset, status, details, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
        }
        Table::Heard => "INSERT INTO heard (route, until, link, link_at) VALUES (?1, ?2, ?3, ?4)",
        Table::Listened => {
            "INSERT INTO listened (stream, seq)
             VALUES ((SELECT key FROM stream WHERE id = ?1), ?2)"
        }
        Table::OptOut => {
            "INSERT INTO opt_out (stream, handset, at, by_reply)
             VALUES ((SELECT key FROM stream WHERE id = ?1), ?2, ?3, ?4)"
        }
        Table::SentInDay => "INSERT INTO sent_in_day (route, day, n) VALUES (?1, ?2, ?3)",
    }
}

/// The delivery of an event, under the event's key.
const DELIVERY: &str = "INSERT INTO job (key, kind, stream, handset, target, state, next_at,
        lease_until, attempts, details)
     VALUES (iif(?1 < 1099511627776, NULL, ?1), 0, (SELECT key FROM stream WHERE id = ?2), ?3, ?1,
        ?4, ?5, ?6, ?7, ?8)";

pub fn export(path: &Path, to: &mpsc::Sender<Portion>) -> Result<(), StoreError> {
    let send = |portion| to.blocking_send(portion).map_err(|_| StoreError::Stopped);
    if let Some(reader) = Reader::open(path)? {
        let ours = |error| database(path, &error);
        let connection = &reader.connection;
        let snapshot = connection.unchecked_transaction().map_err(ours)?;
        for table in Table::ALL {
            let mut find = snapshot.prepare(select(table)).map_err(ours)?;
            let mut rows = find.query([]).map_err(ours)?;
            let mut chunk = Vec::with_capacity(CHUNK);
            while let Some(row) = rows.next().map_err(ours)? {
                chunk.push(read(table, row).map_err(ours)?);
                if chunk.len() == CHUNK {
                    send(Portion::Rows(table, std::mem::take(&mut chunk)))?;
                }
            }
            if !chunk.is_empty() {
                send(Portion::Rows(table, chunk))?;
            }
        }
    }
    send(Portion::End)
}

fn read(table: Table, row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let columns = table.columns().iter().enumerate();
    let value = |(at, (_, kind)): (usize, &(&str, Kind))| {
        Ok(match (row.get_ref(at)?, kind) {
            (ValueRef::Null, _) => Value::Null,
            (ValueRef::Integer(number), _) => Value::Number(number),
            (ValueRef::Blob(_), Kind::Id) => Value::Id(Uuid::from_bytes(row.get(at)?)),
            _ => Value::Text(row.get(at)?),
        })
    };
    columns.map(value).collect()
}

/// All in one transaction.
pub fn import(path: &Path, mut rows: mpsc::Receiver<Portion>) -> Result<(), StoreError> {
    let ours = |error| database(path, &error);
    let mut connection = connection::writing(path).map_err(ours)?;
    schema::migrate(path, &mut connection)?;
    let transaction = connection.transaction().map_err(ours)?;
    loop {
        match rows.blocking_recv() {
            None => return Err(StoreError::Stopped),
            Some(Portion::End) => break,
            Some(Portion::Rows(table, rows)) => {
                for row in rows {
                    keep(&transaction, table, &row).map_err(ours)?;
                }
            }
        }
    }
    transaction.commit().map_err(ours)
}

fn keep(connection: &Connection, table: Table, row: &Row) -> rusqlite::Result<()> {
    let named = table
        .columns()
        .iter()
        .position(|(name, _)| *name == "stream");
    if let Some(Value::Text(stream)) = named.map(|at| &row[at]) {
        connection
            .prepare_cached("INSERT OR IGNORE INTO stream (id) VALUES (?1)")?
            .execute([stream])?;
    }
    let mut insert = connection.prepare_cached(insert(table))?;
    if table != Table::Event {
        return insert.execute(params_from_iter(row)).map(drop);
    }
    let (event, delivery) = row.split_at(9);
    insert.execute(params_from_iter(event))?;
    let [state, next_at, lease_until, attempts, why] = delivery else {
        return Ok(());
    };
    if *state == Value::Null {
        return Ok(());
    }
    let of_event = [&event[0], &event[3], &event[4]];
    let of_delivery = [state, next_at, lease_until, attempts, why];
    connection
        .prepare_cached(DELIVERY)?
        .execute(params_from_iter(of_event.into_iter().chain(of_delivery)))
        .map(drop)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        match self {
            Self::Null => Ok(rusqlite::types::Null.into()),
            Self::Number(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
            Self::Id(id) => Ok(id.as_bytes().as_slice().into()),
        }
    }
}

pub fn count(path: &Path) -> Result<Counts, StoreError> {
    let Some(reader) = Reader::open(path)? else {
        return Ok(Table::ALL.map(|table| (table, 0)).to_vec());
    };
    let count = |table: Table| {
        let sql = format!("SELECT count(*) FROM ({})", select(table));
        let count = reader
            .connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0));
        Ok((table, reader.ours(count)?.unsigned_abs()))
    };
    Table::ALL.into_iter().map(count).collect()
}
