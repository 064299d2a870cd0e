//! A stream as JSON: one shape for answers, the state file and documents. A stream alone is written
//! without its secrets; this file adds them for readers who may see them.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Value;

use super::header::Header;
use super::stream::Stream;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Header values are masked.
    Anyone,
    /// The owner asked for the secrets.
    Owner,
    /// The state file, with what only it keeps.
    File,
}

impl Reader {
    /// The keys of the state file that only a draft has.
    pub(crate) const OF_DRAFTS: [&'static str; 2] = ["resume_at", "resume"];
}

#[derive(Debug, Clone, Copy)]
pub struct StreamJson<'a>(pub &'a Stream, pub Reader);

impl Serialize for StreamJson<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Self(stream, reader) = self;
        if *reader == Reader::Anyone {
            return stream.serialize(out);
        }
        let plain = |header: &Header| header.value.expose().to_owned();
        let headers = stream.webhook.iter().flat_map(|webhook| &webhook.headers);
        let mut json = with_values(stream, headers.map(plain)).map_err(S::Error::custom)?;
        if let (Reader::File, Some(keys)) = (reader, json.as_object_mut()) {
            let after_hint = |key: &String| key == "token_hint";
            let at = keys.keys().position(after_hint).map_or(0, |at| at + 1);
            let [step_key, resume_key] = Reader::OF_DRAFTS;
            if let Some(resume) = &stream.resume {
                keys.shift_insert(at, resume_key.to_owned(), resume.to_json());
            }
            if let Some(step) = stream.resume_at {
                keys.shift_insert(at, step_key.to_owned(), step.name().into());
            }
            let digest = stream.token_sha256.clone();
            keys.shift_insert(at, "token_sha256".to_owned(), digest.into());
        }
        json.serialize(out)
    }
}

pub(super) fn with_values(
    stream: &Stream,
    values: impl Iterator<Item = String>,
) -> serde_json::Result<Value> {
    let mut json = serde_json::to_value(stream)?;
    let headers = json.pointer_mut("/webhook/headers");
    let headers = headers.and_then(Value::as_array_mut);
    for (header, value) in headers.into_iter().flatten().zip(values) {
        header["value"] = value.into();
    }
    Ok(json)
}
