//! Jobs whose time is set anew: deliveries that are queued again, and all after the clock was set
//! back.

use std::time::Duration;

use uuid::Uuid;

use super::fault::Fault;
use super::ids::Keys;
use super::reader::BEFORE;
use super::row::{kind_number, length};
use super::statement::{rows, run};
use super::store::PostgresStore;
use crate::store::JobKind;
use crate::store::ids::key_of;

impl PostgresStore {
    pub(super) async fn requeue_deliveries(&self, ids: &[Uuid]) -> Result<usize, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let keys = Keys::take(&tx, 0).await?;
        let wanted: Vec<i64> = ids.iter().map(|id| key_of(*id)).collect();
        let fresh = &format!(
            "INSERT INTO job (key, kind, stream, handset, next_at)
                 SELECT key, 0, stream, handset, $3 FROM event
                 WHERE id = ANY($1) AND (key = ANY($2) OR key < {BEFORE})
                 ON CONFLICT (key) DO UPDATE SET next_at = $3, attempts = 0, details = NULL,
                    owner = 0, lease_until = 0
                 WHERE job.lease_until <= $3 AND job.state <> 3
                 RETURNING key"
        );
        let queued: Vec<i64> = rows(&tx, fresh, &[&ids, &wanted, &keys.now()])
            .await?
            .iter()
            .map(|row| row.get(0))
            .collect();
        run(
            &tx,
            "UPDATE event SET state = 0, attempts = 0, why = NULL WHERE key = ANY($1)",
            &[&queued],
        )
        .await?;
        tx.commit().await?;
        if !queued.is_empty() {
            self.database.has_queued();
        }
        Ok(queued.len())
    }

    pub(super) async fn rebase_jobs(
        &self,
        kind: JobKind,
        longest: Duration,
        lease: Duration,
    ) -> Result<(), Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let now = Keys::take(&tx, 0).await?.now();
        let (kind_number, longest) = (kind_number::<i16>(kind), length(longest));
        run(&tx, "UPDATE job SET next_at = $2 WHERE state = 0 AND kind = $1 AND next_at > $2::bigint + $3",
            &[&kind_number, &now, &longest],)
        .await?;
        // What is being submitted is held for its whole lease from now on; the others are free.
        let until = if kind == JobKind::Submit {
            now.saturating_add(length(lease))
        } else {
            0
        };
        run(
            &tx,
            "UPDATE job SET lease_until = $2
             WHERE state = 0 AND kind = $1 AND lease_until > $3::bigint + $4",
            &[&kind_number, &until, &now, &length(lease)],
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}
