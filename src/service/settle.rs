//! Keeping what became of jobs.

use crate::store::{Settlement, Store, StoreError};

/// Keeps settlements, all at once where that is possible. One that cannot be kept costs no other;
/// the first such error is returned.
pub async fn settle_each(
    store: &dyn Store,
    settlements: Vec<Settlement>,
) -> Result<(), StoreError> {
    if store.settle(settlements.clone()).await.is_ok() {
        return Ok(());
    }
    let mut outcome = Ok(());
    for one in settlements {
        let kept = store.settle(vec![one]).await;
        outcome = outcome.and(kept);
    }
    outcome
}
