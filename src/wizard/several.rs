//! Questions that take several values, one after the other, until Enter alone.

use std::fmt::Display;
use std::str::FromStr;

use super::ask::Answer;
use super::prompt::{Prompt, Typed};
use crate::domain::{Field, Header, HeaderName, Invalid, Unique, escape};

enum More<T> {
    Add(T),
    Remove(String),
    Done,
}

/// Reads `value`, `-value`, or nothing.
fn more<T: FromStr<Err = Invalid>>(text: &str) -> Result<More<T>, Invalid> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(More::Done);
    }
    match text.strip_prefix('-') {
        Some(gone) => Ok(More::Remove(gone.trim().to_owned())),
        None => text.parse().map(More::Add),
    }
}

fn ask_for_more<T: FromStr<Err = Invalid>>(
    label: &str,
    list: &[impl Display],
    prompt: &Prompt<'_>,
) -> anyhow::Result<Typed<More<T>>> {
    let label = if list.is_empty() {
        format!("{label} (Enter for none)")
    } else {
        let list: Vec<_> = list.iter().map(ToString::to_string).collect();
        prompt.tell(&format!(
            "So far ({}): {}",
            list.len(),
            escape(&list.join(", "))
        ));
        format!("{label} (Enter when done, -… removes)")
    };
    prompt.line(&label, None, more)
}

pub fn several<T>(
    field: Field,
    place: &mut Option<Unique<T>>,
    prompt: &Prompt<'_>,
) -> anyhow::Result<Answer>
where
    T: FromStr<Err = Invalid> + PartialEq + Display,
{
    let list = place.get_or_insert_default();
    loop {
        let kept: &[T] = list;
        match ask_for_more::<T>(field.label(), kept, prompt)? {
            Typed::Back => return Ok(Answer::Back),
            Typed::Answer(More::Done) => return Ok(Answer::Given),
            Typed::Answer(More::Add(value)) => {
                let shown = escape(&value.to_string()).into_owned();
                let fresh = list.insert(value);
                prompt.tell(&if fresh {
                    format!("added {shown}")
                } else {
                    format!("{shown} is on the list already")
                });
            }
            Typed::Answer(More::Remove(text)) => {
                let gone = text.parse().is_ok_and(|value| list.remove(&value));
                let shown = escape(&text);
                prompt.tell(&if gone {
                    format!("removed {shown}")
                } else {
                    format!("{shown} is not on the list")
                });
            }
        }
    }
}

pub fn headers(place: &mut Option<Vec<Header>>, prompt: &Prompt<'_>) -> anyhow::Result<Answer> {
    let list = place.get_or_insert_default();
    loop {
        let names: Vec<_> = list.iter().map(|header| header.name.to_string()).collect();
        let name: HeaderName = match ask_for_more(Field::WebhookHeaders.label(), &names, prompt)? {
            Typed::Back => return Ok(Answer::Back),
            Typed::Answer(More::Done) => return Ok(Answer::Given),
            Typed::Answer(More::Remove(text)) => {
                list.retain(|header| !header.name.as_str().eq_ignore_ascii_case(&text));
                continue;
            }
            Typed::Answer(More::Add(name)) => name,
        };
        let read = |text: &str| Header::new(name.as_str(), text);
        if let Typed::Answer(header) = prompt.secret(&format!("Value of {name}"), read)? {
            match header.add_to(list) {
                Ok(()) => prompt.tell(&format!("added {name}")),
                Err(error) => prompt.tell(&error.to_string()),
            }
        }
    }
}
