//! The outbox at work: takes up what is due, whoever queued it, stream by stream, and keeps what
//! became of it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::dispatch::{Attempted, Dispatcher, LEASE};
use super::lane::{Lanes, Place, Settler, by_handset, take};
use super::places::Places;
use crate::domain::{EventType, StreamId};
use crate::service::lock;
use crate::service::log::{Log, LogEntry};
use crate::service::streams::CurrentStreams;
use crate::service::wake::Wake;
use crate::store::{Claim, JobKind, Outcome, Settlement, Store, StoreError};

/// Attempts of all streams at one time beyond which a stream that has one in flight waits: first
/// those whose receivers are not known to answer fast, so that others are not slowed down by them.
const BUSY: usize = 1_000;
const FULL: usize = 2_000;

/// Most simulated messages of a stream whose status is changed at one time.
const TURNS: usize = 500;

/// Streams whose jobs are claimed at one time, so that they share a write: with many streams that
/// have something due, none waits for a write of each other's.
const SIDE_BY_SIDE: usize = 32;

/// How far in the future a simulated status may change after the clock was set back: at any time.
const ANY_TIME: Duration = Duration::from_secs(365 * 86_400);

/// Works until the other end of `running` is gone; then what is in flight comes to its end. What a
/// killed process had in flight is attempted again when its lease is over.
pub async fn work(
    dispatcher: Arc<Dispatcher>,
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    log: Log,
    mut running: watch::Receiver<()>,
) {
    let mut worker = Worker::new(dispatcher, store, streams, log);
    loop {
        worker.step().await;
        let (now, is_busy) = (worker.store.now(), worker.is_busy());
        tokio::select! {
            () = worker.wake.wait(now, is_busy) => {}
            _ = running.changed() => break,
            Some(done) = worker.places.join_next_with_id() => worker.finished(done),
        }
        while let Some(done) = worker.places.try_join_next_with_id() {
            worker.finished(done);
        }
    }
    worker.release_queued().await;
    worker.finish_places().await;
    worker.settler.finish().await;
}

/// A stream's claimed deliveries that are not attempted yet, and its places.
#[derive(Debug, Default)]
struct Queue {
    places: Places,
    waiting: Lanes,
}

struct Worker {
    dispatcher: Arc<Dispatcher>,
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    log: Log,
    wake: Wake,
    settler: Settler,
    queues: HashMap<StreamId, Queue>,
    places: JoinSet<Vec<Attempted>>,
    /// Whose place each task is: a task that panics does not say.
    names: HashMap<Id, StreamId>,
}

impl Worker {
    fn new(
        dispatcher: Arc<Dispatcher>,
        store: Arc<dyn Store>,
        streams: Arc<CurrentStreams>,
        log: Log,
    ) -> Self {
        Self {
            wake: Wake::new(&*store),
            settler: Settler::start(Arc::clone(&store), log.clone()),
            dispatcher,
            store,
            streams,
            log,
            queues: HashMap::new(),
            places: JoinSet::new(),
            names: HashMap::new(),
        }
    }

    /// Whether a stream has as many deliveries waiting for a place as it wants. A place that finds none
    /// any more ends.
    fn is_busy(&self) -> bool {
        let mut queues = self.queues.values();
        queues.any(|queue| !queue.places.wants(lock(&queue.waiting).len()))
    }

    async fn step(&mut self) {
        let look = self.wake.look(&*self.store).await;
        let done = async {
            if look.set_back {
                let longest = self.dispatcher.longest_pause();
                self.store.rebase(JobKind::Deliver, longest, LEASE).await?;
                self.store.rebase(JobKind::Turn, ANY_TIME, LEASE).await?;
                self.wake.is_rebased();
            }
            if look.look {
                let turn = self.turn().await?;
                let deliver = self.claim().await?;
                self.wake
                    .next_is([turn, deliver].into_iter().flatten().min());
            }
            Ok::<(), StoreError>(())
        };
        if let Err(error) = done.await {
            self.log.write(LogEntry::StoreFailed(error));
        }
        let streams: Vec<_> = self.queues.keys().cloned().collect();
        for stream in streams {
            self.begin(&stream);
        }
    }

    /// Changes the status of simulated messages whose time has come; when the next one's comes.
    async fn turn(&self) -> Result<Option<jiff::Timestamp>, StoreError> {
        let due = self.store.due(JobKind::Turn).await?;
        let streams = self.streams.get().await;
        for side_by_side in due.streams.chunks(SIDE_BY_SIDE) {
            let mut turning = JoinSet::new();
            for stream in side_by_side {
                let notify = streams.notify(stream, EventType::Status);
                turning.spawn(turn(Arc::clone(&self.store), stream.clone(), notify));
            }
            // The others, and the deliveries, go on.
            while let Some(turned) = turning.join_next().await {
                if let Ok(Err(error)) = turned {
                    self.log.write(LogEntry::StoreFailed(error));
                }
            }
        }
        Ok(due.next)
    }

