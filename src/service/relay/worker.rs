//! The relay at work.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};

use super::verdict::{RARELY, expired, later, learned, submitted};
use crate::carrier::{Carrier, StreamsApiCarrier};
use crate::domain::{EventType, Message, MessageStatus, Route, RouteName, StreamId};
use crate::service::log::{Log, LogEntry};
use crate::service::streams::{CurrentStreams, StreamIndex};
use crate::service::wake::Wake;
use crate::store::{Claim, Job, JobKind, Outcome, Settlement, Store, StoreError, Work};

/// How long a claim holds: longer than any request takes.
const LEASE: Duration = Duration::from_secs(60);

/// How long it waits for a token that cannot be read.
const UNREAD: Duration = Duration::from_secs(5);

/// Most jobs of a stream that are claimed at one time.
const BATCH: usize = 250;

/// Why there is no way out.
enum NoWay {
    /// There is none.
    Closed(String),
    /// It is not known, as its token cannot be read.
    Unread(StoreError),
}

/// What every batch needs.
pub struct Relay {
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    carriers: Mutex<HashMap<String, Arc<StreamsApiCarrier>>>,
}

/// A stream, and which of its jobs.
type Batch = (StreamId, JobKind);

impl Relay {
    pub fn new(store: Arc<dyn Store>, streams: Arc<CurrentStreams>) -> Self {
        Self {
            store,
            streams,
            carriers: Mutex::default(),
        }
    }

    /// The way out for a stream, and how long messages wait for it.
    async fn carrier(
        &self,
        streams: &StreamIndex,
        stream: &StreamId,
    ) -> Result<(Arc<StreamsApiCarrier>, Duration), NoWay> {
        let closed = |why: String| NoWay::Closed(why);
        let live = streams.with_id(stream).is_some_and(|one| !one.demo);
        if !live {
            return Err(closed(
                "the stream was deleted, or is no longer live".to_owned(),
            ));
        }
        let route = Route::of(streams.routes(), stream)
            .ok_or_else(|| closed("the route was removed".to_owned()))?;
        let secrets = self.store.secrets().await.map_err(NoWay::Unread)?;
        let token = secrets
            .route_token(&route.name)
            .ok_or_else(|| closed(format!("the token of route {} is not kept", route.name)))?;
        let mut carriers = self.carriers.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key_of(&route.name);
        let kept = carriers
            .get(&key)
            .filter(|one| one.is(&route.base_url, &token));
        let carrier = if let Some(kept) = kept {
            Arc::clone(kept)
        } else {
            let new = Arc::new(StreamsApiCarrier::new(route.base_url.clone(), token));
            carriers.insert(key, Arc::clone(&new));
            new
        };
        Ok((carrier, route.expire()))
    }

    /// Submits one batch of a stream, or asks for the status of one.
    async fn carry_out(self: Arc<Self>, (stream, kind): Batch) -> Result<(), StoreError> {
        let claim = Claim {
            kind,
            stream: stream.clone(),
            lanes: 1,
            depth: BATCH,
            lease: LEASE,
        };
        let jobs = self.store.claim(claim).await?;
        if jobs.is_empty() {
            return Ok(());
        }
        let streams = self.streams.get().await;
        let notify = streams.notify(&stream, EventType::Status);
        let way = self.carrier(&streams, &stream).await;
        let outcomes = match kind {
            JobKind::Ask => self.ask(way, &jobs).await,
            JobKind::Submit | JobKind::Deliver | JobKind::Turn => self.submit(way, &jobs).await,
        };
        let settlements = jobs
            .iter()
            .zip(outcomes)
            .map(|(job, outcome)| Settlement::new(job, outcome).notify(notify.clone()));
        self.settle(settlements.collect()).await
    }

    /// Keeps what became of jobs. One that cannot be kept costs no other.
    async fn settle(&self, settlements: Vec<Settlement>) -> Result<(), StoreError> {
        if self.store.settle(settlements.clone()).await.is_ok() {
            return Ok(());
        }
        let mut outcome = Ok(());
        for one in settlements {
            outcome = outcome.and(self.store.settle(vec![one]).await);
        }
        outcome
    }

    async fn submit(
        &self,
        way: Result<(Arc<StreamsApiCarrier>, Duration), NoWay>,
        jobs: &[Job],
    ) -> Vec<Outcome> {
        let now = self.store.now();
        let (carrier, expire) = match way {
            Ok(way) => way,
            Err(NoWay::Closed(why)) => {
                let ended = |_| Outcome::Ended(MessageStatus::NoRoutes, Some(why.clone()));
                return jobs.iter().map(ended).collect();
            }
            // It may be readable again soon.
            Err(NoWay::Unread(error)) => {
                let outcome = Outcome::Unsent {
                    at: later(now, UNREAD),
                    details: format!("waiting for the route's token: {error}"),
                };
                return vec![outcome; jobs.len()];
            }
        };
        let is_late = |message: &Message| later(message.at, expire) <= now;
        let messages: Vec<Message> = jobs
            .iter()
            .filter_map(message)
            .filter(|message| !is_late(message))
            .cloned()
            .collect();
        let mut said = Vec::with_capacity(messages.len());
        for batch in messages.chunks(carrier.most()) {
            said.extend(carrier.submit(batch).await);
        }
        let now = self.store.now();
        let mut said = said.iter();
        let outcome = |job: &Job| match message(job) {
            Some(message) if !is_late(message) => said.next().map_or(Outcome::Released, |said| {
                submitted(message, job.attempts, said, now, expire)
            }),
            Some(message) => expired(expire, message.details.as_deref()),
            None => Outcome::Released,
        };
        jobs.iter().map(outcome).collect()
    }

