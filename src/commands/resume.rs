//! `textpeak streams resume`, and the wizard as `create` uses it too.

use std::sync::{Arc, Mutex, PoisonError};

use super::list;
use super::making::{self, Made};
use super::preview::{example_sender, requests};
use super::session::{Session, needs_a_terminal, now};
use crate::api::{HttpRequest, Part, Request};
use crate::cli::echo;
use crate::domain::{Birth, GatewayUrl, Status, Step, Stream, StreamDraft, Tag, Token, quote};
use crate::error::Failure;
use crate::render::{command_line, part};
use crate::wizard::{self, Desk, Interrupt, Outcome, Prompt, Script, yes_or_no};

pub fn run(session: &Session, wanted: &str, gateway: &GatewayUrl) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let stream = file.state()?.find(wanted)?;
    let name = stream.name.as_str();
    if stream.status != Status::Draft {
        return Err(Failure::usage(format_args!(
            "{} is complete: there is no draft to resume",
            quote(name)
        ))
        .hint(session.paste(&["streams", "show", name]))
        .into());
    }
    if !session.terminal.is_interactive() {
        return Err(needs_a_terminal(
            "resuming asks the wizard's questions",
            "run it on a terminal, without --no-input",
        )
        .into());
    }
    let step = stream.resume_at.unwrap_or(Step::Details);
    let birth = Birth {
        id: stream.id.clone(),
        created_at: stream.created_at,
        now: now(),
    };
    through_the_wizard(
        session,
        StreamDraft::of(&stream),
        &Script::from_step(step),
        step,
        &birth,
        gateway,
    )
}

/// Asks, saves at every step, creates, and tells.
pub fn through_the_wizard(
    session: &Session,
    draft: StreamDraft,
    script: &Script,
    from: Step,
    birth: &Birth,
    gateway: &GatewayUrl,
) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let state = file.state()?;
    let surroundings = state.surroundings(Some(&birth.id));
    let tags: Vec<Tag> = state.tags()?.into_iter().map(|(tag, _)| tag).collect();
    let terminal = session.terminal;
    let going_on = Arc::new(Mutex::new(None));
    if from > Step::Details {
        remember(&going_on, session, &draft);
    }
    let last_words = Arc::clone(&going_on);
    Interrupt::watch(move || {
        let kept = last_words
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        terminal.say(&kept.map_or_else(
            || "\nCancelled: nothing was saved.".to_owned(),
            |command| format!("\nCancelled: the draft is kept. To go on: {command}"),
        ));
    })?;
    let say = |text: &str| terminal.say(text);
    let would_be = |draft: &StreamDraft| draft.clone().build(birth.clone(), None).ok();
    let example = |stream: &Stream| example_sender(stream, surroundings.senders);
    let summary = |draft: &StreamDraft| {
        let made = would_be(draft).map(|stream| Made {
            sender: example(&stream),
            stream,
            token: None,
        });
        made.map_or_else(String::new, |made| made.text(session, gateway))
    };
    let copies = |draft: &StreamDraft| {
        let Some(stream) = would_be(draft) else {
            return Vec::new();
        };
        let all = requests(&stream, None, gateway, example(&stream).as_ref());
        let parts = |(kind, request): (Request, HttpRequest)| {
            let title: &str = kind.title();
            Part::ALL.map(|wanted| {
                (
                    format!("{title}: {}", wanted.name()),
                    part(&request, wanted),
                )
            })
        };
        all.into_iter().flat_map(parts).collect()
    };
    let mut save = |draft: &StreamDraft, step: Step| {
        making::save(session, draft, birth, step)?;
        remember(&going_on, session, draft);
        terminal.note("  Draft saved.");
        Ok(())
    };
    let mut desk = Desk {
        prompt: Prompt { say: &say },
        surroundings: &surroundings,
        tags: &tags,
        save: &mut save,
        summary: &summary,
        copies: &copies,
        copy: &|text: &str| session.copy("It was", text),
    };
    terminal.say("Create a stream · SMS Two-Way\n< goes back one question; Ctrl-C stops.");
    match wizard::run(draft, script, from, &mut desk)? {
        Outcome::Create(draft) => created(session, &draft, birth, gateway),
        Outcome::Saved => {
            let kept = going_on
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            terminal.say(&format!("To go on: {}", kept.unwrap_or_default()));
            Ok(())
        }
    }
}

/// Notes the command that goes on with a saved draft.
fn remember(going_on: &Mutex<Option<String>>, session: &Session, draft: &StreamDraft) {
    let name = draft.name.as_ref().map_or("", |name| name.as_str());
    let command = session.paste(&["streams", "resume", name]);
    *going_on.lock().unwrap_or_else(PoisonError::into_inner) = Some(command);
}

/// The pop-up, the table with the new stream on top, and the command line that does the same.
fn created(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    gateway: &GatewayUrl,
) -> anyhow::Result<()> {
    let made = making::create(session, draft, birth)?;
    let terminal = session.terminal;
    let token = made.token.as_ref().map_or("", Token::expose);
    if terminal.json() {
        made.tell(session, gateway)?;
    } else {
        terminal.say(&format!(
            "\nStream {} was created.",
            quote(made.stream.name.as_str())
        ));
        terminal.answer(&format!("Authorization token: {token}"))?;
    }
    if yes_or_no("Copy the token?")? {
        session.copy("The token was", token);
    }
    if !terminal.json() {
        list::newest(session, 10)?;
    }
    terminal.say(&format!(
        "The same without the wizard:\n  {}",
        command_line(&echo(draft, false))
    ));
    Ok(())
}
