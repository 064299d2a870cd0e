//! One list of the account, read page by page to its end, again and again.

use std::sync::Mutex;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep};

use super::seen::{Key, Seen};
use super::{Polling, Progress, Read, incoming, pause, receipt};
use crate::api::{IncomingFields, MessageList, PAGE, PageQuery};
use crate::client::{CallError, Patience};

/// What is read where nothing was heard before.
const FIRST: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Statuses may follow hours after their message.
const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// What is read again where the whole overlap has many pages.
const SHORT_OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// How often the whole overlap is read all the same.
const WHOLE_EVERY: Duration = Duration::from_secs(5 * 60);

/// An overlap of so many pages is always read as a whole.
const FEW_PAGES: usize = 2;

/// Failures in a row that make the account count as away.
const TOLD: u32 = 3;

/// Pages that are read without a pause.
const IN_A_ROW: usize = 50;

pub(super) struct Follower<'a> {
    polling: &'a Polling<'a>,
    list: MessageList,
    progress: &'a Mutex<Progress>,
    /// Until when everything of the list was heard.
    through: Option<Timestamp>,
    seen: Seen,
    round: u64,
    /// When the whole overlap was read last, and how many pages it had.
    whole: Option<(Instant, usize)>,
    /// Entries of the longest page: the account may give fewer than it is asked for.
    longest: usize,
    patience: Patience,
}

impl<'a> Follower<'a> {
    pub fn new(
        polling: &'a Polling<'a>,
        list: MessageList,
        progress: &'a Mutex<Progress>,
        since: Option<Timestamp>,
    ) -> Self {
        Self {
            polling,
            list,
            progress,
            through: since,
            seen: Seen::default(),
            round: 0,
            whole: None,
            longest: 0,
            patience: Patience::default(),
        }
    }

    /// For ever.
    pub async fn follow(mut self) {
        loop {
            let begun = (self.polling.now)();
            self.round += 1;
            let is_whole = self
                .whole
                .is_none_or(|(at, pages)| pages <= FEW_PAGES || at.elapsed() >= WHOLE_EVERY);
            let from = self.begin(begun, is_whole);
            let (pages, unreadable) = self.read_to_the_end(from).await;
            if is_whole {
                self.whole = Some((Instant::now(), pages));
                self.seen.turn();
                let list = self.list;
                self.say(|link| link.is_through(list, unreadable)).await;
            }
            self.through = Some(begun);
            self.polling
                .is_through(self.progress, self.list, begun)
                .await;
            sleep(self.polling.poll).await;
        }
    }

    fn begin(&self, now: Timestamp, is_whole: bool) -> Timestamp {
        let (since, overlap) = match self.through {
            None => (now, FIRST),
            Some(since) if is_whole => (since, OVERLAP),
            Some(since) => (since, SHORT_OVERLAP),
        };
        since.checked_sub(overlap).unwrap_or(since)
    }

    /// How many pages there were, and how many entries that could not be read.
    async fn read_to_the_end(&mut self, from: Timestamp) -> (usize, usize) {
        let mut query = PageQuery {
            from,
            stream: self.polling.stream.clone(),
            page: 1,
        };
        let (mut count, mut unreadable, mut last) = (0, 0, None);
        loop {
            let read = self.page(&query).await;
            count += read.len;
            unreadable += read.unreadable;
            // An account that knows no pages gives the same one again.
            let is_same = read.mark.is_some() && read.mark == last;
            let is_last = is_same || self.is_last(&read, count);
            last = read.mark;
            self.take(read.entries).await;
            if is_last {
                return (query.page, unreadable);
            }
            if query.page.is_multiple_of(IN_A_ROW) {
                sleep(self.polling.poll).await;
            }
            query.page += 1;
        }
    }

    /// Neither the length that was asked for nor the total can be relied on alone.
    fn is_last(&mut self, read: &Read, count: usize) -> bool {
        let is_short = read.len < self.longest.min(PAGE);
        self.longest = self.longest.max(read.len);
        let is_all = read.total.is_some_and(|total| count >= total);
        read.len == 0 || is_short && read.total.is_none() || is_all && read.len < PAGE
    }

    /// As often as it takes: whatever comes in between, the same page is asked for again.
    async fn page(&mut self, query: &PageQuery) -> Read {
        let list = self.list;
        loop {
            match self.ask(query).await {
                Ok(read) => {
                    self.patience = Patience::default();
                    self.say(|link| link.answers(list)).await;
                    return read;
                }
                Err(error) => {
                    let is_refused = self.patience.gives_up_on(&error);
                    let pause = pause(&mut self.patience, &error);
                    if is_refused || self.patience.failed() >= TOLD {
                        self.say(|link| link.fails(list, &error)).await;
                    }
                    sleep(pause).await;
                }
            }
        }
    }

    async fn ask(&self, query: &PageQuery) -> Result<Read, CallError> {
        let lists = &self.polling.lists;
        Ok(match self.list {
            MessageList::Incoming => {
                let page = lists.incoming(query).await?;
                let (len, unreadable, total) = (page.len(), page.unreadable, page.total);
                let is_own = |stream: Option<&str>| self.polling.is_own(stream);
                let mark = mark(page.items.iter().map(IncomingFields::id_or_fingerprint));
                let own = page.items.into_iter();
                let own = own.filter(|one| is_own(one.stream.as_deref()));
                Read {
                    entries: own.map(incoming).collect(),
                    mark,
                    len,
                    unreadable,
                    total,
                }
            }
            MessageList::Sent => {
                let page = lists.sent(query).await?;
                Read {
                    mark: mark(page.items.iter().map(|one| one.ids[0].clone())),
                    len: page.len(),
                    unreadable: page.unreadable,
                    total: page.total,
                    entries: page.items.into_iter().filter_map(receipt).collect(),
                }
            }
        })
    }

    /// Hands over what is new. A receipt is handed over in two rounds: in the first one, the id of
    /// its message may not be known here yet.
    async fn take(&mut self, entries: Vec<(Key, super::Heard)>) {
        let mut fresh = Vec::new();
        let (mut keys, round) = (Vec::new(), self.round);
        for (key, heard) in entries {
            let first = self.seen.handed_over(key);
            let again = self.list == MessageList::Sent && first.is_some_and(|it| it < round);
            if first.is_none() || again {
                // No round comes after the largest number.
                keys.push((key, if again { u64::MAX } else { round }));
                fresh.push(heard);
            }
        }
        self.polling.hand_over(fresh).await;
        for (key, round) in keys {
            self.seen.remember(key, round);
        }
    }

    async fn say(&self, change: impl FnOnce(&mut super::Link)) {
        self.polling.tell(self.progress, change).await;
    }
}

fn mark(ids: impl Iterator<Item = String>) -> Option<Key> {
    let ids: Vec<_> = ids.collect();
    let parts: Vec<&str> = ids.iter().map(String::as_str).collect();
    (!parts.is_empty()).then(|| Key::of(&parts))
}
