//! `state.json` in memory. A stream stays the text that it is until someone asks for it, so that
//! a command pays for the streams it touches and leaves the others as a person wrote them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::{SenderId, Stream, StreamId, Surroundings, Tag, quote, same_name};
use crate::error::Failure;

use super::entry::{Entry, entry_text, nested, pretty};
use super::key;

/// The version that this program writes, and the newest that it reads.
const VERSION: u32 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Top<'a> {
    version: u32,
    #[serde(default)]
    senders: Vec<SenderId>,
    #[serde(borrow, default)]
    streams: Vec<&'a RawValue>,
}

/// The streams, newest first, and the catalogue.
#[derive(Debug)]
pub struct State<'a> {
    path: &'a Path,
    whole: &'a str,
    /// The catalogue, in the order in which Sender IDs were added.
    pub senders: Vec<SenderId>,
    entries: Vec<Entry<'a>>,
}

impl<'a> State<'a> {
    /// Reads the file's text; empty text is an empty state.
    ///
    /// # Errors
    /// When it is not the JSON of this version: the failure names the place.
    pub fn parse(path: &'a Path, whole: &'a str) -> Result<Self, Failure> {
        let mut state = Self {
            path,
            whole,
            senders: Vec::new(),
            entries: Vec::new(),
        };
        if whole.is_empty() {
            return Ok(state);
        }
        let top: Top =
            serde_json::from_str(whole).map_err(|error| state.unreadable(whole, &error))?;
        if top.version != VERSION {
            return Err(state.other_version(top.version));
        }
        state.entries.reserve(top.streams.len() + 1);
        for (at, raw) in top.streams.into_iter().enumerate() {
            let text = raw.get();
            let (id, name) = key::read(text).map_err(|error| state.unreadable(text, &error))?;
            state.entries.push(Entry::Stored { at, text, id, name });
        }
        state.senders = top.senders;
        Ok(state)
    }

    fn unreadable(&self, part: &str, error: &serde_json::Error) -> Failure {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        if let Ok(Version { version }) = serde_json::from_str(self.whole)
            && version != VERSION
        {
            return self.other_version(version);
        }
        // `part` lies inside `whole`: its place there turns the error's line into the file's.
        let before = self
            .whole
            .as_bytes()
            .get(..self.offset(part))
            .unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + error.line();
        let what = error.to_string();
        let what = what.split(" at line ").next().unwrap_or(&what);
        Failure::failed(format_args!(
            "{} is damaged at line {line}: {what}",
            self.path.display()
        ))
        .hint("mend that line or put a good copy in its place; the file was left as it is")
    }

    fn other_version(&self, version: u32) -> Failure {
        Failure::failed(format_args!(
            "{} is of version {version}; this textpeak reads version {VERSION}",
            self.path.display()
        ))
        .hint("install a newer textpeak; the file was left as it is")
    }

