//! Making the streams those of a document.

use std::collections::HashMap;

use jiff::Timestamp;

use super::change::{Basis, change};
use super::{Random, ServiceError, now};
use crate::domain::{
    Plan, Problem, RawDraft, Status, Stream, StreamId, StreamIdentity, Target, Token, name_key,
};
use crate::store::{Catalogue, CatalogueChange, CatalogueStore, Clock};

#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub streams: &'a [RawDraft],
    /// Delete streams that the document does not have.
    pub prune: bool,
    /// Fills placeholders.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
}

pub type NewTokens = Vec<(Stream, Token)>;

pub fn plan(
    catalogue: &Catalogue,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Plan, ServiceError> {
    let present = catalogue.streams()?;
    let mut wrong: Vec<(usize, Problem)> = Vec::new();
    let mut targets = Vec::with_capacity(wanted.streams.len());
    let by_name: HashMap<_, _> = present
        .iter()
        .map(|stream| (name_key(stream.name.as_str()), stream))
        .collect();
    for (number, raw) in wanted.streams.iter().enumerate() {
        let name = raw.name.clone().unwrap_or_default();
        let there = by_name
            .get(&name_key(&name))
            .and_then(|stream| stream.webhook.as_ref());
        let mut raw = raw.clone();
        let filled = raw.fill(wanted.environment, there);
        let (draft, mut problems) = raw.read();
        problems.extend(filled.err().unwrap_or_default());
        wrong.extend(problems.into_iter().map(|problem| (number, problem)));
        targets.push(Target {
            draft,
            status: raw.status.unwrap_or(Status::Ready),
        });
    }
    let planned = Plan::new(present, targets, wanted.prune, now);
    // An answer that could not be read is not missing as well.
    let told = |(number, problem): &(usize, Problem)| {
        wrong
            .iter()
            .any(|(other, known)| other == number && known.field == problem.field)
    };
    let (plan, more) = match planned {
        Ok(plan) => (plan, Vec::new()),
        Err(more) => (
            Plan::default(),
            more.into_iter().filter(|problem| !told(problem)).collect(),
        ),
    };
    wrong.extend(more);
    if wrong.is_empty() {
        return Ok(plan);
    }
    wrong.sort_by_key(|(number, problem)| (*number, problem.field));
    Err(ServiceError::Document(wrong))
}

/// Carries a plan out, if it is `agreed` to; what was done, and the new tokens in the document's
/// order.
pub async fn apply(
    store: &dyn CatalogueStore,
    clock: &Clock,
    random: Random<'_>,
    wanted: Wanted<'_>,
    agreed: &dyn Fn(&Plan) -> bool,
) -> Result<(Plan, NewTokens), ServiceError> {
    change(store, Basis::Whole, |catalogue| {
        let now = now(clock);
        let plan = plan(catalogue, wanted, now)?;
        // What was agreed to is what is done.
        if !agreed(&plan) {
            return Err(ServiceError::OtherPlan);
        }
        let (changes, tokens) = carry_out(catalogue, &plan, now, &mut *random)?;
        Ok((changes, (plan, tokens)))
    })
    .await
}

pub(super) fn carry_out(
    catalogue: &Catalogue,
    plan: &Plan,
    now: Timestamp,
    random: Random<'_>,
) -> Result<(Vec<CatalogueChange>, NewTokens), ServiceError> {
    let deleted = plan.deletes.iter().map(|stream| stream.id.clone());
    let mut changes: Vec<_> = deleted.map(CatalogueChange::Delete).collect();
    let (mut puts, mut senders, mut tokens) = (Vec::new(), Vec::new(), Vec::new());
    let present: HashMap<StreamId, Stream> = if plan.changes.is_empty() {
        HashMap::new()
    } else {
        let streams = catalogue.streams()?.into_iter();
        streams.map(|stream| (stream.id.clone(), stream)).collect()
    };
    let mut put = |before: Option<&Stream>, stream: &Stream, token: Option<Token>| {
        if let Some(token) = &token {
            let mut stream = stream.clone();
            stream.accept(token.digest());
            tokens.push((stream, token.clone()));
        }
        senders.extend(stream.default_sender.clone());
        puts.push(CatalogueChange::Put {
            before: before.cloned().map(Box::new),
            after: Box::new(stream.clone()),
            token,
            raise: false,
        });
    };
    for planned in &plan.changes {
        let before = present.get(&planned.after.id);
        let token = planned.needs_token.then(|| Token::issue(&mut *random));
        put(before, &planned.after, token);
    }
    // The document's first stream comes to stand on top.
    for target in plan.creates.iter().rev() {
        let identity = StreamIdentity {
            id: StreamId::generate(&mut *random),
            created_at: now,
            now,
        };
        let built = target.draft.clone().build(identity);
        let mut stream = built.map_err(ServiceError::Wrong)?;
        stream.status = target.status;
        let is_draft = target.status == Status::Draft;
        if is_draft {
            stream.resume_at = Some(target.draft.next_step());
        }
        let token = (!is_draft).then(|| Token::issue(&mut *random));
        put(None, &stream, token);
    }
    changes.push(CatalogueChange::AddSenders(senders));
    changes.extend(puts);
    tokens.reverse();
    Ok((changes, tokens))
}
