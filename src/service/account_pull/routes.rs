//! The routes of pulled streams: one that has the stream's token is left as it is, one that serves
//! the stream alone gets it, and for any other stream there is a new one.

use jiff::Timestamp;

use super::{PulledStream, Source, route_name};
use crate::domain::{AccountSettings, POLL, Route, RouteName, RouteSecrets, Span, StreamId, Way};
use crate::store::Secrets;

#[derive(Debug)]
pub struct RouteChange {
    pub route: Route,
    pub secrets: RouteSecrets,
    /// The name of the stream that it is new for.
    pub new_for: Option<String>,
    /// What changes of one that there is, in words.
    pub what: Vec<&'static str>,
}

/// A route as it is after the streams so far.
struct Working {
    route: Route,
    secrets: Option<RouteSecrets>,
    what: Vec<&'static str>,
}

pub(super) fn plan(
    routes: &[Route],
    secrets: &Secrets,
    source: &Source,
    pulled: &[(&PulledStream, Option<&StreamId>)],
    now: Timestamp,
) -> Vec<RouteChange> {
    let mut working: Vec<Working> = routes
        .iter()
        .map(|route| Working {
            route: route.clone(),
            secrets: secrets.of_route(&route.name),
            what: Vec::new(),
        })
        .collect();
    let mut created: Vec<RouteChange> = Vec::new();
    for (stream, id) in pulled {
        if settled(&mut working, source, stream, *id) {
            continue;
        }
        let is_taken = |name: &RouteName| {
            let there = working.iter().map(|one| &one.route.name);
            let new = created.iter().map(|one| &one.route.name);
            there.chain(new).any(|other| other == name)
        };
        let name = stream.draft.name.as_ref().map_or("", |name| name.as_str());
        if let Some(route_name) = route_name(name, is_taken) {
            created.push(new_route(source, stream, route_name, now));
        }
    }
    let changed = working.into_iter().filter_map(|one| {
        let secrets = one.secrets.filter(|_| !one.what.is_empty())?;
        Some(RouteChange {
            route: one.route,
            secrets,
            new_for: None,
            what: one.what,
        })
    });
    changed.chain(created).collect()
}

/// Whether a stream needs no route of its own.
fn settled(
    working: &mut [Working],
    source: &Source,
    stream: &PulledStream,
    id: Option<&StreamId>,
) -> bool {
    let names = |one: &Working| id.is_some_and(|id| one.route.streams.contains(id));
    let named = working.iter().position(names);
    let for_all = || working.iter().position(|one| one.route.streams.is_empty());
    let Some(at) = named.or_else(for_all) else {
        return false;
    };
    let one = &mut working[at];
    let is_same_api =
        matches!(&one.route.way, Way::StreamsApi { base_url, .. } if *base_url == source.base_url);
    let has_token = one
        .secrets
        .as_ref()
        .is_some_and(|it| it.token.as_ref() == Some(&stream.token));
    let is_alone = named.is_some() && one.route.streams.len() == 1;
    if is_same_api && (has_token || is_alone) {
        one.settle(source, stream);
        return true;
    }
    // Whoever named the stream for another carrier meant it.
    if named.is_some() && !is_same_api {
        return true;
    }
    if named.is_some() {
        one.route.streams.retain(|other| Some(other) != id);
        one.says("streams");
    }
    false
}

impl Working {
    fn says(&mut self, what: &'static str) {
        if !self.what.contains(&what) {
            self.what.push(what);
        }
    }

    fn settle(&mut self, source: &Source, stream: &PulledStream) {
        let wanted = wanted_secrets(source, stream, self.secrets.as_ref());
        let (old_token, old_key) = match &self.secrets {
            Some(old) => (old.token.as_ref(), old.account_key.as_ref()),
            None => (None, None),
        };
        let is_new_token = old_token != wanted.token.as_ref();
        let is_new_key = old_key != wanted.account_key.as_ref();
        if is_new_token {
            self.says("token");
        }
        if is_new_key {
            self.says("account key");
        }
        self.secrets = Some(wanted);
        let Way::StreamsApi { account, .. } = &mut self.route.way else {
            return;
        };
        // Without a stream, it is the one that has the token.
        let is_right = account.as_ref().is_some_and(|account| {
            let own = account.stream.as_deref();
            account.url == source.account_url && (own == Some(&stream.remote_id) || own.is_none())
        });
        if !is_right {
            let poll = account.as_ref().map(|account| account.poll);
            *account = Some(account_of(source, stream, poll));
            self.says("account");
        }
    }
}

fn wanted_secrets(
    source: &Source,
    stream: &PulledStream,
    before: Option<&RouteSecrets>,
) -> RouteSecrets {
    RouteSecrets {
        token: Some(stream.token.clone()),
        account_key: Some(source.account_key.clone()),
        incoming: before.and_then(|before| before.incoming.clone()),
    }
}

fn account_of(source: &Source, stream: &PulledStream, poll: Option<Span>) -> AccountSettings {
    let usual = || source.route.way.account().map(|account| account.poll);
    AccountSettings {
        url: source.account_url.clone(),
        poll: poll.or_else(usual).unwrap_or(Span::from(POLL)),
        stream: Some(stream.remote_id.clone()),
    }
}

/// With the limits of the route whose account is read: what must not reach people by it must not
/// reach them by this one.
fn new_route(
    source: &Source,
    stream: &PulledStream,
    name: RouteName,
    now: Timestamp,
) -> RouteChange {
    let mut route = Route {
        name,
        streams: Vec::new(),
        created_at: now,
        ..source.route.clone()
    };
    if let Way::StreamsApi { account, .. } = &mut route.way {
        *account = Some(account_of(source, stream, None));
    }
    let name = stream.draft.name.as_ref().map(ToString::to_string);
    RouteChange {
        route,
        secrets: wanted_secrets(source, stream, None),
        new_for: name,
        what: Vec::new(),
    }
}
