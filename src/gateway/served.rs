//! The streams in force. The state file belongs to every process of its home: before each request
//! it is looked at, and read again when it is another one.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::event::{Event, Tell};
use crate::domain::{Route, SenderId, Stream, StreamId};
use crate::error::Failure;
use crate::state::{Home, Stamp};

/// How often a file that could not be read is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// The SHA-256 of a token.
type Digest = [u8; 32];

/// What a state file says, ready to be asked.
#[derive(Debug, Default)]
pub struct Streams {
    by_token: HashMap<Digest, Arc<Stream>>,
    by_id: HashMap<StreamId, Arc<Stream>>,
    senders: HashSet<SenderId>,
    routes: Vec<Route>,
}

impl Streams {
    /// The stream that a token is for. The token is hashed before it is looked for: how long that
    /// takes says nothing about the tokens that there are.
    #[must_use]
    pub fn with_token(&self, token: &[u8]) -> Option<Arc<Stream>> {
        let digest = ring::digest::digest(&ring::digest::SHA256, token);
        let digest: Digest = digest.as_ref().try_into().ok()?;
        self.by_token.get(&digest).cloned()
    }

    /// The stream with this id, if it has a token.
    #[must_use]
    pub fn with_id(&self, id: &StreamId) -> Option<Arc<Stream>> {
        self.by_id.get(id).cloned()
    }

    /// Whether the catalogue has a Sender ID.
    #[must_use]
    pub fn has_sender(&self, id: &str) -> bool {
        id.parse()
            .is_ok_and(|id: SenderId| self.senders.contains(&id))
    }

    /// The ways out for live streams.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Every stream that has a token.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Stream>> {
        self.by_token.values()
    }

    /// Reads the state file of a home.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn read(home: &Home) -> Result<Self, Failure> {
        let read = || -> anyhow::Result<Self> {
            let file = home.read()?;
            let state = file.state()?;
            let keyed = |stream: Stream| {
                let digest = from_hex(stream.token_sha256.as_deref()?)?;
                Some((digest, Arc::new(stream)))
            };
            let by_token: HashMap<_, _> = state.streams()?.into_iter().filter_map(keyed).collect();
            let by_id = by_token
                .values()
                .map(|stream| (stream.id.clone(), Arc::clone(stream)));
            Ok(Self {
                by_id: by_id.collect(),
                by_token,
                senders: state.senders().iter().cloned().collect(),
                routes: state.routes().to_vec(),
            })
        };
        read().map_err(|error| Failure::from(&error))
    }
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

/// The streams in force, and the file that they came from.
#[derive(Debug)]
pub struct Served {
    home: Home,
    tell: Tell,
    current: Mutex<Current>,
}

#[derive(Debug)]
struct Current {
    /// The file as it was when it was last read.
    stamp: Option<Stamp>,
    /// What the last good one said.
    streams: Arc<Streams>,
    /// Why the present one is not in force, if so, and since when it was tried last.
    fault: Option<(Failure, Instant)>,
}

impl Served {
    /// Reads the state file.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn open(home: Home, tell: Tell) -> Result<Self, Failure> {
        let stamp = home.stamp();
        let streams = Arc::new(Streams::read(&home)?);
        let current = Mutex::new(Current {
            stamp,
            streams,
            fault: None,
        });
        Ok(Self {
            home,
            tell,
            current,
        })
    }

    /// The streams in force now.
    pub fn streams(&self) -> Arc<Streams> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut current);
        Arc::clone(&current.streams)
    }

    /// Why the state file is not in force, if so.
    pub fn fault(&self) -> Option<Failure> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut current);
        current.fault.as_ref().map(|(failure, _)| failure.clone())
    }

    fn refresh(&self, current: &mut Current) {
        // Before it is read: what is written meanwhile is seen the next time.
        let stamp = self.home.stamp();
        let again = |(_, at): &(Failure, Instant)| at.elapsed() >= AGAIN;
        // What could not be read may be read later although it is the same file.
        if stamp == current.stamp && !current.fault.as_ref().is_some_and(again) {
            return;
        }
        let read = match stamp {
            Some(_) => Streams::read(&self.home),
            None => Err(Failure::failed("state.json is gone")
                .hint("put it back: the streams that were read last stay in force")),
        };
        current.stamp = stamp;
        match read {
            Ok(streams) => {
                current.streams = Arc::new(streams);
                if current.fault.take().is_some() {
                    self.tell.tell(Event::StateMended);
                }
            }
            Err(failure) => {
                let known = current.fault.take();
                if known.is_none_or(|(known, _)| known.message != failure.message) {
                    self.tell.tell(Event::StateBroken(failure.clone()));
                }
                current.fault = Some((failure, Instant::now()));
            }
        }
    }
}
