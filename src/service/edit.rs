//! Giving a stream other answers.

use super::change::{Basis, change};
use super::create::still;
use super::find::find;
use super::{ServiceError, now};
use crate::domain::{
    AllowedIp, Difference, RawDraft, Removals, Stream, StreamDraft, StreamId, Unique, differences,
};
use crate::store::{CatalogueChange, CatalogueStore, Clock};

#[derive(Debug)]
pub enum Answers<'a> {
    /// Some of them, in the place of what the stream has when they are applied.
    Given {
        answers: &'a RawDraft,
        removals: &'a Removals,
    },
    /// All of them, for the stream as it was when they were given.
    Whole {
        answers: StreamDraft,
        before: &'a Stream,
    },
}

/// A stream after an edit, and what differs; nothing was written where nothing does.
#[derive(Debug)]
pub struct Edited {
    pub stream: Stream,
    pub differences: Vec<Difference>,
}

pub async fn edit(
    store: &dyn CatalogueStore,
    clock: &Clock,
    id: &StreamId,
    answers: Answers<'_>,
) -> Result<Edited, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let there = find(catalogue, id.as_str())?;
        let draft = draft(&there, &answers)?;
        let wrong = catalogue.constraints(Some(id)).conflicts(&draft);
        if !wrong.is_empty() {
            return Err(ServiceError::Wrong(wrong));
        }
        let sender = draft.new_sender().cloned();
        let after = there.revised(draft, now(clock));
        let after = after.map_err(ServiceError::Wrong)?;
        let differences = differences(&there, &after);
        if differences.is_empty() {
            let stream = there;
            return Ok((
                Vec::new(),
                Edited {
                    stream,
                    differences,
                },
            ));
        }
        let changes = vec![
            CatalogueChange::AddSenders(sender.into_iter().collect()),
            CatalogueChange::Put {
                before: Some(Box::new(there)),
                after: Box::new(after.clone()),
                token: None,
                raise: false,
            },
        ];
        let stream = after;
        Ok((
            changes,
            Edited {
                stream,
                differences,
            },
        ))
    })
    .await
}

/// The addresses that may call after an edit; `None` where it will be refused.
pub fn allowed_after(there: &Stream, answers: &Answers<'_>) -> Option<Unique<AllowedIp>> {
    let draft = draft(there, answers).ok()?;
    Some(draft.allowed_ips.unwrap_or_default())
}

fn draft(there: &Stream, answers: &Answers<'_>) -> Result<StreamDraft, ServiceError> {
    match answers {
        Answers::Given { answers, removals } => {
            let (given, mut wrong) = answers.read_for(there.webhook.as_ref());
            let draft = StreamDraft::of(there).edited(given, removals, &mut wrong);
            if wrong.is_empty() {
                Ok(draft)
            } else {
                Err(ServiceError::Wrong(wrong))
            }
        }
        Answers::Whole { answers, before } => {
            still(Some(before), Some(there))?;
            Ok(answers.clone())
        }
    }
}
