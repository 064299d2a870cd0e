//! `textpeak streams preview`

use jiff::Timestamp;

use super::session::Session;
use super::webhooks::{example, no_webhook};
use crate::api::{
    Example, HeaderValue, HttpRequest, Request, Signing, send_request, status_request,
    webhook_request,
};
use crate::cli::{GatewayFlag, PreviewArgs};
use crate::domain::{GatewayUrl, SenderId, Stream, Token, Webhook};
use crate::error::Failure;
use crate::render::{self, http, part, written};
use crate::service::find;

/// The id and the time (in seconds since 1970) of the webhook request that is shown.
const EXAMPLE_ID: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const EXAMPLE_TIME: i64 = 1_767_225_600;

/// In the order in which they are shown.
pub type Requests = Vec<(Request, HttpRequest)>;

pub fn run(session: &Session, args: &PreviewArgs) -> anyhow::Result<()> {
    let PreviewArgs {
        stream,
        request: wanted,
        r#as: format,
        part: wanted_part,
        reveal,
        copy,
        gateway: GatewayFlag { gateway },
    } = args;
    let catalogue = session.catalogue()?;
    let stream = find(&catalogue, stream)?;
    let token = if *reveal {
        session.token(&stream)?
    } else {
        None
    };
    let mut requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, catalogue.senders()).as_ref(),
    );
    match (&stream.webhook, wanted) {
        (Some(webhook), None | Some(Request::Webhook)) => {
            let request = delivery(&stream, webhook)?;
            requests.push((Request::Webhook, request));
        }
        (None, Some(Request::Webhook)) => return Err(no_webhook(session, &stream).into()),
        (_, _) => {}
    }
    requests.retain(|(kind, _)| wanted.is_none_or(|wanted| wanted == *kind));
    let text = match wanted_part {
        Some(wanted) => requests
            .iter()
            .map(|(_, one)| part(one, *wanted))
            .collect::<Vec<_>>()
            .join("\n"),
        None => written(&requests, *format, *reveal),
    };
    if session.terminal.json() {
        return match wanted_part {
            Some(_) => session.terminal.answer_json(&text),
            None => session
                .terminal
                .answer_json(&render::json(&requests, *reveal)),
        };
    }
    session.terminal.answer(&text)?;
    if *copy {
        session.copy(&text);
    }
    if wanted_part.is_none() && !reveal {
        session
            .terminal
            .note("Secrets are masked. Use --reveal to show them.");
    }
    Ok(())
}

/// The Sender ID that an example names: the stream's default, else one of the catalogue's.
pub fn example_sender(stream: &Stream, senders: &[SenderId]) -> Option<SenderId> {
    stream.default_sender.as_ref().or(senders.first()).cloned()
}

pub fn requests(
    stream: &Stream,
    token: Option<&Token>,
    gateway: &GatewayUrl,
    sender: Option<&SenderId>,
) -> Requests {
    let value = token.map_or_else(
        || HeaderValue::masked_token(stream.digest().as_ref()),
        HeaderValue::token,
    );
    let send = send_request(gateway, value.clone(), &Example::send(sender));
    let status = status_request(gateway, value, &Example::status());
    vec![(Request::Send, send), (Request::Status, status)]
}

/// The delivery of an example. Its signature is made for each attempt and stands masked.
fn delivery(stream: &Stream, webhook: &Webhook) -> anyhow::Result<HttpRequest> {
    let at = Timestamp::from_second(EXAMPLE_TIME)?;
    let signing = Signing {
        id: EXAMPLE_ID,
        timestamp: EXAMPLE_TIME,
        secret: None,
    };
    let request = webhook_request(webhook, &example(stream, EXAMPLE_ID, at, false), signing);
    Ok(request.map_err(|error| Failure::usage(error).hint("shorten the URL, or use POST"))?)
}

pub fn previews(requests: &Requests, reveal: bool) -> String {
    let bold = anstyle::Style::new().bold();
    let shown = |(kind, one): &(Request, HttpRequest)| {
        format!("{bold}{}{bold:#}\n{}\n", kind.title(), http(one, reveal))
    };
    requests.iter().map(shown).collect::<Vec<_>>().join("\n")
}
