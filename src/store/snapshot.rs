//! The catalogue as it was at one moment. A stream stays the text that it is until someone asks for
//! it, so that a command pays for the streams it touches.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;

use super::{Revision, StoreError, key};
use crate::domain::{Route, SenderId, Stream, without_found_text};

/// The streams, newest first, the Sender IDs and the routes.
pub struct Catalogue {
    revision: Revision,
    /// The file that the text was read from, for sentences about it.
    origin: Option<String>,
    text: String,
    streams: Vec<Stored>,
    senders: Vec<SenderId>,
    routes: Vec<Route>,
}

/// Where a stream and what it is found by stand in the text.
struct Stored {
    text: Range<usize>,
    id: Key,
    name: Key,
}

/// A string of the JSON text: its place in there, or what its escapes stand for.
enum Key {
    Within(Range<usize>),
    Unescaped(Box<str>),
}

#[derive(Clone, Copy)]
pub struct Entry<'a> {
    catalogue: &'a Catalogue,
    stored: &'a Stored,
}

pub(super) struct Parts {
    pub revision: Revision,
    pub origin: Option<String>,
    pub text: String,
    /// The place of each stream's JSON text, newest first.
    pub streams: Vec<Range<usize>>,
    pub senders: Vec<SenderId>,
    pub routes: Vec<Route>,
}

impl Catalogue {
    /// A catalogue of streams whose JSON texts stand in rows, newest first.
    pub fn from_rows(
        revision: Revision,
        rows: impl IntoIterator<Item = impl AsRef<str>>,
        senders: Vec<SenderId>,
        routes: Vec<Route>,
    ) -> Result<Self, StoreError> {
        let (mut text, mut streams) = (String::new(), Vec::new());
        for row in rows {
            let start = text.len();
            text.push_str(row.as_ref());
            streams.push(start..text.len());
        }
        Self::assemble(Parts {
            revision,
            origin: None,
            text,
            streams,
            senders,
            routes,
        })
    }

    pub(super) fn assemble(parts: Parts) -> Result<Self, StoreError> {
        let mut catalogue = Self {
            revision: parts.revision,
            origin: parts.origin,
            text: parts.text,
            streams: Vec::with_capacity(parts.streams.len()),
            senders: parts.senders,
            routes: parts.routes,
        };
        for place in parts.streams {
            let text = &catalogue.text[place.clone()];
            let (id, name) =
                key::read(text).map_err(|error| catalogue.unreadable(&place, &error))?;
            let (id, name) = (catalogue.key(id), catalogue.key(name));
            let text = place;
            catalogue.streams.push(Stored { text, id, name });
        }
        Ok(catalogue)
    }

    fn key(&self, found: Cow<'_, str>) -> Key {
        match found {
            Cow::Borrowed(part) => Key::Within(place_of(&self.text, part)),
            Cow::Owned(text) => Key::Unescaped(text.into()),
        }
    }

    pub fn revision(&self) -> &Revision {
        &self.revision
    }

    /// Newest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = Entry<'_>> + ExactSizeIterator {
        self.streams.iter().map(|stored| self.entry(stored))
    }

    fn entry<'a>(&'a self, stored: &'a Stored) -> Entry<'a> {
        let catalogue = self;
        Entry { catalogue, stored }
    }

    pub fn stream(&self, entry: &Entry<'_>) -> Result<Stream, StoreError> {
        entry.read()
    }

    /// Newest first.
    pub fn streams(&self) -> Result<Vec<Stream>, StoreError> {
        self.entries().map(Entry::read).collect()
    }

    /// In the order in which they were added.
    pub fn senders(&self) -> &[SenderId] {
        &self.senders
    }

    /// In the order in which they were added.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn unreadable(&self, part: &Range<usize>, error: &serde_json::Error) -> StoreError {
        let what = without_found_text(&error.to_string());
        let what = what.split(" at line ").next().unwrap_or(&what);
        match &self.origin {
            Some(file) => StoreError::Damaged {
                file: file.clone(),
                what: format!(" at line {}: {what}", line(&self.text, part.start, error)),
            },
            None => StoreError::Damaged {
                file: "a stream in the catalog".to_owned(),
                what: format!(": {what}"),
            },
        }
    }
}

impl<'a> Entry<'a> {
    fn text_of(self, key: &'a Key) -> &'a str {
        match key {
            Key::Within(place) => &self.catalogue.text[place.clone()],
            Key::Unescaped(text) => text,
        }
    }

    pub fn id(self) -> &'a str {
        self.text_of(&self.stored.id)
    }

    pub fn name(self) -> &'a str {
        self.text_of(&self.stored.name)
    }

    pub(super) fn place(self) -> Range<usize> {
        self.stored.text.clone()
    }

    pub(super) fn json(self) -> &'a str {
        &self.catalogue.text[self.place()]
    }

    pub(super) fn read(self) -> Result<Stream, StoreError> {
        self.read_as()
    }

    pub(super) fn read_as<T: Deserialize<'a>>(self) -> Result<T, StoreError> {
        serde_json::from_str(self.json())
            .map_err(|error| self.catalogue.unreadable(&self.stored.text, &error))
    }
}

/// A stream's header values are nobody's business.
impl fmt::Debug for Catalogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Catalogue of {} streams", self.streams.len())
    }
}

impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Where a part that was borrowed from a text stands in it.
pub(super) fn place_of(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

/// The line of a text that an error in a part of it is about; the part begins at `start`.
pub(super) fn line(whole: &str, start: usize, error: &serde_json::Error) -> usize {
    let before = whole.as_bytes().get(..start).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + error.line()
}

#[cfg(test)]
mod tests;
