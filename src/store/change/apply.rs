//! What each change does to the catalogue and its secrets, and when it is refused.

use std::collections::HashSet;

use super::pending::Pending;
use crate::domain::{
    Route, RouteName, RouteSecrets, SenderId, Stream, StreamId, Token, WebhookSecret, same_name,
};
use crate::store::{CatalogueChange, StoreError};

#[derive(Default)]
pub(in crate::store) struct SecretChanges {
    pub issued: Vec<(StreamId, Token)>,
    pub webhook_secrets: Vec<(StreamId, WebhookSecret)>,
    pub routes: Vec<(RouteName, RouteSecrets)>,
    /// With the webhook secret.
    pub revoked: Vec<StreamId>,
    pub revoked_routes: Vec<String>,
    /// Whether a token takes the place of another.
    pub replaces: bool,
    /// Whether everything goes that belongs to no stream.
    pub orphans: bool,
}

pub(in crate::store) fn make(
    change: CatalogueChange,
    pending: &mut Pending<'_>,
    secrets: &mut SecretChanges,
) -> Result<(), StoreError> {
    match change {
        CatalogueChange::Put {
            before,
            after,
            token,
            raise,
        } => {
            check(pending, before.as_deref(), &after)?;
            let mut stream = *after;
            if let Some(token) = token {
                secrets.replaces |= stream.digest().is_some();
                stream.accept(token.digest());
                secrets.issued.push((stream.id.clone(), token));
            }
            let id = stream.id.clone();
            pending.put(stream);
            if raise {
                pending.raise(&id);
            }
        }
        CatalogueChange::Delete(id) => {
            let routes = pending.delete(&id).into_iter();
            let names = routes.map(|route| route.name.to_string());
            secrets.revoked_routes.extend(names);
            secrets.revoked.push(id);
        }
        CatalogueChange::AddSenders(ids) => add_senders(pending, ids),
        CatalogueChange::RemoveSender(id) => remove_sender(pending, id)?,
        CatalogueChange::PutRoute {
            route,
            secrets: own,
            replace,
        } => {
            secrets.routes.push((route.name.clone(), own));
            put_route(pending, *route, replace)?;
        }
        CatalogueChange::RemoveRoute(name) => {
            let same = |route: &Route| same_name(route.name.as_str(), &name);
            let Some(at) = pending.routes.iter().position(same) else {
                return Err(StoreError::NoRoute(name));
            };
            pending.routes.remove(at);
            pending.changed = true;
            secrets.revoked_routes.push(name);
        }
        CatalogueChange::KeepWebhookSecret(id, secret) => {
            if !pending.has(id.as_str()) {
                return Err(StoreError::Deleted(id.to_string()));
            }
            secrets.webhook_secrets.push((id, secret));
        }
        CatalogueChange::ForgetOrphans => secrets.orphans = true,
    }
    Ok(())
}

/// Whether a stream can be put: what is there is what the change was made from, and it fits in.
fn check(pending: &Pending<'_>, before: Option<&Stream>, after: &Stream) -> Result<(), StoreError> {
    let there = pending.stream(&after.id)?;
    if there.as_ref() != before {
        let known = before.or(there.as_ref()).unwrap_or(after);
        let name = known.name.to_string();
        return Err(match there {
            Some(_) => StoreError::Changed(name),
            None => StoreError::Deleted(name),
        });
    }
    let name = after.name.as_str();
    let keeps_name = before.is_some_and(|before| same_name(before.name.as_str(), name));
    if !keeps_name && pending.has_name(name) {
        return Err(StoreError::NameTaken(name.to_owned()));
    }
    let kept = before.and_then(|before| before.default_sender.as_ref());
    match &after.default_sender {
        Some(id) if Some(id) != kept && !pending.senders.contains(id) => {
            Err(StoreError::NoSender(id.to_string()))
        }
        _ => Ok(()),
    }
}

fn add_senders(pending: &mut Pending<'_>, ids: Vec<SenderId>) {
    if ids.is_empty() {
        return;
    }
    let there: HashSet<&SenderId> = pending.senders.iter().collect();
    let mut seen = HashSet::new();
    let fresh: Vec<_> = ids
        .into_iter()
        .filter(|id| !there.contains(id) && seen.insert(id.clone()))
        .collect();
    pending.changed |= !fresh.is_empty();
    pending.senders.extend(fresh);
}

fn remove_sender(pending: &mut Pending<'_>, id: String) -> Result<(), StoreError> {
    let same = |sender: &SenderId| sender.as_str() == id;
    let Some(at) = pending.senders.iter().position(same) else {
        return Err(StoreError::NoSender(id));
    };
    let users = pending.default_senders()?.into_iter();
    let users: Vec<_> = users
        .filter(|(_, sender)| same(sender))
        .map(|(name, _)| name)
        .collect();
    let sender = pending.senders.remove(at);
    if !users.is_empty() {
        let streams = users;
        return Err(StoreError::SenderInUse { sender, streams });
    }
    pending.changed = true;
    Ok(())
}

fn put_route(pending: &mut Pending<'_>, route: Route, replace: bool) -> Result<(), StoreError> {
    let gone = |id: &&StreamId| !pending.has(id.as_str());
    if let Some(id) = route.streams.iter().find(gone) {
        return Err(StoreError::Deleted(id.to_string()));
    }
    match pending.routes.iter_mut().find(|old| old.name == route.name) {
        Some(_) if !replace => return Err(StoreError::RouteExists(route.name)),
        Some(old) => *old = route,
        None => pending.routes.push(route),
    }
    pending.changed = true;
    Ok(())
}
