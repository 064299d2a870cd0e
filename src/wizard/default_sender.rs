//! The question of the default sender: customized, a Sender ID of the catalogue, or a new one.

use super::ask::Answer;
use super::prompt::{Prompt, Typed};
use crate::domain::{DefaultSender, Field, SenderId, StreamDraft, Surroundings};

pub fn default_sender(
    draft: &mut StreamDraft,
    known: &Surroundings<'_>,
    prompt: &Prompt<'_>,
) -> anyhow::Result<Answer> {
    loop {
        let count = known.senders.len();
        let entries = [
            format!("Customized (chosen in each request, {count} available)"),
            format!("Select a Sender ID ({count} available)"),
            "Add a new Sender ID".to_owned(),
        ];
        let now = match &draft.default_sender {
            None | Some(DefaultSender::Customized) => 0,
            Some(DefaultSender::Existing(_)) => 1,
            Some(DefaultSender::New(_)) => 2,
        };
        let Typed::Answer(way) = prompt.menu(Field::DefaultSender.label(), &entries, now)? else {
            return Ok(Answer::Back);
        };
        let current = draft.default_sender.as_ref().and_then(DefaultSender::id);
        let chosen = match way {
            0 => Typed::Answer(DefaultSender::Customized),
            1 if count == 0 => {
                prompt.tell("The catalogue is empty: add a new Sender ID.");
                continue;
            }
            1 => known_sender(current, known.senders, prompt)?,
            _ => new_sender(current.filter(|_| now == 2), known.senders, prompt)?,
        };
        if let Typed::Answer(sender) = chosen {
            if let Some(note) = sender.id().and_then(SenderId::reply_note) {
                prompt.tell(&note);
            }
            draft.default_sender = Some(sender);
            return Ok(Answer::Given);
        }
    }
}

fn known_sender(
    current: Option<&SenderId>,
    senders: &[SenderId],
    prompt: &Prompt<'_>,
) -> anyhow::Result<Typed<DefaultSender>> {
    let shown: Vec<_> = senders.iter().map(ToString::to_string).collect();
    let at = senders.iter().position(|id| Some(id) == current);
    let label = "Sender ID (type to search, Esc goes back)";
    let chosen = prompt.search(label, &shown, at.unwrap_or(0))?;
    Ok(chosen.map(|at| DefaultSender::Existing(senders[at].clone())))
}

fn new_sender(
    current: Option<&SenderId>,
    senders: &[SenderId],
    prompt: &Prompt<'_>,
) -> anyhow::Result<Typed<DefaultSender>> {
    let now = current.map(ToString::to_string);
    let typed = prompt.line("New Sender ID", now.as_deref(), str::parse)?;
    Ok(typed.map(|id: SenderId| {
        if senders.contains(&id) {
            DefaultSender::Existing(id)
        } else {
            DefaultSender::New(id)
        }
    }))
}
