//! One page of a list: bare, or inside an object that may say how long the list is.

use serde_json::{Map, Value};

use crate::api::lenient::{AnswerError, as_text, find, read_answer, refused_or_unreadable};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Entries that could not be read.
    pub unreadable: usize,
    /// The length of the whole list, where it is told.
    pub total: Option<usize>,
}

impl<T> Page<T> {
    /// Of all entries, whether they could be read or not.
    pub fn len(&self) -> usize {
        self.items.len() + self.unreadable
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const LISTS: [&str; 8] = [
    "items",
    "data",
    "messages",
    "incoming_messages",
    "streams",
    "senders",
    "results",
    "hydra:member",
];

/// `totalItems` is spelled like `total_items` here.
const TOTALS: [&str; 4] = ["total", "total_items", "hydra:totalItems", "meta.total"];

/// What one entry costs that cannot be read is that entry.
pub(super) fn read_page<T>(
    status: u16,
    body: &[u8],
    read: impl Fn(&Map<String, Value>) -> Option<T>,
) -> Result<Page<T>, AnswerError> {
    let answer = read_answer(status, body)?;
    let object = answer.as_object();
    let named =
        object.and_then(|object| LISTS.iter().find_map(|name| find(object, name)?.as_array()));
    let refused = answer.get("status") == Some(&Value::Bool(false));
    let entries = match named.or(answer.as_array()) {
        Some(entries) if !(refused && entries.is_empty()) => entries,
        _ => return Err(refused_or_unreadable(status, body, &answer)),
    };
    let items: Vec<T> = entries
        .iter()
        .filter_map(|entry| read(entry.as_object()?))
        .collect();
    let total = |name: &&str| as_text(find(object?, name)?)?.trim().parse().ok();
    Ok(Page {
        unreadable: entries.len() - items.len(),
        items,
        total: TOTALS.iter().find_map(total),
    })
}
