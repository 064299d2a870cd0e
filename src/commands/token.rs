//! `textpeak streams token …`

use serde_json::json;

use super::failures::refused;
use super::interrupt_message::InterruptMessage;
use super::session::{Session, ask, needs_a_terminal, randomness};
use crate::domain::{Status, Token, quote};
use crate::error::{Code, Failure};
use crate::service::{ServiceError, rotate_token};

pub fn show(session: &Session, wanted: &str, copy: bool) -> anyhow::Result<()> {
    let stream = session.find(wanted)?;
    let name = stream.name.as_str();
    let Some(token) = session.token(&stream)? else {
        let failure = if stream.status == Status::Draft {
            no_token_yet(session, name)
        } else {
            let file = session
                .home
                .folder()
                .map(|home| home.tokens_path().display().to_string());
            Failure::failed(format_args!(
                "the token of {} is not in {}",
                quote(name),
                file.unwrap_or_else(|| session.home.to_string())
            ))
            .hint(format_args!(
                "restore it from a backup, or: {}",
                session.paste(&["streams", "token", "rotate", name])
            ))
        };
        return Err(failure.into());
    };
    tell(session, &token, copy)
}

pub fn rotate(session: &Session, wanted: &str, yes: bool, copy: bool) -> anyhow::Result<()> {
    let stream = session.find(wanted)?;
    let name = stream.name.as_str();
    if stream.status == Status::Draft {
        return Err(no_token_yet(session, name).into());
    }
    if !yes {
        if !session.terminal.is_interactive() {
            return Err(needs_a_terminal(
                "confirmation",
                "use --yes to rotate without confirmation",
            )
            .into());
        }
        let interrupt_message =
            InterruptMessage::watch(session, "Canceled. The token was not rotated.")?;
        let say = |text: &str| session.terminal.say(text);
        if !interrupt_message.prompt(&say).yes_or_no(&format!(
            "Stop the token of {} and issue a new one?",
            quote(name)
        ))? {
            return Err(Failure::new(Code::Cancelled, "the token was not rotated").into());
        }
        interrupt_message.set("Canceled while rotating. To check the token, run: textpeak doctor");
    }
    let mut random = randomness()?;
    let rotated = rotate_token(&*session.store, &session.clock, &mut random, &stream.id);
    let token = ask(rotated).map_err(|error| refused(session, "token", error))?;
    tell(session, &token, copy)
}

pub fn no_token_yet(session: &Session, name: &str) -> Failure {
    refused(session, "token", ServiceError::NoTokenYet(name.to_owned()))
}

fn tell(session: &Session, token: &Token, copy: bool) -> anyhow::Result<()> {
    if session.terminal.json() {
        session
            .terminal
            .answer_json(&json!({ "token": token.expose() }))?;
    } else {
        session.terminal.answer(token.expose())?;
    }
    if copy {
        session.copy(token.expose());
    }
    Ok(())
}
