//! Runs the wizard for `create`, `resume` and `edit`.

use std::cell::RefCell;

use super::interrupt_message::InterruptMessage;
use super::making;
use super::preview::{Requests, example_sender, requests};
use super::session::Session;
use crate::api::{HttpRequest, Part, Request};
use crate::domain::{GatewayUrl, Step, Stream, StreamDraft, StreamIdentity, Tag};
use crate::render::part;
use crate::service::{Creation, Made};
use crate::wizard::{self, Outcome, Purpose, Script, WizardContext};

pub struct WizardInput<'a> {
    pub purpose: Purpose,
    pub draft: StreamDraft,
    pub script: &'a Script,
    pub from: Step,
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
    format!("Cancelled: the draft is kept. To go on: {command}")
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

/// Saves a new stream's draft at every step.
pub fn run_wizard(session: &Session, input: WizardInput<'_>) -> anyhow::Result<Outcome> {
    let WizardInput {
        purpose,
        draft,
        script,
        from,
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
    let summary = |draft: &StreamDraft| {
        let made = would_be(draft).map(|stream| Made {
            sender: example(&stream),
            stream,
            token: None,
        });
        made.map_or_else(String::new, |made| making::text(session, &made, gateway))
    };
    let copies = |draft: &StreamDraft| {
        let requests = |stream| requests(&stream, None, gateway, example(&stream).as_ref());
        would_be(draft)
            .map(requests)
            .map_or_else(Vec::new, copyable)
    };
    let mut save = |draft: &StreamDraft, step: Step| {
        let before = known.borrow().clone();
        let creation = Creation {
            draft,
            identity,
            known: before.as_ref(),
        };
        let made = making::save(session, creation, step)?;
        *known.borrow_mut() = Some(made.stream);
        interrupt_message.set(draft_kept(session, draft));
        terminal.note("  Draft saved.");
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
        copies: &copies,
        copy: &|text: &str| session.copy("It was", text),
    };
    terminal.say(&format!(
        "{}\n< goes back one question; Ctrl-C stops.",
        purpose.heading()
    ));
    wizard::run(draft, script, from, &mut context)
}
