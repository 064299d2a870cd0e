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
        let reader = if reveal {
            Reader::Owner
        } else {
            Reader::Anyone
        };
        return terminal.answer_json(&StreamJson(&stream, reader));
    }
    let token = if reveal {
        session.home.token(&stream.id)?
    } else {
        None
    };
    let requests = requests(
        &stream,
        token.as_ref(),
        gateway,
        example_sender(&stream, &state.senders).as_ref(),
    );
    let left = details(&stream, &zone(), reveal, token.as_ref());
    terminal.answer(&beside(
        &left,
        &previews(&requests, reveal),
        terminal.width(),
    ))
}
