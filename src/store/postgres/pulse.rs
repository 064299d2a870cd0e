//! What is asked again and again: whether anybody has written, whether the catalogue changed, and what
//! time it is.

use super::fault::Fault;
use super::store::PostgresStore;

#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    /// The last key that was taken.
    pub last: i64,
    /// The catalogue's.
    pub revision: i64,
}

impl PostgresStore {
    /// As it is now.
    pub(super) async fn look(&self) -> Result<Pulse, Fault> {
        let client = self.database.client().await?;
        let look = client
            .prepare_cached("SELECT last, revision, now_ms() FROM place, catalogue")
            .await?;
        let row = client.query_one(&look, &[]).await?;
        self.database.clock_says(row.get(2));
        Ok(Pulse {
            last: row.get(0),
            revision: row.get(1),
        })
    }

    pub(super) async fn pulse(&self) -> Result<Pulse, Fault> {
        self.look().await
    }

    pub(super) fn forget_pulse(&self) {}
}
