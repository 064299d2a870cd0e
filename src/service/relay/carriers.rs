//! The carrier of each route, connected once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::carrier::{Carrier, Connect, connect};
use crate::domain::{CarrierSecrets, Route, RouteName, StreamId, Way};
use crate::service::hear::keep;
use crate::service::lock;
use crate::service::log::Log;
use crate::service::streams::{CurrentStreams, StreamIndex};
use crate::store::{Store, StoreError};

pub enum NoCarrier {
    Closed(String),
    /// It is not known, as its token cannot be read; and how long messages wait for it.
    Unread(StoreError, Duration),
}

struct Connected {
    way: Way,
    secrets: CarrierSecrets,
    carrier: Arc<dyn Carrier>,
}

pub struct Carriers {
    store: Arc<dyn Store>,
    streams: Arc<CurrentStreams>,
    log: Log,
    connect: Connect,
    /// The carrier of each route, for as long as its way and its secrets stay the same.
    connected: Mutex<HashMap<String, Connected>>,
}

impl Carriers {
    pub fn new(store: Arc<dyn Store>, streams: Arc<CurrentStreams>, log: Log) -> Self {
        Self::over(store, streams, log, connect())
    }

    /// The carriers that a function makes.
    pub fn over(
        store: Arc<dyn Store>,
        streams: Arc<CurrentStreams>,
        log: Log,
        connect: Connect,
    ) -> Self {
        Self {
            store,
            streams,
            log,
            connect,
            connected: Mutex::default(),
        }
    }

    /// The way out for a stream, and how long messages wait for it.
    pub async fn of(
        &self,
        streams: &StreamIndex,
        stream: &StreamId,
    ) -> Result<(Arc<dyn Carrier>, Duration), NoCarrier> {
        let closed = |why: &str| NoCarrier::Closed(why.to_owned());
        let live = streams.with_id(stream).is_some_and(|one| !one.demo);
        if !live {
            return Err(closed("the stream was deleted, or is no longer live"));
        }
        let route = Route::of(streams.routes(), stream);
        let route = route.ok_or_else(|| closed("the route was removed"))?;
        Ok((self.of_route(route).await?, route.expire()))
    }

    pub async fn of_route(&self, route: &Route) -> Result<Arc<dyn Carrier>, NoCarrier> {
        let secrets = self.store.secrets().await;
        let secrets = secrets.map_err(|error| NoCarrier::Unread(error, route.expire()))?;
        let secrets = secrets.of_route(&route.name);
        let secrets = secrets.and_then(|secrets| secrets.for_carrier());
        let secrets = secrets.ok_or_else(|| {
            NoCarrier::Closed(format!("the token of route {} is not stored", route.name))
        })?;
        let mut carriers = lock(&self.connected);
        let key = key_of(&route.name);
        let is_same = |one: &&Connected| one.way == route.way && one.secrets == secrets;
        let kept = carriers.get(&key).filter(is_same);
        if let Some(kept) = kept {
            return Ok(Arc::clone(&kept.carrier));
        }
        let keep = keep(
            Arc::clone(&self.store),
            Arc::clone(&self.streams),
            self.log.clone(),
            route.name.clone(),
        );
        let carrier = (self.connect)(route, &secrets, keep);
        let connected = Connected {
            way: route.way.clone(),
            secrets,
            carrier: Arc::clone(&carrier),
        };
        carriers.insert(key, connected);
        Ok(carrier)
    }

    /// Ends what carriers keep open, once nothing is submitted any more.
    pub async fn close(&self) {
        let connected: Vec<_> = lock(&self.connected).drain().collect();
        for (_, one) in connected {
            one.carrier.close().await;
        }
    }

    /// Lets go of the carriers of routes that are not there any more.
    pub fn retain(&self, routes: &[Route]) {
        let keys: Vec<_> = routes.iter().map(|route| key_of(&route.name)).collect();
        lock(&self.connected).retain(|key, _| keys.contains(key));
    }
}

fn key_of(route: &RouteName) -> String {
    route.as_str().to_lowercase()
}
