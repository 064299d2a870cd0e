//! The messages of a home: a writer on its own thread, readers on the caller's. Nothing is opened
//! before it is needed, and nothing is made before something is to be kept.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{oneshot, watch};

use super::fault::{WriteError, database};
use super::reader::Reader;
use super::thread::{Last, Operation, Write, write_all};
use super::writer::Writer;
use super::{connection, schema};
use crate::store::{Clock, StoreError};

/// Connections that are kept for reading.
const READERS: usize = 8;

/// How long a failure counts as the database's state, where no write succeeds after it.
const FAILED: Duration = Duration::from_secs(5);

/// How long a write that succeeded says that the next one will.
const TRUSTED: Duration = Duration::from_secs(1);

/// Makes an empty file where there is none, for its owner only.
type Create = Box<dyn Fn(&Path) -> Result<(), StoreError> + Send + Sync>;

/// Messages and jobs in one file. Clones share its thread and its connections.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    path: PathBuf,
    create: Create,
    clock: Clock,
    writes: Mutex<Option<Sender<Box<dyn Write>>>>,
    readers: Mutex<Vec<Reader>>,
    /// Tells whether anybody has written: the number that tells it belongs to one connection.
    watched: Mutex<Option<Reader>>,
    last: Last,
    queued: watch::Sender<u64>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Database").field(&self.0.path).finish()
    }
}

impl Database {
    pub fn new(path: PathBuf, create: Create, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            path,
            create,
            clock,
            writes: Mutex::default(),
            readers: Mutex::default(),
            watched: Mutex::default(),
            last: Last::default(),
            queued: watch::channel(0).0,
        }))
    }

    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub fn queued(&self) -> watch::Receiver<u64> {
        self.0.queued.subscribe()
    }

    /// Opens the file for writing, and brings it to this version.
    pub fn open(&self) -> Result<(), StoreError> {
        self.writes().map(drop)
    }

    fn writes(&self) -> Result<Sender<Box<dyn Write>>, StoreError> {
        let mut writes = lock(&self.0.writes);
        if let Some(writes) = &*writes {
            return Ok(writes.clone());
        }
        let path = self.0.path.clone();
        (self.0.create)(&path)?;
        let mut connection = connection::writing(&path).map_err(|error| database(&path, &error))?;
        schema::migrate(&path, &mut connection)?;
        let writer = Writer::new(connection, self.0.clock.clone());
        let (sender, waiting) = channel();
        let (last, queued) = (Arc::clone(&self.0.last), self.0.queued.clone());
        thread::spawn(move || write_all(&path, writer, &waiting, &last, &queued));
        *writes = Some(sender.clone());
        Ok(sender)
    }

    /// Writes, and returns when it is on disk. The work may be done more than once, if another
    /// write that shares its transaction fails.
    pub async fn write<R: Send + 'static>(
        &self,
        work: impl FnMut(&Writer) -> Result<R, WriteError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let (told, outcome) = oneshot::channel();
        let operation = Operation {
            work,
            result: None,
            told,
        };
        self.writes()?
            .send(Box::new(operation))
            .map_err(|_| StoreError::Stopped)?;
        outcome.await.unwrap_or(Err(StoreError::Stopped))
    }

    /// Reads on this thread: for a look-up that takes less time than handing it to another one.
    /// `R::default()` where no message was ever kept.
    pub fn read_here<R: Default>(
        &self,
        work: impl FnOnce(&Reader) -> Result<R, StoreError>,
    ) -> Result<R, StoreError> {
        let kept = lock(&self.0.readers).pop();
        let reader = match kept {
            Some(reader) => Some(reader),
            None => Reader::open(&self.0.path)?,
        };
        let Some(reader) = reader else {
            return Ok(R::default());
        };
        let result = work(&reader);
        let mut readers = lock(&self.0.readers);
        // One that failed may belong to a file that is not there any more.
        if result.is_ok() && readers.len() < READERS {
            readers.push(reader);
        }
        result
    }

    /// As [`Database::read_here`], without holding up other tasks of this thread.
    pub async fn read<R: Default + Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        let shared = Handle::try_current()
            .is_ok_and(|runtime| runtime.runtime_flavor() == RuntimeFlavor::MultiThread);
        if !shared {
            return self.read_here(work);
        }
        let this = self.clone();
        tokio::task::spawn_blocking(move || this.read_here(work))
            .await
            .unwrap_or(Err(StoreError::Stopped))
    }

    /// An error of a write that was kept but for a part of it.
    pub fn told(&self, error: &WriteError) -> StoreError {
        error.at(&self.0.path)
    }

    pub fn edition(&self) -> Result<u64, StoreError> {
        let mut watched = lock(&self.0.watched);
        if watched.is_none() {
            *watched = Reader::open(&self.0.path)?;
        }
        let edition = watched.as_ref().map_or(Ok(0), Reader::edition);
        if edition.is_err() {
            *watched = None;
        }
        edition
    }

    pub async fn check(&self) -> Result<(), StoreError> {
        let last = lock(&self.0.last).clone();
        match last {
            Some((at, Err(failure))) if at.elapsed() < FAILED => Err(failure),
            Some((at, Ok(()))) if at.elapsed() < TRUSTED => Ok(()),
            _ => self.write(Writer::touch).await,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The last sender's end is the thread's.
impl Drop for Inner {
    fn drop(&mut self) {
        lock(&self.writes).take();
    }
}
