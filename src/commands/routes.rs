//! `textpeak routes …`

use serde_json::{Value, json};

use super::failures::refused;
use super::list::whole;
use super::session::{Session, ask, block_on};
use crate::api::HeaderValue;
use crate::cli::AddRouteArgs;
use crate::client::{CallError, Probe, StreamsApi};
use crate::domain::{Route, RouteToken, same_name};
use crate::error::{Code, Failure};
use crate::files::read_text_input;
use crate::render::table;
use crate::service::{NewRoute, ServiceError, add_route, remove_route};
use crate::store::{Catalogue, StoreError};

pub fn list(session: &Session) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let routes = catalogue.routes();
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&whole(routes.iter().map(item).collect()));
    }
    if routes.is_empty() {
        terminal.note(&format!(
            "No routes yet: messages of live streams end in no_routes. To add one: {}",
            add_command(session)
        ));
        return Ok(());
    }
    let row = |route: &Route| {
        vec![
            route.name.to_string(),
            route.base_url.to_string(),
            streams(route, &catalogue),
            session.times().brief(route.created_at),
        ]
    };
    let rows: Vec<_> = routes.iter().map(row).collect();
    let headers = ["Route", "Base URL", "Streams", "Created"];
    terminal.answer(&table(&headers, &rows, terminal.width()))
}

fn item(route: &Route) -> Value {
    json!({
        "name": route.name, "base_url": route.base_url, "streams": route.streams,
        "expire": route.expire, "created_at": route.created_at,
    })
}

fn streams(route: &Route, catalogue: &Catalogue) -> String {
    if route.streams.is_empty() {
        return "every live stream".to_owned();
    }
    let name = |id: &crate::domain::StreamId| {
        let found = catalogue.with_id(id).ok().flatten();
        found.map_or_else(|| id.to_string(), |stream| stream.name.to_string())
    };
    route
        .streams
        .iter()
        .map(name)
        .collect::<Vec<_>>()
        .join(", ")
}

pub fn add(session: &Session, args: AddRouteArgs) -> anyhow::Result<()> {
    let AddRouteArgs {
        name,
        base_url,
        token_file,
        streams,
        expire,
        replace,
    } = args;
    if base_url.is_open_to_readers() {
        return Err(ServiceError::Unencrypted(base_url.as_str().to_owned()).into());
    }
    let token: RouteToken = read_text_input(&token_file)?
        .parse()
        .map_err(|error| Failure::usage(error).hint("put the token alone into the file"))?;
    let new = NewRoute {
        name,
        base_url,
        token,
        streams: &streams,
        expire,
        replace,
    };
    let route = ask(add_route(&session.store, &session.clock, new))
        .map_err(|error| refused(session, "edit", error))?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "route": item(&route) }));
    }
    session.terminal.note(&format!(
        "Added. To try it: {}",
        session.paste(&["routes", "test", route.name.as_str()])
    ));
    Ok(())
}

pub fn remove(session: &Session, name: &str) -> anyhow::Result<()> {
    let name = ask(remove_route(&session.store, name))?;
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({ "removed": [name] }));
    }
    session
        .terminal
        .note(&format!("Removed {name} with its token."));
    Ok(())
}

fn only<'a>(session: &Session, routes: &'a [Route]) -> Result<&'a Route, Failure> {
    match routes {
        [route] => Ok(route),
        [] => Err(Failure::not_found("there is no route to test").hint(add_command(session))),
        several => {
            let names: Vec<_> = several.iter().map(|route| route.name.as_str()).collect();
            Err(Failure::usage(format_args!(
                "there are several routes: {}",
                names.join(", ")
            ))
            .hint(session.paste(&["routes", "test", names[0]])))
        }
    }
}

/// The command that adds a route for every live stream.
pub fn add_command(session: &Session) -> String {
    session.paste(&["routes", "add", "--token-file", "-"])
}

/// Asks for the status of a message that there is not: an API that takes the token says so, and
/// nothing is sent.
pub fn test(session: &Session, name: Option<&str>) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let route = match name {
        Some(name) => {
            let same = |route: &&Route| same_name(route.name.as_str(), name);
            let found = catalogue.routes().iter().find(same);
            found.ok_or_else(|| StoreError::NoRoute(name.to_owned()))?
        }
        None => only(session, catalogue.routes())?,
    };
    let token = session
        .store
        .secrets_now()?
        .route_token(&route.name)
        .ok_or_else(|| {
            Failure::failed(format_args!(
                "the token of route {} is not kept",
                route.name
            ))
            .hint("add the route again with --replace")
        })?;
    let api = StreamsApi::new(route.base_url.clone());
    let probed = block_on(async { Ok(api.probe(HeaderValue::foreign_token(&token)).await) })?;
    let Probe { status, elapsed } = probed.map_err(|error| match error {
        CallError::Unanswered(error) => {
            Failure::new(Code::Unreachable, error).hint("check the address and the network")
        }
        CallError::NoAnswer { answer, .. } => Failure::new(
            Code::Refused,
            format_args!("{} refused: {answer}", route.base_url),
        )
        .hint("check the token and the address; an API may have an allow list"),
    })?;
    let elapsed = elapsed.as_millis();
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({
            "route": route.name, "status": status,
            "elapsed_ms": u64::try_from(elapsed).unwrap_or(u64::MAX),
        }));
    }
    session.terminal.note(&format!(
        "{} takes the token: HTTP {status} in {elapsed} ms.",
        route.base_url
    ));
    Ok(())
}
