//! Changes that are prepared from what there is, and prepared anew where others were quicker.

use super::ServiceError;
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, StoreError};

/// How often a change is prepared before others count as being quicker for good.
const TRIES: usize = 64;

/// What a change was prepared from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// What its preconditions name: others may change the rest meanwhile.
    Named,
    /// All of the catalogue.
    Whole,
}

/// Prepares changes from a snapshot and makes them. Where what they were prepared from is not there
/// any more, they are prepared again from the next snapshot: it is `prepare` that says what is wrong.
pub(super) async fn change<T>(
    store: &dyn CatalogueStore,
    basis: Basis,
    mut prepare: impl FnMut(&Catalogue) -> Result<(Vec<CatalogueChange>, T), ServiceError>,
) -> Result<T, ServiceError> {
    let mut stale = StoreError::Conflict;
    for _ in 0..TRIES {
        let catalogue = store.snapshot().await?;
        let (changes, result) = prepare(&catalogue)?;
        if changes.is_empty() {
            return Ok(result);
        }
        let expected = (basis == Basis::Whole).then(|| catalogue.revision());
        match store.apply(changes, expected).await {
            Ok(_) => return Ok(result),
            Err(error) if is_stale(&error) => stale = error,
            Err(error) => return Err(error.into()),
        }
    }
    Err(stale.into())
}

/// Whether the snapshot was another one than what the change met.
fn is_stale(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Conflict
            | StoreError::Changed(_)
            | StoreError::Deleted(_)
            | StoreError::NameTaken(_)
            | StoreError::NoSender(_)
            | StoreError::RouteExists(_)
            | StoreError::NoRoute(_)
    )
}
