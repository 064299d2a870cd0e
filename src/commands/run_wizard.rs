//! Runs the wizard for `create`, `resume` and `edit`.

use std::cell::RefCell;

use super::interrupt_message::InterruptMessage;
use super::making;
use super::preview::{Requests, example_sender, previews, requests};
use super::session::Session;
use crate::api::{HttpRequest, Part, Request};
use crate::domain::{Field, GatewayUrl, Step, Stream, StreamDraft, StreamIdentity, Tag};
use crate::render::{self, beside, http, part};
use crate::service::{Creation, ResumeAt};
use crate::wizard::{self, Outcome, Purpose, Script, Start, WizardContext};

pub struct WizardInput<'a> {
    pub purpose: Purpose,
    pub draft: StreamDraft,
    pub script: &'a Script,
    pub start: Start,
    pub identity: &'a StreamIdentity,
    /// The draft as it was last seen on disk; a save changes it.
    pub known: &'a RefCell<Option<Stream>>,
    /// Stands in the previews.
    pub gateway: &'a GatewayUrl,
    pub interrupt_message: &'a InterruptMessage,
}

pub fn resume_command(session: &Session, draft: &StreamDraft) -> String {
    let name = draft.name.as_ref().map_or("", |name| name.as_str());
    session.paste(&["streams", "resume", name])
}

pub fn draft_kept(session: &Session, draft: &StreamDraft) -> String {
    let command = resume_command(session, draft);
    format!("Canceled. The draft is saved. To continue: {command}")
}

/// Each part of the requests with its title.
fn copyable(requests: Requests) -> Vec<(String, String)> {
    let parts = |(kind, request): (Request, HttpRequest)| {
        Part::ALL.map(|wanted| {
            let title = format!("{}: {}", kind.title(), wanted.name());
            (title, part(&request, wanted))
        })
    };
    requests.into_iter().flat_map(parts).collect()
}

/// Rows that the summary leaves for its heading and its question.
const QUESTION_ROWS: usize = 11;

/// The answers, and the requests beside them where the terminal has room for both.
fn summary(stream: &Stream, requests: &Requests, width: Option<u16>) -> String {
    let rows = usize::from(console::Term::stderr().size().0).saturating_sub(QUESTION_ROWS);
    let answers = render::summary(stream, width, rows);
    let previews = previews(requests, false);
    let both = beside(&answers, &previews, width);
    let is_beside = both.lines().count() < answers.lines().count() + previews.lines().count();
    if is_beside && both.lines().count() <= rows {
        both
    } else {
        answers
    }
}

/// Saves a new stream's draft at every answer.
pub fn run_wizard(session: &Session, input: WizardInput<'_>) -> anyhow::Result<Outcome> {
    let WizardInput {
        purpose,
        draft,
        script,
        start,
        identity,
        known,
        gateway,
        interrupt_message,
    } = input;
    let catalogue = session.catalogue()?;
    let constraints = catalogue.constraints(Some(&identity.id));
    let tags: Vec<Tag> = catalogue.tags()?.into_iter().map(|(tag, _)| tag).collect();
    let terminal = session.terminal;
    let would_be = |draft: &StreamDraft| draft.clone().build(identity.clone()).ok();
    let example = |stream: &Stream| example_sender(stream, constraints.senders);
    let requests_of = |draft: &StreamDraft| {
        let requests = |stream| requests(&stream, None, gateway, example(&stream).as_ref());
        would_be(draft).map_or_else(Vec::new, requests)
    };
    let summary = |draft: &StreamDraft| {
        would_be(draft).map_or_else(String::new, |stream| {
            summary(&stream, &requests_of(draft), terminal.width())
        })
    };
    let titled = |draft: &StreamDraft| {
        let shown = |(kind, request): (Request, HttpRequest)| {
            (kind.title().to_owned(), http(&request, false))
        };
        requests_of(draft).into_iter().map(shown).collect()
    };
    let copies = |draft: &StreamDraft| copyable(requests_of(draft));
    let mut save = |draft: &StreamDraft, step: Step, question: Option<Field>| {
        let before = known.borrow().clone();
        let creation = Creation {
            draft,
            identity,
            known: before.as_ref(),
        };
        let made = making::save(session, creation, ResumeAt { step, question })?;
        *known.borrow_mut() = Some(made.stream);
        interrupt_message.set(draft_kept(session, draft));
        Ok(())
    };
    let say = |text: &str| terminal.say(text);
    let mut context = WizardContext {
        purpose,
        prompt: interrupt_message.prompt(&say),
        constraints: &constraints,
        tags: &tags,
        save: &mut save,
        summary: &summary,
        requests: &titled,
        copies: &copies,
        copy: &|text: &str| session.copy(text),
    };
    terminal.say(purpose.heading());
    context
        .prompt
        .paragraph("Type < to go back, or > to skip the rest of a step.");
    wizard::run(draft, script, start, &mut context)
}
