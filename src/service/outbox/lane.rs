//! The deliveries of one handset, one after the other, and what is kept of them, many at a time.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::dispatch::{Attempted, Dispatcher};
use crate::service::log::{Log, LogEntry};
use crate::store::{Job, Outcome, Settlement, Store};

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

/// Keeps settlements until nobody can send any more. One that cannot be kept costs no other.
pub async fn settle_all(store: Arc<dyn Store>, log: Log, mut waiting: mpsc::Receiver<Settlement>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, TOGETHER).await > 0 {
        if store.settle(batch.clone()).await.is_err() {
            for one in batch.drain(..) {
                if let Err(error) = store.settle(vec![one]).await {
                    log.write(LogEntry::StoreFailed(error));
                }
            }
        }
        batch.clear();
    }
}
