//! An account whose lists behave as badly as a test wants.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::api::{AnswerError, IncomingFields, PAGE, Page, PageQuery, SentMessage};
use crate::client::{CallError, MessageLists};

/// A list of entries that is longer at every look, and answers badly now and then.
pub struct Account {
    pub began: Instant,
    /// Newest last; each is there from so many seconds on.
    pub incoming: Vec<(u64, IncomingFields)>,
    pub sent: Vec<(u64, SentMessage)>,
    pub newest_first: bool,
    pub tells_total: bool,
    pub knows_pages: bool,
    /// Entries on a page, whatever is asked for.
    pub most: usize,
    /// Every so many calls fail.
    pub fails_every: usize,
    pub status: u16,
    /// How far each call looked back.
    pub calls: Mutex<Vec<SignedDuration>>,
}

impl Account {
    pub fn new() -> Self {
        Self {
            began: Instant::now(),
            incoming: Vec::new(),
            sent: Vec::new(),
            newest_first: true,
            tells_total: true,
            knows_pages: true,
            most: PAGE,
            fails_every: usize::MAX,
            status: 429,
            calls: Mutex::default(),
        }
    }

    pub fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-03-19T10:00:00Z".parse().unwrap();
        start + self.began.elapsed()
    }

    pub fn calls(&self) -> usize {
        self.calls.lock().unwrap().len()
    }

    fn page<T: Clone>(&self, list: &[(u64, T)], query: &PageQuery) -> Result<Page<T>, CallError> {
        let number = {
            let mut calls = self.calls.lock().unwrap();
            calls.push(self.now().duration_since(query.from));
            calls.len()
        };
        if number.is_multiple_of(self.fails_every) {
            return Err(CallError::NoAnswer {
                answer: AnswerError::Refused {
                    status: self.status,
                    message: "no".to_owned(),
                },
                retry_after: Some(Duration::from_secs(2)),
            });
        }
        let second = self.began.elapsed().as_secs();
        let there = list.iter().filter(|(from, _)| *from <= second);
        let mut there: Vec<T> = there.map(|(_, one)| one.clone()).collect();
        if self.newest_first {
            there.reverse();
        }
        let total = self.tells_total.then_some(there.len());
        let page = if self.knows_pages { query.page } else { 1 };
        let items = there.into_iter().skip((page - 1) * self.most);
        Ok(Page {
            items: items.take(self.most).collect(),
            unreadable: 0,
            total,
        })
    }
}

#[async_trait]
impl MessageLists for Account {
    async fn incoming(&self, query: &PageQuery) -> Result<Page<IncomingFields>, CallError> {
        self.page(&self.incoming, query)
    }

    async fn sent(&self, query: &PageQuery) -> Result<Page<SentMessage>, CallError> {
        self.page(&self.sent, query)
    }
}
