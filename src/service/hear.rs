//! What a carrier tells by itself: kept, matched to its stream, and queued for its webhook.

use std::sync::Arc;
use std::time::Duration;

use super::Context;
use super::log::{Log, LogEntry};
use super::streams::{CurrentStreams, StreamIndex, notify};
use crate::api::IncomingFields;
use crate::carrier::{CarrierReceipt, Heard, IncomingMessage, Keep};
use crate::domain::{Consent, EventType, Route, RouteName, Stream, Way, canonical};
use crate::store::{Candidate, NewIncoming, NewReceipt, Store, StoreError};

/// How long after a message its handset's words are taken for an answer to it.
const ANSWERED: Duration = Duration::from_secs(7 * 24 * 3_600);

/// Keeps what the carrier of a route tells.
pub fn keep(
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    log: Log,
    route: RouteName,
) -> Keep {
    Arc::new(move |heard| {
        let (store, streams) = (Arc::clone(&store), Arc::clone(&streams));
        let (log, route) = (log.clone(), route.clone());
        Box::pin(async move {
            let streams = streams.get().await;
            let kept = hear(&*store, &streams, &route, heard).await;
            kept.map_err(|error| log.write(LogEntry::StoreFailed(error)))
                .is_ok()
        })
    })
}

/// Keeps a message that the carrier of a route was told to bring.
pub async fn take_in(
    context: &Context,
    route: &RouteName,
    told: IncomingFields,
) -> Result<(), StoreError> {
    let streams = context.streams.get().await;
    let heard = vec![Heard::Incoming(message(told))];
    hear(&*context.store, &streams, route, heard).await
}

fn message(told: IncomingFields) -> IncomingMessage {
    // Without an id and a time, two that are equal may well be two.
    let is_told_apart = told.id.is_some() || told.at.is_some();
    IncomingMessage {
        remote_id: is_told_apart.then(|| told.id_or_fingerprint()),
        from: told.from,
        to: told.to,
        text: told.text,
        at: told.at,
    }
}

/// Keeps what a route heard.
async fn hear(
    store: &dyn Store,
    streams: &StreamIndex,
    route: &RouteName,
    heard: Vec<Heard>,
) -> Result<(), StoreError> {
    let mut routes = streams.routes().iter();
    let way = routes.find(|one| one.name == *route).map(|one| &one.way);
    let hold = matches!(way, Some(Way::Smpp { .. }));
    let (mut incoming, mut receipts, mut until) = (Vec::new(), Vec::new(), None);
    for one in heard {
        match one {
            Heard::Incoming(message) => incoming.push(message),
            Heard::Receipt(receipt) => receipts.push(new_receipt(route, receipt, hold)),
            Heard::Until(at) => until = Some(at),
            Heard::Link(state) => store.set_link(route.to_string(), state).await?,
        }
    }
    if !incoming.is_empty() {
        let is_served = |stream: &&Arc<Stream>| is_served(streams.routes(), route, stream);
        let served: Vec<_> = streams.all().filter(is_served).collect();
        let incoming = incoming.into_iter();
        let incoming = incoming.map(|message| new_incoming(store, route, &served, message));
        store.take_in(incoming.collect()).await?;
    }
    receipts.retain(|receipt| receipt.status.is_final());
    if !receipts.is_empty() {
        store.learn(receipts, streams.status_urls()).await?;
    }
    if let Some(until) = until {
        store.set_heard_until(route.to_string(), until).await?;
    }
    Ok(())
}

fn is_served(routes: &[Route], route: &RouteName, stream: &Stream) -> bool {
    let own = Route::of(routes, &stream.id);
    !stream.demo && own.is_some_and(|own| own.name == *route)
}

fn new_incoming(
    store: &dyn Store,
    route: &RouteName,
    served: &[&Arc<Stream>],
    message: IncomingMessage,
) -> NewIncoming {
    let to = message.to.filter(|to| !to.is_empty());
    // The number that it was sent to tells its stream where that is the number of some.
    let is_own = |stream: &&&Arc<Stream>| {
        let sender = stream.default_sender.as_ref();
        sender.is_some_and(|sender| to.as_deref() == Some(sender.as_str()))
    };
    let own: Vec<_> = served.iter().filter(is_own).copied().collect();
    let chosen = if own.is_empty() { served } else { &own };
    NewIncoming {
        route: route.to_string(),
        remote_id: message.remote_id,
        from: message.from,
        to,
        consent: Consent::of_reply(&message.text),
        text: message.text,
        at: message.at,
        candidates: chosen.iter().map(|stream| candidate(stream)).collect(),
        since: store.now() - ANSWERED,
    }
}

/// A stream as one that a message may be for.
pub fn candidate(stream: &Stream) -> Candidate {
    Candidate {
        stream: stream.id.clone(),
        sender: stream.default_sender.as_ref().map(ToString::to_string),
        notify: notify(stream, EventType::Received),
    }
}

fn new_receipt(route: &RouteName, receipt: CarrierReceipt, hold: bool) -> NewReceipt {
    NewReceipt {
        route: route.to_string(),
        ids: receipt.ids.iter().map(|id| canonical(id)).collect(),
        handset: receipt.handset,
        status: receipt.status,
        details: receipt.details,
        hold,
    }
}

#[cfg(test)]
mod tests;
