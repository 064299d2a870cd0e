//! The parts that wait for their answers.

use std::collections::HashMap;
use std::sync::Mutex;

use tokio::sync::{Notify, OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;

use crate::carrier::smpp::lock;
use crate::smpp::ShortMessage;

/// A part on its way to the connection.
#[derive(Debug)]
pub struct Request {
    pub part: ShortMessage,
    pub answer: oneshot::Sender<Answer>,
    /// Its place in the window.
    pub permit: OwnedSemaphorePermit,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Under this id.
    Taken(String),
    Refused(u32),
    /// It certainly was not sent.
    NotSent(String),
    /// It may have been sent.
    Unknown(String),
}

#[derive(Debug)]
struct Waiting {
    answer: oneshot::Sender<Answer>,
    until: Instant,
    handset: String,
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug, Default)]
pub struct Pending {
    waiting: Mutex<HashMap<u32, Waiting>>,
    none_left: Notify,
}

impl Pending {
    /// From now on, it may be sent at any time.
    pub fn add(&self, sequence: u32, request: Request, until: Instant) -> ShortMessage {
        let Request {
            part,
            answer,
            permit,
        } = request;
        let waiting = Waiting {
            answer,
            until,
            handset: part.destination.number.clone(),
            _permit: permit,
        };
        lock(&self.waiting).insert(sequence, waiting);
        part
    }

    /// Tells the part of a sequence number its answer. Its handset; `None` where nothing waits for
    /// that number, as when the answer is late.
    pub fn answer(&self, sequence: u32, with: impl FnOnce(&str) -> Answer) {
        let (found, is_last) = {
            let mut waiting = lock(&self.waiting);
            (waiting.remove(&sequence), waiting.is_empty())
        };
        if let Some(Waiting {
            answer, handset, ..
        }) = found
        {
            // Nobody may want to know it any more.
            let _ = answer.send(with(&handset));
        }
        if is_last {
            self.none_left.notify_waiters();
        }
    }

    /// Ends those whose time is over; whether there were any.
    pub fn end_overdue(&self, now: Instant, why: &str) -> bool {
        let is_overdue = |waiting: &Waiting| waiting.until <= now;
        let all = lock(&self.waiting);
        let overdue = all.iter().filter(|(_, one)| is_overdue(one));
        let overdue: Vec<u32> = overdue.map(|(sequence, _)| *sequence).collect();
        drop(all);
        for sequence in &overdue {
            self.answer(*sequence, |_| Answer::Unknown(why.to_owned()));
        }
        !overdue.is_empty()
    }

    pub fn end_all(&self, why: &str) {
        let all = std::mem::take(&mut *lock(&self.waiting));
        for waiting in all.into_values() {
            let _ = waiting.answer.send(Answer::Unknown(why.to_owned()));
        }
        self.none_left.notify_waiters();
    }

    pub async fn is_empty(&self) {
        loop {
            let mut none_left = std::pin::pin!(self.none_left.notified());
            none_left.as_mut().enable();
            if lock(&self.waiting).is_empty() {
                return;
            }
            none_left.await;
        }
    }
}
