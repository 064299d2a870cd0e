//! `textpeak streams token …`

use serde_json::json;

use super::session::Session;
use crate::domain::{Status, quote};
use crate::error::Failure;

pub fn show(session: &Session, wanted: &str, copy: bool) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let stream = file.state()?.find(wanted)?;
    let name = stream.name.as_str();
    let Some(token) = session.home.token(&stream.id)? else {
        let failure = if stream.status == Status::Draft {
            Failure::failed(format_args!(
                "{} is a draft: its token is issued when it is created",
                quote(name)
            ))
            .hint(session.paste(&["streams", "resume", name]))
        } else {
            Failure::failed(format_args!(
                "the token of {} is not in {}",
                quote(name),
                session.home.folder().join("tokens.json").display()
            ))
            .hint("put a good copy of that file in its place")
        };
        return Err(failure.into());
    };
    if session.terminal.json() {
        session
            .terminal
            .answer_json(&json!({ "token": token.expose() }))?;
    } else {
        session.terminal.answer(token.expose())?;
    }
    if copy {
        session.copy("The token was", token.expose());
    }
    Ok(())
}
