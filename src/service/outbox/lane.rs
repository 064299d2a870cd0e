//! Deliveries that are attempted: those of one handset one after the other, and what is kept of them
//! many at a time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::dispatch::{Attempted, Dispatcher};
use super::places::is_fast;
use crate::service::lock;
use crate::service::log::{Log, LogEntry};
use crate::store::{Job, Outcome, Settlement, Store};

/// Most settlements that wait to be kept: attempts wait for them.
const UNSETTLED: usize = 256;

/// Most settlements that are kept at one time.
const TOGETHER: usize = 500;

/// Most attempts before a place is given back: the worker learns from them.
const TURN: usize = 64;

/// Claimed deliveries of one handset.
pub type Lane = Vec<Job>;

/// The lanes of a stream that wait for a place.
pub type Lanes = Arc<Mutex<VecDeque<Lane>>>;

/// A place: lane after lane is attempted in it, as long as attempts succeed fast.
pub struct Place {
    pub dispatcher: Arc<Dispatcher>,
    pub settlements: mpsc::Sender<Settlement>,
    pub waiting: Lanes,
    pub stream: String,
    pub log: Log,
}

impl Place {
    pub async fn run(self, first: Lane) -> Vec<Attempted> {
        let (mut attempts, mut next) = (Vec::new(), Some(first));
        while let Some(lane) = next {
            self.attempt(lane, &mut attempts).await;
            if attempts.last().is_some_and(|last| last.is_gone) {
                // What is claimed is dead, like everything that waited.
                lock(&self.waiting).clear();
            }
            let goes_on = attempts.len() < TURN && attempts.last().is_none_or(is_fast);
            next = goes_on.then(|| take(&self.waiting)).flatten();
        }
        attempts
    }

    /// Attempts a lane as long as attempts succeed and claims hold; the others are let go of. The
    /// next attempt does not wait until it is kept how the last one went.
    async fn attempt(&self, lane: Lane, attempts: &mut Vec<Attempted>) {
        let mut jobs = lane.into_iter().peekable();
        while let Some(job) = jobs.next_if(|job| self.dispatcher.may_begin(job)) {
            let (attempted, settlement) = self.dispatcher.attempt(&job).await;
            let failed = attempted.attempt.error.is_some();
            self.log.write(LogEntry::Delivery {
                stream: self.stream.clone(),
                status: attempted.attempt.status,
                error: attempted.attempt.error.clone(),
                elapsed: attempted.attempt.elapsed,
                next: attempted.next,
            });
            attempts.push(attempted);
            // Without a settler the process ends, and the leases run out.
            let _ = self.settlements.send(settlement).await;
            if failed {
                break;
            }
        }
        for job in jobs {
            let released = Settlement::new(&job, Outcome::Released);
            let _ = self.settlements.send(released).await;
        }
    }
}

/// The jobs of each handset, in their order.
pub fn by_handset(jobs: Vec<Job>) -> Vec<Lane> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut lanes: Vec<Lane> = Vec::new();
    for job in jobs {
        let handset = job.handset().to_owned();
        let at = *places.entry(handset).or_insert_with(|| {
            lanes.push(Vec::new());
            lanes.len() - 1
        });
        lanes[at].push(job);
    }
    for lane in &mut lanes {
        lane.sort_unstable_by_key(Job::key);
    }
    lanes
}

pub fn take(waiting: &Lanes) -> Option<Lane> {
    lock(waiting).pop_front()
}

/// Keeps what becomes of deliveries while further ones are attempted.
pub struct Settler {
    inlet: mpsc::Sender<Settlement>,
    task: JoinHandle<()>,
}

impl Settler {
    pub fn start(store: Arc<dyn Store>, log: Log) -> Self {
        let (inlet, waiting) = mpsc::channel(UNSETTLED);
        let task = tokio::spawn(settle_all(store, log, waiting));
        Self { inlet, task }
    }

    pub fn inlet(&self) -> mpsc::Sender<Settlement> {
        self.inlet.clone()
    }

    /// Until everything is kept, once no lane can send any more.
    pub async fn finish(self) {
        drop(self.inlet);
        let _ = self.task.await;
    }
}

async fn settle_all(store: Arc<dyn Store>, log: Log, mut waiting: mpsc::Receiver<Settlement>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        if let Err(error) = store.settle(std::mem::take(&mut batch)).await {
            log.write(LogEntry::StoreFailed(error));
        }
    }
}