    /// Claims deliveries for every stream that has none waiting for a place.
    async fn claim(&mut self) -> Result<Option<jiff::Timestamp>, StoreError> {
        let due = self.store.due(JobKind::Deliver).await?;
        for side_by_side in due.streams.chunks(SIDE_BY_SIDE) {
            let mut claiming = JoinSet::new();
            for stream in side_by_side {
                let Some(claim) = self.claimable(stream) else {
                    continue;
                };
                let store = Arc::clone(&self.store);
                claiming.spawn(async move { (claim.stream.clone(), store.claim(claim).await) });
            }
            let mut outcome = Ok(());
            while let Some(claimed) = claiming.join_next().await {
                // A task that panicked has claimed nothing that its lease does not free.
                let Ok((stream, claimed)) = claimed else {
                    continue;
                };
                match claimed {
                    Ok(jobs) => {
                        let queue = self.queues.entry(stream.clone()).or_default();
                        lock(&queue.waiting).extend(by_handset(jobs));
                        self.begin(&stream);
                    }
                    Err(error) => outcome = Err(error),
                }
            }
            outcome?;
        }
        Ok(due.next)
    }

    fn claimable(&mut self, stream: &StreamId) -> Option<Claim> {
        let queue = self.queues.entry(stream.clone()).or_default();
        let most = if queue.places.is_fast() { FULL } else { BUSY };
        let busy = self.places.len() >= most;
        let (lanes, depth) = queue.places.claim();
        let wants = queue.places.wants(lock(&queue.waiting).len());
        if !wants || lanes == 0 || busy && queue.places.taken() > 0 {
            return None;
        }
        Some(Claim {
            kind: JobKind::Deliver,
            stream: stream.clone(),
            lanes: if busy { 1 } else { lanes },
            depth,
            lease: LEASE,
        })
    }

    fn begin(&mut self, stream: &StreamId) {
        let Some(queue) = self.queues.get_mut(stream) else {
            return;
        };
        while queue.places.take() {
            let Some(first) = take(&queue.waiting) else {
                queue.places.give_back();
                break;
            };
            let place = Place {
                dispatcher: Arc::clone(&self.dispatcher),
                settlements: self.settler.inlet(),
                waiting: Arc::clone(&queue.waiting),
                stream: self.streams.name_of(stream),
                log: self.log.clone(),
            };
            let task = self.places.spawn(place.run(first));
            self.names.insert(task.id(), stream.clone());
        }
        if lock(&queue.waiting).is_empty() && queue.places.taken() == 0 && queue.places.is_fresh() {
            self.queues.remove(stream);
        }
    }

    fn finished(&mut self, done: Result<(Id, Vec<Attempted>), JoinError>) {
        let (id, attempts) = match done {
            Ok(attempted) => attempted,
            // Its leases run out.
            Err(error) => (error.id(), Vec::new()),
        };
        let Some(stream) = self.names.remove(&id) else {
            return;
        };
        if let Some(queue) = self.queues.get_mut(&stream) {
            queue.places.give_back();
            for attempted in &attempts {
                queue.places.learn(attempted);
            }
            if lock(&queue.waiting).is_empty() {
                // Another delivery of the same handset may have waited for these.
                self.wake.hurry();
            }
        }
        self.begin(&stream);
    }

    async fn finish_places(&mut self) {
        while let Some(done) = self.places.join_next_with_id().await {
            self.finished(done);
        }
    }

    async fn release_queued(&mut self) {
        let mut queued = Vec::new();
        for queue in self.queues.values() {
            queued.extend(lock(&queue.waiting).drain(..));
        }
        let released: Vec<_> = queued
            .into_iter()
            .flatten()
            .map(|job| Settlement::new(&job, Outcome::Released))
            .collect();
        if let Err(error) = self.store.settle(released).await {
            self.log.write(LogEntry::StoreFailed(error));
        }
    }
}

async fn turn(
    store: Arc<dyn Store>,
    stream: StreamId,
    notify: Option<String>,
) -> Result<(), StoreError> {
    let claim = Claim {
        kind: JobKind::Turn,
        stream,
        lanes: 1,
        depth: TURNS,
        lease: LEASE,
    };
    let jobs = store.claim(claim).await?;
    let settlement = |job| Settlement::new(job, Outcome::Turned).notify(notify.clone());
    store.settle(jobs.iter().map(settlement).collect()).await
}

#[cfg(test)]
mod tests;
