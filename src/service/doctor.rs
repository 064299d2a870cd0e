//! What is not as it should be with streams and their tokens.

use std::collections::{BTreeMap, HashSet};

use super::ServiceError;
use crate::domain::{SenderId, Status, Stream, Token, WebhookUrl, name_key};
use crate::store::{Catalogue, Entry, Store, WebhookPause};

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Diagnosis {
    /// Two streams, by name, that have the same id or name.
    Twins(String, String),
    /// A stream, by name, whose token is not kept.
    NoToken(String),
    /// A stream, by name, for which another token is kept than the one in force.
    OtherToken(String),
    /// A stream's default sender that the catalogue does not have.
    NoSender { stream: String, sender: SenderId },
    /// A stream whose replies travel unencrypted.
    Unencrypted { stream: String, url: WebhookUrl },
    /// A stream, by name, whose webhook answered 410 (Gone).
    SwitchedOff(String),
    /// A stream, by name, whose webhook is disabled.
    Disabled(String),
    /// So many jobs that cannot be read and are left alone, for this reason.
    SetAside(usize, String),
    /// So many tokens that belong to no stream.
    Orphans(usize),
}

/// Everything that is not as it should be.
pub async fn diagnose(store: &dyn Store) -> Result<Vec<Diagnosis>, ServiceError> {
    let catalogue = store.snapshot().await?;
    let secrets = store.secrets().await?;
    let streams = catalogue.streams()?;
    let tokens = secrets.all();
    let mut found = twins(&streams);
    found.extend(set_aside(store.set_aside().await?));
    for stream in &streams {
        found.extend(token(stream, &tokens));
        found.extend(sender(stream, &catalogue));
        found.extend(webhook(stream));
        found.extend(pause(store, stream).await?);
    }
    found.extend(orphans(&catalogue, &tokens));
    Ok(found)
}

/// One diagnosis for each reason: many rows may be gone at once.
fn set_aside(lacking: Vec<String>) -> impl Iterator<Item = Diagnosis> {
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for what in lacking {
        *rows.entry(what).or_default() += 1;
    }
    let told = |(what, count)| Diagnosis::SetAside(count, what);
    rows.into_iter().map(told)
}

fn twins(streams: &[Stream]) -> Vec<Diagnosis> {
    let mut seen: BTreeMap<String, &Stream> = BTreeMap::new();
    let mut found = Vec::new();
    for stream in streams {
        for key in [stream.id.to_string(), name_key(stream.name.as_str())] {
            if let Some(other) = seen.insert(key, stream) {
                let (one, two) = (other.name.to_string(), stream.name.to_string());
                found.push(Diagnosis::Twins(one, two));
            }
        }
    }
    found
}

fn token(stream: &Stream, tokens: &BTreeMap<String, Option<Token>>) -> Option<Diagnosis> {
    let kept = tokens.get(stream.id.as_str()).and_then(Option::as_ref);
    let name = || stream.name.to_string();
    match (stream.status, kept) {
        (Status::Draft, _) => None,
        (_, None) => Some(Diagnosis::NoToken(name())),
        (_, Some(token)) if Some(token.digest()) != stream.digest() => {
            Some(Diagnosis::OtherToken(name()))
        }
        (_, Some(_)) => None,
    }
}

fn sender(stream: &Stream, catalogue: &Catalogue) -> Option<Diagnosis> {
    let sender = stream.default_sender.as_ref()?;
    (!catalogue.senders().contains(sender)).then(|| Diagnosis::NoSender {
        stream: stream.name.to_string(),
        sender: sender.clone(),
    })
}

fn webhook(stream: &Stream) -> Option<Diagnosis> {
    let url = &stream.webhook.as_ref()?.url;
    url.is_open_to_readers().then(|| Diagnosis::Unencrypted {
        stream: stream.name.to_string(),
        url: url.clone(),
    })
}

async fn pause(store: &dyn Store, stream: &Stream) -> Result<Option<Diagnosis>, ServiceError> {
    let Some(webhook) = &stream.webhook else {
        return Ok(None);
    };
    let url = webhook.url.to_string();
    let name = stream.name.to_string();
    let pause = store.webhook_pause(stream.id.clone(), url).await?;
    Ok(pause.map(|pause| match pause {
        WebhookPause::Gone(_) => Diagnosis::SwitchedOff(name),
        WebhookPause::Disabled(_) => Diagnosis::Disabled(name),
    }))
}

fn orphans(catalogue: &Catalogue, tokens: &BTreeMap<String, Option<Token>>) -> Option<Diagnosis> {
    let ids: HashSet<_> = catalogue.entries().map(Entry::id).collect();
    let lost = tokens.keys().filter(|key| !ids.contains(key.as_str()));
    let lost = lost.count();
    (lost > 0).then_some(Diagnosis::Orphans(lost))
}
