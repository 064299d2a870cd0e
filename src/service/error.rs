//! Why a use case came to nothing. Sentences only: what to do about it is said by the commands.

use crate::domain::{Problem, quote};
use crate::store::StoreError;

/// Why a use case came to nothing. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing has this id or name. `nearest` has names that may have been meant.
    #[error("stream {} not found", quote(.wanted))]
    NoStream {
        wanted: String,
        nearest: Vec<String>,
    },
    #[error("{}", sentence(.0))]
    Wrong(Vec<Problem>),
    /// Problems of a document, each with the number of the stream that it is about.
    #[error("the document can't be applied")]
    Document(Vec<(usize, Problem)>),
    /// The plan that was agreed to is not what there is to do any more.
    #[error("the streams were changed in the meantime; nothing was applied")]
    OtherPlan,
    #[error("{} is a draft: create it first", quote(.0))]
    IsDraft(String),
    #[error("{} is a draft: a token is issued when you create it", quote(.0))]
    NoTokenYet(String),
    #[error("{} is a demo stream: its messages are only simulated", quote(.0))]
    IsDemo(String),
    #[error("the token would be sent unencrypted to {}", quote(.0))]
    Unencrypted(String),
    #[error("tag {} not found", quote(.0))]
    NoTag(String),
}

fn sentence(wrong: &[Problem]) -> String {
    let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    match lines.as_slice() {
        [one] => one.clone(),
        many => format!("{} problems:\n  {}", many.len(), many.join("\n  ")),
    }
}
