//! Which streams a list is about.

use super::name::{Tag, name_key};
use super::sender::SenderId;
use super::stream::{Status, Stream};
use super::value::words;

/// Conditions that a stream must all meet; the default is met by every stream.
#[derive(Debug, Clone, Default)]
pub struct StreamFilter {
    /// Part of its name, in any case.
    pub name: Option<String>,
    /// Its status.
    pub status: Option<Status>,
    /// Tags, in any case, that it has all of.
    pub tags: Vec<Tag>,
    /// Whether it is simulated.
    pub demo: Option<bool>,
    /// Its default sender.
    pub sender: Option<SenderId>,
}

impl StreamFilter {
    /// Whether every stream meets it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let Self {
            name,
            status,
            tags,
            demo,
            sender,
        } = self;
        name.is_none() && status.is_none() && tags.is_empty() && demo.is_none() && sender.is_none()
    }

    /// Whether a stream meets it.
    #[must_use]
    pub fn matches(&self, stream: &Stream) -> bool {
        let Self {
            name,
            status,
            tags,
            demo,
            sender,
        } = self;
        let tagged = |tag: &Tag| stream.tags.contains(tag);
        name.as_ref()
            .is_none_or(|part| name_key(stream.name.as_str()).contains(&name_key(part)))
            && status.is_none_or(|status| status == stream.status)
            && tags.iter().all(tagged)
            && demo.is_none_or(|demo| demo == stream.demo)
            && sender
                .as_ref()
                .is_none_or(|sender| stream.default_sender.as_ref() == Some(sender))
    }
}

words! {
    /// How a list is ordered.
    #[derive(Default)]
    pub enum Order {
        /// By name, without regard to case.
        Name = "name",
        /// Newest first, as the table keeps them.
        #[default]
        Created = "created",
        /// Last changed first.
        Updated = "updated",
    }
}

impl Order {
    /// Puts streams, newest first, into this order.
    pub fn sort(self, streams: &mut [Stream]) {
        match self {
            Self::Created => {}
            Self::Name => streams.sort_by_cached_key(|stream| name_key(stream.name.as_str())),
            Self::Updated => streams.sort_by_key(|stream| std::cmp::Reverse(stream.updated_at)),
        }
    }
}
