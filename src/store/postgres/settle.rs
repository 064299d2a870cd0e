//! What became of jobs that were claimed: planned in memory for all of a call, then written with one
//! statement for each kind of change.

use std::collections::HashMap;

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::ends::{End, end};
use super::events::{NewEvent, tell};
use super::fault::Fault;
use super::ids::Keys;
use super::row::{self, free};
use super::settle_delivery::{Attempted, attempted};
use super::statement::{rows, run};
use super::store::PostgresStore;
use super::{receipts, webhook};
use crate::domain::MessageStatus;
use crate::store::{Outcome, Settlement};

/// Most keys that one settlement needs: an attempt's, or those of two events.
const KEYS: usize = 2;

/// A job as it is while it is settled.
struct Row {
    owner: i64,
    stream: String,
    handset: String,
    message: Option<Uuid>,
    outcome: i16,
    final_at: Option<i64>,
}

impl PostgresStore {
    /// All in one transaction, or, where one of them is wrong by itself, each in its own.
    pub(super) async fn settle_jobs(&self, settlements: &[Settlement]) -> Result<(), Fault> {
        // Whoever looks for work would be woken for nothing.
        if settlements.is_empty() {
            return Ok(());
        }
        let whole = self.settle_together(settlements).await;
        match whole {
            Err(fault) if !fault.concerns_all() && settlements.len() > 1 => {}
            whole => return whole,
        }
        let mut failed = None;
        for one in settlements {
            let alone = self.settle_together(std::slice::from_ref(one)).await;
            failed = failed.or(alone.err());
        }
        failed.map_or(Ok(()), Err)
    }

    async fn settle_together(&self, settlements: &[Settlement]) -> Result<(), Fault> {
        let written = async {
            let mut client = self.database.client().await?;
            let tx = client.transaction().await?;
            let mut keys = Keys::take(&tx, settlements.len() * KEYS).await?;
            settle(&tx, &mut keys, settlements).await?;
            tx.commit().await?;
            Ok(())
        };
        self.database.noted(written.await)?;
        self.database.has_queued();
        Ok(())
    }
}

