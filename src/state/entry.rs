//! One stream of `state.json`: the text that stands there, or the stream that will.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::{Reader, Stream, StreamJson};

/// One stream of the file: as it stands there, or as it will.
#[derive(Debug)]
pub enum Entry<'a> {
    /// Untouched.
    Stored {
        /// Its place in the file, from 0.
        at: usize,
        /// Its JSON text in the file.
        text: &'a str,
        /// Its id.
        id: Cow<'a, str>,
        /// Its name.
        name: Cow<'a, str>,
    },
    /// New or changed.
    Changed {
        /// What it is now.
        stream: Box<Stream>,
        /// Its JSON text to be.
        text: String,
    },
}

impl Entry<'_> {
    /// The stream's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Stored { id, .. } => id,
            Self::Changed { stream, .. } => stream.id.as_str(),
        }
    }

    /// The stream's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Stored { name, .. } => name,
            Self::Changed { stream, .. } => stream.name.as_str(),
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Stored { text, .. } => text,
            Self::Changed { text, .. } => text,
        }
    }

    /// Whether both stand in the file as they are, one right after the other.
    pub(super) fn is_followed_by(&self, next: &Self) -> bool {
        matches!((self, next), (Self::Stored { at, .. }, Self::Stored { at: next, .. }) if at + 1 == *next)
    }
}

/// A stream as it will stand in the file, with what another program may have added to it there.
pub(super) fn entry_text(stream: &Stream, before: Option<&str>) -> String {
    let ours = StreamJson(stream, Reader::File);
    let old: Map<String, Value> = before
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut json = serde_json::to_value(ours).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        for (key, value) in old {
            if key != Reader::OF_DRAFTS {
                fields.entry(key).or_insert(value);
            }
        }
    }
    nested(&pretty(&json), 2)
}

pub(super) fn pretty(value: &impl Serialize) -> String {
    // Maps with text keys, lists and strings always have a JSON form.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Indents every line but the first. JSON text has line breaks only between tokens.
pub(super) fn nested(json: &str, levels: usize) -> String {
    json.replace('\n', &format!("\n{}", "  ".repeat(levels)))
}
