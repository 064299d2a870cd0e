//! Jobs that one process takes, for as long as its lease lasts.

use std::time::Duration;

use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::due::{Claimed, Row, delivery_key};
use super::events::key_of_event;
use super::fault::WriteError;
use super::row::{self, SET_ASIDE, kind_number};
use super::writer::Writer;
use crate::domain::StreamId;
use crate::store::{JobKind, Lease};

impl Writer {
    /// A lease that begins now. Each claim is an owner of its own, so that a process that let a job
    /// go does not take its next claim for the old one, and a lease that is cut short is still known.
    fn lease(&self, length: Duration) -> Result<Lease, WriteError> {
        let (_, random) = self.id()?.0.as_u64_pair();
        Ok(Lease {
            owner: random.cast_signed(),
            until: row::after(self.now(), length),
        })
    }

    /// Takes these jobs, those of them that are still due and nobody else has.
    pub fn claim(
        &self,
        kind: JobKind,
        keys: &[i64],
        length: Duration,
    ) -> Result<Vec<Claimed>, WriteError> {
        let now = self.now().as_millisecond();
        self.take(kind, keys, now, length)
    }

    fn take(
        &self,
        kind: JobKind,
        keys: &[i64],
        due: i64,
        length: Duration,
    ) -> Result<Vec<Claimed>, WriteError> {
        let (lease, now) = (self.lease(length)?, self.now().as_millisecond());
        // Whatever was seen when the keys were looked up may be another process's meanwhile.
        // After the first of a handset, or of a stream, that has been ruled out.
        let free = match kind {
            JobKind::Deliver => {
                "next_at <= ?5 AND lease_until <= ?2
                 AND NOT EXISTS (SELECT 1 FROM webhook_off
                    WHERE webhook_off.stream = job.stream AND url = '')
                 AND (EXISTS (SELECT 1 FROM job AS own
                    WHERE own.state = 0 AND own.kind = 0 AND own.lease_until > 0
                    AND own.stream = job.stream AND own.handset = job.handset AND own.owner = ?3)
                 OR NOT EXISTS (SELECT 1 FROM job AS other
                    WHERE other.state = 0 AND other.kind = 0 AND other.lease_until > 0
                    AND other.lease_until > ?2 AND other.stream = job.stream
                    AND other.handset = job.handset AND other.owner <> ?3))"
            }
            // One that is being submitted is never claimed again: see `claim_stranded`.
            JobKind::Submit => {
                "lease_until = 0
                 AND (SELECT next_at FROM job AS first WHERE first.state = 0 AND first.kind = 1
                    AND first.stream = job.stream ORDER BY first.key LIMIT 1) <= ?5
                 AND (EXISTS (SELECT 1 FROM job AS own
                    WHERE own.state = 0 AND own.kind = 1 AND own.lease_until > 0
                    AND own.stream = job.stream AND own.owner = ?3)
                 OR NOT EXISTS (SELECT 1 FROM job AS other
                    WHERE other.state = 0 AND other.kind = 1 AND other.lease_until > 0
                    AND other.stream = job.stream AND other.owner <> ?3))"
            }
            JobKind::Ask | JobKind::Turn => "next_at <= ?5 AND lease_until <= ?2",
        };
        let mut take = self.connection.prepare_cached(&format!(
            "UPDATE job SET owner = ?3, lease_until = ?4
             WHERE key = ?1 AND kind = {} AND state = 0 AND {free}
             RETURNING target, attempts, upstream",
            kind_number::<i64>(kind)
        ))?;
        let mut claimed = Vec::with_capacity(keys.len());
        for key in keys {
            let row = take
                .query_row(params![key, now, lease.owner, lease.until, due], |row| {
                    Ok(Row {
                        key: *key,
                        kind,
                        target: row.get(0)?,
                        attempts: usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
                        upstream: row.get(2)?,
                    })
                })
                .optional()?;
            claimed.extend(row.map(|job| Claimed { job, lease }));
        }
        Ok(claimed)
    }

    /// Takes one delivery, due or not, unless its stream's webhook is disabled.
    pub fn claim_delivery(&self, id: Uuid, length: Duration) -> Result<Vec<Claimed>, WriteError> {
        let Some(key) = delivery_key(&self.connection, id)? else {
            return Ok(Vec::new());
        };
        self.take(JobKind::Deliver, &[key], i64::MAX, length)
    }

