//! What a file says, read again only when it is another one.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::damage::unread;
use super::stamp::Stamp;
use crate::store::StoreError;

/// How long a failure stands before the same file is tried again: what could not be read may be
/// readable later without having changed.
const RETRY_AFTER: Duration = Duration::from_secs(1);

type Parse<T> = fn(&Path, String, Option<Stamp>) -> Result<T, StoreError>;

pub(super) struct Cache<T> {
    path: PathBuf,
    parse: Parse<T>,
    last: Mutex<Option<Reading<T>>>,
    /// Held while the file is read, so that many who find it changed do not all read it.
    busy: Mutex<()>,
}

struct Reading<T> {
    stamp: Option<Stamp>,
    value: Result<Arc<T>, StoreError>,
    at: Instant,
}

impl<T> Cache<T> {
    pub fn new(path: &Path, parse: Parse<T>) -> Self {
        Self {
            path: path.to_owned(),
            parse,
            last: Mutex::new(None),
            busy: Mutex::new(()),
        }
    }

    /// The last reading, where it still stands: at the price of one look at the file.
    pub fn current(&self) -> Option<Result<Arc<T>, StoreError>> {
        let stamp = Stamp::of(&self.path);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let Reading {
            stamp: read,
            value,
            at,
        } = last.as_ref()?;
        let stands = *read == stamp && (value.is_ok() || at.elapsed() < RETRY_AFTER);
        stands.then(|| value.clone())
    }

    pub fn read(&self) -> Result<Arc<T>, StoreError> {
        let _busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = self.current() {
            return value;
        }
        let (stamp, text) = read_text(&self.path);
        self.keep(
            stamp,
            text.and_then(|text| (self.parse)(&self.path, text, stamp)),
        )
    }

    /// What the file says, whatever its stamp is: for the holder of the lock, who must not be
    /// deceived by a file that happens to look like the one before it. It is parsed only where its
    /// text is another one than `known` gives for the last reading.
    pub fn read_anew(&self, known: fn(&T) -> &str) -> Result<Arc<T>, StoreError> {
        let (stamp, text) = read_text(&self.path);
        let text = text?;
        let last = {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let same = last.as_ref().filter(|last| last.stamp == stamp);
            same.and_then(|last| last.value.clone().ok())
        };
        match last {
            Some(last) if known(&last) == text => Ok(last),
            _ => self.keep(stamp, (self.parse)(&self.path, text, stamp)),
        }
    }

    fn keep(
        &self,
        stamp: Option<Stamp>,
        value: Result<T, StoreError>,
    ) -> Result<Arc<T>, StoreError> {
        let value = value.map(Arc::new);
        let reading = Reading {
            stamp,
            value: value.clone(),
            at: Instant::now(),
        };
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading);
        value
    }
}

/// A file's text and the stamp of just that file; no text where there is no file.
pub(super) fn read_text(path: &Path) -> (Option<Stamp>, Result<String, StoreError>) {
    let opened = File::open(path).and_then(|file| Ok((Stamp::read(&file.metadata()?), file)));
    let (stamp, mut file) = match opened {
        Ok((stamp, file)) => (stamp, file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (None, Ok(String::new())),
        Err(error) => return (Stamp::of(path), Err(unread(path, &error))),
    };
    let mut text = String::new();
    let text = match file.read_to_string(&mut text) {
        Ok(0) => Err(StoreError::Empty {
            file: path.display().to_string(),
        }),
        Ok(_) => Ok(text),
        Err(error) => Err(unread(path, &error)),
    };
    (Some(stamp), text)
}
