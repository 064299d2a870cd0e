//! One question, one widget. The rules are the domain's: a bad answer gets the flag's sentence.

use std::fmt::Display;

use super::Desk;
use super::default_sender::default_sender;
use super::prompt::{Prompt, Typed};
use super::several::{headers, several};
use crate::domain::{
    EventType, EventTypes, Field, Incoming, Invalid, Method, Step, StreamDraft, StreamName, escape,
};

/// What came of a question; the answer itself is in the draft.
pub enum Answer {
    Given,
    Back,
}

pub enum StepChoice {
    Next,
    Back,
    Quit,
}

pub enum SummaryChoice {
    Finish,
    Edit(Step),
    Quit,
}

fn keep<T>(place: &mut Option<T>, typed: Typed<T>) -> Answer {
    match typed {
        Typed::Answer(value) => {
            *place = Some(value);
            Answer::Given
        }
        Typed::Back => Answer::Back,
    }
}

/// Asks one question. What the draft already holds is the default.
pub fn field(field: Field, draft: &mut StreamDraft, desk: &Desk<'_>) -> anyhow::Result<Answer> {
    let prompt = &desk.prompt;
    prompt.explain(field.help());
    let label = field.label();
    match field {
        Field::Name => {
            let read = |text: &str| -> Result<StreamName, Invalid> {
                let name = text.parse()?;
                desk.surroundings.check_name(&name).map(|()| name)
            };
            line(&mut draft.name, label, prompt, read)
        }
        Field::Description => description(draft, prompt),
        Field::AllowedIps => several(field, &mut draft.allowed_ips, prompt),
        Field::Tags => {
            tell_known_tags(desk);
            several(field, &mut draft.tags, prompt)
        }
        Field::DefaultSender => default_sender(draft, desk.surroundings, prompt),
        Field::Demo => {
            let choices = [
                ("No, send real messages", false),
                ("Yes, simulate them", true),
            ];
            menu(&mut draft.demo, label, prompt, &choices, 0)
        }
        Field::WebhookMethod => {
            let choices = [
                ("POST", Incoming::Webhook(Method::Post)),
                ("GET", Incoming::Webhook(Method::Get)),
                ("Skip this step for now", Incoming::Skip),
            ];
            menu(&mut draft.webhook_method, label, prompt, &choices, 2)
        }
        Field::WebhookUrl => line(&mut draft.webhook_url, label, prompt, str::parse),
        Field::WebhookEvents => {
            let (received, status) = (EventType::Received, EventType::Status);
            let choices = [
                ("Incoming messages", EventTypes::from(received)),
                (
                    "Incoming messages and delivery reports",
                    EventTypes::from(received).and(status),
                ),
                ("Delivery reports only", EventTypes::from(status)),
            ];
            menu(&mut draft.webhook_events, label, prompt, &choices, 0)
        }
        Field::WebhookHeaders => headers(&mut draft.webhook_headers, prompt),
    }
}

fn line<T: Display, E: Display>(
    place: &mut Option<T>,
    label: &str,
    prompt: &Prompt<'_>,
    read: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<Answer> {
    let now = place.as_ref().map(ToString::to_string);
    let typed = prompt.line(label, now.as_deref(), read)?;
    Ok(keep(place, typed))
}

/// The cursor stands on the choice in the draft, or else on `default`.
fn menu<T: Clone + PartialEq>(
    place: &mut Option<T>,
    label: &str,
    prompt: &Prompt<'_>,
    choices: &[(&str, T)],
    default: usize,
) -> anyhow::Result<Answer> {
    let entries: Vec<_> = choices
        .iter()
        .map(|(entry, _)| (*entry).to_owned())
        .collect();
    let now = choices
        .iter()
        .position(|(_, choice)| Some(choice) == place.as_ref());
    let chosen = prompt.menu(label, &entries, now.unwrap_or(default))?;
    Ok(keep(place, chosen.map(|at| choices[at].1.clone())))
}

fn description(draft: &mut StreamDraft, prompt: &Prompt<'_>) -> anyhow::Result<Answer> {
    let now = draft
        .description
        .as_ref()
        .map(ToString::to_string)
        .filter(|text| !text.is_empty());
    if now.is_some() {
        prompt.explain("- clears it");
    }
    let read = |text: &str| if text == "-" { "" } else { text }.parse();
    let typed = prompt.line(Field::Description.label(), now.as_deref(), read)?;
    Ok(keep(&mut draft.description, typed))
}

fn tell_known_tags(desk: &Desk<'_>) {
    if desk.tags.is_empty() {
        return;
    }
    let known: Vec<_> = desk
        .tags
        .iter()
        .take(20)
        .map(|tag| escape(tag.as_str()))
        .collect();
    desk.prompt
        .tell(&format!("Known tags: {}", known.join(", ")));
}

pub fn end_of_step(desk: &Desk<'_>) -> anyhow::Result<StepChoice> {
    let chosen = desk.prompt.choose(
        "This step is complete",
        &[desk.purpose.next_label(), "Back", desk.purpose.quit_label()],
    )?;
    Ok(match chosen {
        0 => StepChoice::Next,
        1 => StepChoice::Back,
        _ => StepChoice::Quit,
    })
}

pub fn summary(draft: &StreamDraft, desk: &Desk<'_>) -> anyhow::Result<SummaryChoice> {
    desk.prompt.say(&(desk.summary)(draft));
    loop {
        let entries = [
            desk.purpose.finish_label(),
            "Edit step 1",
            "Edit step 2",
            desk.purpose.quit_label(),
            "Copy an endpoint or a body",
        ];
        match desk.prompt.choose(desk.purpose.question(), &entries)? {
            0 => return Ok(SummaryChoice::Finish),
            1 => return Ok(SummaryChoice::Edit(Step::Details)),
            2 => return Ok(SummaryChoice::Edit(Step::Webhook)),
            3 => return Ok(SummaryChoice::Quit),
            _ => {
                let texts = (desk.copies)(draft);
                let names: Vec<_> = texts.iter().map(|(name, _)| name.clone()).collect();
                if let Typed::Answer(at) = desk.prompt.menu("Copy", &names, 0)? {
                    (desk.copy)(&texts[at].1);
                }
            }
        }
    }
}
