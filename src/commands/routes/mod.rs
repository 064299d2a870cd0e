//! `textpeak routes …`

mod add;
mod edit;
mod settings;
mod show;
mod test;

use serde_json::{Value, json};

use super::list::whole;
use super::session::{Session, ask};
use crate::domain::{Route, RouteSecrets, Way};
use crate::error::Failure;
use crate::render::table;
use crate::service::{find_route, remove_route};
use crate::store::{Catalogue, StoreError};

pub use add::add;
pub use edit::edit;
pub use show::show;
pub use test::test;

pub fn list(session: &Session) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let routes = catalogue.routes();
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&whole(routes.iter().map(item).collect()));
    }
    if routes.is_empty() {
        terminal.note(&format!(
            "No routes yet. Messages of live streams end in no_routes. To add a route: {}",
            add_command(session)
        ));
        return Ok(());
    }
    let row = |route: &Route| {
        vec![
            route.name.to_string(),
            route.way.to_string(),
            streams(route, &catalogue),
            session.times().brief(route.created_at),
        ]
    };
    let rows: Vec<_> = routes.iter().map(row).collect();
    let headers = ["Route", "Address", "Streams", "Created"];
    terminal.answer(&table(&headers, &rows, terminal.width()))
}

fn item(route: &Route) -> Value {
    let mut item = json!({
        "name": route.name, "base_url": null, "streams": route.streams,
        "expire": route.expire, "only_to": route.only_to, "redirect_to": route.redirect_to,
        "daily_limit": route.daily_limit, "created_at": route.created_at,
    });
    match &route.way {
        Way::StreamsApi {
            base_url,
            account,
            incoming_fields,
        } => {
            item["base_url"] = json!(base_url);
            item["account"] = json!(account);
            item["incoming_fields"] = json!(incoming_fields);
        }
        Way::Smpp { smpp } => item["smpp"] = json!(smpp),
    }
    item
}

fn streams(route: &Route, catalogue: &Catalogue) -> String {
    if route.streams.is_empty() {
        return "all live streams".to_owned();
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

pub fn remove(session: &Session, name: &str) -> anyhow::Result<()> {
    let name = ask(remove_route(&*session.store, name))?;
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({ "removed": [name] }));
    }
    session
        .terminal
        .note(&format!("Removed {name} and its token."));
    Ok(())
}

/// The route with a name, or the only one there is; `verb` is the command that asks.
fn named<'a>(
    session: &Session,
    catalogue: &'a Catalogue,
    name: Option<&str>,
    verb: &str,
) -> anyhow::Result<&'a Route> {
    if let Some(name) = name {
        return Ok(find_route(catalogue, name)?);
    }
    match catalogue.routes() {
        [route] => Ok(route),
        [] => Err(
            Failure::not_found(format_args!("there is no route to {verb}"))
                .hint(add_command(session))
                .into(),
        ),
        several => {
            let names: Vec<_> = several.iter().map(|route| route.name.as_str()).collect();
            let all = names.join(", ");
            Err(
                Failure::usage(format_args!("there are several routes: {all}"))
                    .hint(session.paste(&["routes", verb, names[0]]))
                    .into(),
            )
        }
    }
}

fn secrets(session: &Session, route: &Route) -> Result<RouteSecrets, StoreError> {
    let secrets = session.secrets()?.of_route(&route.name);
    secrets.ok_or_else(|| StoreError::NoRouteToken(route.name.clone()))
}

/// The command that adds a route for every live stream.
pub fn add_command(session: &Session) -> String {
    session.paste(&["routes", "add", "--token-file", "-"])
}
