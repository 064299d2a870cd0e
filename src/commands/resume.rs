//! `textpeak streams resume`, and the wizard as `create` uses it too.

use super::desk::{Walk, resume_command, walk};
use super::last_word::LastWord;
use super::list;
use super::making;
use super::session::{Session, needs_a_terminal, now};
use crate::cli::echo;
use crate::domain::{Birth, GatewayUrl, Status, Step, StreamDraft, Token, quote};
use crate::error::Failure;
use crate::render::command_line;
use crate::wizard::{Outcome, Purpose, Script};

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
        false,
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
    copy: bool,
) -> anyhow::Result<()> {
    let file = session.home.read()?;
    let kept = file.state()?.find(birth.id.as_str()).is_ok();
    let last_word = LastWord::watch(session, "Cancelled: nothing was saved.")?;
    if kept {
        let command = resume_command(session, &draft);
        last_word.set(format!("Cancelled: the draft is kept. To go on: {command}"));
    }
    let purpose = Purpose::Create;
    let last_word = &last_word;
    match walk(
        session,
        Walk {
            purpose,
            draft,
            script,
            from,
            birth,
            gateway,
            last_word,
        },
    )? {
        Outcome::Finished(draft) => created(session, &draft, birth, gateway, copy, last_word),
        Outcome::Left(draft) => {
            session
                .terminal
                .say(&format!("To go on: {}", resume_command(session, &draft)));
            Ok(())
        }
    }
}

/// The pop-up, the table with the new stream on top, and the command line that does the same.
fn created(
    session: &Session,
    draft: &StreamDraft,
    birth: &Birth,
    gateway: &GatewayUrl,
    copy: bool,
    last_word: &LastWord,
) -> anyhow::Result<()> {
    let made = making::create(session, draft, birth, Status::Ready)?;
    last_word.set("The stream is created.");
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
    let say = |text: &str| terminal.say(text);
    if copy || last_word.prompt(&say).yes_or_no("Copy the token?")? {
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
