//! What claimed jobs are about.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use tokio_postgres::Row;
use uuid::Uuid;

use super::fault::Fault;
use super::reader::BEFORE;
use super::row::{self, MESSAGE};
use super::statement::rows;
use crate::domain::{Event, Message, StatusChange, StreamId};
use crate::store::ids::key_of;
use crate::store::{Job, JobKind, Lease, Work};

/// A job's row, before it is known what it is about.
pub(super) struct Claimed {
    key: i64,
    stream: String,
    attempts: usize,
    upstream: Option<String>,
    lease: Lease,
}

impl Claimed {
    pub fn new(row: &Row, owner: i64) -> Self {
        Self {
            key: row.get(0),
            stream: row.get(1),
            attempts: usize::try_from(row.get::<_, i32>(2)).unwrap_or_default(),
            upstream: row.get(3),
            lease: Lease {
                owner,
                until: row.get(4),
            },
        }
    }

    fn job(self, stream: StreamId, work: Work) -> Job {
        Job {
            key: self.key,
            lease: self.lease,
            stream,
            attempts: self.attempts,
            work,
        }
    }
}

type Lacking = Vec<(i64, String)>;

/// The jobs that can be worked on, and those that cannot be read with what they lack.
pub(super) async fn load(
    tx: &Transaction<'_>,
    kind: JobKind,
    claimed: Vec<Claimed>,
) -> Result<(Vec<Job>, Lacking), Fault> {
    let keys: Vec<i64> = claimed.iter().map(|one| one.key).collect();
    if kind == JobKind::Deliver {
        return deliveries(tx, claimed, &keys).await;
    }
    let find = &format!("SELECT {MESSAGE} FROM message WHERE seq = ANY($1)");
    let rows = rows(tx, find, &[&keys]).await?;
    let mut messages: HashMap<i64, Result<(i64, Message), Fault>> = rows
        .iter()
        .map(|row| (row.get(0), row::message(row)))
        .collect();
    let (mut jobs, mut lacking) = (Vec::with_capacity(claimed.len()), Vec::new());
    for mut one in claimed {
        let found = messages.remove(&one.key).transpose();
        let message = match found {
            Ok(Some((_, message))) if message.stream.as_str() == one.stream => message,
            Ok(_) => {
                lacking.push((one.key, "a message to send is missing".to_owned()));
                continue;
            }
            Err(fault) => {
                lacking.push((one.key, format!("a message can't be read: {fault}")));
                continue;
            }
        };
        let stream = message.stream.clone();
        let work = match kind {
            JobKind::Submit => Work::Submit(Box::new(message)),
            JobKind::Ask => Work::Ask(one.upstream.take().unwrap_or_default(), message.at),
            JobKind::Turn | JobKind::Deliver => Work::Turn(Box::new(message)),
        };
        jobs.push(one.job(stream, work));
    }
    Ok((jobs, lacking))
}

/// An event whose message is still to be found.
struct Told {
    id: Uuid,
    message: Uuid,
    stream: StreamId,
    sequence: u64,
    status: Option<StatusChange>,
    at: jiff::Timestamp,
}

fn told(row: &Row) -> Result<Told, Fault> {
    let status: Option<i16> = row.try_get(4)?;
    let details: Option<String> = row.try_get(6)?;
    Ok(Told {
        id: row.try_get(1)?,
        message: row.try_get(2)?,
        sequence: u64::try_from(row.try_get::<_, i64>(3)?).unwrap_or_default(),
        status: status.map(|status| StatusChange {
            status: row::status(status),
            details,
        }),
        at: row::time(row.try_get(5)?),
        stream: row::stream_id(row.try_get(7)?)?,
    })
}

async fn deliveries(
    tx: &Transaction<'_>,
    claimed: Vec<Claimed>,
    keys: &[i64],
) -> Result<(Vec<Job>, Lacking), Fault> {
    let find = "SELECT key, id, message, number, status, at, details, stream FROM event
             WHERE key = ANY($1)";
    let rows = rows(tx, find, &[&keys]).await?;
    let mut events: HashMap<i64, Result<Told, Fault>> =
        rows.iter().map(|row| (row.get(0), told(row))).collect();
    let uuids: Vec<Uuid> = rows.iter().filter_map(|row| row.try_get(2).ok()).collect();
    let messages = messages(tx, &uuids).await?;
    let (mut jobs, mut lacking) = (Vec::with_capacity(claimed.len()), Vec::new());
    for one in claimed {
        let event = match events.remove(&one.key).transpose() {
            Ok(event) => event,
            Err(fault) => {
                lacking.push((one.key, format!("an event can't be read: {fault}")));
                continue;
            }
        };
        let message = event.as_ref().and_then(|event| {
            let message = messages.get(&event.message)?;
            (message.stream == event.stream).then(|| message.clone())
        });
        let (Some(event), Some(message)) = (event, message) else {
            let what = "the event of a delivery, or its message, is missing";
            lacking.push((one.key, what.to_owned()));
            continue;
        };
        let stream = event.stream;
        let event = Event {
            id: event.id,
            sequence: event.sequence,
            at: event.at,
            status: event.status,
            message,
        };
        jobs.push(one.job(stream, Work::Deliver(Box::new(event))));
    }
    Ok((jobs, lacking))
}

/// By id. One that cannot be read is left out.
async fn messages(tx: &Transaction<'_>, uuids: &[Uuid]) -> Result<HashMap<Uuid, Message>, Fault> {
    let keys: Vec<i64> = uuids.iter().map(|uuid| key_of(*uuid)).collect();
    let find = &format!("SELECT {MESSAGE} FROM message WHERE seq = ANY($1) AND uuid = ANY($2)");
    let mut found = rows(tx, find, &[&keys, &uuids]).await?;
    if found.len() < uuids.len() {
        let find =
            &format!("SELECT {MESSAGE} FROM message WHERE seq < {BEFORE} AND uuid = ANY($1)");
        found.extend(rows(tx, find, &[&uuids]).await?);
    }
    let read = found.iter().filter_map(|row| row::message(row).ok());
    Ok(read.map(|(_, message)| (message.uuid, message)).collect())
}
