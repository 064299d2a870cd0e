//! From a draft to what is on disk, and from what is on disk to what is said about it. Shared by
//! everything that makes a stream.

use serde_json::json;

use super::preview::{example_sender, previews, requests};
use super::session::{Session, randomness, zone};
use crate::domain::{
    Birth, GatewayUrl, Problem, Reader, SenderId, Status, Step, Stream, StreamDraft, StreamJson,
    Token, quote, same_name,
};
use crate::error::{Code, Failure};
use crate::render::{self, beside, details};
use crate::state::{Change, State};

/// A stream on disk, and what is needed to tell of it.
pub struct Made {
    /// The stream.
    pub stream: Stream,
    /// Its token, unless it is a draft.
    pub token: Option<Token>,
    /// The Sender ID in the previews' example.
    pub sender: Option<SenderId>,
}

/// Creates the stream with its token, Ready or Disabled, on top of the table.
pub fn create(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    known: Option<&Stream>,
    status: Status,
    verb: &str,
) -> anyhow::Result<Made> {
    let token = Token::issue(randomness()?);
    session.home.change(|change| {
        fit(change, draft, birth, known, verb)?;
        let birth = Birth {
            created_at: birth.now,
            ..birth.clone()
        };
        let mut stream = draft
            .clone()
            .build(birth)
            .map_err(|wrong| refused(&wrong, verb))?;
        stream.status = status;
        change.issue(&mut stream, &token);
        change.state.put(stream.clone());
        change.state.raise(&stream.id);
        let sender = example_sender(&stream, change.state.senders());
        Ok(Made {
            stream,
            token: Some(token),
            sender,
        })
    })
}

/// Saves a draft, to be gone on with at this step. One without a name gets one.
pub fn save(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    known: Option<&Stream>,
    step: Step,
    verb: &str,
) -> anyhow::Result<Made> {
    session.home.change(|change| {
        let mut draft = draft.clone().unfinished();
        if draft.name.is_none() {
            draft.name = untitled(&change.state).parse().ok();
        }
        fit(change, &draft, birth, known, verb)?;
        let mut stream = draft
            .build(birth.clone())
            .map_err(|wrong| refused(&wrong, verb))?;
        stream.resume_at = Some(step);
        change.state.put(stream.clone());
        let sender = example_sender(&stream, change.state.senders());
        Ok(Made {
            stream,
            token: None,
            sender,
        })
    })
}

/// Whether a draft still fits with what there is, under the lock; its new Sender ID is added.
/// `known` is the draft as it was last seen on disk: what others did to it since is not undone.
fn fit(
    change: &mut Change<'_>,
    draft: &StreamDraft,
    birth: &Birth,
    known: Option<&Stream>,
    verb: &str,
) -> anyhow::Result<()> {
    let there = change.state.with_id(&birth.id)?;
    still(known, there.as_ref())?;
    let wrong = change.state.surroundings(Some(&birth.id)).conflicts(draft);
    if !wrong.is_empty() {
        return Err(refused(&wrong, verb).into());
    }
    change.state.add_senders(draft.new_sender().cloned());
    Ok(())
}

/// Whether a stream on disk is still what it was when it was last seen.
pub fn still(known: Option<&Stream>, there: Option<&Stream>) -> Result<(), Failure> {
    if there == known {
        return Ok(());
    }
    let name = known.or(there).map_or("", |stream| stream.name.as_str());
    let what = if there.is_some() {
        "changed"
    } else {
        "deleted"
    };
    let name = quote(name);
    Err(Failure::failed(format_args!(
        "{name} was {what} by someone else meanwhile: nothing was saved"
    ))
    .hint("textpeak streams list"))
}

/// Everything that is wrong, each with its flag. Only things that do not exist are things not
/// found.
pub fn refused(wrong: &[Problem], verb: &str) -> Failure {
    let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    let code = if wrong.iter().all(|problem| problem.unknown) {
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

/// The name of the first draft that was saved without one.
pub const UNTITLED: &str = "Untitled draft";

/// A free name for a draft without one.
fn untitled(state: &State<'_>) -> String {
    let taken = |name: &String| {
        state
            .entries()
            .iter()
            .any(|entry| same_name(entry.name(), name))
    };
    let numbered = (2..).map(|n| format!("{UNTITLED} {n}"));
    let mut names = std::iter::once(UNTITLED.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
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
            "requests": render::json(&requests, true),
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
