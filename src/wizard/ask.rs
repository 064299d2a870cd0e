//! One question, one widget. The rules are the domain's: a bad answer gets the flag's sentence.

use std::fmt::Display;

use super::default_sender::default_sender;
use super::line::Line;
use super::prompt::{Menu, Typed};
use super::several::{headers, several};
use super::{Place, WizardContext};
use crate::domain::{
    EventType, EventTypes, Field, Incoming, Method, StreamDraft, StreamName, WebhookUrl,
};

/// What came of a question; the answer itself is in the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Given,
    Back,
    /// The rest of the step stays as it is.
    Rest,
}

fn keep<T>(place: &mut Option<T>, typed: Typed<T>) -> Answer {
    match typed {
        Typed::Answer(value) => {
            *place = Some(value);
            Answer::Given
        }
        Typed::Back => Answer::Back,
        Typed::Rest => Answer::Rest,
    }
}

/// A question, and whether others of its step follow.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    pub field: Field,
    pub rest: bool,
}

impl Question {
    pub fn place(self) -> Place {
        Place::Question(self.field)
    }

    pub fn line(self) -> Line<'static> {
        Line {
            label: self.field.label(),
            hint: self.field.help(),
            rest: self.rest,
            ..Line::default()
        }
    }
}

/// Asks one question. What the draft already holds is the default.
pub fn ask(
    question: Question,
    draft: &mut StreamDraft,
    context: &mut WizardContext<'_>,
) -> anyhow::Result<Answer> {
    match question.field {
        Field::Name => {
            let constraints = context.constraints;
            let read = |text: &str| {
                let name: StreamName = text.parse()?;
                constraints.check_name(&name).map(|()| name)
            };
            line(question.line(), &mut draft.name, context, read)
        }
        Field::Description => description(question, draft, context),
        Field::AllowedIps => several(question, draft, context, &[], |draft| {
            &mut draft.allowed_ips
        }),
        Field::Tags => {
            let known: Vec<_> = context.tags.iter().map(ToString::to_string).collect();
            several(question, draft, context, &known, |draft| &mut draft.tags)
        }
        Field::DefaultSender => default_sender(question, draft, context),
        Field::Demo => {
            let choices = [
                ("No, send real messages", false),
                ("Yes, simulate them", true),
            ];
            menu(question, &mut draft.demo, context, &choices, 0)
        }
        Field::WebhookMethod => {
            let choices = [
                ("POST", Incoming::Webhook(Method::Post)),
                ("GET", Incoming::Webhook(Method::Get)),
                ("Skip this step for now", Incoming::Skip),
            ];
            // Its last entry says the same.
            let question = Question {
                rest: false,
                ..question
            };
            menu(question, &mut draft.webhook_method, context, &choices, 2)
        }
        Field::WebhookUrl => {
            let line_of_url = Line {
                meant: Some(WebhookUrl::meant_by),
                ..question.line()
            };
            line(line_of_url, &mut draft.webhook_url, context, str::parse)
        }
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
            menu(question, &mut draft.webhook_events, context, &choices, 0)
        }
        Field::WebhookHeaders => headers(question, draft, context),
    }
}

fn line<T: Display, E: Display>(
    line: Line<'_>,
    place: &mut Option<T>,
    context: &WizardContext<'_>,
    read: impl Fn(&str) -> Result<T, E>,
) -> anyhow::Result<Answer> {
    let now = place.as_ref().map(ToString::to_string);
    let line = Line {
        default: now.as_deref(),
        ..line
    };
    Ok(keep(place, context.prompt.ask(&line, read)?))
}

/// The cursor stands on the choice in the draft, or else on `default`.
fn menu<T: Clone + PartialEq>(
    question: Question,
    place: &mut Option<T>,
    context: &WizardContext<'_>,
    choices: &[(&str, T)],
    default: usize,
) -> anyhow::Result<Answer> {
    let entries = choices.iter().map(|(entry, _)| (*entry).to_owned());
    let entries: Vec<_> = entries.collect();
    let mut chosen = choices.iter().map(|(_, choice)| Some(choice));
    let menu = Menu {
        label: question.field.label(),
        hint: question.field.help(),
        entries: &entries,
        chosen: chosen
            .position(|choice| choice == place.as_ref())
            .unwrap_or(default),
        rest: question.rest,
    };
    let typed = context.prompt.menu(&menu)?;
    if let Typed::Answer(at) = typed {
        context.prompt.settle(menu.label, &entries[at]);
    }
    Ok(keep(place, typed.map(|at| choices[at].1.clone())))
}

fn description(
    question: Question,
    draft: &mut StreamDraft,
    context: &WizardContext<'_>,
) -> anyhow::Result<Answer> {
    let now = draft.description.as_ref().map(ToString::to_string);
    let now = now.filter(|text| !text.is_empty());
    let clears = now.is_some().then(|| "Enter - to clear it.".to_owned());
    let line = Line {
        notes: clears.as_slice(),
        default: now.as_deref(),
        ..question.line()
    };
    let read = |text: &str| if text == "-" { "" } else { text }.parse();
    Ok(keep(
        &mut draft.description,
        context.prompt.ask(&line, read)?,
    ))
}