    /// Takes messages whose lease ran out while they were being submitted.
    pub fn claim_stranded(
        &self,
        except: &[i64],
        length: Duration,
    ) -> Result<Vec<Claimed>, WriteError> {
        let (lease, now) = (self.lease(length)?, self.now().as_millisecond());
        let stranded: Vec<Row> = self
            .connection
            .prepare_cached(
                "SELECT key, target, attempts FROM job WHERE state = 0 AND kind = 1
                 AND lease_until > 0 AND lease_until <= ?1 ORDER BY key",
            )?
            .query_map([now], |row| {
                Ok(Row {
                    key: row.get(0)?,
                    kind: JobKind::Submit,
                    target: row.get(1)?,
                    attempts: usize::try_from(row.get::<_, i64>(2)?).unwrap_or_default(),
                    upstream: None,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        let mut take = self
            .connection
            .prepare_cached("UPDATE job SET owner = ?2, lease_until = ?3 WHERE key = ?1")?;
        let mut claimed = Vec::new();
        for job in stranded
            .into_iter()
            .filter(|job| !except.contains(&job.key))
        {
            take.execute([job.key, lease.owner, lease.until])?;
            claimed.push(Claimed { job, lease });
        }
        Ok(claimed)
    }

    /// Leaves jobs alone that cannot be read, with what they lack.
    pub fn put_aside(&self, lacking: &[(Claimed, String)]) -> Result<(), WriteError> {
        let mut put = self.connection.prepare_cached(
            "UPDATE job SET state = ?2, details = ?3, lease_until = 0, owner = 0 WHERE key = ?1",
        )?;
        for (Claimed { job, .. }, what) in lacking {
            put.execute(params![job.key, SET_ASIDE, what])?;
        }
        Ok(())
    }

    pub fn rebase(
        &self,
        kind: JobKind,
        longest: Duration,
        length: Duration,
    ) -> Result<(), WriteError> {
        let now = self.now();
        self.connection
            .prepare_cached(
                "UPDATE job SET next_at = ?2 WHERE state = 0 AND kind = ?1 AND next_at > ?3",
            )?
            .execute([
                kind_number::<i64>(kind),
                now.as_millisecond(),
                row::after(now, longest),
            ])?;
        // What is being submitted is held for its whole lease from now on; the others are free.
        let until = if kind == JobKind::Submit {
            row::after(now, length)
        } else {
            0
        };
        self.connection
            .prepare_cached(
                "UPDATE job SET lease_until = ?2 WHERE state = 0 AND kind = ?1 AND lease_until > ?3",
            )?
            .execute([kind_number::<i64>(kind), until, row::after(now, length)])?;
        Ok(())
    }

    pub fn requeue(&self, ids: &[Uuid]) -> Result<usize, WriteError> {
        let now = self.now().as_millisecond();
        let mut again = self.connection.prepare_cached(
            "UPDATE job SET state = 0, next_at = ?2, attempts = 0, details = NULL, owner = 0
             WHERE kind = 0 AND target = ?1 AND lease_until <= ?2 AND state <> 3",
        )?;
        let mut queued = 0;
        for id in ids {
            if let Some(event) = key_of_event(&self.connection, *id)? {
                queued += again.execute([event, now])?;
            }
        }
        self.has_queued();
        Ok(queued)
    }

    pub fn forget_gone(&self, stream: &StreamId) -> Result<bool, WriteError> {
        let changed = self
            .connection
            .prepare_cached("DELETE FROM webhook_off WHERE stream = ?1 AND url <> ''")?
            .execute([self.key(stream)?])?;
        Ok(changed > 0)
    }

    /// Disables a stream's webhook, or enables it whatever had switched it off.
    pub fn set_webhook_enabled(
        &self,
        stream: &StreamId,
        enabled: bool,
    ) -> Result<bool, WriteError> {
        let (key, now) = (self.key(stream)?, self.now().as_millisecond());
        let changed = if enabled {
            self.connection
                .prepare_cached("DELETE FROM webhook_off WHERE stream = ?1")?
                .execute([key])?
        } else {
            self.connection
                .prepare_cached(
                    "INSERT INTO webhook_off (stream, url, at) VALUES (?1, '', ?2)
                     ON CONFLICT DO NOTHING",
                )?
                .execute([key, now])?
        };
        self.has_queued();
        Ok(changed > 0)
    }
}
