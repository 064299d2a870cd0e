//! Streams as code, as text: YAML or JSON in, YAML or JSON out. The only file that knows YAML.

#![expect(
    clippy::zero_sized_map_values,
    reason = "serde reads the keys of a map only into a map"
)]

mod place;
mod rows;

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Document, Exported, GoodDraft, RawDraft, SafePretty, Stream, Syntax, is_unsafe, placeholders,
    without_found_text,
};
use crate::error::Failure;

pub const SCHEMA: &str = include_str!("streams.schema.json");

/// The keys of a document: whether it holds streams, or is one stream. Only a map has keys.
type Keys = BTreeMap<String, IgnoredAny>;

fn holds_several(keys: &Keys) -> bool {
    keys.contains_key("streams")
}

/// Decodes text that begins like JSON as JSON, and any other as YAML. The error ends with line and column.
fn decode<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, String> {
    let decoded = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())
    } else {
        yaml_serde::from_str(text).map_err(|error| error.to_string())
    };
    decoded.map_err(|error| {
        // The place belongs to the sentence of a value before it.
        let error = without_found_text(&error).replacen(". at line ", " at line ", 1);
        // What is wrong with the document as a whole is wrong where it begins.
        let placed = error.contains("line ") && error.contains("column ");
        if placed {
            error
        } else {
            error + " at line 1 column 1"
        }
    })
}

/// `origin` names the document in errors, which end with line and column.
pub fn read(text: &str, origin: &str) -> Result<Vec<RawDraft>, Failure> {
    let refuse = |what: String| {
        Failure::usage(format_args!("cannot read {origin}: {what}")).hint("textpeak streams schema")
    };
    let keys = decode::<Keys>(text).map_err(refuse)?;
    if keys.is_empty() {
        Err(refuse("it is empty".to_owned()))
    } else if holds_several(&keys) {
        Ok(decode::<Document>(text).map_err(refuse)?.streams)
    } else {
        Ok(vec![decode::<RawDraft>(text).map_err(refuse)?])
    }
}

pub fn read_one(text: &str, origin: &str) -> Result<RawDraft, Failure> {
    let mut streams = read(text, origin)?;
    match (streams.pop(), streams.len()) {
        (Some(stream), 0) => Ok(stream),
        (_, more) => Err(Failure::usage(format_args!(
            "{origin} contains {} streams; exactly one is expected",
            if more == 0 { 0 } else { more + 1 }
        ))
        .hint("to create all of them: textpeak streams apply -f FILE")),
    }
}

pub use place::of_stream as place_of;
pub use rows::{Row, RowSyntax, Rows, fill_ids, read_rows};

/// Where in a document the first bad value stands, and what is wrong with it. `None` when each
/// value by itself is good.
pub fn locate(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[expect(dead_code, reason = "decoding is the check")]
    struct Streams {
        streams: Vec<GoodDraft>,
    }
    let several = decode::<Keys>(text).is_ok_and(|keys| holds_several(&keys));
    if several {
        decode::<Streams>(text).err()
    } else {
        decode::<GoodDraft>(text).err()
    }
}

/// Header values are written as placeholders.
pub fn write(streams: &[Stream], syntax: Syntax) -> anyhow::Result<String> {
    #[derive(Serialize)]
    struct Out<'a> {
        streams: Vec<Exported<'a>>,
    }
    let variables = placeholders(streams);
    let streams = streams
        .iter()
        .zip(&variables)
        .map(|(stream, names)| Exported(stream, names))
        .collect();
    let out = Out { streams };
    if syntax == Syntax::Yaml {
        let text = yaml_serde::to_string(&out)?;
        if !text.contains(|c| c != '\n' && is_unsafe(c)) {
            return Ok(text);
        }
    }
    // JSON is YAML as well, and says by escapes what a terminal would act on.
    let mut text = Vec::new();
    out.serialize(&mut serde_json::Serializer::with_formatter(
        &mut text,
        SafePretty::default(),
    ))?;
    Ok(String::from_utf8(text)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "streams:\n  - name: OTP\n    allowed_ips: [192.0.2.1]\n    webhook:\n      url: https://example.com\n      headers:\n        - name: X-Key\n          value: ${X}\n";

    #[test]
    fn bad_values_are_located() {
        let bad = GOOD.replace("192.0.2.1", "192.0.2.1, 10.1");
        let place = locate(&bad).unwrap();
        assert!(
            place.contains("streams[0].allowed_ips[1]") && place.contains("line 3 column 30"),
            "{place}"
        );
        assert_eq!(locate(GOOD), None);
        let json = locate("{\n \"name\": \"\"}").unwrap();
        assert!(
            json.contains("Enter a name") && json.contains("at line 2 column"),
            "{json}"
        );
    }

    #[test]
    fn one_stream_or_several() {
        assert_eq!(read(GOOD, "x").unwrap().len(), 1);
        assert_eq!(
            read_one("{\"name\": \"a\"}", "x").unwrap().name.unwrap(),
            "a"
        );
        assert!(
            read_one("streams: []", "x")
                .unwrap_err()
                .message
                .contains("contains 0 streams")
        );
    }
}
