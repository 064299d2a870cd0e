//! The outbox on a clock that does not go by itself, with receivers on loopback.

mod order;
mod places;
mod reports;
mod running;
mod schedule;
mod trouble;

use super::*;
use crate::domain::RetryPolicy;
use crate::service::testing::TestHome;

struct Outbox {
    worker: Worker,
}

impl Outbox {
    fn new(home: &TestHome, retry: &str) -> Self {
        Self::patient(home, retry, Duration::from_secs(15))
    }

    /// One that waits so long for an answer.
    fn patient(home: &TestHome, retry: &str, patience: Duration) -> Self {
        let retry: RetryPolicy = retry.parse().unwrap();
        let (store, streams) = (Arc::clone(&home.store), Arc::clone(&home.streams));
        let dispatcher = Dispatcher::new(Arc::clone(&store), Arc::clone(&streams), retry);
        let dispatcher = Arc::new(dispatcher.within(patience));
        Self {
            worker: Worker::new(dispatcher, store, streams, home.log.clone()),
        }
    }

    /// Looks, and begins what is due, without waiting for it.
    async fn look(&mut self) {
        self.worker.wake.hurry();
        self.worker.step().await;
    }

    /// Looks, claims, attempts and keeps until nothing is due any more.
    async fn run(&mut self) {
        loop {
            self.look().await;
            if self.worker.places.is_empty() {
                break;
            }
            self.worker.finish_places().await;
            self.settled().await;
        }
    }

    /// Until everything is kept; no lane may be running.
    async fn settled(&mut self) {
        let Worker { store, log, .. } = &self.worker;
        let new = Settler::start(Arc::clone(store), log.clone());
        std::mem::replace(&mut self.worker.settler, new)
            .finish()
            .await;
    }
}
