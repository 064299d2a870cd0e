//! Which jobs are due, and which of them may be worked on side by side.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rusqlite::{Connection, OptionalExtension as _, params};
use uuid::Uuid;

use super::events::event;
use super::reader::Reader;
use super::row::{self, MESSAGE, kind_number, time};
use crate::domain::StreamId;
use crate::store::{Claim, Due, Job, JobKind, StoreError, Work};

/// Most deliveries of a stream that are looked at for one claim: one handset may have many.
const EXAMINED: usize = 5_000;

/// A job's row, before it is known what it is about.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub job: Row,
    pub lease: crate::store::Lease,
}

#[derive(Debug, Clone)]
pub struct Row {
    pub key: i64,
    pub kind: JobKind,
    pub target: i64,
    pub attempts: usize,
    pub upstream: Option<String>,
}

/// Jobs that can be worked on, and those that cannot be read with what they lack.
#[derive(Debug, Default)]
pub struct Loaded {
    pub jobs: Vec<Job>,
    pub lacking: Vec<(Claimed, String)>,
}

impl Reader {
    pub fn due(&self, kind: JobKind, now: i64) -> Result<Due, StoreError> {
        // Written out, as it says which index serves.
        let (condition, kind) = (condition(kind), kind_number::<i64>(kind));
        let ask = || {
            // From stream to stream, however many jobs each has.
            let streams = self
                .connection
                .prepare_cached(&format!(
                    "WITH RECURSIVE waiting (one) AS (
                        SELECT min(stream) FROM job WHERE state = 0 AND kind = {kind}
                        UNION ALL SELECT (SELECT min(stream) FROM job WHERE state = 0 AND kind = {kind}
                            AND stream > one) FROM waiting WHERE one IS NOT NULL)
                     SELECT stream.id FROM waiting JOIN stream ON stream.key = one WHERE {condition}"
                ))?
                .query_map([now], |row| {
                    row::stream_id(&row.get::<_, String>(0)?, 0)
                })?
                .collect::<rusqlite::Result<_>>()?;
            let first: Option<i64> = self
                .connection
                .prepare_cached(&format!(
                    "SELECT min(next_at) FROM job
                     WHERE state = 0 AND kind = {kind} AND next_at > ?1"
                ))?
                .query_row([now], |row| row.get(0))?;
            // A job whose process died is due when its lease is over.
            let free: Option<i64> = self
                .connection
                .prepare_cached(&format!(
                    "SELECT min(lease_until) FROM job WHERE state = 0 AND kind = {kind}
                     AND lease_until > 0 AND lease_until > ?1"
                ))?
                .query_row([now], |row| row.get(0))?;
            let next = first.into_iter().chain(free);
            Ok(Due {
                streams,
                next: next.min().map(time),
            })
        };
        self.ours(ask())
    }

    /// The keys of jobs that may be claimed, oldest first.
    pub fn candidates(&self, claim: &Claim, now: i64) -> Result<Vec<i64>, StoreError> {
        let stream: Option<i64> = self.ours(
            self.connection
                .prepare_cached("SELECT key FROM stream WHERE id = ?1")
                .and_then(|mut find| {
                    find.query_row([claim.stream.as_str()], |row| row.get(0))
                        .optional()
                }),
        )?;
        let Some(stream) = stream else {
            return Ok(Vec::new());
        };
        self.ours(match claim.kind {
            JobKind::Deliver => self.deliveries_to_claim(stream, claim, now),
            JobKind::Submit => self.in_order(stream, claim, now),
            JobKind::Ask | JobKind::Turn => self.any(stream, claim, now),
        })
    }

    /// The oldest deliveries of each of so many handsets. A handset with a delivery that is being
    /// attempted waits: its messages arrive in their order as long as attempts succeed.
    fn deliveries_to_claim(
        &self,
        stream: i64,
        claim: &Claim,
        now: i64,
    ) -> rusqlite::Result<Vec<i64>> {
        let mut lanes: HashMap<String, usize> = self
            .connection
            .prepare_cached(
                "SELECT handset FROM job WHERE state = 0 AND kind = 0 AND lease_until > 0
                 AND lease_until > ?2 AND stream = ?1",
            )?
            .query_map([stream, now], |row| Ok((row.get(0)?, claim.depth)))?
            .collect::<rusqlite::Result<_>>()?;
        let mut rows = self.connection.prepare_cached(
            "SELECT key, handset FROM job WHERE state = 0 AND kind = 0 AND stream = ?1
             AND next_at <= ?2 AND lease_until <= ?2 ORDER BY next_at, key",
        )?;
        let mut rows = rows.query([stream, now])?;
        let (mut found, mut open) = (Vec::new(), claim.lanes);
        for examined in 0..EXAMINED {
            // Looking on for more of the same handsets costs more than another claim.
            if open == 0 && examined >= 2 * claim.lanes && examined >= claim.depth {
                break;
            }
            let Some(row) = rows.next()? else { break };
            let taken = match lanes.entry(row.get(1)?) {
                Entry::Occupied(lane) => lane.into_mut(),
                Entry::Vacant(_) if open == 0 => continue,
                Entry::Vacant(lane) => {
                    open -= 1;
                    lane.insert(0)
                }
            };
            if *taken < claim.depth {
                *taken += 1;
                found.push(row.get(0)?);
            }
        }
        Ok(found)
    }

    /// The oldest messages of a stream, unless the first of them is not due or is on its way.
    fn in_order(&self, stream: i64, claim: &Claim, now: i64) -> rusqlite::Result<Vec<i64>> {
        let mut rows = self.connection.prepare_cached(
            "SELECT key, next_at FROM job WHERE state = 0 AND kind = 1 AND stream = ?1
             AND NOT EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 1 AND stream = ?1
                AND lease_until > 0) ORDER BY key LIMIT ?2",
        )?;
        let depth = i64::try_from(claim.depth).unwrap_or(i64::MAX);
        let rows = rows.query_map([stream, depth], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows: Vec<(i64, i64)> = rows.collect::<rusqlite::Result<_>>()?;
        let held_back = rows.first().is_some_and(|(_, next_at)| *next_at > now);
        Ok(if held_back {
            Vec::new()
        } else {
            rows.into_iter().map(|(key, _)| key).collect()
        })
    }

    fn any(&self, stream: i64, claim: &Claim, now: i64) -> rusqlite::Result<Vec<i64>> {
        self.connection
            .prepare_cached(
                "SELECT key FROM job WHERE state = 0 AND kind = ?1 AND stream = ?2
                 AND next_at <= ?3 AND lease_until <= ?3 ORDER BY next_at, key LIMIT ?4",
            )?
            .query_map(
                params![
                    kind_number::<i64>(claim.kind),
                    stream,
                    now,
                    i64::try_from(claim.depth).unwrap_or(i64::MAX)
                ],
                |row| row.get(0),
            )?
            .collect()
    }

    pub fn load(&self, claimed: Vec<Claimed>) -> Result<Loaded, StoreError> {
        let mut loaded = Loaded::default();
        for claimed in claimed {
            match self.ours(work(&self.connection, &claimed.job))? {
                Ok((stream, work)) => loaded.jobs.push(Job {
                    key: claimed.job.key,
                    lease: claimed.lease,
                    stream,
                    attempts: claimed.job.attempts,
                    work,
                }),
                Err(what) => loaded.lacking.push((claimed, what)),
            }
        }
        Ok(loaded)
    }
}

