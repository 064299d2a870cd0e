//! Which streams a list is about.

use super::name::{Tag, name_key};
use super::sender::SenderId;
use super::stream::{Status, Stream};
use super::value::words;

/// A stream matches if it meets every condition; the default matches every stream.
#[derive(Debug, Clone, Default)]
pub struct StreamFilter {
    /// A part of the name, in any case.
    pub name: Option<String>,
    pub status: Option<Status>,
    /// Tags that a stream must all have, in any case.
    pub tags: Vec<Tag>,
    pub demo: Option<bool>,
    pub sender: Option<SenderId>,
}

impl StreamFilter {
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
    #[derive(Default)]
    pub enum Order {
        /// Without regard to case.
        Name = "name",
        /// Newest first.
        #[default]
        Created = "created",
        /// Last changed first.
        Updated = "updated",
    }
}

impl Order {
    /// The streams must come newest first.
    pub fn sort(self, streams: &mut [Stream]) {
        match self {
            Self::Created => {}
            Self::Name => streams.sort_by_cached_key(|stream| name_key(stream.name.as_str())),
            Self::Updated => streams.sort_by_key(|stream| std::cmp::Reverse(stream.updated_at)),
        }
    }
}
