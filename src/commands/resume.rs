//! `textpeak streams resume`, and the wizard as `create` uses it too.

use std::cell::RefCell;

use super::advice;
use super::interrupt_message::InterruptMessage;
use super::list;
use super::making;
use super::opened::Opening;
use super::run_wizard::{WizardInput, draft_kept, resume_command, run_wizard};
use super::session::{Session, needs_a_terminal, now};
use crate::cli::echo;
use crate::domain::{GatewayUrl, Status, Step, Stream, StreamDraft, StreamIdentity, Token, quote};
use crate::error::{Code, Failure};
use crate::service::Creation;
use crate::wizard::{List, Outcome, Purpose, Script, Start, Typed};

pub fn run(session: &Session, wanted: Option<&str>, gateway: &GatewayUrl) -> anyhow::Result<()> {
    let stream = match wanted {
        Some(wanted) => session.find(wanted)?,
        None => match only_draft(session)? {
            Some(stream) => stream,
            None => return Ok(()),
        },
    };
    let name = stream.name.as_str();
    if stream.status != Status::Draft {
        return Err(Failure::usage(format_args!(
            "{} is not a draft, so there is nothing to resume",
            quote(name)
        ))
        .hint(session.paste(&["streams", "show", name]))
        .into());
    }
    if !session.terminal.is_interactive() {
        return Err(needs_a_terminal(
            "prompts",
            "run the command in a terminal, without --no-input",
        )
        .into());
    }
    let step = stream.resume_at.unwrap_or(Step::Details);
    let creation = CreationContext {
        identity: StreamIdentity {
            id: stream.id.clone(),
            created_at: stream.created_at,
            now: now(),
        },
        known: RefCell::new(Some(stream.clone())),
        status: Status::Ready,
        gateway: gateway.clone(),
        copy: false,
    };
    create_with_wizard(
        session,
        StreamDraft::of(&stream),
        &Script::from_step(step),
        Start {
            step,
            question: stream.resume.as_ref().and_then(|resume| resume.question),
            is_kept: true,
        },
        &creation,
    )
}

/// The draft that is there, or the one that is chosen; `None` where nobody chooses.
fn only_draft(session: &Session) -> anyhow::Result<Option<Stream>> {
    let mut drafts = session.catalogue()?.streams()?;
    drafts.retain(|stream| stream.status == Status::Draft);
    if drafts.is_empty() {
        return Err(Failure::not_found("there are no drafts")
            .hint(session.paste(&["streams", "create"]))
            .into());
    }
    if let [_] = &drafts[..] {
        return Ok(drafts.pop());
    }
    if !session.terminal.is_interactive() {
        let names: Vec<_> = drafts
            .iter()
            .map(|draft| quote(draft.name.as_str()))
            .collect();
        return Err(Failure::usage(format_args!(
            "there are {} drafts: {}",
            drafts.len(),
            names.join(", ")
        ))
        .hint(session.paste(&["streams", "resume", drafts[0].name.as_str()]))
        .into());
    }
    let names: Vec<_> = drafts.iter().map(|draft| draft.name.to_string()).collect();
    let watched = InterruptMessage::watch(session, "Canceled. Nothing was changed.")?;
    let say = |text: &str| session.terminal.say(text);
    let list = List {
        label: "Draft",
        entries: &names,
        chosen: 0,
    };
    Ok(match watched.prompt(&say).search(&list)? {
        Typed::Answer(at) => Some(drafts.swap_remove(at)),
        Typed::Back | Typed::Rest => None,
    })
}

pub struct CreationContext {
    pub identity: StreamIdentity,
    /// The draft as it was last seen on disk.
    pub known: RefCell<Option<Stream>>,
    /// Ready, or Disabled where a document says so.
    pub status: Status,
    /// Stands in the previews.
    pub gateway: GatewayUrl,
    /// The token goes to the clipboard without asking.
    pub copy: bool,
}

pub fn create_with_wizard(
    session: &Session,
    draft: StreamDraft,
    script: &Script,
    start: Start,
    creation: &CreationContext,
) -> anyhow::Result<()> {
    let CreationContext {
        identity,
        known,
        gateway,
        ..
    } = creation;
    let kept = known.borrow().is_some();
    let interrupt_message = InterruptMessage::watch(session, "Canceled. Nothing was saved.")?;
    if kept {
        interrupt_message.set(draft_kept(session, &draft));
    }
    let interrupt_message = &interrupt_message;
    let input = WizardInput {
        known,
        purpose: Purpose::Create,
        draft,
        script,
        start,
        identity,
        gateway,
        interrupt_message,
    };
    match run_wizard(session, input)? {
        Outcome::Finished(draft) => created(session, &draft, creation, interrupt_message),
        Outcome::Left(draft) => {
            session
                .terminal
                .say(&format!("To continue: {}", resume_command(session, &draft)));
            Ok(())
        }
    }
}

/// The pop-up, the table with the new stream on top, and the command line that does the same.
fn created(
    session: &Session,
    draft: &StreamDraft,
    creation: &CreationContext,
    interrupt_message: &InterruptMessage,
) -> anyhow::Result<()> {
    let CreationContext {
        identity,
        known,
        status,
        gateway,
        copy,
    } = creation;
    let known = known.borrow();
    let allowed = draft.allowed_ips.clone().unwrap_or_default();
    let name = draft.name.as_ref().map_or("", |name| name.as_str());
    if let Some(opening) = Opening::of(name, &[], &allowed)
        && !opening.is_meant(session, interrupt_message)?
    {
        let failure = Failure::new(Code::Cancelled, "the stream was not created");
        return Err(failure.hint(resume_command(session, draft)).into());
    }
    let order = Creation {
        draft,
        identity,
        known: known.as_ref(),
    };
    let made = making::create(session, order, *status)?;
    interrupt_message.set("The stream is created.");
    let terminal = session.terminal;
    let token = made.token.as_ref().map_or("", Token::expose);
    if terminal.json() {
        making::tell(session, &made, gateway)?;
    } else {
        terminal.say(&format!(
            "\nStream {} was created.",
            quote(made.stream.name.as_str())
        ));
        terminal.answer(&format!("Authorization token: {token}"))?;
    }
    let say = |text: &str| terminal.say(text);
    if *copy
        || interrupt_message
            .prompt(&say)
            .yes_or_no("Copy the token?")?
    {
        session.copy(token);
    }
    if !terminal.json() {
        list::newest(session, 10)?;
    }
    advice::tell(session, &made);
    let words = echo(draft, false);
    let words: Vec<_> = words.iter().skip(1).map(String::as_str).collect();
    terminal.say(&format!(
        "Equivalent command:\n{}",
        session.paste_indented(&words)
    ));
    if draft
        .webhook_headers
        .as_ref()
        .is_some_and(|headers| !headers.is_empty())
    {
        terminal.say("Replace ******** with the header values.");
    }
    Ok(())
}
