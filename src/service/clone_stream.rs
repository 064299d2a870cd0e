//! A new stream with the answers of another.

use super::create::{Creation, Made, create};
use super::save_draft::save_draft;
use super::{Random, ServiceError};
use crate::domain::{Birth, DefaultSender, Status, Stream, StreamDraft, StreamName};
use crate::store::CatalogueStore;

/// Makes a stream like `source`, with a name and a token of its own. A draft's clone is a draft.
pub async fn clone_stream(
    store: &dyn CatalogueStore,
    random: Random<'_>,
    source: &Stream,
    name: StreamName,
    birth: &Birth,
) -> Result<Made, ServiceError> {
    let draft = StreamDraft {
        name: Some(name),
        default_sender: source.default_sender.clone().map(DefaultSender::New),
        ..StreamDraft::of(source)
    };
    let creation = Creation {
        draft: &draft,
        birth,
        known: None,
    };
    match source.status {
        Status::Draft => {
            let step = source.resume_at.unwrap_or(draft.next_step());
            save_draft(store, creation, step).await
        }
        status @ (Status::Ready | Status::Sending | Status::Disabled) => {
            create(store, random, creation, status).await
        }
    }
}
