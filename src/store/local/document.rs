//! The text of `state.json`: read into a catalogue, and written from one.

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::damage::{damaged, other_version};
use crate::domain::{Route, SenderId, without_found_text};
use crate::store::change::{nested, pretty};
use crate::store::snapshot::{Parts, line, place_of};
use crate::store::{Catalogue, Revision, StoreError};

/// The version that this program writes, and the newest that it reads. It reads all before it:
/// version 1 has no `events` in webhooks, version 2 no SMPP routes and no limits of routes.
const VERSION: u32 = 3;

fn is_read(version: u32) -> bool {
    (1..=VERSION).contains(&version)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Top<'a> {
    version: u32,
    #[serde(default)]
    senders: Vec<SenderId>,
    #[serde(default)]
    routes: Vec<Route>,
    #[serde(borrow, default)]
    streams: Vec<&'a RawValue>,
}

/// Reads the file's text; empty text is an empty catalogue.
pub(super) fn read(path: &Path, text: String, revision: Revision) -> Result<Catalogue, StoreError> {
    let origin = Some(path.display().to_string());
    let (mut senders, mut routes, mut streams) = (Vec::new(), Vec::new(), Vec::new());
    if !text.is_empty() {
        let top: Top =
            serde_json::from_str(&text).map_err(|error| unreadable(path, &text, &error))?;
        if !is_read(top.version) {
            return Err(other_version(path, top.version, VERSION));
        }
        let places = top.streams.iter().map(|raw| place_of(&text, raw.get()));
        streams = places.collect();
        (senders, routes) = (top.senders, top.routes);
    }
    Catalogue::assemble(Parts {
        revision,
        origin,
        text,
        streams,
        senders,
        routes,
    })
}

fn unreadable(path: &Path, text: &str, error: &serde_json::Error) -> StoreError {
    #[derive(Deserialize)]
    struct Version {
        version: u32,
    }
    if let Ok(Version { version }) = serde_json::from_str(text)
        && !is_read(version)
    {
        return other_version(path, version, VERSION);
    }
    let what = without_found_text(&error.to_string());
    let what = what.split(" at line ").next().unwrap_or(&what);
    damaged(path, format!(" at line {}: {what}", line(text, 0, error)))
}

/// The file's new text, in parts. Streams come as they stand one under the other, newest first.
pub(super) fn write<'a>(
    senders: &[SenderId],
    routes: &[Route],
    streams: impl IntoIterator<Item = &'a str>,
) -> Vec<std::borrow::Cow<'a, str>> {
    let senders = nested(&pretty(&senders), 1);
    let routes = if routes.is_empty() {
        String::new()
    } else {
        format!("\n  \"routes\": {},", nested(&pretty(&routes), 1))
    };
    let head = format!(
        "{{\n  \"version\": {VERSION},\n  \"senders\": {senders},{routes}\n  \"streams\": ["
    );
    let mut parts = vec![head.into()];
    for text in streams {
        let first = parts.len() == 1;
        parts.push(if first { "\n    " } else { ",\n    " }.into());
        parts.push(text.into());
    }
    let none = parts.len() == 1;
    parts.push(if none { "]\n}\n" } else { "\n  ]\n}\n" }.into());
    parts
}

/// A stream's JSON text as it stands in the file.
pub(super) fn entry(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    nested(&pretty(&value), 2)
}
