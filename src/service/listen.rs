//! The worker that hears what carriers tell by themselves, a task for each route.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};

use super::log::{Log, LogEntry};
use super::relay::{Carriers, NoCarrier};
use super::streams::CurrentStreams;
use crate::domain::{CarrierSecrets, Route, Way};
use crate::store::Store;

/// The pause between two looks at the routes, which somebody may have changed.
const LOOK: Duration = Duration::from_secs(1);

struct Listening {
    way: Way,
    secrets: Option<CarrierSecrets>,
    task: AbortHandle,
}

impl Listening {
    /// Whether a route is still reached in the same way. Where its secrets can't be read, those that
    /// were read last stay in force.
    fn is_to(&self, route: &Route, now: Option<&CarrierSecrets>) -> bool {
        let is_same = match (&self.secrets, now) {
            (Some(old), Some(now)) => old == now,
            (None, Some(_)) => false,
            (_, None) => true,
        };
        self.way == route.way && is_same
    }
}

/// Works until the other end of `running` is gone.
pub async fn work(
    carriers: Arc<Carriers>,
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    log: Log,
    mut running: watch::Receiver<()>,
) {
    let mut tasks = JoinSet::new();
    let mut listening: HashMap<String, Listening> = HashMap::new();
    loop {
        let index = streams.get().await;
        let routes = index.routes();
        let secrets = store.secrets().await.ok();
        let of = |route: &Route| secrets.as_ref()?.of_route(&route.name)?.for_carrier();
        let is_kept = |name: &String, one: &mut Listening| {
            let same = |route: &Route| {
                *route.name.as_str() == *name && one.is_to(route, of(route).as_ref())
            };
            let kept = routes.iter().any(same) && !one.task.is_finished();
            if !kept {
                one.task.abort();
            }
            kept
        };
        listening.retain(is_kept);
        carriers.retain(routes);
        for route in routes {
            let key = route.name.to_string();
            if let Entry::Vacant(place) = listening.entry(key) {
                let task = tasks.spawn(listen(
                    Arc::clone(&carriers),
                    Arc::clone(&store),
                    log.clone(),
                    route.clone(),
                ));
                place.insert(Listening {
                    way: route.way.clone(),
                    secrets: of(route),
                    task,
                });
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = running.changed() => break,
            Some(_) = tasks.join_next() => {}
        }
    }
    tasks.shutdown().await;
}

/// Hears one route; for ever, where its carrier tells nothing by itself.
async fn listen(carriers: Arc<Carriers>, store: Arc<dyn Store>, log: Log, route: Route) {
    let carrier = match carriers.of_route(&route).await {
        Ok(carrier) => carrier,
        Err(NoCarrier::Unread(error, _)) => {
            log.write(LogEntry::StoreFailed(error));
            return tokio::time::sleep(LOOK).await;
        }
        Err(NoCarrier::Closed(_)) => return tokio::time::sleep(LOOK).await,
    };
    match store.heard_until(route.name.to_string()).await {
        Ok(since) => carrier.listen(since).await,
        Err(error) => {
            log.write(LogEntry::StoreFailed(error));
            return tokio::time::sleep(LOOK).await;
        }
    }
    std::future::pending::<()>().await;
}
