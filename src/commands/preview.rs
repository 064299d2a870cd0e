//! `textpeak streams preview`

use serde_json::{Map, Value};

use super::session::Session;
use crate::api::{
    Example, Format, HeaderValue, HttpRequest, Request, send_request, status_request,
};
use crate::cli::PreviewOptions;
use crate::domain::{GatewayUrl, SenderId, Stream, Token};
use crate::render::{part, request};

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
        session.home.token(&stream.id)?
    } else {
        None
    };
    let mut requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, &state.senders).as_ref(),
    );
    requests.retain(|(kind, _)| wanted.is_none_or(|wanted| wanted == *kind));
    if session.terminal.json() {
        let mut all = requests_json(&requests, *reveal);
        let one = wanted.and_then(|wanted| all.remove(wanted.name()));
        return session
            .terminal
            .answer_json(&one.unwrap_or(Value::Object(all)));
    }
    let written = |shown: &HttpRequest| match wanted_part {
        Some(wanted) => part(shown, *wanted),
        None => request(shown, *format, *reveal),
    };
    let text = match requests.as_slice() {
        [(_, one)] => written(one),
        all => all
            .iter()
            .map(|(kind, one)| titled(*kind, *format, &written(one)))
            .collect::<Vec<_>>()
            .join("\n\n"),
    };
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

/// A request under its title, which is a comment where the text is meant to be executed.
fn titled(kind: Request, format: Format, text: &str) -> String {
    let sign = match format {
        Format::Http => "### ",
        Format::Curl | Format::Python => "# ",
        Format::Node | Format::Go => "// ",
        // Nothing may stand before these texts.
        Format::Php | Format::Json => return text.to_owned(),
    };
    format!("{sign}{}\n{text}", kind.title())
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

/// The requests as `{"send":{…},"status":{…}}`.
pub fn requests_json(requests: &Requests, reveal: bool) -> Map<String, Value> {
    requests
        .iter()
        .map(|(kind, request)| (kind.name().to_owned(), request.to_json(reveal)))
        .collect()
}

/// The requests one under the other, with headings.
pub fn previews(requests: &Requests, reveal: bool) -> String {
    let bold = anstyle::Style::new().bold();
    let shown = |(kind, one): &(Request, HttpRequest)| {
        format!(
            "{bold}{}{bold:#}\n{}\n",
            kind.title(),
            request(one, Format::Http, reveal)
        )
    };
    requests.iter().map(shown).collect::<Vec<_>>().join("\n")
}
