//! A new stream with the answers of another.

use super::create::{Creation, Made, create};
use super::save_draft::{ResumeAt, save_draft};
use super::{Random, ServiceError};
use crate::domain::{DefaultSender, Status, Stream, StreamDraft, StreamIdentity, StreamName};
use crate::store::CatalogueStore;

/// A draft's clone is a draft.
pub async fn clone_stream(
    store: &dyn CatalogueStore,
    random: Random<'_>,
    source: &Stream,
    name: StreamName,
    identity: &StreamIdentity,
) -> Result<Made, ServiceError> {
    let draft = StreamDraft {
        name: Some(name),
        default_sender: source.default_sender.clone().map(DefaultSender::New),
        ..StreamDraft::of(source)
    };
    let creation = Creation {
        draft: &draft,
        identity,
        known: None,
    };
    match source.status {
        Status::Draft => {
            let step = source.resume_at.unwrap_or(draft.next_step());
            let question = source.resume.as_ref().and_then(|resume| resume.question);
            save_draft(store, creation, ResumeAt { step, question }).await
        }
        status @ (Status::Ready | Status::Sending | Status::Disabled) => {
            create(store, random, creation, status).await
        }
    }
}
