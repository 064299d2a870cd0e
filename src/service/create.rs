//! Creating a stream: with its token, Ready or Disabled, on top of the others.

use super::change::{Basis, change};
use super::{Random, ServiceError};
use crate::domain::{Birth, SenderId, Status, Stream, StreamDraft, Token};
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, StoreError};

/// A stream to be made.
#[derive(Debug, Clone, Copy)]
pub struct Creation<'a> {
    pub draft: &'a StreamDraft,
    pub birth: &'a Birth,
    /// The draft as it was last seen in the store: what others did to it since is not undone.
    pub known: Option<&'a Stream>,
}

/// A stream that was made.
#[derive(Debug)]
pub struct Made {
    pub stream: Stream,
    /// Its token, unless it is a draft.
    pub token: Option<Token>,
    /// The Sender ID that an example names: the stream's default, else one of the catalogue's.
    pub sender: Option<SenderId>,
}

/// Creates a stream, or completes a draft.
pub async fn create(
    store: &dyn CatalogueStore,
    random: Random<'_>,
    creation: Creation<'_>,
    status: Status,
) -> Result<Made, ServiceError> {
    let token = Token::issue(random);
    change(store, Basis::Named, |catalogue| {
        fit(catalogue, creation.draft, creation)?;
        let birth = Birth {
            created_at: creation.birth.now,
            ..creation.birth.clone()
        };
        let built = creation.draft.clone().build(birth);
        let mut stream = built.map_err(ServiceError::Wrong)?;
        stream.status = status;
        let changes = changes(creation.draft, creation.known, &stream, Some(token.clone()));
        stream.accept(token.digest());
        let sender = example_sender(&stream, catalogue);
        let token = Some(token.clone());
        let made = Made {
            stream,
            token,
            sender,
        };
        Ok((changes, made))
    })
    .await
}

/// Whether a draft fits with what there is.
pub(super) fn fit(
    catalogue: &Catalogue,
    draft: &StreamDraft,
    creation: Creation<'_>,
) -> Result<(), ServiceError> {
    let Creation { birth, known, .. } = creation;
    let there = catalogue.with_id(&birth.id)?;
    still(known, there.as_ref())?;
    let wrong = catalogue.surroundings(Some(&birth.id)).conflicts(draft);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Wrong(wrong))
    }
}

/// Whether a stream in the store is still what it was when it was last seen.
pub(super) fn still(known: Option<&Stream>, there: Option<&Stream>) -> Result<(), StoreError> {
    if there == known {
        return Ok(());
    }
    let name = known.or(there).map(|stream| stream.name.to_string());
    let name = name.unwrap_or_default();
    Err(if there.is_some() {
        StoreError::Changed(name)
    } else {
        StoreError::Deleted(name)
    })
}

/// The stream, and the Sender ID that the catalogue gains with it.
pub(super) fn changes(
    draft: &StreamDraft,
    known: Option<&Stream>,
    stream: &Stream,
    token: Option<Token>,
) -> Vec<CatalogueChange> {
    let senders = draft.new_sender().cloned().into_iter().collect();
    let raise = token.is_some();
    vec![
        CatalogueChange::AddSenders(senders),
        CatalogueChange::Put {
            before: known.cloned().map(Box::new),
            after: Box::new(stream.clone()),
            token,
            raise,
        },
    ]
}

pub(super) fn example_sender(stream: &Stream, catalogue: &Catalogue) -> Option<SenderId> {
    let senders = catalogue.senders();
    stream.default_sender.as_ref().or(senders.first()).cloned()
}
