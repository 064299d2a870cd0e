//! Webhooks that are not called.

use deadpool_postgres::Transaction;

use super::events::GONE;
use super::fault::Fault;
use super::ids::Keys;
use super::row;
use super::statement::{row, run};
use super::store::PostgresStore;
use crate::domain::StreamId;
use crate::store::WebhookPause;

/// The webhook of a delivery's stream is not called any more: what waits for it is dead, whoever has
/// claimed it.
pub(super) async fn switch_off(
    tx: &Transaction<'_>,
    event: i64,
    url: &str,
    now: i64,
) -> Result<(), Fault> {
    let find = "SELECT stream FROM event WHERE key = $1";
    let Some(row) = row(tx, find, &[&event]).await? else {
        return Ok(());
    };
    let stream: &str = row.get(0);
    run(
        tx,
        "INSERT INTO webhook_off (stream, url, at) VALUES ($1, $2, $3)
         ON CONFLICT (stream, url) DO UPDATE SET at = excluded.at",
        &[&stream, &url, &now],
    )
    .await?;
    run(
        tx,
        "WITH over AS (
            DELETE FROM job WHERE kind = 0 AND state = 0 AND stream = $1
            RETURNING key, next_at, attempts
         )
         UPDATE event SET state = 2, why = $2, next_at = over.next_at, attempts = over.attempts
         FROM over WHERE event.key = over.key",
        &[&stream, &GONE],
    )
    .await?;
    Ok(())
}

impl PostgresStore {
    pub(super) async fn read_webhook_pause(
        &self,
        stream: &StreamId,
        url: &str,
    ) -> Result<Option<WebhookPause>, Fault> {
        let find = "SELECT url, at FROM webhook_off WHERE stream = $1 AND url IN ('', $2)
                 ORDER BY url LIMIT 1";
        let found = self.database.row(find, &[&stream.as_str(), &url]).await?;
        Ok(found.map(|row| {
            let at = row::time(row.get(1));
            if row.get::<_, &str>(0).is_empty() {
                WebhookPause::Disabled(at)
            } else {
                WebhookPause::Gone(at)
            }
        }))
    }

    /// Disables a stream's webhook, or enables it whatever had switched it off.
    pub(super) async fn enable_webhook(
        &self,
        stream: &StreamId,
        enabled: bool,
    ) -> Result<bool, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        let keys = Keys::take(&tx, 0).await?;
        let changed = if enabled {
            run(
                &tx,
                "DELETE FROM webhook_off WHERE stream = $1",
                &[&stream.as_str()],
            )
            .await?
        } else {
            run(
                &tx,
                "INSERT INTO webhook_off (stream, url, at) VALUES ($1, '', $2)
                 ON CONFLICT DO NOTHING",
                &[&stream.as_str(), &keys.now()],
            )
            .await?
        };
        tx.commit().await?;
        self.database.has_queued();
        Ok(changed > 0)
    }

    pub(super) async fn forget_gone_webhook(&self, stream: &StreamId) -> Result<bool, Fault> {
        let mut client = self.database.client().await?;
        let tx = client.transaction().await?;
        Keys::take(&tx, 0).await?;
        let changed = run(
            &tx,
            "DELETE FROM webhook_off WHERE stream = $1 AND url <> ''",
            &[&stream.as_str()],
        )
        .await?;
        tx.commit().await?;
        Ok(changed > 0)
    }
}
