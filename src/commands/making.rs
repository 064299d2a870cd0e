//! From a draft to what is on disk, and from what is on disk to what is said about it. Shared by
//! everything that makes a stream.

use serde_json::json;

use super::preview::{example_sender, previews, requests, requests_json};
use super::session::{Session, randomness, zone};
use crate::domain::{
    Birth, Field, GatewayUrl, Problem, Reader, SenderId, Status, Step, Stream, StreamDraft,
    StreamJson, Token,
};
use crate::error::{Code, Failure};
use crate::render::{beside, details};
use crate::state::Change;

/// A stream on disk, and what is needed to tell of it.
pub struct Made {
    /// The stream.
    pub stream: Stream,
    /// Its token, unless it is a draft.
    pub token: Option<Token>,
    /// The Sender ID in the previews' example.
    pub sender: Option<SenderId>,
}

/// Creates the stream with its token: Ready, or Disabled.
pub fn create(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    status: Status,
) -> anyhow::Result<Made> {
    let token = Token::issue(randomness()?);
    session.home.change(|change| {
        let mut stream = fit(change, draft, birth, Some(&token))?;
        stream.status = status;
        change.issue(&stream.id, &token);
        change.state.put(stream.clone());
        Ok(Made {
            sender: example_sender(&stream, &change.state.senders),
            stream,
            token: Some(token),
        })
    })
}

/// Saves a draft, to be gone on with at this step.
pub fn save(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    step: Step,
) -> anyhow::Result<Made> {
    session.home.change(|change| {
        let mut stream = fit(change, draft, birth, None)?;
        stream.resume_at = Some(step);
        change.state.put(stream.clone());
        Ok(Made {
            sender: example_sender(&stream, &change.state.senders),
            stream,
            token: None,
        })
    })
}

fn fit(
    change: &mut Change<'_>,
    draft: &StreamDraft,
    birth: &Birth,
    token: Option<&Token>,
) -> anyhow::Result<Stream> {
    let wrong = change.state.surroundings(Some(&birth.id)).conflicts(draft);
    if !wrong.is_empty() {
        return Err(refused(&wrong, "create").into());
    }
    if let Some(sender) = draft.new_sender() {
        change.state.add_sender(sender);
    }
    let stream = draft
        .clone()
        .build(birth.clone(), token)
        .map_err(|wrong| refused(&wrong, "create"))?;
    change.state.put(stream.clone());
    Ok(stream)
}

/// Everything that is wrong, each with its flag. A Sender ID that does not exist, and nothing
/// else, is a thing not found.
pub fn refused(wrong: &[Problem], verb: &str) -> Failure {
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
    Failure::new(code, message).hint(format_args!("textpeak streams {verb} --help"))
}

/// The name of a draft that was saved without one.
pub fn untitled(session: &Session) -> anyhow::Result<String> {
    let file = session.home.read()?;
    let state = file.state()?;
    let taken = |name: &String| state.find(name).is_ok();
    let numbered = (2..).map(|n| format!("Untitled draft {n}"));
    let name = std::iter::once("Untitled draft".to_owned())
        .chain(numbered)
        .find(|name| !taken(name));
    Ok(name.unwrap_or_default())
}

impl Made {
    /// Tells it on stdout: details, previews, token.
    pub fn tell(&self, session: &Session, gateway: &GatewayUrl) -> anyhow::Result<()> {
        if session.terminal.json() {
            return self.tell_json(session, gateway);
        }
        let token = self
            .token
            .as_ref()
            .map(|token| format!("\nAuthorization token\n{}\n", token.expose()));
        session
            .terminal
            .answer(&(self.text(session, gateway) + &token.unwrap_or_default()))
    }

    /// Details and previews, side by side where there is room.
    pub fn text(&self, session: &Session, gateway: &GatewayUrl) -> String {
        let requests = requests(
            &self.stream,
            self.token.as_ref(),
            gateway,
            self.sender.as_ref(),
        );
        let left = details(&self.stream, &zone(), false, None);
        beside(&left, &previews(&requests, false), session.terminal.width())
    }

    /// The token is in the answer, so the requests in it can be executed as they are.
    fn tell_json(&self, session: &Session, gateway: &GatewayUrl) -> anyhow::Result<()> {
        let requests = requests(
            &self.stream,
            self.token.as_ref(),
            gateway,
            self.sender.as_ref(),
        );
        session.terminal.answer_json(&json!({
            "stream": StreamJson(&self.stream, Reader::Anyone),
            "token": self.token.as_ref().map(Token::expose),
            "requests": requests_json(&requests, true),
        }))
    }
}

/// What to know about a stream's default sender, said beside the answer.
pub fn note_on_replies(session: &Session, stream: &Stream) {
    if let Some(note) = stream
        .default_sender
        .as_ref()
        .and_then(SenderId::reply_note)
    {
        session.terminal.note(&note);
    }
}
