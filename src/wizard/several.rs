//! Questions that take several values, one after the other, until Enter alone.

use std::fmt::Display;
use std::str::FromStr;

use super::WizardContext;
use super::ask::{Answer, Question};
use super::line::Line;
use super::prompt::Typed;
use crate::domain::{Header, HeaderName, Invalid, StreamDraft, Unique, escape};

enum More<T> {
    Add(T),
    Remove(String),
    Done,
}

/// Reads `value`, `-value`, or nothing.
fn more<T>(text: &str, read: impl Fn(&str) -> Result<T, Invalid>) -> Result<More<T>, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(More::Done);
    }
    match text.strip_prefix('-') {
        Some(gone) => Ok(More::Remove(gone.trim().to_owned())),
        None => read(text).map(More::Add),
    }
}

/// Values that were pasted stand one on a line, or between commas as in a flag.
fn each<T: FromStr<Err = Invalid>>(text: &str) -> Result<Vec<T>, Invalid> {
    let parts = text.split([',', '\n']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(str::parse)
        .collect()
}

/// What is said while values are added.
struct Talk {
    hint: String,
    notes: Vec<String>,
}

fn talk(question: Question, values: &[impl Display], news: &str) -> Talk {
    let help = question.field.help();
    let end = if values.is_empty() {
        "Enter to skip."
    } else {
        "Enter to finish, -VALUE to remove."
    };
    let mut notes = Vec::new();
    if !news.is_empty() {
        notes.push(news.to_owned());
    }
    if !values.is_empty() {
        notes.push(format!("Added ({}): {}", values.len(), listed(values)));
    }
    let stop = if help.ends_with('.') { "" } else { "." };
    Talk {
        hint: format!("{help}{stop} {end}"),
        notes,
    }
}

fn listed(values: &[impl Display]) -> String {
    let values: Vec<_> = values.iter().map(ToString::to_string).collect();
    escape(&values.join(", ")).into_owned()
}

pub fn several<T>(
    question: Question,
    draft: &mut StreamDraft,
    context: &mut WizardContext<'_>,
    known: &[String],
    list_of: fn(&mut StreamDraft) -> &mut Option<Unique<T>>,
) -> anyhow::Result<Answer>
where
    T: FromStr<Err = Invalid> + PartialEq + Display,
{
    let prompt = context.prompt;
    let mut news = String::new();
    loop {
        let list = list_of(draft).get_or_insert_default();
        let Talk { hint, mut notes } = talk(question, list, &news);
        if list.is_empty() && !known.is_empty() {
            let shown: Vec<_> = known.iter().take(20).map(|tag| escape(tag)).collect();
            notes.push(format!("Known tags (Tab completes): {}", shown.join(", ")));
        }
        let line = Line {
            hint: &hint,
            notes: &notes,
            known,
            takes_lines: true,
            ..question.line()
        };
        news = match prompt.ask_quietly(&line, |text: &str| more(text, each::<T>))? {
            Typed::Back => return Ok(Answer::Back),
            Typed::Rest => return Ok(Answer::Rest),
            Typed::Answer(More::Done) => {
                prompt.settle(question.field.label(), &draft.shown(question.field));
                return Ok(Answer::Given);
            }
            Typed::Answer(More::Add(values)) => {
                let mut doubled = Vec::new();
                for value in values {
                    let shown = value.to_string();
                    if !list.insert(value) {
                        doubled.push(shown);
                    }
                }
                match &doubled[..] {
                    [] => String::new(),
                    [one] => format!("{} is already added.", escape(one)),
                    more => format!("{} are already added.", listed(more)),
                }
            }
            Typed::Answer(More::Remove(text)) => {
                let gone = text.parse().is_ok_and(|value| list.remove(&value));
                removed(&text, gone)
            }
        };
        context.keep(draft, question.place())?;
    }
}

fn removed(text: &str, gone: bool) -> String {
    let shown = escape(text);
    if gone {
        format!("Removed {shown}.")
    } else {
        format!("{shown} is not in the list.")
    }
}

/// A name alone, or a name with its value.
struct Pair {
    name: HeaderName,
    value: Option<Header>,
}

fn pair(text: &str, list: &[Header]) -> Result<Pair, Invalid> {
    let (name, value) = match text.split_once(':') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let name: HeaderName = name.parse()?;
    if list.iter().any(|header| header.name.is(name.as_str())) {
        return Err(Invalid::new(format_args!("{name} is already set.")));
    }
    let value = value.map(|value| Header::new(name.as_str(), value.trim()));
    Ok(Pair {
        value: value.transpose()?,
        name,
    })
}

pub fn headers(
    question: Question,
    draft: &mut StreamDraft,
    context: &mut WizardContext<'_>,
) -> anyhow::Result<Answer> {
    let prompt = context.prompt;
    let mut news = String::new();
    loop {
        let list = draft.webhook_headers.get_or_insert_default();
        let names: Vec<_> = list.iter().map(|header| header.name.to_string()).collect();
        let Talk { hint, notes } = talk(question, &names, &news);
        let line = Line {
            hint: &hint,
            notes: &notes,
            ..question.line()
        };
        let read = |text: &str| more(text, |text| pair(text, list));
        match prompt.ask_quietly(&line, read)? {
            Typed::Back => return Ok(Answer::Back),
            Typed::Rest => return Ok(Answer::Rest),
            Typed::Answer(More::Done) => {
                prompt.settle(question.field.label(), &draft.shown(question.field));
                return Ok(Answer::Given);
            }
            Typed::Answer(More::Remove(text)) => {
                let before = list.len();
                list.retain(|header| !header.name.is(&text));
                news = removed(&text, list.len() < before);
            }
            Typed::Answer(More::Add(Pair { name, value })) => {
                let header = match value {
                    Some(header) => Typed::Answer(header),
                    None => value_of(&name, context)?,
                };
                if let Typed::Answer(header) = header {
                    list.push(header);
                }
                news.clear();
            }
        }
        context.keep(draft, question.place())?;
    }
}

fn value_of(name: &HeaderName, context: &WizardContext<'_>) -> anyhow::Result<Typed<Header>> {
    let label = format!("Value of {name}");
    let line = Line {
        label: &label,
        hint: "Your input is hidden. Type < to go back to the name.",
        hidden: true,
        ..Line::default()
    };
    let read = |text: &str| Header::new(name.as_str(), text);
    context.prompt.ask_quietly(&line, read)
}
