//! `textpeak streams show`

use super::preview::{example_sender, previews, requests};
use super::session::{Session, zone};
use crate::domain::{GatewayUrl, Reader, StreamJson};
use crate::render::{beside, details};

pub fn run(
    session: &Session,
    wanted: &str,
    reveal: bool,
    gateway: &GatewayUrl,
) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let state = file.state()?;
    let stream = state.find(wanted)?;
    let terminal = session.terminal;
    if terminal.json() {
        if !reveal {
            return terminal.answer_json(&StreamJson(&stream, Reader::Anyone));
        }
        let mut json = serde_json::to_value(StreamJson(&stream, Reader::Owner))?;
        json["token"] = session
            .home
            .token(&stream)?
            .map(|token| token.expose().into())
            .unwrap_or_default();
        return terminal.answer_json(&json);
    }
    let token = if reveal {
        session.home.token(&stream)?
    } else {
        None
    };
    let requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, state.senders()).as_ref(),
    );
    let left = details(&stream, &zone(), reveal, token.as_ref());
    terminal.answer(&beside(
        &left,
        &previews(&requests, reveal),
        terminal.width(),
    ))
}
