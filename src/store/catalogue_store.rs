//! What a store does with streams, Sender IDs, routes and their secrets.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Catalogue, CatalogueChange, Revision, Secrets, StoreError};

/// The catalogue's half of a store.
#[async_trait]
pub trait CatalogueStore: Send + Sync {
    /// The catalogue as it is now. Cheap where nothing changed: it may be asked for at every request.
    async fn snapshot(&self) -> Result<Arc<Catalogue>, StoreError>;

    /// The secrets as they are now. As cheap.
    async fn secrets(&self) -> Result<Arc<Secrets>, StoreError>;

    /// Makes all of these changes, in their order, or none of them; the revision that they led to.
    /// With `expected`, nothing is changed unless the catalogue is at that revision.
    async fn apply(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, StoreError>;
}