    async fn ask(
        &self,
        way: Result<(Arc<StreamsApiCarrier>, Duration), NoWay>,
        jobs: &[Job],
    ) -> Vec<Outcome> {
        let ids: Vec<_> = jobs
            .iter()
            .filter_map(asked)
            .map(|(id, _)| id.clone())
            .collect();
        let receipts = match way {
            Ok((carrier, _)) => carrier.receipts(ids).await,
            Err(_) => HashMap::new(),
        };
        let now = self.store.now();
        let outcome = |job: &Job| match asked(job) {
            Some((id, at)) => learned(at, job.attempts, receipts.get(id), now),
            None => Outcome::Released,
        };
        jobs.iter().map(outcome).collect()
    }

    /// Ends messages whose process let its lease run out while it submitted them.
    async fn end_stranded(&self, in_flight: &HashSet<Batch>) -> Result<(), StoreError> {
        const WHY: &str =
            "the gateway stopped while it was submitted; whether it was sent is unknown";
        let stranded = self.store.claim_stranded(Vec::new(), LEASE).await?;
        let streams = self.streams.get().await;
        // Those of a batch that this process has in flight are its own: the machine slept.
        let own = |job: &Job| in_flight.contains(&(job.stream.clone(), JobKind::Submit));
        let ended = |job: &Job| {
            let outcome = Outcome::Ended(MessageStatus::SentFailed, Some(WHY.to_owned()));
            let notify = streams.notify(&job.stream, EventType::Status);
            Settlement::new(job, outcome).notify(notify)
        };
        let settlements = stranded.iter().filter(|job| !own(job)).map(ended);
        self.settle(settlements.collect()).await
    }
}

fn key_of(route: &RouteName) -> String {
    route.as_str().to_lowercase()
}

fn message(job: &Job) -> Option<&Message> {
    match &job.work {
        Work::Submit(message) => Some(message),
        Work::Deliver(_) | Work::Ask(..) | Work::Turn(_) => None,
    }
}

fn asked(job: &Job) -> Option<(&String, Timestamp)> {
    match &job.work {
        Work::Ask(id, at) => Some((id, *at)),
        Work::Deliver(_) | Work::Submit(_) | Work::Turn(_) => None,
    }
}

/// Works until the other end of `running` is gone; then what is in flight comes to its end.
pub async fn work(relay: Arc<Relay>, log: Log, mut running: watch::Receiver<()>) {
    let store = Arc::clone(&relay.store);
    let mut worker = Worker {
        relay,
        log,
        busy: HashSet::new(),
        batches: JoinSet::new(),
        names: HashMap::new(),
    };
    let mut wake = Wake::new(&*store);
    loop {
        if let Err(error) = worker.step(&mut wake).await {
            worker.log.write(LogEntry::StoreFailed(error));
        }
        tokio::select! {
            () = wake.wait(store.now(), false) => {}
            _ = running.changed() => break,
            Some(done) = worker.batches.join_next_with_id() => {
                worker.finished(done);
                // There may be more than one batch.
                wake.hurry();
            }
        }
    }
    while let Some(done) = worker.batches.join_next_with_id().await {
        worker.finished(done);
    }
}

struct Worker {
    relay: Arc<Relay>,
    log: Log,
    busy: HashSet<Batch>,
    batches: JoinSet<Result<(), StoreError>>,
    /// Which batch each task is: a task that panics does not say.
    names: HashMap<Id, Batch>,
}

impl Worker {
    async fn step(&mut self, wake: &mut Wake) -> Result<(), StoreError> {
        let store = Arc::clone(&self.relay.store);
        let look = wake.look(&*store).await;
        if look.set_back {
            store.rebase(JobKind::Submit, RARELY, LEASE).await?;
            store.rebase(JobKind::Ask, RARELY, LEASE).await?;
        }
        if !look.look {
            return Ok(());
        }
        self.relay.end_stranded(&self.busy).await?;
        let mut next = Vec::new();
        for kind in [JobKind::Submit, JobKind::Ask] {
            let due = store.due(kind).await?;
            next.extend(due.next);
            for stream in due.streams {
                let batch = (stream, kind);
                if self.busy.insert(batch.clone()) {
                    let task = self
                        .batches
                        .spawn(Arc::clone(&self.relay).carry_out(batch.clone()));
                    self.names.insert(task.id(), batch);
                }
            }
        }
        wake.next_is(next.into_iter().min());
        Ok(())
    }

    fn finished(&mut self, done: Result<(Id, Result<(), StoreError>), JoinError>) {
        let (id, outcome) = match done {
            Ok((id, outcome)) => (id, outcome),
            Err(error) => (error.id(), Ok(())),
        };
        if let Some(batch) = self.names.remove(&id) {
            self.busy.remove(&batch);
        }
        if let Err(error) = outcome {
            self.log.write(LogEntry::StoreFailed(error));
        }
    }
}
