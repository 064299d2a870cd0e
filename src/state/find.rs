//! Finding streams by what a person calls them.

use super::{Entry, State};
use crate::domain::{Stream, StreamId, name_key, quote, same_name};
use crate::error::Failure;

impl State<'_> {
    /// The stream with this id, if there is one.
    ///
    /// # Errors
    /// As [`State::stream`].
    pub fn with_id(&self, id: &StreamId) -> Result<Option<Stream>, Failure> {
        let place = self.place_of(id.as_str());
        place.map(|at| self.stream(&self.entries()[at])).transpose()
    }

    /// The stream with this id or, without regard to case, this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, wanted: &str) -> Result<Stream, Failure> {
        let by_name = || {
            self.entries()
                .iter()
                .position(|entry| same_name(entry.name(), wanted))
        };
        match self.place_of(wanted).or_else(by_name) {
            Some(at) => self.stream(&self.entries()[at]),
            None => Err(
                Failure::not_found(format_args!("no stream {}", quote(wanted)))
                    .hint(self.nearest(wanted)),
            ),
        }
    }

    /// Each of these streams once, as [`State::find`] finds them.
    ///
    /// # Errors
    /// When one of them is not there.
    pub fn find_all(&self, wanted: &[String]) -> Result<Vec<Stream>, Failure> {
        let mut found: Vec<Stream> = Vec::with_capacity(wanted.len());
        for name in wanted {
            let stream = self.find(name)?;
            if found.iter().all(|other| other.id != stream.id) {
                found.push(stream);
            }
        }
        Ok(found)
    }

    /// What else may have been meant.
    fn nearest(&self, wanted: &str) -> String {
        let wanted = name_key(wanted);
        let likeness = |name: &str| strsim::jaro_winkler(&name_key(name), &wanted);
        let mut near: Vec<_> = self
            .entries()
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
}
