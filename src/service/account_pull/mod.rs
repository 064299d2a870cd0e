//! Making the streams of a hosted account live streams here: read from the account, planned against
//! what there is, and carried out as a whole.
//!
//! Streams are matched by name. Each sends by a route of its own, as each has its own token there.

mod draft;
mod hosted;
mod routes;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::change::{Basis, change};
use super::document::carry_out;
use super::{Random, ServiceError, now};
use crate::domain::{
    GatewayUrl, IncomingSecret, Plan, Route, RouteName, RouteSecrets, RouteToken, SenderId, Status,
    Stream, StreamDraft, StreamId, Target, Way, same_name,
};
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, Clock, Secrets};

pub use hosted::{FetchError, Hosted, Selection, Skipped, fetch};
pub use routes::RouteChange;

/// A stream of the account that can be one here.
#[derive(Debug, Clone)]
pub struct PulledStream {
    /// The account's id.
    pub remote_id: String,
    pub draft: StreamDraft,
    /// Whether it is paused there.
    pub is_disabled: bool,
    pub token: RouteToken,
}

/// The route whose account is read, which new routes are modeled on.
#[derive(Debug, Clone)]
pub struct Source {
    pub route: Route,
    pub base_url: GatewayUrl,
    pub account_url: GatewayUrl,
    pub account_key: RouteToken,
}

impl Source {
    /// `None` where the route has no account, or no key for it.
    pub fn of(route: &Route, secrets: &RouteSecrets) -> Option<Self> {
        let Way::StreamsApi {
            base_url,
            account: Some(account),
            ..
        } = &route.way
        else {
            return None;
        };
        Some(Self {
            base_url: base_url.clone(),
            account_url: account.url.clone(),
            account_key: secrets.account_key.clone()?,
            route: route.clone(),
        })
    }
}

#[derive(Debug, Default)]
pub struct PullPlan {
    pub streams: Plan,
    pub routes: Vec<RouteChange>,
    /// New to the catalogue.
    pub senders: Vec<SenderId>,
    /// Demo streams that have the name of a stream of the account.
    pub skipped: Vec<Skipped>,
}

impl PullPlan {
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty() && self.routes.is_empty() && self.senders.is_empty()
    }
}

pub fn plan_pull(
    catalogue: &Catalogue,
    secrets: &Secrets,
    source: &Source,
    hosted: &Hosted,
    now: Timestamp,
) -> Result<PullPlan, ServiceError> {
    let present = catalogue.streams()?;
    let known = catalogue.senders();
    let mut plan = PullPlan {
        senders: hosted.senders.clone(),
        ..PullPlan::default()
    };
    plan.senders.retain(|id| !known.contains(id));
    let (mut targets, mut pulled) = (Vec::new(), Vec::new());
    for one in &hosted.streams {
        let name = one.draft.name.as_ref().map_or("", |name| name.as_str());
        let existing = present
            .iter()
            .find(|stream| same_name(stream.name.as_str(), name));
        // What is only simulated must not begin to reach people.
        if existing.is_some_and(|stream| stream.demo) {
            plan.skipped.push(Skipped {
                name: name.to_owned(),
                why: "a demo stream has this name".to_owned(),
            });
            continue;
        }
        targets.push(target(one, existing));
        pulled.push((one, existing.map(|stream| &stream.id)));
    }
    plan.routes = routes::plan(catalogue.routes(), secrets, source, &pulled, now);
    plan.streams =
        Plan::new(present.clone(), targets, false, now).map_err(ServiceError::Document)?;
    Ok(plan)
}

/// What is not known of a stream of the account stays as it is here.
fn target(pulled: &PulledStream, existing: Option<&Stream>) -> Target {
    let status = match existing.map(|stream| stream.status) {
        None if pulled.is_disabled => Status::Disabled,
        None | Some(Status::Draft) => Status::Ready,
        Some(status) => status,
    };
    let draft = pulled.draft.clone();
    Target {
        draft: match existing {
            Some(stream) => draft.or(StreamDraft::of(stream)),
            None => draft,
        },
        status,
    }
}

/// Carries a plan out, if it is `agreed` to; what was done.
pub async fn pull(
    store: &dyn CatalogueStore,
    clock: &Clock,
    random: Random<'_>,
    (source, hosted): (&Source, &Hosted),
    agreed: &(dyn Fn(&PullPlan) -> bool + Sync),
) -> Result<PullPlan, ServiceError> {
    let secrets = store.secrets().await?;
    change(store, Basis::Whole, |catalogue| {
        let now = now(clock);
        let plan = plan_pull(catalogue, &secrets, source, hosted, now)?;
        // What was agreed to is what is done.
        if !agreed(&plan) {
            return Err(ServiceError::OtherPlan);
        }
        let mut changes = vec![CatalogueChange::AddSenders(plan.senders.clone())];
        let (made, _) = carry_out(catalogue, &plan.streams, now, &mut *random)?;
        changes.extend(made);
        for route in &plan.routes {
            let change = put(catalogue, &changes, route, &mut *random)?;
            changes.push(change);
        }
        Ok((changes, plan))
    })
    .await
}

fn put(
    catalogue: &Catalogue,
    changes: &[CatalogueChange],
    change: &RouteChange,
    random: Random<'_>,
) -> Result<CatalogueChange, ServiceError> {
    let (mut route, mut secrets) = (change.route.clone(), change.secrets.clone());
    if let Some(name) = &change.new_for {
        let id = id_of(catalogue, changes, name)?;
        route.streams.extend(id);
        secrets.incoming = Some(IncomingSecret::issue(random));
    }
    Ok(CatalogueChange::PutRoute {
        route: Box::new(route),
        secrets,
        replace: change.new_for.is_none(),
    })
}

/// Of a stream that is there, or is about to be.
fn id_of(
    catalogue: &Catalogue,
    changes: &[CatalogueChange],
    name: &str,
) -> Result<Option<StreamId>, ServiceError> {
    let made = changes.iter().find_map(|change| {
        let CatalogueChange::Put { after, .. } = change else {
            return None;
        };
        same_name(after.name.as_str(), name).then(|| after.id.clone())
    });
    let there = || Ok(catalogue.find(name)?.map(|stream| stream.id));
    made.map_or_else(there, |id| Ok(Some(id)))
}

/// The name of a route for a stream: letters and digits of its name.
fn route_name(stream: &str, is_taken: impl Fn(&RouteName) -> bool) -> Option<RouteName> {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let dashed: String = stream.to_lowercase().chars().map(letter).collect();
    let parts = dashed.split('-').filter(|part| !part.is_empty());
    let slug = parts.collect::<Vec<_>>().join("-");
    let slug = if slug.is_empty() { "stream" } else { &slug };
    let slug = slug.get(..40).unwrap_or(slug).trim_end_matches('-');
    let numbered = (2..).map(|n| format!("{slug}-{n}"));
    let names = std::iter::once(slug.to_owned()).chain(numbered);
    names
        .filter_map(|name| name.parse().ok())
        .find(|name| !is_taken(name))
}
