//! The catalogue and its secrets, in tables.

use std::sync::Arc;

use async_trait::async_trait;

use super::store::PostgresStore;
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, Revision, Secrets, StoreError};

#[async_trait]
impl CatalogueStore for PostgresStore {
    async fn snapshot(&self) -> Result<Arc<Catalogue>, StoreError> {
        Err(StoreError::Stopped)
    }

    async fn secrets(&self) -> Result<Arc<Secrets>, StoreError> {
        Err(StoreError::Stopped)
    }

    async fn apply(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, StoreError> {
        let _ = (changes, expected);
        Err(StoreError::Stopped)
    }
}