/// Whether a stream `one` has a job of a kind that is due at `?1`.
fn condition(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Deliver => {
            "EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 0 AND stream = one
                AND next_at <= ?1 AND lease_until <= ?1)
             AND NOT EXISTS (SELECT 1 FROM webhook_off
                WHERE webhook_off.stream = one AND url = '')"
        }
        // The oldest holds back the others, and one batch is on its way at a time.
        JobKind::Submit => {
            "(SELECT next_at FROM job WHERE state = 0 AND kind = 1 AND stream = one
                AND lease_until = 0 ORDER BY key LIMIT 1) <= ?1
             AND NOT EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 1 AND stream = one
                AND lease_until > 0)"
        }
        JobKind::Ask => {
            "EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 2 AND stream = one
                AND next_at <= ?1 AND lease_until <= ?1)"
        }
        JobKind::Turn => {
            "EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 3 AND stream = one
                AND next_at <= ?1 AND lease_until <= ?1)"
        }
    }
}

type Found = Result<(StreamId, Work), String>;

/// What a job is about, or what it lacks.
fn work(connection: &Connection, job: &Row) -> rusqlite::Result<Found> {
    if job.kind == JobKind::Deliver {
        let event = match event(connection, job.target) {
            Ok(event) => event,
            Err(error) if concerns_all(&error) => return Err(error),
            Err(error) => return Ok(Err(format!("an event can't be read: {error}"))),
        };
        return Ok(event
            .map(|event| (event.message.stream.clone(), Work::Deliver(Box::new(event))))
            .ok_or_else(|| "the event of a delivery, or its message, is missing".to_owned()));
    }
    let message = connection
        .prepare_cached(&format!(
            "SELECT {MESSAGE} FROM message JOIN stream ON stream.key = message.stream
             WHERE seq = ?1 AND message.stream = (SELECT stream FROM job WHERE key = ?2)"
        ))?
        .query_row([job.target, job.key], row::message)
        .optional();
    let message = match message {
        Ok(Some((_, message))) => message,
        Ok(None) => return Ok(Err("a message to send is missing".to_owned())),
        Err(error) if concerns_all(&error) => return Err(error),
        Err(error) => return Ok(Err(format!("a message can't be read: {error}"))),
    };
    let stream = message.stream.clone();
    Ok(Ok(match job.kind {
        JobKind::Submit => (stream, Work::Submit(Box::new(message))),
        JobKind::Ask => {
            let upstream = job.upstream.clone().unwrap_or_default();
            (stream, Work::Ask(upstream, message.at))
        }
        JobKind::Turn | JobKind::Deliver => (stream, Work::Turn(Box::new(message))),
    }))
}

/// Whether it is the database that fails, and not what stands in a row.
fn concerns_all(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code().is_some()
}

pub fn delivery_key(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<i64>> {
    let Some(event) = super::events::key_of_event(connection, id)? else {
        return Ok(None);
    };
    connection
        .prepare_cached("SELECT key FROM job WHERE kind = 0 AND target = ?1")?
        .query_row([event], |row| row.get(0))
        .optional()
}
