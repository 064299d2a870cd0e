//! Long texts out of parts that come in any order, more than once, or never.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use super::text;

/// What the parts of one text have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub from: String,
    pub to: String,
    pub reference: u16,
    pub wide: bool,
    pub total: u8,
}

/// The octets of a part with what they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub data_coding: u8,
    pub octets: Vec<u8>,
}

/// What is handed on as one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub key: Key,
    /// In order, without those that never came.
    pub pieces: Vec<Piece>,
}

impl Joined {
    /// Parts are decoded together: some senders cut characters in two.
    pub fn text(&self, default: u8) -> String {
        let alike = self
            .pieces
            .chunk_by(|one, other| one.data_coding == other.data_coding);
        alike
            .map(|alike| {
                let octets: Vec<_> = alike.iter().map(|piece| &*piece.octets).collect();
                text::decode(alike[0].data_coding, default, &octets.concat())
            })
            .collect()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It was there, or its text was complete before.
    Known,
    Waits,
    /// With it, the text is whole. It stays until it is [`Joiner::kept`].
    Whole(Joined),
}

#[derive(Debug)]
struct Group {
    parts: BTreeMap<u8, Piece>,
    /// It was handed on whole and kept: its parts are there to be known again.
    kept: bool,
}

#[derive(Debug)]
pub struct Joiner {
    age: Duration,
    most: usize,
    groups: HashMap<Key, Group>,
    /// When the first part of each came, the oldest first.
    order: VecDeque<(Instant, Key)>,
    octets: usize,
    /// Given up before their time.
    given_up: Vec<Joined>,
}

impl Joiner {
    /// A text is given up as it is when its first part is as old as `age`, or the oldest while all
    /// together have more than `most` octets.
    pub fn new(age: Duration, most: usize) -> Self {
        Self {
            age,
            most,
            groups: HashMap::new(),
            order: VecDeque::new(),
            octets: 0,
            given_up: Vec::new(),
        }
    }

    pub fn add(&mut self, key: &Key, part: u8, piece: Piece, now: Instant) -> Added {
        let before = self
            .groups
            .get(key)
            .and_then(|group| group.parts.get(&part));
        match before {
            // A reference comes again after some hundred texts of a sender.
            Some(other) if *other != piece => {
                self.order.retain(|(_, one)| one != key);
                self.give_up(key);
            }
            Some(_) if self.groups[key].kept => return Added::Known,
            Some(_) | None => {}
        }
        if !self.groups.contains_key(key) {
            self.order.push_back((now, key.clone()));
        }
        let group = self.groups.entry(key.clone()).or_insert_with(|| Group {
            parts: BTreeMap::new(),
            kept: false,
        });
        let octets = piece.octets.len() + OVERHEAD;
        let is_new = group.parts.insert(part, piece).is_none();
        let is_whole = group.parts.len() == usize::from(key.total);
        self.octets += if is_new { octets } else { 0 };
        let added = match (is_whole, is_new) {
            (true, _) => self.joined(key).map_or(Added::Known, Added::Whole),
            (false, true) => Added::Waits,
            (false, false) => Added::Known,
        };
        self.make_room(key);
        added
    }

    /// A text that was handed on whole is on disk: its parts may still come again.
    pub fn kept(&mut self, key: &Key) {
        if let Some(group) = self.groups.get_mut(key) {
            group.kept = true;
        }
    }

    /// Texts whose rest is not waited for any more.
    pub fn overdue(&mut self, now: Instant) -> Vec<Joined> {
        let is_due = |since: Instant| now.saturating_duration_since(since) >= self.age;
        let due = self.order.iter().take_while(|(since, _)| is_due(*since));
        for (_, key) in self.order.drain(..due.count()).collect::<Vec<_>>() {
            self.give_up(&key);
        }
        std::mem::take(&mut self.given_up)
    }

    /// When [`Joiner::overdue`] has something next.
    pub fn due(&self) -> Option<Instant> {
        let (since, _) = self.order.front()?;
        if self.given_up.is_empty() {
            since.checked_add(self.age)
        } else {
            Some(*since)
        }
    }

    /// All that there is, as at the end.
    pub fn rest(&mut self) -> Vec<Joined> {
        while let Some((_, key)) = self.order.pop_front() {
            self.give_up(&key);
        }
        std::mem::take(&mut self.given_up)
    }

    /// Texts that could not be kept: they are overdue at once.
    pub fn put_back(&mut self, texts: Vec<Joined>) {
        self.given_up.extend(texts);
    }

    fn make_room(&mut self, but: &Key) {
        while self.octets > self.most {
            let oldest = self.order.iter().position(|(_, key)| key != but);
            let Some((_, key)) = oldest.and_then(|at| self.order.remove(at)) else {
                break;
            };
            self.give_up(&key);
        }
    }

    fn give_up(&mut self, key: &Key) {
        let joined = self.joined(key);
        if let Some(group) = self.groups.remove(key) {
            let octets = group
                .parts
                .values()
                .map(|piece| piece.octets.len() + OVERHEAD);
            self.octets -= octets.sum::<usize>();
            self.given_up.extend(joined.filter(|_| !group.kept));
        }
    }

    fn joined(&self, key: &Key) -> Option<Joined> {
        let group = self.groups.get(key)?;
        Some(Joined {
            key: key.clone(),
            pieces: group.parts.values().cloned().collect(),
        })
    }
}

/// Octets of memory of a part beside its own: an estimate.
const OVERHEAD: usize = 128;

#[cfg(test)]
mod tests;
