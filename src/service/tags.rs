//! Giving a tag another name on every stream that has it.

use super::change::{Basis, change};
use super::{ServiceError, now};
use crate::domain::{Stream, Tag};
use crate::store::{CatalogueChange, CatalogueStore, Clock};

/// Renames a tag; on how many streams.
pub async fn rename_tag(
    store: &dyn CatalogueStore,
    clock: &Clock,
    old: &Tag,
    new: &Tag,
) -> Result<usize, ServiceError> {
    // A stream that gets the tag meanwhile has to be renamed as well.
    change(store, Basis::Whole, |catalogue| {
        let mut changes = Vec::new();
        for before in catalogue.streams()? {
            if !before.tags.contains(old) {
                continue;
            }
            let other = |tag: &Tag| if tag == old { new } else { tag }.clone();
            let after = Stream {
                tags: before.tags.iter().map(other).collect(),
                updated_at: now(clock),
                ..before.clone()
            };
            changes.push(CatalogueChange::Put {
                before: Some(Box::new(before)),
                after: Box::new(after),
                token: None,
                raise: false,
            });
        }
        if changes.is_empty() {
            return Err(ServiceError::NoTag(old.to_string()));
        }
        let count = changes.len();
        Ok((changes, count))
    })
    .await
}
