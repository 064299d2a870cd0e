//! Which jobs are due, and which of them may be worked on side by side.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use deadpool_postgres::Transaction;

use super::fault::Fault;
use super::row::{self, kind_number};
use super::statement::rows;
use super::store::PostgresStore;
use crate::store::{Claim, Due, JobKind};

/// Most deliveries of a stream that are looked at for one claim: one handset may have many.
const EXAMINED: usize = 5_000;

impl PostgresStore {
    pub(super) async fn read_due(&self, kind: JobKind) -> Result<Due, Fault> {
        let (condition, kind) = (condition(kind), kind_number::<i16>(kind));
        // From stream to stream, however many jobs each has; then when something is due that is not
        // due yet. A job whose process died is due when its lease is over.
        let ask = &format!(
            "WITH RECURSIVE waiting (one) AS (
                    SELECT (SELECT stream FROM job WHERE state = 0 AND kind = {kind}
                        ORDER BY stream LIMIT 1)
                    UNION ALL SELECT (SELECT stream FROM job WHERE state = 0 AND kind = {kind}
                        AND stream > one ORDER BY stream LIMIT 1)
                    FROM waiting WHERE one IS NOT NULL),
                 clock (now) AS MATERIALIZED (SELECT now_ms())
                 SELECT one, NULL::bigint FROM waiting WHERE one IS NOT NULL AND {condition}
                 UNION ALL SELECT NULL, least(
                    (SELECT min(next_at) FROM job WHERE state = 0 AND kind = {kind}
                        AND next_at > (SELECT now FROM clock)),
                    (SELECT min(lease_until) FROM job WHERE state = 0 AND kind = {kind}
                        AND lease_until > 0 AND lease_until > (SELECT now FROM clock)))"
        );
        let mut due = Due::default();
        for row in self.database.rows(ask, &[]).await? {
            match row.get::<_, Option<&str>>(0) {
                Some(stream) => due.streams.push(row::stream_id(stream)?),
                None => due.next = row.get::<_, Option<i64>>(1).map(row::time),
            }
        }
        Ok(due)
    }
}

/// Whether a stream `one` has a job of a kind that is due.
fn condition(kind: JobKind) -> String {
    let any = |kind: i16| {
        format!(
            "EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = {kind} AND stream = one
                AND next_at <= (SELECT now FROM clock) AND lease_until <= (SELECT now FROM clock))"
        )
    };
    match kind {
        JobKind::Deliver => format!(
            "{} AND NOT EXISTS (SELECT 1 FROM webhook_off
                WHERE webhook_off.stream = one AND url = '')",
            any(kind_number::<i16>(kind))
        ),
        // The oldest holds back the others, and one batch is on its way at a time.
        JobKind::Submit => "(SELECT next_at FROM job WHERE state = 0 AND kind = 1 AND stream = one
                ORDER BY key LIMIT 1) <= (SELECT now FROM clock)
             AND NOT EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 1 AND stream = one
                AND lease_until > 0)"
            .to_owned(),
        JobKind::Ask | JobKind::Turn => any(kind_number::<i16>(kind)),
    }
}

/// The keys of jobs that may be claimed, oldest first, by whoever holds the stream's claim lock.
pub(super) async fn candidates(tx: &Transaction<'_>, claim: &Claim) -> Result<Vec<i64>, Fault> {
    match claim.kind {
        JobKind::Deliver => deliveries(tx, claim).await,
        JobKind::Submit => in_order(tx, claim).await,
        JobKind::Ask | JobKind::Turn => any(tx, claim).await,
    }
}

/// The oldest deliveries of each of so many handsets. A handset with a delivery that is being
/// attempted waits: its messages arrive in their order as long as attempts succeed.
async fn deliveries(tx: &Transaction<'_>, claim: &Claim) -> Result<Vec<i64>, Fault> {
    let list = "SELECT key, handset FROM job
             WHERE state = 0 AND kind = 0 AND stream = $1
             AND next_at <= (SELECT now_ms()) AND lease_until <= (SELECT now_ms())
             AND NOT EXISTS (SELECT 1 FROM webhook_off
                WHERE webhook_off.stream = $1 AND url = '')
             AND handset NOT IN (SELECT handset FROM job WHERE state = 0 AND kind = 0
                AND lease_until > 0 AND stream = $1 AND lease_until > (SELECT now_ms()))
             ORDER BY next_at, key LIMIT $2";
    // Looking on for more of the same handsets costs more than another claim.
    let few = (2 * claim.lanes).max(claim.depth).min(EXAMINED);
    let mut found = Vec::new();
    for most in [few, EXAMINED] {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = rows(tx, list, &[&claim.stream.as_str(), &most]).await?;
        let mut lanes: HashMap<&str, usize> = HashMap::new();
        found.clear();
        for row in &rows {
            let free = lanes.len() < claim.lanes;
            let taken = match lanes.entry(row.get(1)) {
                Entry::Occupied(lane) => lane.into_mut(),
                Entry::Vacant(_) if !free => continue,
                Entry::Vacant(lane) => lane.insert(0),
            };
            if *taken < claim.depth {
                *taken += 1;
                found.push(row.get(0));
            }
        }
        let all = i64::try_from(rows.len()).unwrap_or(i64::MAX) < most;
        if all || lanes.len() == claim.lanes {
            break;
        }
    }
    Ok(found)
}

/// The oldest messages of a stream, unless the first of them is not due or is on its way.
async fn in_order(tx: &Transaction<'_>, claim: &Claim) -> Result<Vec<i64>, Fault> {
    let list = "SELECT key, next_at > (SELECT now_ms()) FROM job
             WHERE state = 0 AND kind = 1 AND stream = $1
             AND NOT EXISTS (SELECT 1 FROM job WHERE state = 0 AND kind = 1 AND stream = $1
                AND lease_until > 0) ORDER BY key LIMIT $2";
    let depth = i64::try_from(claim.depth).unwrap_or(i64::MAX);
    let rows = rows(tx, list, &[&claim.stream.as_str(), &depth]).await?;
    if rows.first().is_some_and(|first| first.get(1)) {
        return Ok(Vec::new());
    }
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

async fn any(tx: &Transaction<'_>, claim: &Claim) -> Result<Vec<i64>, Fault> {
    let list = "SELECT key FROM job WHERE state = 0 AND kind = $1 AND stream = $2
             AND next_at <= (SELECT now_ms()) AND lease_until <= (SELECT now_ms())
             ORDER BY next_at, key LIMIT $3";
    let (kind, depth) = (
        kind_number::<i16>(claim.kind),
        i64::try_from(claim.depth).unwrap_or(i64::MAX),
    );
    let rows = rows(tx, list, &[&kind, &claim.stream.as_str(), &depth]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}
