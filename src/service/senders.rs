//! The Sender IDs of the catalogue.

use std::collections::HashSet;

use super::ServiceError;
use super::change::{Basis, change};
use crate::domain::SenderId;
use crate::store::{CatalogueChange, CatalogueStore, StoreError};

/// Sender IDs that were to be added, in the order in which they were named.
#[derive(Debug)]
pub struct AddedSenders {
    /// Those that were new.
    pub added: Vec<SenderId>,
    /// Those that were there, or were named before.
    pub known: Vec<SenderId>,
}

/// Adds Sender IDs.
pub async fn add_senders(
    store: &dyn CatalogueStore,
    ids: Vec<SenderId>,
) -> Result<AddedSenders, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let mut seen: HashSet<&SenderId> = catalogue.senders().iter().collect();
        let (added, known): (Vec<_>, Vec<_>) = ids.iter().partition(|id| seen.insert(id));
        let (added, known) = (owned(&added), owned(&known));
        let changes = if added.is_empty() {
            Vec::new()
        } else {
            vec![CatalogueChange::AddSenders(added.clone())]
        };
        Ok((changes, AddedSenders { added, known }))
    })
    .await
}

fn owned(ids: &[&SenderId]) -> Vec<SenderId> {
    ids.iter().copied().cloned().collect()
}

/// Takes Sender IDs out, as they were typed. None of them may be a stream's default.
pub async fn remove_senders(
    store: &dyn CatalogueStore,
    typed: &[String],
) -> Result<Vec<SenderId>, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let mut removed: Vec<SenderId> = Vec::new();
        for text in typed {
            let mut senders = catalogue.senders().iter();
            let there = senders.find(|id| id.as_str() == text && !removed.contains(id));
            let there = there.ok_or_else(|| StoreError::NoSender(text.clone()))?;
            removed.push(there.clone());
        }
        let removal = |text: &String| CatalogueChange::RemoveSender(text.clone());
        Ok((typed.iter().map(removal).collect(), removed))
    })
    .await
}
