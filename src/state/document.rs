//! `state.json` in memory. A stream stays the text that it is until someone asks for it, so that
//! a command pays for the streams it touches and leaves the others as a person wrote them.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::domain::{
    Route, SenderId, Stream, StreamId, Surroundings, Tag, same_name, without_found_text,
};
use crate::error::Failure;

use super::damage::{damaged, other_version};
use super::entry::{Entry, entry_text, nested, pretty};
use super::key;

/// The version that this program writes, and the newest that it reads. It reads all before it:
/// version 1 has no `events` in webhooks.
const VERSION: u32 = 2;

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

/// The streams, newest first, and the catalogue.
#[derive(Debug)]
pub struct State<'a> {
    path: &'a Path,
    whole: &'a str,
    senders: Vec<SenderId>,
    routes: Vec<Route>,
    entries: Vec<Entry<'a>>,
    changed: bool,
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
            routes: Vec::new(),
            entries: Vec::new(),
            changed: false,
        };
        if whole.is_empty() {
            return Ok(state);
        }
        let top: Top =
            serde_json::from_str(whole).map_err(|error| state.unreadable(whole, &error))?;
        if !is_read(top.version) {
            return Err(other_version(path, top.version, VERSION));
        }
        state.entries.reserve(top.streams.len() + 1);
        for (at, raw) in top.streams.into_iter().enumerate() {
            let text = raw.get();
            let (id, name) = key::read(text).map_err(|error| state.unreadable(text, &error))?;
            state.entries.push(Entry::Stored { at, text, id, name });
        }
        state.senders = top.senders;
        state.routes = top.routes;
        Ok(state)
    }

    fn unreadable(&self, part: &str, error: &serde_json::Error) -> Failure {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        if let Ok(Version { version }) = serde_json::from_str(self.whole)
            && !is_read(version)
        {
            return other_version(self.path, version, VERSION);
        }
        // `part` lies inside `whole`: its place there turns the error's line into the file's.
        let before = self
            .whole
            .as_bytes()
            .get(..self.offset(part))
            .unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + error.line();
        let what = without_found_text(&error.to_string());
        let what = what.split(" at line ").next().unwrap_or(&what);
        damaged(self.path, &format!(" at line {line}: {what}"))
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

    /// Where the stream with this id stands.
    pub(super) fn place_of(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|entry| entry.id() == id)
    }

    /// What a draft has to fit into; `own` is the stream that it will replace.
    #[must_use]
    pub fn surroundings(&self, own: Option<&StreamId>) -> Surroundings<'_> {
        let own = own.and_then(|id| self.place_of(id.as_str()));
        let others = self
            .entries
            .iter()
            .enumerate()
            .filter(|(at, _)| Some(*at) != own);
        let own = own.and_then(|at| self.stream(&self.entries[at]).ok());
        Surroundings {
            names: others.map(|(_, entry)| entry.name()).collect(),
            senders: &self.senders,
            own_sender: own.and_then(|stream| stream.default_sender),
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
        counts.sort_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.as_str().cmp(b.as_str())));
        Ok(counts)
    }

    /// Puts a stream in the place of the one with its id, or on top.
    pub fn put(&mut self, stream: Stream) {
        let place = self.place_of(stream.id.as_str());
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
        self.changed = true;
    }

    /// Brings a stream to the top.
    pub fn raise(&mut self, id: &StreamId) {
        if let Some(at) = self.place_of(id.as_str()) {
            self.entries[..=at].rotate_right(1);
            self.changed = true;
        }
    }

    /// Takes a stream out; the routes that went with it. A route that is left without a stream goes with it: it must not become one for all.
    pub(super) fn remove(&mut self, id: &StreamId) -> Vec<Route> {
        self.entries.retain(|entry| entry.id() != id.as_str());
        self.changed = true;
        let last = |route: &mut Route| {
            let named = !route.streams.is_empty();
            route.streams.retain(|stream| stream != id);
            named && route.streams.is_empty()
        };
        self.routes.extract_if(.., last).collect()
    }

    /// The catalogue, in the order in which Sender IDs were added.
    #[must_use]
    pub fn senders(&self) -> &[SenderId] {
        &self.senders
    }

    /// Adds to the catalogue; the Sender IDs that were new to it.
    pub fn add_senders(&mut self, ids: impl IntoIterator<Item = SenderId>) -> Vec<SenderId> {
        let mut ids = ids.into_iter().peekable();
        if ids.peek().is_none() {
            return Vec::new();
        }
        let there: HashSet<&SenderId> = self.senders.iter().collect();
        let mut seen = HashSet::new();
        let fresh: Vec<_> = ids
            .filter(|id| !there.contains(id) && seen.insert(id.clone()))
            .collect();
        self.senders.extend(fresh.iter().cloned());
        self.changed |= !fresh.is_empty();
        fresh
    }

    /// Takes one out of the catalogue; `None` when it was not there.
    pub fn remove_sender(&mut self, id: &str) -> Option<SenderId> {
        let at = self.senders.iter().position(|other| other.as_str() == id)?;
        self.changed = true;
        Some(self.senders.remove(at))
    }

    /// The ways out for live streams, in the order in which they were added.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Puts a route in the place of the one with its name, or last.
    pub fn put_route(&mut self, route: Route) {
        match self.routes.iter_mut().find(|old| old.name == route.name) {
            Some(old) => *old = route,
            None => self.routes.push(route),
        }
        self.changed = true;
    }

    /// Takes a route out; `None` when it was not there.
    pub fn remove_route(&mut self, name: &str) -> Option<Route> {
        let at = self
            .routes
            .iter()
            .position(|route| same_name(route.name.as_str(), name))?;
        self.changed = true;
        Some(self.routes.remove(at))
    }

    /// Whether anything differs from the file.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The file's new text, in parts. Neighbours that nobody touched are one part, in the layout
    /// that they have in the file.
    #[must_use]
    pub fn to_text(&self) -> Vec<Cow<'_, str>> {
        let senders = nested(&pretty(&self.senders), 1);
        let routes = if self.routes.is_empty() {
            String::new()
        } else {
            format!("\n  \"routes\": {},", nested(&pretty(&self.routes), 1))
        };
        let head = format!(
            "{{\n  \"version\": {VERSION},\n  \"senders\": {senders},{routes}\n  \"streams\": ["
        );
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
