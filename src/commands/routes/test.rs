//! `textpeak routes test`

use serde_json::json;

use super::{named, secrets};
use crate::api::HeaderValue;
use crate::client::{CallError, Probe, StreamsApi};
use crate::commands::session::{Session, block_on};
use crate::domain::{GatewayUrl, Route, RouteToken, Way};
use crate::error::{Code, Failure};

pub fn test(session: &Session, name: Option<&str>) -> anyhow::Result<()> {
    let catalogue = session.catalogue()?;
    let route = named(session, &catalogue, name, "test")?;
    let secrets = secrets(session, route)?;
    match &route.way {
        Way::StreamsApi { base_url, .. } => ask_api(session, route, base_url, &secrets.token),
        Way::Smpp { .. } => Err(Failure::failed("SMPP routes can't be tested yet").into()),
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
