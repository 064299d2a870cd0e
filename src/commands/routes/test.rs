//! `textpeak routes test`

use serde_json::json;

use super::{named, secrets};
use crate::api::HeaderValue;
use crate::client::{CallError, Probe, StreamsApi};
use crate::commands::session::{Session, block_on};
use crate::domain::{GatewayUrl, Route, RouteToken, SmppSettings, Way};
use crate::error::{Code, Failure};
use crate::service::{SmppProbe, probe_smpp};
use crate::store::StoreError;

pub fn test(session: &Session, name: Option<&str>) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let route = named(session, &catalogue, name, "test")?;
    let token = secrets(session, route)?.token;
    let token = token.ok_or_else(|| StoreError::NoRouteToken(route.name.clone()))?;
    match &route.way {
        Way::StreamsApi { base_url, .. } => ask_api(session, route, base_url, &token),
        Way::Smpp { smpp } => bind(session, route, smpp, &token),
    }
}

/// Asks for the status of a message that there is not: an API that takes the token says so, and
/// nothing is sent.
fn ask_api(
    session: &Session,
    route: &Route,
    base_url: &GatewayUrl,
    token: &RouteToken,
) -> anyhow::Result<()> {
    let api = StreamsApi::new(base_url.clone());
    let probed = block_on(async { Ok(api.probe(HeaderValue::foreign_token(token)).await) })?;
    let Probe { status, elapsed } = probed.map_err(|error| match error {
        CallError::Unanswered(error) => {
            Failure::new(Code::Unreachable, error).hint("check the address and the network")
        }
        CallError::NoAnswer { answer, .. } => Failure::new(
            Code::Refused,
            format_args!("{base_url} refused the request: {answer}"),
        )
        .hint("check the token, the address, and the API's IP allow list"),
    })?;
    let elapsed = elapsed.as_millis();
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({
            "route": route.name, "status": status,
            "elapsed_ms": u64::try_from(elapsed).unwrap_or(u64::MAX),
        }));
    }
    session.terminal.note(&format!(
        "{base_url} accepted the token: HTTP {status} in {elapsed} ms."
    ));
    Ok(())
}

/// Binds as the route would, and takes its leave.
fn bind(
    session: &Session,
    route: &Route,
    smpp: &SmppSettings,
    password: &RouteToken,
) -> anyhow::Result<()> {
    let probed = block_on(async { Ok(probe_smpp(smpp, password).await) })?;
    let SmppProbe { system_id, elapsed } = probed.map_err(|why| {
        Failure::new(Code::Unreachable, why)
            .hint("check the address, the system ID, and the password")
    })?;
    let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if session.terminal.json() {
        return session.terminal.answer_json(&json!({
            "route": route.name, "bound": smpp.bind, "system_id": system_id,
            "window": smpp.window, "elapsed_ms": elapsed,
        }));
    }
    session.terminal.note(&format!(
        "{smpp} took the bind as {}, with a window of {}, in {elapsed} ms.",
        smpp.bind, smpp.window
    ));
    Ok(())
}
