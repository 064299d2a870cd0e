//! The routes for live streams.

use super::change::{Basis, change};
use super::find::find_all;
use super::{Random, ServiceError, now};
use crate::domain::{IncomingSecret, Route, RouteName, RouteSecrets, StreamId, Way, same_name};
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, Clock, StoreError};

#[derive(Debug)]
pub struct NewRoute<'a> {
    /// Its streams and its time are settled when it is added.
    pub route: Route,
    pub secrets: RouteSecrets,
    /// The streams that it serves, by id or name; none where it serves every live stream.
    pub streams: &'a [String],
    pub replace: bool,
}

pub async fn add_route(
    store: &dyn CatalogueStore,
    clock: &Clock,
    new: NewRoute<'_>,
) -> Result<Route, ServiceError> {
    check(&new.route.way)?;
    change(store, Basis::Whole, |catalogue| {
        let mut routes = catalogue.routes().iter();
        if routes.any(|route| route.name == new.route.name) && !new.replace {
            return Err(StoreError::RouteExists(new.route.name.clone()).into());
        }
        let route = Route {
            streams: live(catalogue, new.streams)?,
            created_at: now(clock),
            ..new.route.clone()
        };
        let put = CatalogueChange::PutRoute {
            route: Box::new(route.clone()),
            secrets: new.secrets.clone(),
            replace: new.replace,
        };
        Ok((vec![put], route))
    })
    .await
}

/// Puts a changed route in the place of the one with its name. `streams` are the new ones, by id or
/// name; `None` where they stay.
pub async fn edit_route(
    store: &dyn CatalogueStore,
    route: Route,
    secrets: RouteSecrets,
    streams: Option<&[String]>,
) -> Result<Route, ServiceError> {
    check(&route.way)?;
    change(store, Basis::Whole, |catalogue| {
        find_route(catalogue, route.name.as_str())?;
        let mut route = route.clone();
        if let Some(streams) = streams {
            route.streams = live(catalogue, streams)?;
        }
        let put = CatalogueChange::PutRoute {
            route: Box::new(route.clone()),
            secrets: secrets.clone(),
            replace: true,
        };
        Ok((vec![put], route))
    })
    .await
}

/// In any case.
pub fn find_route<'a>(catalogue: &'a Catalogue, name: &str) -> Result<&'a Route, StoreError> {
    let same = |route: &&Route| same_name(route.name.as_str(), name);
    let found = catalogue.routes().iter().find(same);
    found.ok_or_else(|| StoreError::NoRoute(name.to_owned()))
}

fn check(way: &Way) -> Result<(), ServiceError> {
    let Way::StreamsApi {
        base_url, account, ..
    } = way
    else {
        return Ok(());
    };
    let urls = [Some(base_url), account.as_ref().map(|account| &account.url)];
    let open = urls
        .into_iter()
        .flatten()
        .find(|url| url.is_open_to_readers());
    open.map_or(Ok(()), |url| {
        Err(ServiceError::Unencrypted(url.as_str().to_owned()))
    })
}

fn live(catalogue: &Catalogue, wanted: &[String]) -> Result<Vec<StreamId>, ServiceError> {
    let found = find_all(catalogue, wanted)?;
    if let Some(demo) = found.iter().find(|stream| stream.demo) {
        return Err(ServiceError::IsDemo(demo.name.to_string()));
    }
    Ok(found.into_iter().map(|stream| stream.id).collect())
}

/// The secret at the end of the address that a route is told incoming messages at; issued when it is
/// first needed.
pub async fn incoming_secret(
    store: &dyn CatalogueStore,
    route: &Route,
    random: Random<'_>,
) -> Result<IncomingSecret, ServiceError> {
    let kept = store.secrets().await?.of_route(&route.name);
    let kept = kept.ok_or_else(|| StoreError::NoRouteToken(route.name.clone()))?;
    if let Some(secret) = kept.incoming {
        return Ok(secret);
    }
    let secret = IncomingSecret::issue(random);
    let put = CatalogueChange::PutRoute {
        route: Box::new(route.clone()),
        secrets: RouteSecrets {
            incoming: Some(secret.clone()),
            ..kept
        },
        replace: true,
    };
    store.apply(vec![put], None).await?;
    Ok(secret)
}

/// Takes a route out with its token, by its name in any case; the name as it stood.
pub async fn remove_route(
    store: &dyn CatalogueStore,
    name: &str,
) -> Result<RouteName, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let there = find_route(catalogue, name)?;
        let removal = CatalogueChange::RemoveRoute(name.to_owned());
        Ok((vec![removal], there.name.clone()))
    })
    .await
}
