//! What a stream's webhook deliveries are signed with; issued when it is first needed.

use crate::domain::{StreamId, WebhookSecret};
use crate::store::{CatalogueChange, Store, StoreError};

pub async fn webhook_secret(
    store: &dyn Store,
    stream: &StreamId,
) -> Result<WebhookSecret, StoreError> {
    if let Some(kept) = store.secrets().await?.webhook_secret(stream) {
        return Ok(kept);
    }
    let mut random = [0; 64];
    getrandom::fill(&mut random).map_err(|error| StoreError::Randomness(error.to_string()))?;
    let mut bytes = random.into_iter();
    let new = WebhookSecret::issue(|| bytes.next().unwrap_or_default());
    let change = CatalogueChange::KeepWebhookSecret(stream.clone(), new.clone());
    store.apply(vec![change], None).await?;
    // Another process may have been quicker.
    Ok(store.secrets().await?.webhook_secret(stream).unwrap_or(new))
}
