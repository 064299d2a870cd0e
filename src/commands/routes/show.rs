//! `textpeak routes show`

use serde_json::json;

use super::{item, named, streams};
use crate::commands::session::{Session, ask, randomness};
use crate::domain::{GatewayUrl, NumberPrefix, Route, SmppSettings, Span, Way};
use crate::render::fields;
use crate::service::incoming_secret;
use crate::store::LinkState;

pub fn show(session: &Session, name: Option<&str>, gateway: &GatewayUrl) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let route = named(session, &catalogue, name, "show")?;
    let address = match &route.way {
        Way::StreamsApi { .. } => {
            let secret = ask(incoming_secret(&*session.store, route, &mut randomness()?))?;
            let path = format!("/incoming/{}/{}", route.name, secret.expose());
            Some(gateway.join(&path))
        }
        Way::Smpp { .. } => None,
    };
    let link = ask(session.store.link(route.name.to_string()))?;
    if session.terminal.json() {
        let mut item = item(route);
        item["incoming_url"] = json!(address);
        item["link"] = json!(link.as_ref().map(|link| &link.state));
        item["link_since"] = json!(link.map(|link| link.at));
        return session.terminal.answer_json(&item);
    }
    let times = session.times();
    let mut lines = vec![
        ("Route", route.name.to_string()),
        ("Address", route.way.to_string()),
        ("Streams", streams(route, &catalogue)),
    ];
    lines.extend(own(&route.way));
    if let Some(LinkState { state, at }) = link {
        lines.push(("Link", format!("{state}, since {}", times.full(at))));
    }
    lines.extend(limits(route));
    if let Some(address) = address {
        lines.push(("Incoming", address));
    }
    lines.push(("Created", times.full(route.created_at)));
    session.terminal.answer(&fields(&lines))
}

fn own(way: &Way) -> Vec<(&'static str, String)> {
    match way {
        Way::StreamsApi {
            account,
            incoming_fields,
            ..
        } => {
            let asked = account.as_ref().map_or("not asked".to_owned(), |account| {
                format!("{} every {}", account.url, account.poll)
            });
            let mut lines = vec![("Account", asked)];
            if !incoming_fields.is_empty() {
                let pairs: Vec<_> = incoming_fields.iter().map(ToString::to_string).collect();
                lines.push(("Fields", pairs.join(", ")));
            }
            lines
        }
        Way::Smpp { smpp } => smpp_lines(smpp),
    }
}

fn smpp_lines(smpp: &SmppSettings) -> Vec<(&'static str, String)> {
    let window = match smpp.window.get() {
        1 => "1 part".to_owned(),
        parts => format!("{parts} parts"),
    };
    vec![
        ("System ID", smpp.system_id.clone()),
        ("Bind", smpp.bind.to_string()),
        ("Window", window),
        ("Rate", format!("{} parts a second", smpp.rate)),
    ]
}

fn limits(route: &Route) -> Vec<(&'static str, String)> {
    let mut lines = vec![("Expire", Span::from(route.expire()).to_string())];
    if !route.only_to.is_empty() {
        let prefixes: Vec<_> = route.only_to.iter().map(NumberPrefix::as_str).collect();
        lines.push(("Only to", prefixes.join(", ")));
    }
    if let Some(number) = &route.redirect_to {
        lines.push(("Redirect to", number.to_string()));
    }
    if let Some(most) = route.daily_limit {
        lines.push(("Daily limit", most.to_string()));
    }
    lines
}
