//! `textpeak routes add`

use serde_json::json;

use super::item;
use super::settings::{account, read_secret, smpp};
use crate::cli::{AddRouteArgs, HttpArgs, RouteArgs};
use crate::commands::failures::refused;
use crate::commands::session::{Session, ask, now, randomness};
use crate::domain::{HOSTED, IncomingSecret, Route, RouteSecrets, RouteToken, Way};
use crate::error::Failure;
use crate::service::{NewRoute, ServiceError, add_route};

pub fn add(session: &Session, args: AddRouteArgs) -> anyhow::Result<()> {
    let AddRouteArgs {
        name,
        settings,
        replace,
    } = args;
    let RouteArgs {
        streams,
        expire,
        rails,
        http,
        smpp: smpp_args,
    } = settings;
    let (way, token, account_key) = if smpp_args.are_given() {
        let (smpp, password) = smpp(smpp_args, None)?;
        let password = password.ok_or_else(|| {
            Failure::usage("--password-file is missing")
                .hint("use --password-file FILE, or - for standard input")
        })?;
        (Way::Smpp { smpp }, Some(password), None)
    } else {
        streams_api(http)?
    };
    let can_send = token.is_some();
    let route = Route {
        expire,
        only_to: rails.only_to,
        redirect_to: rails.redirect_to,
        daily_limit: rails.daily_limit,
        ..Route::new(name, way, now())
    };
    let secrets = RouteSecrets {
        token,
        account_key,
        incoming: Some(IncomingSecret::issue(randomness()?)),
    };
    let new = NewRoute {
        route,
        secrets,
        streams: &streams,
        replace,
    };
    let route = ask(add_route(&*session.store, &session.clock, new))
        .map_err(|error| refused(session, "edit", error))?;
    if session.terminal.json() {
        return session
            .terminal
            .answer_json(&json!({ "route": item(&route) }));
    }
    let name = route.name.as_str();
    session.terminal.note(&if can_send {
        let test = session.paste(&["routes", "test", name]);
        format!("Added. To test it: {test}")
    } else {
        let pull = session.paste(&["account", "pull", "--route", name, "--all"]);
        format!("Added. To pull the account's streams: {pull}")
    });
    Ok(())
}

fn streams_api(http: HttpArgs) -> anyhow::Result<(Way, Option<RouteToken>, Option<RouteToken>)> {
    let HttpArgs {
        base_url,
        token_file,
        account_key_file,
        account_url,
        poll,
        incoming_fields,
    } = http;
    let base_url = match base_url {
        Some(base_url) => base_url,
        None => HOSTED.parse()?,
    };
    // Before anything is read from standard input.
    if base_url.is_open_to_readers() {
        return Err(ServiceError::Unencrypted(base_url.as_str().to_owned()).into());
    }
    // With a key alone, it is there to pull the streams of the account.
    if token_file.is_none() && account_key_file.is_none() {
        return Err(Failure::usage("--token-file is missing")
            .hint(
                "use --token-file FILE, or --smpp for an SMPP account: textpeak routes add --help",
            )
            .into());
    }
    let token = token_file.as_deref().map(|file| read_secret(file, "token"));
    let token = token.transpose()?;
    let key = account_key_file
        .as_deref()
        .map(|file| read_secret(file, "key"));
    let key = key.transpose()?;
    let way = Way::StreamsApi {
        base_url,
        account: account(None, key.is_some(), account_url, poll)?,
        incoming_fields,
    };
    Ok((way, token, key))
}
