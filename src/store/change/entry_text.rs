//! A stream's JSON text as it will stand in `state.json`.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::{Reader, Stream, StreamJson};

/// A stream as it will stand in the file, with what another program may have added to it there.
pub(in crate::store) fn entry_text(stream: &Stream, before: Option<&str>) -> String {
    let ours = StreamJson(stream, Reader::File);
    let old: Map<String, Value> = before
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    let mut json = serde_json::to_value(ours).unwrap_or_default();
    if let Value::Object(fields) = &mut json {
        for (key, value) in old {
            if !Reader::OF_DRAFTS.contains(&key.as_str()) {
                fields.entry(key).or_insert(value);
            }
        }
    }
    nested(&pretty(&json), 2)
}

pub(in crate::store) fn pretty(value: &impl Serialize) -> String {
    // Maps with text keys, lists and strings always have a JSON form.
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// Indents every line but the first. JSON text has line breaks only between tokens.
pub(in crate::store) fn nested(json: &str, levels: usize) -> String {
    json.replace('\n', &format!("\n{}", "  ".repeat(levels)))
}
