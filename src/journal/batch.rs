//! The one thread that writes: everything that waits goes into one transaction, so that one sync
//! of the disk serves all of it.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::TransactionBehavior;
use tokio::sync::oneshot;

use super::fault::fault;
use super::reader::Reader;
use super::writer::Writer;
use super::{connection, schema, tally};
use crate::error::Failure;

/// Most writes that share a transaction.
const LARGEST: usize = 1_000;

/// Time between two foldings of the tally.
const FOLDING: Duration = Duration::from_secs(1);

/// How long a failure counts as the journal's state, where no write succeeds after it.
const MEMORY: Duration = Duration::from_secs(5);

/// How long a write that succeeded says that the next one will.
const TRUST: Duration = Duration::from_secs(1);

/// When the last write came to its end, and how; `None` before the first.
type Last = Arc<Mutex<Option<(Instant, Result<(), Failure>)>>>;

/// Tells whoever waits how the transaction went.
type Reply = Box<dyn FnOnce(Result<(), Failure>) + Send>;

type Write = Box<dyn FnOnce(&Writer) -> rusqlite::Result<Reply> + Send>;

type Read = Box<dyn FnOnce(&Reader) + Send>;

/// The journal, open for writing and reading. Clones share its two threads.
#[derive(Debug, Clone)]
pub struct Journal {
    writes: Sender<Write>,
    reads: Sender<Read>,
    last: Last,
}

impl Journal {
    /// Opens the file, which must be there and may be empty.
    ///
    /// # Errors
    /// When it is damaged, of a newer version, or cannot be written.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let ours = |error: rusqlite::Error| fault(path, &error);
        let mut connection = connection::writing(path).map_err(ours)?;
        schema::migrate(path, &mut connection)?;
        let reader = Reader::open(path)?;
        let (writes, waiting) = channel();
        let (reads, asked) = channel::<Read>();
        let path = path.to_owned();
        let writer = Writer::new(connection);
        let last = Last::default();
        let told = Arc::clone(&last);
        thread::spawn(move || write_all(&path, writer, &waiting, &told));
        thread::spawn(move || {
            for read in asked {
                read(&reader);
            }
        });
        Ok(Self {
            writes,
            reads,
            last,
        })
    }

    /// Whether messages can be kept: none failed in the last seconds, and a write that changes
    /// nothing comes to the disk.
    ///
    /// # Errors
    /// When they cannot.
    pub async fn check(&self) -> Result<(), Failure> {
        match self.last() {
            Some((at, Err(failure))) if at.elapsed() < MEMORY => Err(failure),
            Some((at, Ok(()))) if at.elapsed() < TRUST => Ok(()),
            _ => self.write(Writer::touch).await,
        }
    }

    fn last(&self) -> Option<(Instant, Result<(), Failure>)> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.clone()
    }

    /// Writes, and returns when it is on disk.
    ///
    /// # Errors
    /// When nothing of it is on disk.
    pub async fn write<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Writer) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, Failure> {
        let (told, outcome) = oneshot::channel();
        let write: Write = Box::new(move |writer| {
            let result = work(writer)?;
            Ok(Box::new(move |committed: Result<(), Failure>| {
                let _ = told.send(committed.map(|()| result));
            }))
        });
        let _ = self.writes.send(write);
        // Without an outcome it had no turn in a transaction that failed.
        outcome.await.unwrap_or_else(|_| {
            let last = self.last().and_then(|(_, last)| last.err());
            Err(last.unwrap_or_else(stopped))
        })
    }

    /// Reads, beside whatever is being written.
    ///
    /// # Errors
    /// Those of the reading.
    pub async fn read<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Reader) -> Result<R, Failure> + Send + 'static,
    ) -> Result<R, Failure> {
        let (told, outcome) = oneshot::channel();
        let read: Read = Box::new(move |reader| {
            let _ = told.send(work(reader));
        });
        let _ = self.reads.send(read);
        outcome.await.unwrap_or_else(|_| Err(stopped()))
    }
}

fn stopped() -> Failure {
    Failure::failed("the journal cannot be written at the moment; nothing was stored")
}

fn write_all(path: &Path, mut writer: Writer, waiting: &Receiver<Write>, last: &Last) {
    let keep = |outcome: Result<(), Failure>| {
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), outcome));
    };
    let opened = identity(path);
    let mut batch = Vec::new();
    let mut folded: Option<Instant> = None;
    while let Ok(first) = waiting.recv() {
        let fold = folded.is_none_or(|at| at.elapsed() >= FOLDING);
        if fold {
            folded = Some(Instant::now());
        }
        batch.push(first);
        batch.extend(waiting.try_iter().take(LARGEST - 1));
        // SQLite would go on writing into a file that nobody finds any more.
        if opened != identity(path) {
            keep(Err(moved(path)));
            batch.clear();
            continue;
        }
        match commit(&mut writer, batch.drain(..), fold) {
            Ok(replies) => {
                keep(Ok(()));
                for reply in replies {
                    reply(Ok(()));
                }
            }
            Err((error, replies)) => {
                writer.reset();
                let failure = fault(path, &error);
                keep(Err(failure.clone()));
                for reply in replies {
                    reply(Err(failure.clone()));
                }
            }
        }
    }
}

/// Which file it is, whatever it is called.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    path.metadata().ok().map(|meta| (meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<()> {
    path.exists().then_some(())
}

fn moved(path: &Path) -> Failure {
    Failure::failed(format_args!(
        "{} was moved or deleted; nothing was stored",
        path.display()
    ))
    .hint("put it back, or start again for a new one")
}

/// One transaction around all of them. After an error nothing of it is in the file; those that had
/// no turn yet learn it by their reply's being dropped.
fn commit(
    writer: &mut Writer,
    batch: impl Iterator<Item = Write>,
    fold: bool,
) -> Result<Vec<Reply>, (rusqlite::Error, Vec<Reply>)> {
    let mut replies = Vec::new();
    let begun =
        rusqlite::Transaction::new_unchecked(&writer.connection, TransactionBehavior::Immediate);
    let work = |replies: &mut Vec<Reply>| -> rusqlite::Result<()> {
        let transaction = begun?;
        for write in batch {
            replies.push(write(writer)?);
        }
        writer.tally.borrow_mut().flush(&transaction)?;
        if fold {
            tally::fold(&transaction, Timestamp::now().as_millisecond())?;
        }
        transaction.commit()
    };
    match work(&mut replies) {
        Ok(()) => Ok(replies),
        Err(error) => Err((error, replies)),
    }
}
