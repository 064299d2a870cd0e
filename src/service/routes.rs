//! The routes for live streams.

use super::change::{Basis, change};
use super::find::find_all;
use super::{ServiceError, now};
use crate::domain::{GatewayUrl, Route, RouteName, RouteToken, Span, same_name};
use crate::store::{CatalogueChange, CatalogueStore, Clock, StoreError};

/// A route to be added.
#[derive(Debug)]
pub struct NewRoute<'a> {
    pub name: RouteName,
    pub base_url: GatewayUrl,
    pub token: RouteToken,
    /// The streams that it serves, by id or name; none where it serves every live stream.
    pub streams: &'a [String],
    /// How long a message waits for an API that is away or throttles, where that is said.
    pub expire: Option<Span>,
    /// Whether it may take the place of one with its name.
    pub replace: bool,
}

/// Adds a route with its token.
pub async fn add_route(
    store: &dyn CatalogueStore,
    clock: &Clock,
    new: NewRoute<'_>,
) -> Result<Route, ServiceError> {
    if new.base_url.is_open_to_readers() {
        let url = new.base_url.as_str().to_owned();
        return Err(ServiceError::Unencrypted(url));
    }
    change(store, Basis::Whole, |catalogue| {
        let mut routes = catalogue.routes().iter();
        if routes.any(|route| route.name == new.name) && !new.replace {
            return Err(StoreError::RouteExists(new.name.clone()).into());
        }
        let found = find_all(catalogue, new.streams)?;
        if let Some(demo) = found.iter().find(|stream| stream.demo) {
            return Err(ServiceError::IsDemo(demo.name.to_string()));
        }
        let route = Route {
            name: new.name.clone(),
            base_url: new.base_url.clone(),
            streams: found.into_iter().map(|stream| stream.id).collect(),
            created_at: now(clock),
            expire: new.expire,
        };
        let put = CatalogueChange::PutRoute {
            route: route.clone(),
            token: new.token.clone(),
            replace: new.replace,
        };
        Ok((vec![put], route))
    })
    .await
}

/// Takes a route out with its token, by its name in any case; the name as it stood.
pub async fn remove_route(
    store: &dyn CatalogueStore,
    name: &str,
) -> Result<RouteName, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let mut routes = catalogue.routes().iter();
        let there = routes.find(|route| same_name(route.name.as_str(), name));
        let there = there.ok_or_else(|| StoreError::NoRoute(name.to_owned()))?;
        let removal = CatalogueChange::RemoveRoute(name.to_owned());
        Ok((vec![removal], there.name.clone()))
    })
    .await
}
