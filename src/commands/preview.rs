//! `textpeak streams preview`

use super::session::Session;
use crate::api::{Example, HeaderValue, HttpRequest, Request, send_request, status_request};
use crate::cli::PreviewOptions;
use crate::domain::{GatewayUrl, SenderId, Stream, Token};
use crate::render::{self, http, part, written};

/// A stream's requests, in the order in which they are shown.
pub type Requests = Vec<(Request, HttpRequest)>;

pub fn run(session: &Session, options: &PreviewOptions) -> anyhow::Result<()> {
    let PreviewOptions {
        stream,
        request: wanted,
        format,
        part: wanted_part,
        reveal,
        copy,
        gateway,
    } = options;
    let file = session.home.read()?;
    let state = file.state()?;
    let stream = state.find(stream)?;
    let token = if *reveal {
        session.home.token(&stream)?
    } else {
        None
    };
    let mut requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, state.senders()).as_ref(),
    );
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
        session.copy("The preview was", &text);
    }
    if wanted_part.is_none() && !reveal {
        session
            .terminal
            .note("The token is masked; --reveal shows it.");
    }
    Ok(())
}

/// The Sender ID that an example names: the stream's default, else one of the catalogue's.
pub fn example_sender(stream: &Stream, senders: &[SenderId]) -> Option<SenderId> {
    stream.default_sender.as_ref().or(senders.first()).cloned()
}

/// A stream's requests with an example in them.
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
    let build = |kind| match kind {
        Request::Send => send_request(gateway, value.clone(), &Example::send(sender)),
        Request::Status => status_request(gateway, value.clone(), &Example::status()),
    };
    Request::ALL.map(|kind| (kind, build(kind))).to_vec()
}

/// The requests one under the other, with headings.
pub fn previews(requests: &Requests, reveal: bool) -> String {
    let bold = anstyle::Style::new().bold();
    let shown = |(kind, one): &(Request, HttpRequest)| {
        format!("{bold}{}{bold:#}\n{}\n", kind.title(), http(one, reveal))
    };
    requests.iter().map(shown).collect::<Vec<_>>().join("\n")
}