    /// Every stream's entry, newest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.entries
    }

    /// One stream in full.
    ///
    /// # Errors
    /// When the file holds something there that is not a stream.
    pub fn stream(&self, entry: &Entry<'a>) -> Result<Stream, Failure> {
        match entry {
            Entry::Stored { text, .. } => {
                serde_json::from_str(text).map_err(|error| self.unreadable(text, &error))
            }
            Entry::Changed { stream, .. } => Ok((**stream).clone()),
        }
    }

    /// Every stream in full, newest first.
    ///
    /// # Errors
    /// As [`State::stream`].
    pub fn streams(&self) -> Result<Vec<Stream>, Failure> {
        self.entries
            .iter()
            .map(|entry| self.stream(entry))
            .collect()
    }

    /// The stream with this id or, without regard to case, this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, wanted: &str) -> Result<Stream, Failure> {
        let by_id = || self.entries.iter().find(|entry| entry.id() == wanted);
        let by_name = || {
            self.entries
                .iter()
                .find(|entry| same_name(entry.name(), wanted))
        };
        match by_id().or_else(by_name) {
            Some(entry) => self.stream(entry),
            None => Err(
                Failure::not_found(format_args!("no stream {}", quote(wanted)))
                    .hint(self.nearest(wanted)),
            ),
        }
    }

    /// What else may have been meant.
    fn nearest(&self, wanted: &str) -> String {
        let wanted = wanted.to_lowercase();
        let likeness = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &wanted);
        let mut near: Vec<_> = self
            .entries
            .iter()
            .map(Entry::name)
            .map(|name| (likeness(name), name))
            .collect();
        near.retain(|(likeness, _)| *likeness > 0.8);
        near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let names: Vec<_> = near.iter().take(3).map(|(_, name)| quote(name)).collect();
        if names.is_empty() {
            "textpeak streams list".to_owned()
        } else {
            format!("did you mean {}?", names.join(" or "))
        }
    }

    /// What a draft has to fit into; `own` is the stream that it will replace.
    #[must_use]
    pub fn surroundings(&self, own: Option<&StreamId>) -> Surroundings<'_> {
        let others = self
            .entries
            .iter()
            .filter(|entry| own.is_none_or(|id| id.as_str() != entry.id()));
        Surroundings {
            names: others.map(Entry::name).collect(),
            senders: &self.senders,
        }
    }

    /// Tags in use and how many streams have each, most used first.
    ///
    /// # Errors
    /// As [`State::stream`].
    pub fn tags(&self) -> Result<Vec<(Tag, usize)>, Failure> {
        #[derive(Deserialize)]
        struct Tags {
            #[serde(default)]
            tags: Vec<Tag>,
        }
        let mut counts: HashMap<Tag, usize> = HashMap::new();
        for entry in &self.entries {
            let text = entry.text();
            let Tags { tags } =
                serde_json::from_str(text).map_err(|e| self.unreadable(text, &e))?;
            for tag in tags {
                *counts.entry(tag).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.cmp(b)));
        Ok(counts)
    }

    /// Puts a stream in the place of the one with its id, or on top.
    pub fn put(&mut self, stream: Stream) {
        let place = self
            .entries
            .iter()
            .position(|entry| entry.id() == stream.id.as_str());
        let before = place.map(|at| self.entries[at].text());
        let text = entry_text(&stream, before);
        let entry = Entry::Changed {
            stream: Box::new(stream),
            text,
        };
        match place {
            Some(at) => self.entries[at] = entry,
            None => self.entries.insert(0, entry),
        }
    }

    /// Takes a stream out.
    pub fn remove(&mut self, id: &StreamId) {
        self.entries.retain(|entry| entry.id() != id.as_str());
    }

    /// Adds to the catalogue; `false` when it was there.
    pub fn add_sender(&mut self, id: &SenderId) -> bool {
        let fresh = !self.senders.contains(id);
        if fresh {
            self.senders.push(id.clone());
        }
        fresh
    }

    /// The file's new text, in parts. Neighbours that nobody touched are one part, in the layout
    /// that they have in the file.
    #[must_use]
    pub fn to_text(&self) -> Vec<Cow<'_, str>> {
        let senders = nested(&pretty(&self.senders), 1);
        let head =
            format!("{{\n  \"version\": {VERSION},\n  \"senders\": {senders},\n  \"streams\": [");
        let mut parts: Vec<Cow<'_, str>> = vec![head.into()];
        let runs = self.entries.chunk_by(Entry::is_followed_by);
        for (n, run) in runs.enumerate() {
            parts.push(if n == 0 { "\n    " } else { ",\n    " }.into());
            let (Some(first), Some(last)) = (run.first(), run.last()) else {
                continue;
            };
            parts.push(match first {
                Entry::Changed { text, .. } => text.into(),
                Entry::Stored { text, .. } => {
                    let start = self.offset(text);
                    let end = self.offset(last.text()) + last.text().len();
                    self.whole[start..end].into()
                }
            });
        }
        parts.push(
            if self.entries.is_empty() {
                "]\n}\n"
            } else {
                "\n  ]\n}\n"
            }
            .into(),
        );
        parts
    }

    /// Where a part of the file's text begins in it.
    fn offset(&self, part: &str) -> usize {
        (part.as_ptr() as usize).saturating_sub(self.whole.as_ptr() as usize)
    }
}
