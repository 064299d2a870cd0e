//! Finding streams by what a person calls them, and what a new one has to fit into.

use std::collections::HashMap;

use serde::Deserialize;

use super::{Catalogue, Entry, StoreError};
use crate::domain::{DraftConstraints, Stream, StreamId, Tag, name_key, same_name};

impl Catalogue {
    pub fn with_id(&self, id: &StreamId) -> Result<Option<Stream>, StoreError> {
        let found = self.entries().find(|entry| entry.id() == id.as_str());
        found.map(Entry::read).transpose()
    }

    /// By id or, in any case, by name.
    pub fn find(&self, wanted: &str) -> Result<Option<Stream>, StoreError> {
        let by_id = self.entries().find(|entry| entry.id() == wanted);
        let by_name = || self.entries().find(|entry| same_name(entry.name(), wanted));
        let found = by_id.or_else(by_name);
        found.map(Entry::read).transpose()
    }

    /// At most three names that may have been meant, the likeliest first.
    pub fn nearest(&self, wanted: &str) -> Vec<String> {
        let wanted = name_key(wanted);
        let likeness = |name: &str| strsim::jaro_winkler(&name_key(name), &wanted);
        let mut near: Vec<_> = self
            .entries()
            .map(Entry::name)
            .map(|name| (likeness(name), name))
            .filter(|(likeness, _)| *likeness > 0.8)
            .collect();
        near.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        near.truncate(3);
        near.into_iter().map(|(_, name)| name.to_owned()).collect()
    }

    /// What a draft has to fit into; `own` is the stream that it will replace.
    pub fn constraints(&self, own: Option<&StreamId>) -> DraftConstraints<'_> {
        let is_own = |entry: Entry<'_>| own.is_some_and(|own| entry.id() == own.as_str());
        let own = self.entries().position(is_own);
        let others = self.entries().enumerate();
        let others = others.filter(|(at, _)| Some(*at) != own);
        let own = own.and_then(|at| self.entries().nth(at)?.read().ok());
        DraftConstraints {
            names: others.map(|(_, entry)| entry.name()).collect(),
            senders: self.senders(),
            own_sender: own.and_then(|stream| stream.default_sender),
        }
    }

    /// With the number of streams, most used first.
    pub fn tags(&self) -> Result<Vec<(Tag, usize)>, StoreError> {
        #[derive(Deserialize)]
        struct Tags {
            #[serde(default)]
            tags: Vec<Tag>,
        }
        let mut counts: HashMap<Tag, usize> = HashMap::new();
        for entry in self.entries() {
            for tag in entry.read_as::<Tags>()?.tags {
                *counts.entry(tag).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|(a, n), (b, m)| m.cmp(n).then_with(|| a.as_str().cmp(b.as_str())));
        Ok(counts)
    }
}
