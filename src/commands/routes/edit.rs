//! `textpeak routes edit`

use serde_json::json;

use super::settings::{account, read_secret, smpp};
use super::{item, secrets};
use crate::cli::{EditRouteArgs, HttpArgs, SmppArgs};
use crate::commands::failures::refused;
use crate::commands::session::{Session, ask};
use crate::domain::{Route, RouteSecrets, Way};
use crate::error::Failure;
use crate::service::{edit_route, find_route};

pub fn edit(session: &Session, args: EditRouteArgs) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let mut route = find_route(&catalogue, &args.name)?.clone();
    let mut secrets = secrets(session, &route)?;
    change_limits(&mut route, &args);
    let settings = args.settings;
    match &mut route.way {
        Way::StreamsApi { .. } if settings.smpp.are_given() => {
            return Err(not_for(&route, "a Streams API", "SMPP"));
        }
        Way::Smpp { .. } if settings.http.are_given() || args.no_account => {
            return Err(not_for(&route, "an SMPP account", "Streams API"));
        }
        Way::StreamsApi { .. } | Way::Smpp { .. } => {}
    }
    change_http(&mut route.way, &mut secrets, settings.http, args.no_account)?;
    change_smpp(&mut route.way, &mut secrets, settings.smpp)?;
    let is_changed = args.all_streams || !settings.streams.is_empty();
    let streams = is_changed.then_some(settings.streams);
    let edited = ask(edit_route(
        &*session.store,
        route,
        secrets,
        streams.as_deref(),
    ))
    .map_err(|error| refused(session, "edit", error))?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "route": item(&edited) }));
    }
    session.terminal.note(&format!("Saved {}.", edited.name));
    Ok(())
}

fn not_for(route: &Route, what: &str, flags: &str) -> anyhow::Error {
    let name = &route.name;
    Failure::usage(format_args!(
        "route {name} is {what}: {flags} flags don't apply to it"
    ))
    .hint("textpeak routes edit --help")
    .into()
}

fn change_limits(route: &mut Route, args: &EditRouteArgs) {
    let rails = &args.settings.rails;
    if args.no_only_to || !rails.only_to.is_empty() {
        route.only_to.clone_from(&rails.only_to);
    }
    if args.no_redirect || rails.redirect_to.is_some() {
        route.redirect_to.clone_from(&rails.redirect_to);
    }
    if args.no_daily_limit || rails.daily_limit.is_some() {
        route.daily_limit = rails.daily_limit;
    }
    route.expire = args.settings.expire.or(route.expire);
}

fn change_http(
    way: &mut Way,
    secrets: &mut RouteSecrets,
    http: HttpArgs,
    no_account: bool,
) -> anyhow::Result<()> {
    let Way::StreamsApi {
        base_url,
        account: kept,
        incoming_fields,
    } = way
    else {
        return Ok(());
    };
    if let Some(url) = http.base_url {
        *base_url = url;
    }
    if let Some(file) = &http.token_file {
        secrets.token = Some(read_secret(file, "token")?);
        // It may be the token of another stream.
        if let Some(kept) = kept {
            kept.stream = None;
        }
    }
    if let Some(file) = &http.account_key_file {
        secrets.account_key = Some(read_secret(file, "key")?);
    }
    if no_account {
        secrets.account_key = None;
    }
    let has_key = secrets.account_key.is_some();
    *kept = account(kept.as_ref(), has_key, http.account_url, http.poll)?;
    if !http.incoming_fields.is_empty() {
        *incoming_fields = http.incoming_fields;
    }
    Ok(())
}

fn change_smpp(way: &mut Way, secrets: &mut RouteSecrets, args: SmppArgs) -> anyhow::Result<()> {
    if let Way::Smpp { smpp: kept } = way {
        let (changed, password) = smpp(args, Some(kept))?;
        *kept = changed;
        secrets.token = password.or_else(|| secrets.token.clone());
    }
    Ok(())
}
