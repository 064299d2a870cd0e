//! The carrier of each stream, connected once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::carrier::{Carrier, Connect};
use crate::domain::{GatewayUrl, Route, RouteName, RouteToken, StreamId};
use crate::service::lock;
use crate::service::streams::StreamIndex;
use crate::store::{Store, StoreError};

pub enum NoCarrier {
    Closed(String),
    /// It is not known, as its token cannot be read; and how long messages wait for it.
    Unread(StoreError, Duration),
}

struct Connected {
    url: GatewayUrl,
    token: RouteToken,
    carrier: Arc<dyn Carrier>,
}

pub struct Carriers {
    connect: Connect,
    /// The carrier of each route, for as long as its address and token stay the same.
    connected: Mutex<HashMap<String, Connected>>,
}

impl Carriers {
    pub fn new(connect: Connect) -> Self {
        Self {
            connect,
            connected: Mutex::default(),
        }
    }

    /// The way out for a stream, and how long messages wait for it.
    pub async fn of(
        &self,
        store: &dyn Store,
        streams: &StreamIndex,
        stream: &StreamId,
    ) -> Result<(Arc<dyn Carrier>, Duration), NoCarrier> {
        let closed = |why: String| NoCarrier::Closed(why);
        let live = streams.with_id(stream).is_some_and(|one| !one.demo);
        if !live {
            return Err(closed(
                "the stream was deleted, or is no longer live".to_owned(),
            ));
        }
        let route = Route::of(streams.routes(), stream)
            .ok_or_else(|| closed("the route was removed".to_owned()))?;
        let secrets = store.secrets().await;
        let secrets = secrets.map_err(|error| NoCarrier::Unread(error, route.expire()))?;
        let token = secrets
            .route_token(&route.name)
            .ok_or_else(|| closed(format!("the token of route {} is not stored", route.name)))?;
        let mut carriers = lock(&self.connected);
        let key = key_of(&route.name);
        let kept = carriers
            .get(&key)
            .filter(|one| one.url == route.base_url && one.token == token);
        let carrier = if let Some(kept) = kept {
            Arc::clone(&kept.carrier)
        } else {
            let carrier = (self.connect)(route, &token);
            let connected = Connected {
                url: route.base_url.clone(),
                token,
                carrier: Arc::clone(&carrier),
            };
            carriers.insert(key, connected);
            carrier
        };
        Ok((carrier, route.expire()))
    }
}

fn key_of(route: &RouteName) -> String {
    route.as_str().to_lowercase()
}
