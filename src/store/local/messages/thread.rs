//! The one thread that writes: everything that waits goes into one transaction, so that one sync
//! of the disk serves all of it. A write that fails by itself costs its own caller alone.

use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Transaction, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use super::fault::WriteError;
use super::tally;
use super::writer::Writer;
use crate::store::{DatabaseCause, StoreError};

/// Most writes that share a transaction.
const LARGEST: usize = 1_000;

/// Time between two foldings of the tally.
const FOLDING: Duration = Duration::from_secs(1);

/// When the last write came to its end, and how; `None` before the first.
pub type Last = Arc<Mutex<Option<(Instant, Result<(), StoreError>)>>>;

/// Something to be written. It may be run again when another write of its transaction failed.
pub trait Write: Send {
    fn run(&mut self, writer: &Writer) -> Result<(), WriteError>;
    /// Tells whoever waits how it went.
    fn finish(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// A write out of a function, and whoever waits for its result.
pub struct Operation<F, R> {
    pub work: F,
    pub result: Option<R>,
    pub told: oneshot::Sender<Result<R, StoreError>>,
}

impl<F, R> Write for Operation<F, R>
where
    F: FnMut(&Writer) -> Result<R, WriteError> + Send,
    R: Send,
{
    fn run(&mut self, writer: &Writer) -> Result<(), WriteError> {
        self.result = Some((self.work)(writer)?);
        Ok(())
    }

    fn finish(self: Box<Self>, outcome: Result<(), StoreError>) {
        let result = self.result.ok_or(StoreError::Stopped);
        let _ = self.told.send(outcome.and(result));
    }
}

type Batch = Vec<Box<dyn Write>>;

/// Writes until nobody can ask for it any more.
pub fn write_all(
    path: &Path,
    mut writer: Writer,
    waiting: &Receiver<Box<dyn Write>>,
    last: &Last,
    queued: &watch::Sender<u64>,
) {
    let opened = identity(path);
    let mut folded: Option<Instant> = None;
    while let Ok(first) = waiting.recv() {
        let fold = folded.is_none_or(|at| at.elapsed() >= FOLDING);
        if fold {
            folded = Some(Instant::now());
        }
        let mut batch: Batch = vec![first];
        batch.extend(waiting.try_iter().take(LARGEST - 1));
        let changes = writer.connection.total_changes();
        // SQLite would go on writing into a file that nobody finds any more.
        let outcome = if opened == identity(path) {
            commit(&mut writer, &mut batch, fold)
        } else {
            Err(None)
        };
        let kept = match &outcome {
            Ok(_) => Ok(()),
            Err(Some(error)) => Err(error.at(path)),
            Err(None) => Err(StoreError::Moved {
                file: path.display().to_string(),
            }),
        };
        // What had nothing to write says nothing of the disk.
        if kept.is_err() || writer.connection.total_changes() != changes {
            let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some((Instant::now(), kept.clone()));
        }
        if let Err(error) = &kept {
            writer.reset();
            // Whoever came while the file was locked has waited as long already.
            if is_busy(error) {
                batch.extend(waiting.try_iter());
            }
        }
        let mut faults = outcome.unwrap_or_default().into_iter();
        if writer.take_queued() && kept.is_ok() {
            queued.send_modify(|n| *n += 1);
        }
        for write in batch {
            let own = faults.next().flatten();
            write.finish(own.map_or_else(|| kept.clone(), |error| Err(error.at(path))));
        }
    }
}

fn is_busy(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Database {
            cause: DatabaseCause::Busy,
            ..
        }
    )
}

/// One transaction around all of them; what each came to by itself. After an error nothing of it is
/// in the file.
fn commit(
    writer: &mut Writer,
    batch: &mut Batch,
    fold: bool,
) -> Result<Vec<Option<WriteError>>, Option<WriteError>> {
    let whole = in_transaction(writer, fold, |writer| {
        for write in batch.iter_mut() {
            write.run(writer)?;
        }
        Ok(Vec::new())
    });
    match whole {
        Err(error) if !error.concerns_all() => {
            writer.reset();
            in_transaction(writer, fold, |writer| {
                batch
                    .iter_mut()
                    .map(|write| writer.alone(|| write.run(writer)))
                    .collect()
            })
            .map_err(Some)
        }
        other => other.map_err(Some),
    }
}

fn in_transaction<R>(
    writer: &Writer,
    fold: bool,
    work: impl FnOnce(&Writer) -> Result<R, WriteError>,
) -> Result<R, WriteError> {
    let transaction =
        Transaction::new_unchecked(&writer.connection, TransactionBehavior::Immediate)?;
    writer.begin()?;
    let result = work(writer)?;
    writer.tally.borrow_mut().flush(&transaction)?;
    if fold {
        tally::fold(&transaction, writer.now().as_millisecond())?;
    }
    transaction.commit()?;
    Ok(result)
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
