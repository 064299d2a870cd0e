//! Creating a stream: with its token, Ready or Disabled, on top of the others.

use super::change::{Basis, change};
use super::{Random, ServiceError};
use crate::domain::{Route, SenderId, Status, Stream, StreamDraft, StreamIdentity, Token};
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, StoreError};

#[derive(Debug, Clone, Copy)]
pub struct Creation<'a> {
    pub draft: &'a StreamDraft,
    pub identity: &'a StreamIdentity,
    /// The draft as it was last seen in the store: what others did to it since is not undone.
    pub known: Option<&'a Stream>,
}

#[derive(Debug)]
pub struct Made {
    pub stream: Stream,
    /// `None` for a draft.
    pub token: Option<Token>,
    /// The Sender ID that an example names: the stream's default, else one of the catalogue's.
    pub sender: Option<SenderId>,
    /// Those that there are.
    pub routes: Vec<Route>,
}

/// Also completes a draft.
pub async fn create(
    store: &dyn CatalogueStore,
    random: Random<'_>,
    creation: Creation<'_>,
    status: Status,
) -> Result<Made, ServiceError> {
    let token = Token::issue(random);
    change(store, Basis::Named, |catalogue| {
        fit(catalogue, creation.draft, creation)?;
        let identity = StreamIdentity {
            created_at: creation.identity.now,
            ..creation.identity.clone()
        };
        let built = creation.draft.clone().build(identity);
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
            routes: catalogue.routes().to_vec(),
        };
        Ok((changes, made))
    })
    .await
}

pub(super) fn fit(
    catalogue: &Catalogue,
    draft: &StreamDraft,
    creation: Creation<'_>,
) -> Result<(), ServiceError> {
    let Creation {
        identity, known, ..
    } = creation;
    let there = catalogue.with_id(&identity.id)?;
    still(known, there.as_ref())?;
    let wrong = catalogue.constraints(Some(&identity.id)).conflicts(draft);
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(ServiceError::Wrong(wrong))
    }
}

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
