//! The catalogue as it will be written. Streams that nobody touches stay the text that they are.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::entry_text::entry_text;
use crate::domain::{Route, SenderId, Stream, StreamId, name_key};
use crate::store::{Catalogue, Entry, StoreError};

pub(in crate::store) struct Pending<'a> {
    base: &'a Catalogue,
    /// Every stream that was there, in its old place, and the new ones behind them; `None` where one
    /// was deleted.
    slots: Vec<Option<Slot<'a>>>,
    /// The slots, newest last: that is where streams come and go.
    order: Vec<usize>,
    /// The first slot of each id.
    ids: HashMap<Cow<'a, str>, usize>,
    /// The slots that came on top.
    raised: HashSet<usize>,
    /// How many streams have a name, without regard to case.
    names: HashMap<String, usize>,
    /// Whether two streams have the same id: a file that was written by hand.
    twins: bool,
    pub senders: Vec<SenderId>,
    pub routes: Vec<Route>,
    pub changed: bool,
}

/// One stream of the file: as it stands there, or as it will.
enum Slot<'a> {
    Stored(Entry<'a>),
    Changed { stream: Box<Stream>, text: String },
}

impl Slot<'_> {
    fn id(&self) -> &str {
        match self {
            Self::Stored(entry) => entry.id(),
            Self::Changed { stream, .. } => stream.id.as_str(),
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Stored(entry) => entry.name(),
            Self::Changed { stream, .. } => stream.name.as_str(),
        }
    }

    fn json(&self) -> &str {
        match self {
            Self::Stored(entry) => entry.json(),
            Self::Changed { text, .. } => text,
        }
    }
}

impl<'a> Pending<'a> {
    pub fn new(base: &'a Catalogue) -> Self {
        let slots: Vec<_> = base
            .entries()
            .map(|entry| Some(Slot::Stored(entry)))
            .collect();
        let (mut ids, mut names) = (HashMap::with_capacity(slots.len()), HashMap::new());
        for (at, entry) in base.entries().enumerate() {
            ids.entry(entry.id().into()).or_insert(at);
            *names.entry(name_key(entry.name())).or_default() += 1;
        }
        Self {
            base,
            twins: ids.len() < slots.len(),
            order: (0..slots.len()).rev().collect(),
            slots,
            ids,
            raised: HashSet::new(),
            names,
            senders: base.senders().to_vec(),
            routes: base.routes().to_vec(),
            changed: false,
        }
    }

    fn slot(&self, id: &str) -> Option<(usize, &Slot<'a>)> {
        let at = *self.ids.get(id)?;
        Some((at, self.slots[at].as_ref()?))
    }

    pub fn has(&self, id: &str) -> bool {
        self.slot(id).is_some()
    }

    pub fn stream(&self, id: &StreamId) -> Result<Option<Stream>, StoreError> {
        match self.slot(id.as_str()) {
            Some((_, Slot::Stored(entry))) => self.base.stream(entry).map(Some),
            Some((_, Slot::Changed { stream, .. })) => Ok(Some((**stream).clone())),
            None => Ok(None),
        }
    }

