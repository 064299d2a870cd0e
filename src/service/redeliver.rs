//! Deliveries that are to be made again.

use std::sync::Arc;

use super::outbox::Dispatcher;
use super::streams::CurrentStreams;
use crate::domain::{DeliveryState, RetryPolicy};
use crate::store::{Delivery, DeliveryFilter, Next, Store, StoreError};

pub async fn undelivered(
    store: &dyn Store,
    filter: DeliveryFilter,
) -> Result<Vec<Delivery>, StoreError> {
    let mut found = store.deliveries(filter, usize::MAX).await?;
    found.retain(|delivery| delivery.state != DeliveryState::Delivered);
    Ok(found)
}

/// Queues deliveries, due at once, and switches on webhooks that answered 410. How many there were.
pub async fn requeue(store: &dyn Store, wanted: &[Delivery]) -> Result<usize, StoreError> {
    let mut streams: Vec<_> = wanted.iter().map(|one| one.stream.clone()).collect();
    streams.dedup();
    for stream in streams {
        store.forget_gone(stream).await?;
    }
    store
        .requeue(wanted.iter().map(|one| one.id).collect())
        .await
}

/// Oldest first; returns how many succeeded.
pub async fn attempt_all(
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    wanted: &[Delivery],
) -> Result<usize, StoreError> {
    let dispatcher = Dispatcher::new(store, streams, RetryPolicy::Local);
    let mut delivered = 0;
    for delivery in wanted.iter().rev() {
        let attempted = dispatcher.attempt_now(delivery.id).await?;
        delivered += usize::from(attempted.is_some_and(|one| one.next == Next::Delivered));
    }
    Ok(delivered)
}

#[cfg(test)]
mod tests;
