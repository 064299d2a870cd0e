//! stub
use super::fault::Fault;
use super::store::PostgresStore;
#[derive(Clone, Copy)]
pub(super) struct Pulse {
    pub last: i64,
    pub revision: i64,
}
impl PostgresStore {
    pub(super) async fn pulse(&self) -> Result<Pulse, Fault> {
        let client = self.database.client().await?;
        let row = client
            .query_one(
                "SELECT place.last, catalogue.revision, now_ms() FROM place, catalogue",
                &[],
            )
            .await?;
        self.database.clock_says(row.get(2));
        Ok(Pulse {
            last: row.get(0),
            revision: row.get(1),
        })
    }
    pub(super) fn forget_pulse(&self) {}
}
