//! Fields of an object under names that differ between callers.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// A name is looked for as it stands, then without regard to case and `_`, then as a path:
/// `content.body`, `to.0.number`.
pub fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let same = |key: &str| {
        let letters = |text: &'_ str| {
            let kept = |c: &char| !matches!(c, '_' | '-');
            text.chars().filter(kept).collect::<String>()
        };
        letters(key).eq_ignore_ascii_case(&letters(name))
    };
    let alike = || object.iter().find(|(key, _)| same(key));
    if let Some(value) = object.get(name).or_else(|| Some(alike()?.1)) {
        return Some(value);
    }
    let (first, rest) = name.split_once('.')?;
    let mut value = object.get(first)?;
    for step in rest.split('.') {
        value = match value {
            Value::Array(list) => list.get(step.parse::<usize>().ok()?)?,
            value => value.get(step)?,
        };
    }
    Some(value)
}

/// A text, or a number as its digits.
pub fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(digits(number).into()),
        _ => None,
    }
}

/// A phone number may have become a float on its way: `1.2025550143e10`.
fn digits(number: &serde_json::Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 1e15 => {
            format!("{float:.0}")
        }
        _ => number.to_string(),
    }
}

/// The first of these names that has a text beyond white space or a number.
pub fn first_text<'a>(
    object: &'a Map<String, Value>,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<Cow<'a, str>> {
    let said = |name| as_text(find(object, name)?).filter(|text| !text.trim().is_empty());
    names.into_iter().find_map(said)
}
