//! Deleting streams with their tokens.

use super::ServiceError;
use crate::domain::Stream;
use crate::store::{CatalogueChange, CatalogueStore};

/// Deletes these streams; one that is gone already is no failure.
pub async fn delete(store: &dyn CatalogueStore, streams: &[Stream]) -> Result<(), ServiceError> {
    let deletion = |stream: &Stream| CatalogueChange::Delete(stream.id.clone());
    store
        .apply(streams.iter().map(deletion).collect(), None)
        .await?;
    Ok(())
}
