//! Parts of long texts that wait for each other. All of a text become one message, and are answered
//! with its id; parts whose rest does not come are messages of their own.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::submission::Submission;
use crate::api::ReceivedMessage;
use crate::smpp::join::{Joined, Key, Piece};
use crate::smpp::{Concat, ShortMessage, status, text};

/// How long a part waits for the next.
const WAIT: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(super) struct Parts {
    groups: HashMap<Key, Group>,
}

#[derive(Debug)]
struct Group {
    until: Instant,
    /// As they came.
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    number: u8,
    piece: Piece,
    submission: Submission,
}

impl Parts {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.groups.values().map(|group| group.parts.len()).sum()
    }

    /// When the first of them have waited long enough.
    pub(super) fn until(&self) -> Option<Instant> {
        self.groups.values().map(|group| group.until).min()
    }

    /// What is to be accepted now, if anything: the whole text, or parts that wait in vain because
    /// their reference is used again.
    pub(super) fn add(
        &mut self,
        concat: Concat,
        message: &ShortMessage,
        submission: Submission,
    ) -> Vec<Submission> {
        let key = Key {
            from: message.source.number.clone(),
            to: message.destination.number.clone(),
            reference: concat.reference,
            wide: concat.wide,
            total: concat.total,
        };
        let part = Part {
            number: concat.part,
            piece: Piece {
                data_coding: message.data_coding,
                octets: message.content().octets.to_vec(),
            },
            submission,
        };
        let until = Instant::now() + WAIT;
        let group = self.groups.entry(key.clone()).or_insert(Group {
            until,
            parts: Vec::new(),
        });
        let is_there = |one: &Part| one.number == part.number;
        let given_up = if group.parts.iter().any(is_there) {
            std::mem::take(&mut group.parts)
        } else {
            Vec::new()
        };
        group.parts.push(part);
        group.until = until;
        let mut ready: Vec<_> = given_up.into_iter().map(|part| part.submission).collect();
        if group.parts.len() == usize::from(concat.total)
            && let Some(group) = self.groups.remove(&key)
        {
            ready.push(whole(key, group.parts));
        }
        ready
    }

    /// Those that have waited long enough.
    pub(super) fn overdue(&mut self, now: Instant) -> Vec<Submission> {
        let due = self.groups.extract_if(|_, group| group.until <= now);
        own(due.map(|(_, group)| group).collect())
    }

    pub(super) fn all(&mut self) -> Vec<Submission> {
        own(self.groups.drain().map(|(_, group)| group).collect())
    }
}

/// In the order in which they came.
fn own(groups: Vec<Group>) -> Vec<Submission> {
    let parts = groups.into_iter().flat_map(|group| group.parts);
    let mut all: Vec<_> = parts.map(|part| part.submission).collect();
    all.sort_by_key(|one| one.requests.first().map(|request| request.sequence));
    all
}

fn whole(key: Key, mut parts: Vec<Part>) -> Submission {
    let requests = parts
        .iter()
        .flat_map(|part| part.submission.requests.clone());
    let requests = requests.collect();
    let receipt = parts.iter().find_map(|part| part.submission.receipt);
    parts.sort_by_key(|part| part.number);
    let mut pieces = Vec::with_capacity(parts.len());
    let mut message = Err(status::ESME_RSYSERR);
    for part in parts {
        pieces.push(part.piece);
        message = message.or(part.submission.message);
    }
    let message = message.map(|message| ReceivedMessage {
        message_content: Joined { key, pieces }.text(text::GSM_7),
        ..message
    });
    Submission {
        requests,
        receipt,
        message,
    }
}
