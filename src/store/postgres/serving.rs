//! The gateways that serve a home, and whether its server keeps what it says it keeps.

use std::time::Duration;

use tokio::sync::oneshot;
use uuid::Uuid;

use super::database::Database;
use super::fault::Fault;
use super::store::PostgresStore;
use crate::store::StoreError;

/// How often a gateway says that it is there.
const RENEWED: Duration = Duration::from_secs(15);

/// How long one that was not heard of counts as serving, in milliseconds.
const SEEN: i64 = 60_000;

/// Says that this process serves a home, until it is ended.
#[derive(Debug)]
pub struct Announced {
    id: Uuid,
    database: Database,
    /// Dropped, nothing is renewed any more.
    _renewed: oneshot::Sender<()>,
}

impl PostgresStore {
    /// Says that this process serves the home. Gateways that were not heard of for an hour are
    /// forgotten.
    pub async fn announce(&self) -> Result<Announced, StoreError> {
        self.database.ours(self.try_announce().await)
    }

    async fn try_announce(&self) -> Result<Announced, Fault> {
        let mut random = [0; 16];
        getrandom::fill(&mut random)?;
        let id = uuid::Builder::from_random_bytes(random).into_uuid();
        let client = self.database.client().await?;
        client
            .execute("DELETE FROM gateway WHERE seen < now_ms() - 3600000", &[])
            .await?;
        client
            .execute(
                "INSERT INTO gateway (id, since, seen) VALUES ($1, now_ms(), now_ms())",
                &[&id],
            )
            .await?;
        let (renewed, mut ended) = oneshot::channel::<()>();
        let database = self.database.clone();
        self.database.spawn(async move {
            loop {
                tokio::select! {
                    _ = &mut ended => return,
                    () = tokio::time::sleep(RENEWED) => {}
                }
                // One that cannot be renewed is renewed when the database is back.
                let _ = renew(&database, id).await;
            }
        })?;
        Ok(Announced {
            id,
            database: self.database.clone(),
            _renewed: renewed,
        })
    }

    /// How many gateways were heard of in the last minute.
    pub async fn gateways(&self) -> Result<u64, StoreError> {
        let count = async {
            let client = self.database.client().await?;
            let count = "SELECT count(*) FROM gateway WHERE seen > now_ms() - $1";
            let row = client.query_one(count, &[&SEEN]).await?;
            Ok(row.get::<_, i64>(0).unsigned_abs())
        };
        self.database.ours(count.await)
    }

    /// What makes the server keep less than it says; an error where it may lose all of it.
    pub async fn weakness(&self) -> Result<Option<String>, StoreError> {
        let ask = async {
            let client = self.database.client().await?;
            let ask = "SELECT current_setting('fsync'), current_setting('synchronous_commit')";
            let row = client.query_one(ask, &[]).await?;
            Ok((row.get::<_, String>(0), row.get::<_, String>(1)))
        };
        let (fsync, commit) = self.database.ours(ask.await)?;
        if fsync == "off" {
            let home = self.address().to_string();
            return Err(StoreError::NotDurable { home });
        }
        let weak = ["off", "local", "remote_write"].contains(&commit.as_str());
        Ok(weak.then_some(commit))
    }
}

async fn renew(database: &Database, id: Uuid) -> Result<(), Fault> {
    let client = database.client().await?;
    client
        .execute(
            "INSERT INTO gateway (id, since, seen) VALUES ($1, now_ms(), now_ms())
             ON CONFLICT (id) DO UPDATE SET seen = excluded.seen",
            &[&id],
        )
        .await?;
    Ok(())
}

impl Announced {
    pub async fn end(self) {
        // Where that fails, it is over in a minute.
        if let Ok(client) = self.database.client().await {
            let _ = client
                .execute("DELETE FROM gateway WHERE id = $1", &[&self.id])
                .await;
        }
    }
}
