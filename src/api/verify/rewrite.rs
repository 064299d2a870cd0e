//! The forms in which programs write one JSON value, and one list of query parameters.

use std::io::{self, Write};

use serde::Serialize as _;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use serde_json::{Map, Serializer, Value};
use url::form_urlencoded;

/// The fields of our own bodies in the order in which they are signed: a program that sorts them
/// loses it.
const OURS: [&[&str]; 2] = [
    &[
        "message_uuid",
        "stream",
        "from",
        "to",
        "text",
        "received_at",
        "in_reply_to",
        "conversation_uuid",
        "type",
        "event_id",
        "sequence",
        "test",
    ],
    &[
        "type",
        "event_id",
        "sequence",
        "occurred_at",
        "message_uuid",
        "internal_id",
        "conversation_uuid",
        "stream",
        "from",
        "to",
        "status",
        "final",
        "details",
        "test",
    ],
];

#[derive(Debug, Clone, Copy)]
enum Layout {
    Compact,
    /// Python puts a space after each `,` and `:`.
    Spaced,
    Indented(&'static [u8]),
}

const LAYOUTS: [Layout; 4] = [
    Layout::Compact,
    Layout::Spaced,
    Layout::Indented(b"  "),
    Layout::Indented(b"    "),
];

pub(super) fn json(value: &Value) -> impl Iterator<Item = String> {
    let mut orders = vec![value.clone(), sorted(value)];
    orders.extend(OURS.iter().filter_map(|order| ordered(value, order)));
    orders.into_iter().flat_map(|value| {
        LAYOUTS.into_iter().flat_map(move |layout| {
            let plain = laid_out(&value, layout);
            let slashes = plain.replace('/', "\\/");
            [ascii(&plain), ascii(&slashes), slashes, plain]
                .into_iter()
                .rev()
        })
    })
}

pub(super) fn query_of(value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        let text = value.as_str().map(str::to_owned);
        query.append_pair(name, &text.unwrap_or_else(|| value.to_string()));
    }
    Some(query.finish())
}

/// Encodes query parameters again, taken for encoded and for plain text, with `+` and with `%20`
/// for a space.
pub(super) fn query(query: &str) -> impl Iterator<Item = String> {
    let encoded = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect::<Vec<_>>();
    let plain = query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    });
    [encoded, plain.collect()].into_iter().flat_map(|pairs| {
        let text = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&pairs)
            .finish();
        [text.replace('+', "%20"), text]
    })
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            let sort = |(name, value): (&String, &Value)| (name.clone(), sorted(value));
            Value::Object(fields.into_iter().map(sort).collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// `None` where the object has other fields.
fn ordered(value: &Value, order: &[&str]) -> Option<Value> {
    let fields = value.as_object()?;
    let known = order.iter().filter_map(|name| fields.get_key_value(*name));
    let ordered: Map<_, _> = known.map(|(n, v)| (n.clone(), v.clone())).collect();
    (ordered.len() == fields.len()).then_some(Value::Object(ordered))
}

fn laid_out(value: &Value, layout: Layout) -> String {
    let mut out = Vec::new();
    // A vector takes everything, and a value has text keys only.
    let _ = match layout {
        Layout::Compact => {
            value.serialize(&mut Serializer::with_formatter(&mut out, CompactFormatter))
        }
        Layout::Spaced => value.serialize(&mut Serializer::with_formatter(&mut out, Spaced)),
        Layout::Indented(by) => value.serialize(&mut Serializer::with_formatter(
            &mut out,
            PrettyFormatter::with_indent(by),
        )),
    };
    String::from_utf8(out).unwrap_or_default()
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

/// Writes everything beyond ASCII as `\uXXXX`.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            let units = c.encode_utf16(&mut [0; 2]).to_vec();
            text.extend(units.iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn writes_what_common_libraries_write() {
        let value = json!({ "b": ["ż", 1], "a": { "y": "a/b", "x": null } });
        let forms: Vec<_> = json(&value).collect();
        for expected in [
            r#"{"b":["ż",1],"a":{"y":"a/b","x":null}}"#,
            r#"{"b": ["\u017c", 1], "a": {"y": "a/b", "x": null}}"#,
            r#"{"a":{"x":null,"y":"a/b"},"b":["ż",1]}"#,
            r#"{"b":["\u017c",1],"a":{"y":"a\/b","x":null}}"#,
            "{\n  \"b\": [\n    \"ż\",\n    1\n  ],\n  \"a\": {\n    \"y\": \"a/b\",\n    \"x\": null\n  }\n}",
        ] {
            assert!(forms.iter().any(|form| form == expected), "{expected}");
        }
    }

    #[test]
    fn query_parameters_are_encoded_again() {
        let forms: Vec<_> = query("text=Yes, please&x=ż").collect();
        assert!(forms.contains(&"text=Yes%2C+please&x=%C5%BC".to_owned()));
        assert!(forms.contains(&"text=Yes%2C%20please&x=%C5%BC".to_owned()));
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            Just(Value::Null),
        ];
        leaf.prop_recursive(3, 20, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_form_is_the_same_value(value in any_json()) {
            for form in json(&value) {
                let read: Value = serde_json::from_str(&form).unwrap();
                prop_assert_eq!(&read, &value);
            }
        }
    }
}
