//! The question of the default sender: customized, a Sender ID of the catalogue, or a new one.

use super::WizardContext;
use super::ask::{Answer, Question};
use super::line::Line;
use super::list::List;
use super::prompt::{Menu, Prompt, Typed};
use crate::domain::{DefaultSender, SenderId, StreamDraft};

const EMPTY: &str = "There are no Sender IDs yet. Add a new Sender ID.";

pub fn default_sender(
    question: Question,
    draft: &mut StreamDraft,
    context: &WizardContext<'_>,
) -> anyhow::Result<Answer> {
    let (prompt, senders) = (context.prompt, context.constraints.senders);
    let count = senders.len();
    let entries = [
        format!("Customized (chosen in each request, {count} available)"),
        format!("Select a Sender ID ({count} available)"),
        "Add a new Sender ID".to_owned(),
    ];
    let mut hint = question.field.help();
    let now = match &draft.default_sender {
        None | Some(DefaultSender::Customized) => 0,
        Some(DefaultSender::Existing(_)) => 1,
        Some(DefaultSender::New(_)) => 2,
    };
    let mut cursor = now;
    loop {
        let menu = Menu {
            label: question.field.label(),
            hint,
            entries: &entries,
            chosen: cursor,
            rest: question.rest,
        };
        let way = match prompt.menu(&menu)? {
            Typed::Answer(way) => way,
            Typed::Back => return Ok(Answer::Back),
            Typed::Rest => return Ok(Answer::Rest),
        };
        let current = draft.default_sender.as_ref().and_then(DefaultSender::id);
        let chosen = match way {
            0 => Typed::Answer(DefaultSender::Customized),
            1 if count == 0 => {
                (hint, cursor) = (EMPTY, 2);
                continue;
            }
            1 => known_sender(current, senders, prompt)?,
            _ => new_sender(current.filter(|_| now == 2), senders, prompt)?,
        };
        if let Typed::Answer(sender) = chosen {
            let note = sender.id().and_then(SenderId::reply_note);
            draft.default_sender = Some(sender);
            prompt.settle(menu.label, &draft.shown(question.field));
            if let Some(note) = note {
                prompt.tell(&note);
            }
            return Ok(Answer::Given);
        }
        cursor = way;
    }
}

fn known_sender(
    current: Option<&SenderId>,
    senders: &[SenderId],
    prompt: Prompt<'_>,
) -> anyhow::Result<Typed<DefaultSender>> {
    let shown: Vec<_> = senders.iter().map(ToString::to_string).collect();
    let list = List {
        label: "Sender ID",
        entries: &shown,
        chosen: senders
            .iter()
            .position(|id| Some(id) == current)
            .unwrap_or(0),
    };
    let chosen = prompt.search(&list)?;
    Ok(chosen.map(|at| DefaultSender::Existing(senders[at].clone())))
}

fn new_sender(
    current: Option<&SenderId>,
    senders: &[SenderId],
    prompt: Prompt<'_>,
) -> anyhow::Result<Typed<DefaultSender>> {
    let now = current.map(ToString::to_string);
    let line = Line {
        label: "New Sender ID",
        hint: "Up to 11 letters and digits, or 3 to 15 digits. Type < to go back.",
        default: now.as_deref(),
        ..Line::default()
    };
    let typed = prompt.ask_quietly(&line, str::parse)?;
    Ok(typed.map(|id: SenderId| {
        if senders.contains(&id) {
            DefaultSender::Existing(id)
        } else {
            DefaultSender::New(id)
        }
    }))
}
