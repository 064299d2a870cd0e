//! The changes that make the streams match a document. Pure: it reads nothing and changes nothing.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::difference::{Difference, differences};
use super::draft::StreamDraft;
use super::field::Field;
use super::name::name_key;
use super::problem::Problem;
use super::stream::{Status, Stream};

#[derive(Debug, Clone)]
pub struct Target {
    /// Answers left open get their defaults.
    pub draft: StreamDraft,
    pub status: Status,
}

#[derive(Debug, Clone)]
pub struct Change {
    pub after: Stream,
    pub differences: Vec<Difference>,
    /// Whether it was a draft and gets its token now.
    pub needs_token: bool,
}

#[derive(Debug, Default)]
pub struct Plan {
    pub creates: Vec<Target>,
    pub changes: Vec<Change>,
    pub deletes: Vec<Stream>,
    pub unchanged: usize,
}

impl Plan {
    /// Compares streams by name, in any case, and deletes the others only with `prune`. A problem
    /// carries the index of its stream in the document.
    pub fn new(
        present: Vec<Stream>,
        wanted: Vec<Target>,
        prune: bool,
        now: Timestamp,
    ) -> Result<Self, Vec<(usize, Problem)>> {
        let mut plan = Self::default();
        let mut wrong = Vec::new();
        let mut seen = HashSet::new();
        let mut present: Vec<Option<Stream>> = present.into_iter().map(Some).collect();
        let places: HashMap<String, usize> = present
            .iter()
            .enumerate()
            .filter_map(|(at, stream)| Some((name_key(stream.as_ref()?.name.as_str()), at)))
            .collect();
        for (number, target) in wanted.into_iter().enumerate() {
            let missing: Vec<_> = target.draft.missing().map(Problem::missing).collect();
            let name = target
                .draft
                .name
                .as_ref()
                .map_or_else(String::new, ToString::to_string);
            if !missing.is_empty() {
                wrong.extend(missing.into_iter().map(|problem| (number, problem)));
                continue;
            }
            if !seen.insert(name_key(&name)) {
                wrong.push((
                    number,
                    Problem::new(Field::Name, "it appears twice in the document"),
                ));
                continue;
            }
            let found = places
                .get(&name_key(&name))
                .and_then(|at| present[*at].take());
            match found {
                None => plan.creates.push(target),
                Some(before) => match change(&before, target, now) {
                    Ok(None) => plan.unchanged += 1,
                    Ok(Some(change)) => plan.changes.push(change),
                    Err(problem) => wrong.push((number, problem)),
                },
            }
        }
        if prune {
            plan.deletes = present.into_iter().flatten().collect();
        }
        if wrong.is_empty() {
            Ok(plan)
        } else {
            Err(wrong)
        }
    }

    pub fn is_empty(&self) -> bool {
        self.creates.is_empty() && self.changes.is_empty() && self.deletes.is_empty()
    }
}

fn change(before: &Stream, target: Target, now: Timestamp) -> Result<Option<Change>, Problem> {
    if target.status == Status::Draft && before.status != Status::Draft {
        return Err(Problem::new(
            Field::Name,
            "a created stream can't become a draft again",
        ));
    }
    let needs_token = before.status == Status::Draft && target.status != Status::Draft;
    let mut after = before
        .revised(target.draft, now)
        .map_err(|mut wrong| wrong.remove(0))?;
    after.status = target.status;
    if after.status != Status::Draft {
        after.resume_at = None;
        after.resume = None;
    }
    let differences = differences(before, &after);
    Ok((!differences.is_empty()).then_some(Change {
        after,
        differences,
        needs_token,
    }))
}
