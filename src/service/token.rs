//! Giving a stream another token; the old one stops working.

use super::change::{Basis, change};
use super::find::find;
use super::{Random, ServiceError, now};
use crate::domain::{Status, Stream, StreamId, Token};
use crate::store::{CatalogueChange, CatalogueStore, Clock};

/// Issues a new token for a stream.
pub async fn rotate_token(
    store: &dyn CatalogueStore,
    clock: &Clock,
    random: Random<'_>,
    id: &StreamId,
) -> Result<Token, ServiceError> {
    let token = Token::issue(random);
    change(store, Basis::Named, |catalogue| {
        let before = find(catalogue, id.as_str())?;
        if before.status == Status::Draft {
            return Err(ServiceError::NoTokenYet(before.name.to_string()));
        }
        let after = Stream {
            updated_at: now(clock),
            ..before.clone()
        };
        let put = CatalogueChange::Put {
            before: Some(Box::new(before)),
            after: Box::new(after),
            token: Some(token.clone()),
            raise: false,
        };
        Ok((vec![put], ()))
    })
    .await?;
    Ok(token)
}