    /// In any case.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains_key(&name_key(name))
    }

    pub fn put(&mut self, stream: Stream) {
        let place = self.slot(stream.id.as_str()).map(|(at, _)| at);
        let before = place.and_then(|at| self.slots[at].take());
        let text = entry_text(&stream, before.as_ref().map(Slot::json));
        if let Some(before) = before {
            self.forget_name(before.name());
        }
        *self
            .names
            .entry(name_key(stream.name.as_str()))
            .or_default() += 1;
        let at = place.unwrap_or(self.slots.len());
        if place.is_none() {
            self.ids.insert(stream.id.to_string().into(), at);
            self.order.push(at);
            self.raised.insert(at);
            self.slots.push(None);
        }
        let stream = Box::new(stream);
        self.slots[at] = Some(Slot::Changed { stream, text });
        self.changed = true;
    }

    fn forget_name(&mut self, name: &str) {
        let key = name_key(name);
        if let Some(count) = self.names.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.names.remove(&key);
            }
        }
    }

    pub fn raise(&mut self, id: &StreamId) {
        if let Some((at, _)) = self.slot(id.as_str())
            && self.order.last() != Some(&at)
        {
            self.order.retain(|other| *other != at);
            self.order.push(at);
            self.raised.insert(at);
            self.changed = true;
        }
    }

    /// Takes a stream out, with every other of its id that a file may hold; the routes that went
    /// with it. One that is left without a stream goes: it must not become one for all.
    pub fn delete(&mut self, id: &StreamId) -> Vec<Route> {
        let Some(first) = self.ids.remove(id.as_str()) else {
            return Vec::new();
        };
        let places = if self.twins {
            0..self.slots.len()
        } else {
            first..first + 1
        };
        for at in places {
            if let Some(slot) = self.slots[at].take_if(|slot| slot.id() == id.as_str()) {
                self.forget_name(slot.name());
            }
        }
        self.changed = true;
        let last = |route: &mut Route| {
            let named = !route.streams.is_empty();
            route.streams.retain(|stream| stream != id);
            named && route.streams.is_empty()
        };
        self.routes.extract_if(.., last).collect()
    }

    /// Names and default senders, newest first.
    pub fn default_senders(&self) -> Result<Vec<(String, SenderId)>, StoreError> {
        #[derive(serde::Deserialize)]
        struct Of {
            default_sender: Option<SenderId>,
        }
        let mut found = Vec::new();
        for slot in self.ordered() {
            let sender = match slot {
                Slot::Stored(entry) => entry.read_as::<Of>()?.default_sender,
                Slot::Changed { stream, .. } => stream.default_sender.clone(),
            };
            found.extend(sender.map(|sender| (slot.name().to_owned(), sender)));
        }
        Ok(found)
    }

    fn ordered(&self) -> impl Iterator<Item = &Slot<'a>> {
        let slots = self.order.iter().rev();
        slots.filter_map(|at| self.slots[*at].as_ref())
    }

    /// The streams as they will be, newest first. Neighbours that nobody touched are one run, in the
    /// layout that they have in the text.
    pub fn runs(&self) -> Vec<Run<'_>> {
        let mut runs: Vec<Run<'_>> = Vec::new();
        let mut next = None;
        for at in self.order.iter().rev() {
            match (&self.slots[*at], runs.last_mut()) {
                (None, _) => continue,
                (Some(Slot::Stored(entry)), Some(Run::Stored(run))) if next == Some(*at) => {
                    run.end = entry.place().end;
                }
                (Some(Slot::Stored(entry)), _) => runs.push(Run::Stored(entry.place())),
                (Some(Slot::Changed { text, .. }), _) => runs.push(Run::Changed(text)),
            }
            next = Some(at + 1);
        }
        runs
    }

    /// The text of all streams that are left as they are.
    pub fn base_text(&self) -> &str {
        self.base.text()
    }

    /// The ids of streams that are not there any more.
    #[cfg(feature = "postgres")]
    pub fn deleted(&self) -> Vec<&str> {
        let base = self.base.entries().zip(&self.slots);
        base.filter(|(_, slot)| slot.is_none())
            .map(|(entry, _)| entry.id())
            .collect()
    }

    /// Streams that are new, changed or raised, oldest first: each one's id, its text if that is
    /// another one, and whether it comes on top of all that stay where they are.
    #[cfg(feature = "postgres")]
    pub fn touched(&self) -> Vec<(&str, Option<&str>, bool)> {
        let mut touched = Vec::new();
        for at in &self.order {
            let raised = self.raised.contains(at);
            match &self.slots[*at] {
                Some(slot @ Slot::Changed { text, .. }) => {
                    touched.push((slot.id(), Some(text.as_str()), raised));
                }
                Some(slot @ Slot::Stored(_)) if raised => touched.push((slot.id(), None, true)),
                Some(Slot::Stored(_)) | None => {}
            }
        }
        touched
    }
}

/// Streams that follow one another: in the text that was there, or with a text of its own.
pub(in crate::store) enum Run<'a> {
    Stored(Range<usize>),
    Changed(&'a str),
}
