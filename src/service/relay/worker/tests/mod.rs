//! The relay on a clock that does not go by itself, with a carrier that says what a test wants.

mod carrier;
mod outage;
mod receipts;
mod stranded;
mod submit;
mod trouble;
mod ways;

use std::time::Duration;

use uuid::Uuid;

use carrier::ScriptedCarrier;

use super::*;
use crate::api::StatusEntry;
use crate::service::relay::Carriers;
use crate::service::testing::{TestHome, live, told};

const HANDSET: &str = "12025550110";

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A live stream with a route to a scripted carrier, and the relay.
struct Place {
    home: TestHome,
    carrier: Arc<ScriptedCarrier>,
    worker: Worker,
}

impl Place {
    async fn new() -> Self {
        Self::with(None, ScriptedCarrier::default()).await
    }

    async fn with(expire: Option<&str>, carrier: ScriptedCarrier) -> Self {
        let url = "https://hooks.example.com/";
        let home = TestHome::with([told(live(0), url), told(live(1), url)]).await;
        home.add_route("main", expire).await;
        let carrier = Arc::new(carrier);
        let worker = relay(&home, &carrier);
        Self {
            home,
            carrier,
            worker,
        }
    }

    /// Looks, claims, submits or asks, and keeps, until nothing is due any more.
    async fn run(&mut self) {
        loop {
            self.look().await;
            if self.worker.batches.is_empty() {
                break;
            }
            self.worker.finish_batches().await;
        }
    }

    /// Looks, and begins what is due, without waiting for it.
    async fn look(&mut self) {
        self.worker.wake.hurry();
        self.worker.step().await;
    }

    async fn send(&self) -> Uuid {
        self.home.send_to(0, &[HANDSET.to_owned()]).await[0]
    }

    async fn status(&self, uuid: Uuid) -> StatusEntry {
        self.home.status(0, uuid).await
    }

    async fn told(&self, uuid: Uuid) -> (String, Option<String>) {
        let status = self.status(uuid).await;
        (status.status, status.details)
    }

    /// The statuses that the webhook is to be told, in their order.
    async fn events(&self) -> Vec<&'static str> {
        let deliveries = self.home.deliveries().await;
        let statuses = deliveries.into_iter().filter_map(|one| one.status);
        statuses.map(crate::domain::MessageStatus::name).collect()
    }
}

fn relay(home: &TestHome, carrier: &Arc<ScriptedCarrier>) -> Worker {
    let carrier = Arc::clone(carrier);
    let connect =
        Arc::new(move |_: &_, _: &_, _| -> Arc<dyn crate::carrier::Carrier> { carrier.clone() });
    let (store, streams) = (Arc::clone(&home.store), Arc::clone(&home.streams));
    let carriers = Carriers::over(store.clone(), streams.clone(), home.log.clone(), connect);
    let relay = Relay::new(store, streams, Arc::new(carriers));
    Worker::new(Arc::new(relay), home.log.clone())
}
