//! One question, one widget. The rules are the domain's: a bad answer gets the flag's sentence.

use super::Desk;
use super::prompt::{Prompt, Typed};
use super::several::{headers, several};
use crate::domain::{
    DefaultSender, EventType, EventTypes, Field, Incoming, Invalid, Method, SenderId, Step,
    StreamDraft, StreamName, Surroundings, escape,
};

/// What came of a question; the answer itself is in the draft.
pub enum Answer {
    Given,
    Back,
}

pub enum End {
    Next,
    Back,
    Quit,
}

pub enum Last {
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
    Ok(match field {
        Field::Name => {
            let now = draft.name.as_ref().map(ToString::to_string);
            let read = |text: &str| -> Result<StreamName, Invalid> {
                let name = text.parse()?;
                desk.surroundings.check_name(&name).map(|()| name)
            };
            keep(&mut draft.name, prompt.line(label, now.as_deref(), read)?)
        }
        Field::Description => {
            let now = draft
                .description
                .as_ref()
                .map(ToString::to_string)
                .filter(|text| !text.is_empty());
            if now.is_some() {
                prompt.explain("- clears it");
            }
            let read = |text: &str| if text == "-" { "" } else { text }.parse();
            keep(
                &mut draft.description,
                prompt.line(label, now.as_deref(), read)?,
            )
        }
        Field::AllowedIps => several(field, &mut draft.allowed_ips, prompt)?,
        Field::Tags => {
            if !desk.tags.is_empty() {
                let known: Vec<_> = desk
                    .tags
                    .iter()
                    .take(20)
                    .map(|tag| escape(tag.as_str()))
                    .collect();
                prompt.tell(&format!("Known tags: {}", known.join(", ")));
            }
            several(field, &mut draft.tags, prompt)?
        }
        Field::DefaultSender => default_sender(draft, desk.surroundings, prompt)?,
        Field::Demo => {
            let entries = [
                "No, send real messages".to_owned(),
                "Yes, simulate them".to_owned(),
            ];
            let chosen = prompt.menu(label, &entries, usize::from(draft.demo == Some(true)))?;
            keep(&mut draft.demo, map(chosen, |at| at == 1))
        }
        Field::WebhookMethod => {
            let choices = [
                Incoming::Webhook(Method::Post),
                Incoming::Webhook(Method::Get),
                Incoming::Skip,
            ];
            let entries = ["POST", "GET", "Skip this step for now"].map(str::to_owned);
            let now = choices
                .iter()
                .position(|choice| Some(*choice) == draft.webhook_method);
            let chosen = prompt.menu(label, &entries, now.unwrap_or(choices.len() - 1))?;
            keep(&mut draft.webhook_method, map(chosen, |at| choices[at]))
        }
        Field::WebhookUrl => {
            let now = draft.webhook_url.as_ref().map(ToString::to_string);
            keep(
                &mut draft.webhook_url,
                prompt.line(label, now.as_deref(), str::parse)?,
            )
        }
        Field::WebhookEvents => {
            let (received, status) = (EventType::Received, EventType::Status);
            let choices = [
                EventTypes::from(received),
                EventTypes::from(received).and(status),
                EventTypes::from(status),
            ];
            let entries = [
                "Incoming messages",
                "Incoming messages and delivery reports",
                "Delivery reports only",
            ]
            .map(str::to_owned);
            let now = choices
                .iter()
                .position(|choice| Some(choice) == draft.webhook_events.as_ref());
            let chosen = prompt.menu(label, &entries, now.unwrap_or_default())?;
            keep(
                &mut draft.webhook_events,
                map(chosen, |at| choices[at].clone()),
            )
        }
        Field::WebhookHeaders => headers(&mut draft.webhook_headers, prompt)?,
    })
}

fn map<T, U>(typed: Typed<T>, to: impl FnOnce(T) -> U) -> Typed<U> {
    match typed {
        Typed::Answer(value) => Typed::Answer(to(value)),
        Typed::Back => Typed::Back,
    }
}

fn default_sender(
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
        let current = draft.default_sender.as_ref().and_then(DefaultSender::id);
        let now = match &draft.default_sender {
            None | Some(DefaultSender::Customized) => 0,
            Some(DefaultSender::Existing(_)) => 1,
            Some(DefaultSender::New(_)) => 2,
        };
        let new = current.filter(|_| now == 2).map(ToString::to_string);
        let Typed::Answer(way) = prompt.menu(Field::DefaultSender.label(), &entries, now)? else {
            return Ok(Answer::Back);
        };
        let chosen = match way {
            0 => Typed::Answer(DefaultSender::Customized),
            1 if count == 0 => {
                prompt.tell("The catalogue is empty: add a new Sender ID.");
                continue;
            }
            1 => {
                let shown: Vec<_> = known.senders.iter().map(ToString::to_string).collect();
                let at = known
                    .senders
                    .iter()
                    .position(|id| Some(id) == current)
                    .unwrap_or(0);
                let chosen =
                    prompt.search("Sender ID (type to search, Esc goes back)", &shown, at)?;
                map(chosen, |at| {
                    DefaultSender::Existing(known.senders[at].clone())
                })
            }
            _ => map(
                prompt.line("New Sender ID", new.as_deref(), str::parse)?,
                |id: SenderId| {
                    if known.senders.contains(&id) {
                        DefaultSender::Existing(id)
                    } else {
                        DefaultSender::New(id)
                    }
                },
            ),
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

pub fn end_of_step(desk: &Desk<'_>) -> anyhow::Result<End> {
    let chosen = desk.prompt.choose(
        "This step is complete",
        &[desk.purpose.next(), "Back", desk.purpose.quit()],
    )?;
    Ok(match chosen {
        0 => End::Next,
        1 => End::Back,
        _ => End::Quit,
    })
}

pub fn summary(draft: &StreamDraft, desk: &Desk<'_>) -> anyhow::Result<Last> {
    desk.prompt.say(&(desk.summary)(draft));
    loop {
        let entries = [
            desk.purpose.finish(),
            "Edit step 1",
            "Edit step 2",
            desk.purpose.quit(),
            "Copy an endpoint or a body",
        ];
        match desk.prompt.choose(desk.purpose.question(), &entries)? {
            0 => return Ok(Last::Finish),
            1 => return Ok(Last::Edit(Step::Details)),
            2 => return Ok(Last::Edit(Step::Webhook)),
            3 => return Ok(Last::Quit),
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
