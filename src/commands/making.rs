//! From a draft to a stream, and what is said about it. Shared by everything that makes one.

use serde_json::json;

use super::failures::refused;
use super::preview::{previews, requests};
use super::session::{Session, ask, randomness, zone};
use crate::domain::{GatewayUrl, Reader, Status, StreamJson, Token};
use crate::error::Failure;
use crate::render::{self, Times, beside, details};
use crate::service::{self, Creation, Made, ResumeAt};

pub fn create(session: &Session, creation: Creation<'_>, status: Status) -> Result<Made, Failure> {
    let mut random = randomness()?;
    let made = service::create(&*session.store, &mut random, creation, status);
    ask(made).map_err(|error| refused(session, "create", error))
}

pub fn save(session: &Session, creation: Creation<'_>, at: ResumeAt) -> Result<Made, Failure> {
    let made = service::save_draft(&*session.store, creation, at);
    ask(made).map_err(|error| refused(session, "create", error))
}

pub fn tell(session: &Session, made: &Made, gateway: &GatewayUrl) -> anyhow::Result<()> {
    if session.terminal.json() {
        return tell_json(session, made, gateway);
    }
    let token = made
        .token
        .as_ref()
        .map(|token| format!("\nAuthorization token\n{}\n", token.expose()));
    session
        .terminal
        .answer(&(text(session, made, gateway) + &token.unwrap_or_default()))
}

/// Details and previews, side by side where there is room.
pub fn text(session: &Session, made: &Made, gateway: &GatewayUrl) -> String {
    let requests = requests(
        &made.stream,
        made.token.as_ref(),
        gateway,
        made.sender.as_ref(),
    );
    let left = details(&made.stream, &Times::absolute(zone()), false, None);
    beside(&left, &previews(&requests, false), session.terminal.width())
}

/// The token is in the answer, so the requests in it can be executed as they are.
fn tell_json(session: &Session, made: &Made, gateway: &GatewayUrl) -> anyhow::Result<()> {
    let requests = requests(
        &made.stream,
        made.token.as_ref(),
        gateway,
        made.sender.as_ref(),
    );
    session.terminal.answer_json(&json!({
        "stream": StreamJson(&made.stream, Reader::Anyone),
        "token": made.token.as_ref().map(Token::expose),
        "requests": render::json(&requests, true),
    }))
}
