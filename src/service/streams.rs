//! The streams in force, ready to be asked. Whoever changes them is another process most of the
//! time: before each use it is looked whether they are other ones.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use super::lock;
use super::log::{Log, LogEntry};
use crate::domain::{EventType, Route, SenderId, Stream, StreamId, same_name};
use crate::store::{Catalogue, Revision, Store, StoreError};

/// SHA-256.
type Digest = [u8; 32];

#[derive(Debug, Default)]
pub struct StreamIndex {
    by_token: HashMap<Digest, Arc<Stream>>,
    by_id: HashMap<StreamId, Arc<Stream>>,
    senders: HashSet<SenderId>,
    routes: Vec<Route>,
    /// The URL to call with a status, of the streams that ask for it.
    status_urls: Arc<HashMap<StreamId, String>>,
}

impl StreamIndex {
    pub fn of(catalogue: &Catalogue) -> Result<Self, StoreError> {
        let keyed = |stream: Stream| {
            let digest = from_hex(stream.token_sha256.as_deref()?)?;
            Some((digest, Arc::new(stream)))
        };
        let by_token: HashMap<_, _> = catalogue.streams()?.into_iter().filter_map(keyed).collect();
        let by_id = by_token
            .values()
            .map(|stream| (stream.id.clone(), Arc::clone(stream)));
        let status_url = |stream: &Arc<Stream>| {
            let url = notify(stream, EventType::Status)?;
            Some((stream.id.clone(), url))
        };
        let status_urls = by_token.values().filter_map(status_url).collect();
        Ok(Self {
            status_urls: Arc::new(status_urls),
            by_id: by_id.collect(),
            by_token,
            senders: catalogue.senders().iter().cloned().collect(),
            routes: catalogue.routes().to_vec(),
        })
    }

    /// The stream that a token is for. The token is hashed before it is looked for: how long that
    /// takes says nothing about the tokens that there are.
    pub fn with_token(&self, token: &[u8]) -> Option<Arc<Stream>> {
        let digest = ring::digest::digest(&ring::digest::SHA256, token);
        let digest: Digest = digest.as_ref().try_into().ok()?;
        self.by_token.get(&digest).cloned()
    }

    /// Only a stream that has a token.
    pub fn with_id(&self, id: &StreamId) -> Option<Arc<Stream>> {
        self.by_id.get(id).cloned()
    }

    /// By its id or name; only a stream that has a token.
    pub fn named(&self, wanted: &str) -> Option<Arc<Stream>> {
        let by_id = wanted.parse().ok().and_then(|id| self.with_id(&id));
        let is_named = |stream: &&Arc<Stream>| same_name(stream.name.as_str(), wanted);
        by_id.or_else(|| self.all().find(is_named).cloned())
    }

    /// The URL to call; `None` where the stream does not ask for this type.
    pub fn notify(&self, id: &StreamId, event: EventType) -> Option<String> {
        notify(self.by_id.get(id)?, event)
    }

    pub fn status_urls(&self) -> Arc<HashMap<StreamId, String>> {
        Arc::clone(&self.status_urls)
    }

    pub fn has_sender(&self, id: &SenderId) -> bool {
        self.senders.contains(id)
    }

    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    pub fn all(&self) -> impl Iterator<Item = &Arc<Stream>> {
        self.by_token.values()
    }
}

/// The URL to call; `None` where the stream does not ask for this type.
pub fn notify(stream: &Stream, event: EventType) -> Option<String> {
    let webhook = stream.webhook.as_ref()?;
    webhook
        .events
        .contains(&event)
        .then(|| webhook.url.to_string())
}

fn from_hex(text: &str) -> Option<Digest> {
    let mut digest = [0; 32];
    if text.len() != 2 * digest.len() {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

/// The streams in force, kept as long as they are those of the store.
#[derive(Debug)]
pub struct CurrentStreams {
    store: Arc<dyn Store>,
    log: Log,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    revision: Option<Revision>,
    index: Arc<StreamIndex>,
    fault: Option<StoreError>,
}

impl CurrentStreams {
    pub async fn open(store: Arc<dyn Store>, log: Log) -> Result<Self, StoreError> {
        let catalogue = store.snapshot().await?;
        let current = Current {
            revision: Some(catalogue.revision().clone()),
            index: Arc::new(StreamIndex::of(&catalogue)?),
            fault: None,
        };
        Ok(Self {
            store,
            log,
            current: Mutex::new(current),
        })
    }

    /// The streams in force now. Those that were read last stay in force while the present ones
    /// cannot be read.
    pub async fn get(&self) -> Arc<StreamIndex> {
        let read = self.store.snapshot().await;
        let mut current = lock(&self.current);
        let made = read.and_then(|catalogue| {
            if current.revision.as_ref() == Some(catalogue.revision()) {
                return Ok(None);
            }
            if catalogue.revision().is_none() {
                return Err(StoreError::StreamsGone);
            }
            let index = StreamIndex::of(&catalogue)?;
            Ok(Some((catalogue.revision().clone(), Arc::new(index))))
        });
        match made {
            Ok(made) => {
                if let Some((revision, index)) = made {
                    (current.revision, current.index) = (Some(revision), index);
                }
                if current.fault.take().is_some() {
                    self.log.write(LogEntry::StreamsReadable);
                }
            }
            Err(error) => {
                if current.fault.as_ref() != Some(&error) {
                    self.log.write(LogEntry::StreamsUnreadable(error.clone()));
                }
                current.fault = Some(error);
            }
        }
        Arc::clone(&current.index)
    }

    pub async fn fault(&self) -> Option<StoreError> {
        self.get().await;
        let current = lock(&self.current);
        current.fault.clone()
    }

    /// A stream's name as it was read last; its id where it has none any more.
    pub fn name_of(&self, id: &StreamId) -> String {
        let current = lock(&self.current);
        let stream = current.index.with_id(id);
        stream.map_or_else(|| id.to_string(), |stream| stream.name.to_string())
    }
}

#[cfg(test)]
mod tests;
