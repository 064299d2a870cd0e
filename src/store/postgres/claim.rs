//! Jobs that one process takes, for as long as its lease lasts. A claim finds out what its jobs are
//! about in the same transaction: what cannot be learned is not claimed.

use std::collections::HashMap;
use std::time::Duration;

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::due::candidates;
use super::fault::Fault;
use super::load::{Claimed, load};
use super::row::{SET_ASIDE, kind_number, length};
use super::store::PostgresStore;
use crate::store::ids::key_of;
use crate::store::{Claim, Job, JobKind};

use super::reader::BEFORE;
use super::statement::{one, row, rows, run};

impl PostgresStore {
    pub(super) async fn claim_jobs(&self, claim: &Claim) -> Result<Vec<Job>, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        hold(&tx, claim.stream.as_str(), claim.kind).await?;
        let keys = candidates(&tx, claim).await?;
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = take(&tx, claim.kind, &keys, claim.lease).await?;
        let jobs = load_or_put_aside(&tx, claim.kind, claimed).await?;
        tx.commit().await?;
        Ok(jobs)
    }

    pub(super) async fn claim_one_delivery(
        &self,
        id: Uuid,
        lease: Duration,
    ) -> Result<Option<Job>, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let Some(key) = key_of_event(&tx, id).await? else {
            return Ok(None);
        };
        let find = "SELECT stream, handset FROM job WHERE key = $1 AND kind = 0 AND state = 0";
        let Some(job) = row(&tx, find, &[&key]).await? else {
            return Ok(None);
        };
        let (stream, handset): (&str, &str) = (job.get(0), job.get(1));
        hold(&tx, stream, JobKind::Deliver).await?;
        let refuse = "SELECT EXISTS (SELECT 1 FROM webhook_off WHERE stream = $1 AND url = '')
                 OR EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 0 AND stream = $1
                    AND handset = $2 AND lease_until > 0 AND lease_until > (SELECT now_ms()))";
        if one(&tx, refuse, &[&stream, &handset]).await?.get(0) {
            return Ok(None);
        }
        let claimed = take(&tx, JobKind::Deliver, &[key], lease).await?;
        let job = load_or_put_aside(&tx, JobKind::Deliver, claimed).await?;
        tx.commit().await?;
        Ok(job.into_iter().next())
    }

    /// Takes messages whose lease ran out while they were being submitted.
    pub(super) async fn claim_stranded_jobs(
        &self,
        except: &[i64],
        lease: Duration,
    ) -> Result<Vec<Job>, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let find = "SELECT key FROM job WHERE state = 0 AND kind = 1 AND lease_until > 0
                 AND lease_until <= (SELECT now_ms()) AND NOT key = ANY($1)
                 ORDER BY key FOR UPDATE SKIP LOCKED";
        let keys: Vec<i64> = rows(&tx, find, &[&except])
            .await?
            .iter()
            .map(|row| row.get(0))
            .collect();
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let claimed = take(&tx, JobKind::Submit, &keys, lease).await?;
        let jobs = load_or_put_aside(&tx, JobKind::Submit, claimed).await?;
        tx.commit().await?;
        Ok(jobs)
    }
}

/// From here to the end of the transaction, nobody else claims jobs of this stream and kind.
async fn hold(tx: &Transaction<'_>, stream: &str, kind: JobKind) -> Result<(), Fault> {
    let kind = kind_number::<i16>(kind);
    let find = "SELECT 1 FROM claim_lock WHERE stream = $1 AND kind = $2 FOR UPDATE";
    if row(tx, find, &[&stream, &kind]).await?.is_some() {
        return Ok(());
    }
    let make = "INSERT INTO claim_lock (stream, kind) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    run(tx, make, &[&stream, &kind]).await?;
    row(tx, find, &[&stream, &kind]).await?;
    Ok(())
}

/// Each claim is an owner of its own, so that a process that let a job go does not take its next
/// claim for the old one. In the order of the keys.
async fn take(
    tx: &Transaction<'_>,
    kind: JobKind,
    keys: &[i64],
    lease: Duration,
) -> Result<Vec<Claimed>, Fault> {
    let mut random = [0; 8];
    getrandom::fill(&mut random)?;
    let owner = i64::from_ne_bytes(random) | 1;
    // What was released, settled or claimed meanwhile is left.
    let take = "WITH free AS (
                SELECT key FROM job WHERE key = ANY($1) AND kind = $2 AND state = 0
                AND lease_until <= (SELECT now_ms()) FOR UPDATE SKIP LOCKED
             )
             UPDATE job SET owner = $3, lease_until = (SELECT now_ms()) + $4
             FROM free WHERE job.key = free.key
             RETURNING job.key, stream, attempts, upstream, lease_until";
    let rows = rows(
        tx,
        take,
        &[&keys, &kind_number::<i16>(kind), &owner, &length(lease)],
    )
    .await?;
    let mut taken: HashMap<i64, Claimed> = rows
        .iter()
        .map(|row| (row.get(0), Claimed::new(row, owner)))
        .collect();
    Ok(keys.iter().filter_map(|key| taken.remove(key)).collect())
}

async fn load_or_put_aside(
    tx: &Transaction<'_>,
    kind: JobKind,
    claimed: Vec<Claimed>,
) -> Result<Vec<Job>, Fault> {
    let (jobs, lacking) = load(tx, kind, claimed).await?;
    for (key, what) in lacking {
        run(
            tx,
            "UPDATE job SET state = $2, details = $3, lease_until = 0, owner = 0 WHERE key = $1",
            &[&key, &SET_ASIDE, &what],
        )
        .await?;
    }
    Ok(jobs)
}

pub(super) async fn key_of_event(tx: &Transaction<'_>, id: Uuid) -> Result<Option<i64>, Fault> {
    let find = &format!("SELECT key FROM event WHERE id = $1 AND (key = $2 OR key < {BEFORE})");
    let found = row(tx, find, &[&id, &key_of(id)]).await?;
    Ok(found.map(|row| row.get(0)))
}
