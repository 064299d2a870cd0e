//! Why a use case came to nothing. Sentences only: what to do about it is said by the commands.

use crate::domain::{Problem, quote};
use crate::store::StoreError;

/// Why a use case came to nothing. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing has this id or name. `nearest` has names that may have been meant.
    #[error("no stream {}", quote(.wanted))]
    NoStream {
        wanted: String,
        nearest: Vec<String>,
    },
    /// Answers that cannot be a stream's.
    #[error("{}", sentence(.0))]
    Wrong(Vec<Problem>),
    /// Problems of a document, each with the number of the stream that it is about.
    #[error("the document cannot be applied")]
    Document(Vec<(usize, Problem)>),
    /// The plan that was agreed to is not what there is to do any more.
    #[error("the streams were changed by someone else meanwhile: nothing was applied")]
    OtherPlan,
    #[error("{} is a draft: it has to be created first", quote(.0))]
    IsDraft(String),
    #[error("{} is a draft: its token is issued when it is created", quote(.0))]
    NoTokenYet(String),
    #[error("{} is a demo stream: its messages never leave", quote(.0))]
    IsDemo(String),
    #[error("the token would travel unencrypted to {}", quote(.0))]
    Unencrypted(String),
    #[error("no stream has the tag {}", quote(.0))]
    NoTag(String),
}

/// Everything that is wrong, each with its flag.
fn sentence(wrong: &[Problem]) -> String {
    let lines: Vec<_> = wrong.iter().map(ToString::to_string).collect();
    match lines.as_slice() {
        [one] => one.clone(),
        many => format!("{} problems\n  {}", many.len(), many.join("\n  ")),
    }
}
