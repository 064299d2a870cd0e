//! The wizard's desk: everything that it borrows, put together for `create`, `resume` and `edit`.

use std::cell::RefCell;

use super::last_word::LastWord;
use super::making;
use super::preview::{example_sender, requests};
use super::session::Session;
use crate::api::{HttpRequest, Part, Request};
use crate::domain::{Birth, GatewayUrl, Step, Stream, StreamDraft, Tag};
use crate::render::part;
use crate::service::{Creation, Made};
use crate::wizard::{self, Desk, Outcome, Purpose, Script};

/// A walk through the wizard.
pub struct Walk<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// The answers so far.
    pub draft: StreamDraft,
    /// What is asked.
    pub script: &'a Script,
    /// Where it begins.
    pub from: Step,
    /// The stream's id and times.
    pub birth: &'a Birth,
    /// The draft as it was last seen on disk; a save changes it.
    pub known: &'a RefCell<Option<Stream>>,
    /// The address in the previews.
    pub gateway: &'a GatewayUrl,
    /// What Ctrl-C says.
    pub last_word: &'a LastWord,
}

/// The command that goes on with a draft.
pub fn resume_command(session: &Session, draft: &StreamDraft) -> String {
    let name = draft.name.as_ref().map_or("", |name| name.as_str());
    session.paste(&["streams", "resume", name])
}

/// Lends the wizard what it needs and lets it ask. A new stream's draft is saved at every step.
pub fn walk(session: &Session, walk: Walk<'_>) -> anyhow::Result<Outcome> {
    let Walk {
        purpose,
        draft,
        script,
        from,
        birth,
        known,
        gateway,
        last_word,
    } = walk;
    let catalogue = session.catalogue()?;
    let surroundings = catalogue.surroundings(Some(&birth.id));
    let tags: Vec<Tag> = catalogue.tags()?.into_iter().map(|(tag, _)| tag).collect();
    let terminal = session.terminal;
    let would_be = |draft: &StreamDraft| draft.clone().build(birth.clone()).ok();
    let example = |stream: &Stream| example_sender(stream, surroundings.senders);
    let summary = |draft: &StreamDraft| {
        let made = would_be(draft).map(|stream| Made {
            sender: example(&stream),
            stream,
            token: None,
        });
        made.map_or_else(String::new, |made| making::text(session, &made, gateway))
    };
    let copies = |draft: &StreamDraft| {
        let parts = |(kind, request): (Request, HttpRequest)| {
            Part::ALL.map(|wanted| {
                (
                    format!("{}: {}", kind.title(), wanted.name()),
                    part(&request, wanted),
                )
            })
        };
        let requests = |stream| requests(&stream, None, gateway, example(&stream).as_ref());
        would_be(draft)
            .map(requests)
            .into_iter()
            .flatten()
            .flat_map(parts)
            .collect()
    };
    let mut save = |draft: &StreamDraft, step: Step| {
        let before = known.borrow().clone();
        let creation = Creation {
            draft,
            birth,
            known: before.as_ref(),
        };
        let made = making::save(session, creation, step)?;
        *known.borrow_mut() = Some(made.stream);
        last_word.set(format!(
            "Cancelled: the draft is kept. To go on: {}",
            resume_command(session, draft)
        ));
        terminal.note("  Draft saved.");
        Ok(())
    };
    let say = |text: &str| terminal.say(text);
    let mut desk = Desk {
        purpose,
        prompt: last_word.prompt(&say),
        surroundings: &surroundings,
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
    wizard::run(draft, script, from, &mut desk)
}
