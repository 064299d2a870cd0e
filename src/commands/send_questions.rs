//! The number and the text of a message that the command line leaves out, asked for on a terminal.

use super::interrupt_message::InterruptMessage;
use super::session::Session;
use crate::domain::{MessageText, Phone};
use crate::error::Failure;
use crate::wizard::{Prompt, Typed};

pub fn recipient_and_text(
    session: &Session,
    to: Option<Phone>,
    text: Option<MessageText>,
) -> anyhow::Result<(Phone, MessageText)> {
    let (to, text) = match (to, text) {
        (Some(to), Some(text)) => return Ok((to, text)),
        some => some,
    };
    if !session.terminal.is_interactive() {
        return Err(missing(to.is_none(), text.is_none()).into());
    }
    let interrupt_message = InterruptMessage::watch(session, "Canceled. Nothing was sent.")?;
    let say = |text: &str| session.terminal.say(text);
    ask(&interrupt_message.prompt(&say), to.as_ref(), text)
}

fn missing(to: bool, text: bool) -> Failure {
    let flags = [(to, "--to <NUMBER>"), (text, "--text <TEXT>")];
    let missing: Vec<_> = flags
        .into_iter()
        .filter_map(|(missing, flag)| missing.then_some(flag))
        .collect();
    let verb = if missing.len() == 1 { "is" } else { "are" };
    Failure::usage(format_args!("{} {verb} missing", missing.join(" and ")))
        .hint("textpeak send --help")
}

/// Only what is missing; from the text one can go back to a number that was asked for.
fn ask(
    prompt: &Prompt<'_>,
    given: Option<&Phone>,
    text: Option<MessageText>,
) -> anyhow::Result<(Phone, MessageText)> {
    let mut typed: Option<Phone> = None;
    loop {
        let to = if let Some(to) = given {
            to.clone()
        } else {
            let last = typed.as_ref().map(Phone::as_str);
            let Typed::Answer(to) = prompt.line("To (phone number)", last, Phone::typed)? else {
                prompt.tell(FIRST);
                continue;
            };
            to
        };
        if let Some(text) = text {
            return Ok((to, text));
        }
        if let Typed::Answer(text) = prompt.line("Text", None, str::parse)? {
            return Ok((to, text));
        }
        if given.is_some() {
            prompt.tell(FIRST);
        }
        typed = Some(to);
    }
}

const FIRST: &str = "This is the first question.";
