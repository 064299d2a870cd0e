//! The relay at work.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::batch::{Batch, CarriedOut, LEASE, Relay};
use super::verdict::{RARELY, later, reason};
use crate::domain::StreamId;
use crate::service::log::{Log, LogEntry};
use crate::service::wake::Wake;
use crate::store::{JobKind, StoreError};

/// How long a batch is left alone that the database failed.
const REST: Duration = Duration::from_secs(2);

/// Works until the other end of `running` is gone; then what is in flight comes to its end.
pub async fn work(relay: Arc<Relay>, log: Log, mut running: watch::Receiver<()>) {
    let mut worker = Worker::new(relay, log);
    loop {
        worker.step().await;
        let now = worker.relay.store.now();
        tokio::select! {
            () = worker.wake.wait(now, false) => {}
            _ = running.changed() => break,
            Some(done) = worker.batches.join_next_with_id() => worker.finished(done),
        }
    }
    worker.finish_batches().await;
}

struct Worker {
    relay: Arc<Relay>,
    log: Log,
    wake: Wake,
    busy: HashSet<Batch>,
    /// Batches that failed, and when.
    failed: HashMap<Batch, Timestamp>,
    batches: JoinSet<Done>,
    /// Which batch each task is: a task that panics does not say.
    names: HashMap<Id, Batch>,
    /// Streams whose messages wait for their carrier.
    waiting: HashSet<StreamId>,
}

type Done = Result<Option<CarriedOut>, StoreError>;

impl Worker {
    fn new(relay: Arc<Relay>, log: Log) -> Self {
        Self {
            wake: Wake::new(&*relay.store),
            relay,
            log,
            busy: HashSet::new(),
            failed: HashMap::new(),
            batches: JoinSet::new(),
            names: HashMap::new(),
            waiting: HashSet::new(),
        }
    }

    async fn step(&mut self) {
        if let Err(error) = self.begin_due().await {
            self.log.write(LogEntry::StoreFailed(error));
        }
    }

    async fn begin_due(&mut self) -> Result<(), StoreError> {
        let store = Arc::clone(&self.relay.store);
        let look = self.wake.look(&*store).await;
        if look.set_back {
            store.rebase(JobKind::Submit, RARELY, LEASE).await?;
            store.rebase(JobKind::Ask, RARELY, LEASE).await?;
            self.wake.is_rebased();
        }
        if !look.look {
            return Ok(());
        }
        self.relay.end_stranded().await?;
        let now = store.now();
        self.failed
            .retain(|_, at| now.duration_since(*at).unsigned_abs() < REST);
        let mut next = Vec::new();
        for kind in [JobKind::Submit, JobKind::Ask] {
            let due = store.due(kind).await?;
            next.extend(due.next);
            for stream in due.streams {
                let batch = (stream, kind);
                if self.failed.contains_key(&batch) {
                    next.push(later(now, REST));
                } else if self.busy.insert(batch.clone()) {
                    let task = self
                        .batches
                        .spawn(Arc::clone(&self.relay).carry_out(batch.clone(), self.log.clone()));
                    self.names.insert(task.id(), batch);
                }
            }
        }
        self.wake.next_is(next.into_iter().min());
        Ok(())
    }

    fn finished(&mut self, done: Result<(Id, Done), JoinError>) {
        let (id, outcome) = match done {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => (error.id(), Ok(None)),
        };
        let Some(batch) = self.names.remove(&id) else {
            return;
        };
        self.busy.remove(&batch);
        if let (Ok(Some(outcome)), (stream, JobKind::Submit)) = (&outcome, &batch) {
            self.tell(stream.clone(), outcome);
        }
        if let Err(error) = outcome {
            self.log.write(LogEntry::StoreFailed(error));
            self.failed.insert(batch, self.relay.store.now());
        }
        // There may be more than one batch.
        self.wake.hurry();
    }

    /// Says once that messages wait for their carrier, and once that they go again.
    fn tell(&mut self, stream: StreamId, outcome: &CarriedOut) {
        let name = self.relay.name_of(&stream);
        match outcome {
            CarriedOut::Waits(why) => {
                if self.waiting.insert(stream) {
                    let why = without_foreign_text(reason(why)).to_owned();
                    let entry = LogEntry::CarrierAway { stream: name, why };
                    self.log.write(entry);
                }
            }
            CarriedOut::Whole => {
                if self.waiting.remove(&stream) {
                    self.log.write(LogEntry::CarrierBack { stream: name });
                }
            }
        }
    }

    async fn finish_batches(&mut self) {
        while let Some(done) = self.batches.join_next_with_id().await {
            self.finished(done);
        }
    }
}

/// A carrier's own words, which follow its status, may have numbers in them.
fn without_foreign_text(why: &str) -> &str {
    let status = why.find("HTTP ").map(|at| at + "HTTP 000".len());
    status.and_then(|end| why.get(..end)).unwrap_or(why)
}

#[cfg(test)]
mod tests;
