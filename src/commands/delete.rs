//! `textpeak streams delete`

use serde_json::json;

use super::interrupt_message::InterruptMessage;
use super::session::{Session, ask, needs_a_terminal};
use crate::cli::DeleteArgs;
use crate::domain::{Stream, quote};
use crate::error::{Code, Failure};
use crate::service::{self, find_all};

pub fn run(session: &Session, args: &DeleteArgs) -> anyhow::Result<()> {
    let streams = find_all(&*session.catalogue()?, &args.streams)?;
    if !args.yes {
        if !session.terminal.is_interactive() {
            return Err(needs_a_terminal(
                "confirmation",
                "use --yes to delete without confirmation",
            )
            .into());
        }
        confirm(session, &streams)?;
    }
    ask(service::delete(&*session.store, &streams))?;
    if session.terminal.json() {
        let ids: Vec<_> = streams.iter().map(|stream| &stream.id).collect();
        return session.terminal.answer_json(&json!({ "deleted": ids }));
    }
    for stream in &streams {
        session.terminal.note(&format!(
            "Deleted {} and its token.",
            quote(stream.name.as_str())
        ));
    }
    Ok(())
}

fn confirm(session: &Session, streams: &[Stream]) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let interrupt_message = InterruptMessage::watch(session, "Canceled. Nothing was deleted.")?;
    let say = |text: &str| terminal.say(text);
    for stream in streams {
        let name = stream.name.as_str();
        terminal.say(&format!(
            "Deleting {} can't be undone, and its token stops working.",
            quote(name)
        ));
        if !interrupt_message
            .prompt(&say)
            .exactly("Type its name to delete it", name)?
        {
            return Err(Failure::new(
                Code::Cancelled,
                "the name doesn't match. Nothing was deleted",
            )
            .into());
        }
    }
    Ok(())
}
