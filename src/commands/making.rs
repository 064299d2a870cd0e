//! From a draft to what is on disk, and from what is on disk to what is said about it. Shared by
//! everything that makes a stream.

use serde_json::json;

use super::preview::{previews, requests, requests_json};
use super::session::{Session, randomness};
use crate::domain::{
    Birth, Field, GatewayUrl, Problem, Reader, SenderId, Step, Stream, StreamDraft, StreamJson,
    Token,
};
use crate::error::{Code, Failure};
use crate::render::{beside, details};
use crate::state::Change;
use crate::wizard::reply_note;

/// Creates the stream: Ready, with its token.
pub fn create(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
) -> anyhow::Result<(Stream, Token)> {
    let token = Token::issue(randomness()?);
    let stream = session.home.change(|change| {
        let stream = put(change, draft, birth, Some(&token))?;
        change.issue(&stream.id, &token);
        Ok(stream)
    })?;
    Ok((stream, token))
}

/// Saves a draft, to be gone on with at this step.
pub fn save(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    step: Step,
) -> anyhow::Result<Stream> {
    session.home.change(|change| {
        let mut stream = put(change, draft, birth, None)?;
        stream.resume_at = Some(step);
        change.state.put(stream.clone());
        Ok(stream)
    })
}

fn put(
    change: &mut Change<'_>,
    draft: &StreamDraft,
    birth: &Birth,
    token: Option<&Token>,
) -> anyhow::Result<Stream> {
    let wrong = change.state.surroundings(Some(&birth.id)).conflicts(draft);
    if !wrong.is_empty() {
        return Err(refused(&wrong).into());
    }
    if let Some(sender) = draft.new_sender() {
        change.state.add_sender(sender);
    }
    let stream = draft
        .clone()
        .build(birth.clone(), token)
        .map_err(|wrong| refused(&wrong))?;
    change.state.put(stream.clone());
    Ok(stream)
}

/// Everything that is wrong, each with its flag. A Sender ID that does not exist, and nothing
/// else, is a thing not found.
pub fn refused(wrong: &[Problem]) -> Failure {
    let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    let lone = |problem: &Problem| {
        problem.field == Field::DefaultSender && problem.sentence.starts_with("no Sender ID")
    };
    let code = if wrong.iter().all(lone) {
        Code::NotFound
    } else {
        Code::Usage
    };
    let message = match lines.as_slice() {
        [one] => one.clone(),
        many => format!("{} problems\n  {}", many.len(), many.join("\n  ")),
    };
    Failure::new(code, message).hint("textpeak streams create --help")
}

/// The name of a draft that was saved without one.
pub fn untitled(session: &Session) -> anyhow::Result<String> {
    let file = session.home.read()?;
    let names = file.state()?.surroundings(None).names;
    let candidates = (2..).map(|n| format!("Untitled draft {n}"));
    let name = std::iter::once("Untitled draft".to_owned())
        .chain(candidates)
        .find(|name| !names.contains(&name.to_lowercase()));
    Ok(name.unwrap_or_default())
}

/// A stream just made, as it is told: details, previews, token.
pub struct Made<'a> {
    /// The stream.
    pub stream: &'a Stream,
    /// Its token, unless it is a draft.
    pub token: Option<&'a Token>,
    /// The catalogue, for the previews' example.
    pub senders: &'a [SenderId],
    /// The address in the previews.
    pub gateway: &'a GatewayUrl,
}

impl Made<'_> {
    /// Tells it on stdout.
    pub fn tell(&self, session: &Session) -> anyhow::Result<()> {
        if session.terminal.json() {
            return self.tell_json(session);
        }
        let text = self.text(session);
        let token = self
            .token
            .map(|token| format!("\nAuthorization token\n{}\n", token.expose()));
        session
            .terminal
            .answer(&(text + &token.unwrap_or_default()))
    }

    /// Details and previews, side by side where there is room.
    pub fn text(&self, session: &Session) -> String {
        let requests = requests(self.stream, self.token, self.gateway, self.senders);
        let left = details(self.stream, &session.zone(), false, None);
        beside(&left, &previews(&requests, false), session.terminal.width())
    }

    /// The token is in the answer, so the requests in it can be executed as they are.
    fn tell_json(&self, session: &Session) -> anyhow::Result<()> {
        let requests = requests(self.stream, self.token, self.gateway, self.senders);
        session.terminal.answer_json(&json!({
            "stream": StreamJson(self.stream, Reader::Anyone),
            "token": self.token.map(Token::expose),
            "requests": requests_json(&requests, true),
        }))
    }
}

/// What to know about a stream's default sender, said beside the answer.
pub fn note_on_replies(session: &Session, stream: &Stream) {
    if let Some(note) = stream.default_sender.as_ref().and_then(reply_note) {
        session.terminal.note(&note);
    }
}
