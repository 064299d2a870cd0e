//! An incoming message that found no stream is given to one.

use uuid::Uuid;

use super::ServiceError;
use super::hear::candidate;
use crate::domain::{Consent, Status, Stream};
use crate::store::{Received, Store};

/// `None` where no such message is unmatched.
pub async fn assign(
    store: &dyn Store,
    stream: &Stream,
    uuid: Uuid,
) -> Result<Option<Received>, ServiceError> {
    if stream.status == Status::Draft {
        return Err(ServiceError::IsDraft(stream.name.to_string()));
    }
    let unmatched = store.unmatched(usize::MAX).await?;
    let Some(message) = unmatched.iter().find(|one| one.uuid == uuid) else {
        return Ok(None);
    };
    let consent = Consent::of_reply(&message.text);
    Ok(store.assign(uuid, candidate(stream), consent).await?)
}