/// Changes of jobs and messages, as columns.
#[derive(Default)]
struct Plan<'a> {
    attempted: Vec<Attempted<'a>>,
    gone: Vec<(i64, &'a str)>,
    /// Let go of; due again at a moment where it was worked on.
    again: Vec<(i64, Option<i64>)>,
    routes: Vec<(i64, &'a str)>,
    waiting: Vec<(i64, &'a str)>,
    submitted: Vec<(i64, &'a str, i64)>,
    forgotten: Vec<i64>,
    ended: Vec<End>,
    events: Vec<NewEvent>,
    held: Vec<(i64, &'a str, &'a str, Option<&'a str>)>,
}

async fn settle(
    tx: &Transaction<'_>,
    keys: &mut Keys,
    settlements: &[Settlement],
) -> Result<(), Fault> {
    let wanted: Vec<i64> = settlements.iter().map(|one| one.key).collect();
    let mut jobs = jobs(tx, &wanted).await?;
    let mut plan = Plan::default();
    for one in settlements {
        plan.add(one, &mut jobs, keys.now());
    }
    plan.write(tx, keys).await
}

/// Held until the end of the transaction.
async fn jobs(tx: &Transaction<'_>, keys: &[i64]) -> Result<HashMap<i64, Row>, Fault> {
    let find = "SELECT job.key, job.owner, job.stream, job.handset, message.uuid, message.outcome,
                message.final_at
             FROM job LEFT JOIN message ON job.kind <> 0 AND message.seq = job.key
             WHERE job.key = ANY($1) ORDER BY job.key FOR UPDATE OF job";
    let rows = rows(tx, find, &[&keys]).await?;
    let job = |row: &tokio_postgres::Row| {
        let job = Row {
            owner: row.get(1),
            stream: row.get(2),
            handset: row.get(3),
            message: row.get(4),
            outcome: row.get::<_, Option<i16>>(5).unwrap_or_default(),
            final_at: row.get(6),
        };
        (row.get(0), job)
    };
    Ok(rows.iter().map(job).collect())
}

impl<'a> Plan<'a> {
    fn add(&mut self, one: &'a Settlement, jobs: &mut HashMap<i64, Row>, now: i64) {
        let key = one.key;
        let job = jobs
            .get_mut(&key)
            .filter(|job| job.owner == one.lease.owner);
        if let Outcome::Attempted {
            attempt,
            next,
            gone,
        } = &one.outcome
        {
            self.attempted.push(Attempted {
                key,
                ours: job.is_some(),
                attempt,
                next: *next,
            });
            self.gone.extend(gone.as_deref().map(|url| (key, url)));
            return;
        }
        // Where the lease was over and another process has the job, what this one did is nothing.
        let Some(job) = job else { return };
        self.routes
            .extend(one.route.as_deref().map(|route| (key, route)));
        match &one.outcome {
            Outcome::Attempted { .. } => {}
            Outcome::Released => self.again.push((key, None)),
            Outcome::Open(at) => self.again.push((key, Some(at.as_millisecond()))),
            Outcome::Unsent { at, details } => {
                self.waiting.push((key, details));
                self.again.push((key, Some(at.as_millisecond())));
            }
            Outcome::Submitted { upstream, ask_at } => {
                self.submitted
                    .push((key, upstream, ask_at.as_millisecond()));
                self.events
                    .extend(job.event(one, (MessageStatus::Sent, None), now));
                if let Some(route) = &one.route {
                    self.held
                        .push((key, upstream, route, one.notify.as_deref()));
                }
            }
            Outcome::Ended(status, details) => {
                self.ended.push(End {
                    key,
                    stream: job.stream.clone(),
                    status: *status,
                    details: details.clone(),
                });
                self.events
                    .extend(job.event(one, (*status, details.clone()), now));
            }
            Outcome::Turned => self.turned(one, job, now),
        }
        // Nobody's any more.
        job.owner = 0;
    }

    fn turned(&mut self, one: &Settlement, job: &Row, now: i64) {
        match job.final_at {
            // The clock was set back.
            Some(at) if at > now => self.again.push((one.key, Some(at))),
            final_at => {
                self.forgotten.push(one.key);
                // It is told late where no gateway ran.
                let at = final_at.unwrap_or(now);
                let status = (row::status(job.outcome), None);
                self.events.extend(job.event(one, status, at));
            }
        }
    }

    async fn write(self, tx: &Transaction<'_>, keys: &mut Keys) -> Result<(), Fault> {
        attempted(tx, keys, &self.attempted).await?;
        set_routes(tx, &self.routes).await?;
        set_details(tx, &self.waiting).await?;
        again(tx, &self.again).await?;
        submitted(tx, &self.submitted, keys.now()).await?;
        if !self.forgotten.is_empty() {
            let forget = "DELETE FROM job WHERE key = ANY($1)";
            run(tx, forget, &[&self.forgotten]).await?;
        }
        end(tx, &self.ended, keys.now()).await?;
        tell(tx, keys, &self.events).await?;
        for (key, url) in self.gone {
            webhook::switch_off(tx, key, url, keys.now()).await?;
        }
        if !self.held.is_empty() {
            receipts::settle_held(tx, keys, &self.held).await?;
        }
        Ok(())
    }
}

impl Row {
    fn event(
        &self,
        one: &Settlement,
        status: (MessageStatus, Option<String>),
        at: i64,
    ) -> Option<NewEvent> {
        Some(NewEvent {
            stream: self.stream.clone(),
            handset: self.handset.clone(),
            message: self.message?,
            status: Some(status),
            at,
            url: one.notify.clone()?,
        })
    }
}

async fn set_routes(tx: &Transaction<'_>, routes: &[(i64, &str)]) -> Result<(), Fault> {
    if routes.is_empty() {
        return Ok(());
    }
    let (keys, names): (Vec<i64>, Vec<&str>) = routes.iter().copied().unzip();
    let set = "UPDATE message SET route = done.route
             FROM unnest($1::bigint[], $2::text[]) AS done (key, route) WHERE seq = done.key";
    run(tx, set, &[&keys, &names]).await?;
    Ok(())
}

async fn set_details(tx: &Transaction<'_>, waiting: &[(i64, &str)]) -> Result<(), Fault> {
    if waiting.is_empty() {
        return Ok(());
    }
    let keys: Vec<i64> = waiting.iter().map(|(key, _)| *key).collect();
    let details: Vec<_> = waiting.iter().map(|(_, details)| free(details)).collect();
    let set = "UPDATE message SET details = done.details
             FROM unnest($1::bigint[], $2::text[]) AS done (key, details) WHERE seq = done.key";
    run(tx, set, &[&keys, &details]).await?;
    Ok(())
}

/// Lets go of jobs; one that was worked on is due again at a moment.
async fn again(tx: &Transaction<'_>, jobs: &[(i64, Option<i64>)]) -> Result<(), Fault> {
    if jobs.is_empty() {
        return Ok(());
    }
    let (keys, due): (Vec<i64>, Vec<Option<i64>>) = jobs.iter().copied().unzip();
    let release = "UPDATE job SET lease_until = 0, owner = 0,
                next_at = coalesce(done.next_at, job.next_at),
                attempts = attempts + (done.next_at IS NOT NULL)::integer
             FROM unnest($1::bigint[], $2::bigint[]) AS done (key, next_at)
             WHERE job.key = done.key";
    run(tx, release, &[&keys, &due]).await?;
    Ok(())
}

async fn submitted(tx: &Transaction<'_>, jobs: &[(i64, &str, i64)], now: i64) -> Result<(), Fault> {
    if jobs.is_empty() {
        return Ok(());
    }
    let keys: Vec<i64> = jobs.iter().map(|(key, ..)| *key).collect();
    let upstream: Vec<_> = jobs.iter().map(|(_, upstream, _)| free(upstream)).collect();
    let due: Vec<i64> = jobs.iter().map(|(.., ask_at)| *ask_at).collect();
    let ask =
        "UPDATE job SET kind = 2, upstream = done.upstream, next_at = done.ask_at, attempts = 0,
                lease_until = 0, owner = 0
             FROM unnest($1::bigint[], $2::text[], $3::bigint[]) AS done (key, upstream, ask_at)
             WHERE job.key = done.key";
    run(tx, ask, &[&keys, &upstream, &due]).await?;
    let sent = "UPDATE message SET sent_at = $3, details = NULL, remote_id = done.upstream
             FROM unnest($1::bigint[], $2::text[]) AS done (key, upstream) WHERE seq = done.key";
    run(tx, sent, &[&keys, &upstream, &now]).await?;
    Ok(())
}
