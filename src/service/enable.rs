//! Pausing streams and letting them go on.

use super::change::{Basis, change};
use super::find::find_all;
use super::{ServiceError, now};
use crate::domain::{Status, Stream};
use crate::store::{CatalogueChange, CatalogueStore, Clock};

/// Makes streams Ready or Disabled; each with whether it was another way before.
pub async fn set_enabled(
    store: &dyn CatalogueStore,
    clock: &Clock,
    wanted: &[String],
    enabled: bool,
) -> Result<Vec<(Stream, bool)>, ServiceError> {
    let status = if enabled {
        Status::Ready
    } else {
        Status::Disabled
    };
    change(store, Basis::Named, |catalogue| {
        let found = find_all(catalogue, wanted)?;
        if let Some(draft) = found.iter().find(|stream| stream.status == Status::Draft) {
            return Err(ServiceError::IsDraft(draft.name.to_string()));
        }
        let (mut changes, mut result) = (Vec::new(), Vec::with_capacity(found.len()));
        for before in found {
            if before.status == status {
                result.push((before, false));
                continue;
            }
            let after = Stream {
                status,
                updated_at: now(clock),
                ..before.clone()
            };
            changes.push(CatalogueChange::Put {
                before: Some(Box::new(before)),
                after: Box::new(after.clone()),
                token: None,
                raise: false,
            });
            result.push((after, true));
        }
        Ok((changes, result))
    })
    .await
}
