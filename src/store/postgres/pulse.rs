//! What is asked again and again: whether anybody has written, whether the catalogue changed, and what
//! time it is. One look serves all who ask within a while.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::database::lock;
use super::fault::Fault;
use super::store::PostgresStore;
use crate::store::StoreError;

/// How long a failure is told before it is looked again.
const FAILED: Duration = Duration::from_millis(250);

#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    /// The last key that was taken.
    pub last: i64,
    /// The catalogue's.
    pub revision: i64,
}

/// The last look, and who looks now.
#[derive(Debug, Default)]
pub(super) struct Looks {
    last: Mutex<Option<(Instant, Result<Pulse, StoreError>)>>,
    busy: tokio::sync::Mutex<()>,
}

impl Looks {
    fn last(&self, fresh: Duration) -> Option<Result<Pulse, StoreError>> {
        let last = lock(&self.last);
        let (at, looked) = last.as_ref()?;
        let fresh = if looked.is_ok() { fresh } else { FAILED };
        (at.elapsed() < fresh).then(|| looked.clone())
    }
}

impl PostgresStore {
    /// As it is now.
    pub(super) async fn look(&self) -> Result<Pulse, Fault> {
        let look = "SELECT last, revision, now_ms() FROM place, catalogue";
        let row = self.database.one(look, &[]).await?;
        self.database.clock_says(row.get(2));
        Ok(Pulse {
            last: row.get(0),
            revision: row.get(1),
        })
    }

    /// As it was at most so long ago.
    pub(super) async fn pulse(&self, fresh: Duration) -> Result<Pulse, StoreError> {
        if let Some(last) = self.looks.last(fresh) {
            return last;
        }
        let _busy = self.looks.busy.lock().await;
        if let Some(last) = self.looks.last(fresh) {
            return last;
        }
        let looked = self.database.ours(self.look().await);
        *lock(&self.looks.last) = Some((Instant::now(), looked.clone()));
        looked
    }

    /// This process has changed the catalogue.
    pub(super) fn forget_pulse(&self) {
        *lock(&self.looks.last) = None;
    }
}
