//! The deliveries of one handset, one after the other, and what is kept of them, many at a time.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::dispatch::{Attempted, Dispatcher};
use crate::service::log::{Log, LogEntry};
use crate::service::settle::settle_each;
use crate::store::{Job, Outcome, Settlement, Store};

/// Most settlements that wait to be kept: attempts wait for them.
const UNSETTLED: usize = 256;

/// Most settlements that are kept at one time.
const TOGETHER: usize = 500;

/// Claimed deliveries of one handset, in their order.
pub struct Lane {
    pub dispatcher: Arc<Dispatcher>,
    pub settlements: mpsc::Sender<Settlement>,
    pub jobs: Vec<Job>,
}

/// What became of a lane.
#[derive(Debug)]
pub struct Finished {
    pub attempts: Vec<Attempted>,
}

impl Lane {
    /// Attempts them as long as they succeed and their claims hold; the others are let go of. The
    /// next attempt does not wait until it is kept how the last one went.
    pub async fn run(self) -> Finished {
        let mut attempts = Vec::with_capacity(self.jobs.len());
        let mut jobs = self.jobs.into_iter();
        for job in jobs.by_ref() {
            if !self.dispatcher.may_begin(&job) {
                let _ = self
                    .settlements
                    .send(Settlement::new(&job, Outcome::Released))
                    .await;
                break;
            }
            let (attempted, settlement) = self.dispatcher.attempt(&job).await;
            let failed = attempted.attempt.error.is_some();
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
        Finished { attempts }
    }
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
        if let Err(error) = settle_each(&*store, std::mem::take(&mut batch)).await {
            log.write(LogEntry::StoreFailed(error));
        }
    }
}
