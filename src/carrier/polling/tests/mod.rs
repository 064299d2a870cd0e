//! Accounts that answer as badly as they may, on a clock that stands still while nobody waits.

mod account;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use tokio::time::Instant;

use super::*;
use crate::api::PAGE;
use crate::carrier::{CarrierReceipt, IncomingMessage};
use account::Account;

fn fields(n: usize) -> IncomingFields {
    IncomingFields {
        id: Some(format!("in-{n}")),
        from: "12025550143".to_owned(),
        to: None,
        text: format!("text {n}"),
        at: None,
        stream: None,
    }
}

fn delivered(n: usize) -> SentMessage {
    SentMessage {
        ids: vec![format!("out-{n}")],
        handset: None,
        status: Some(MessageStatus::Delivered),
        details: None,
    }
}

/// What was kept, and how often it was handed over.
#[derive(Default)]
struct Kept {
    incoming: BTreeMap<String, usize>,
    receipts: BTreeMap<String, usize>,
    until: Vec<Timestamp>,
    links: Vec<String>,
    fails: usize,
}

fn keep(kept: &Arc<Mutex<Kept>>) -> Keep {
    let kept = Arc::clone(kept);
    Arc::new(move |heard| {
        let mut kept = kept.lock().unwrap();
        if kept.fails > 0 {
            kept.fails -= 1;
            return Box::pin(std::future::ready(false));
        }
        for one in heard {
            match one {
                Heard::Incoming(IncomingMessage { remote_id, .. }) => {
                    *kept.incoming.entry(remote_id.unwrap()).or_default() += 1;
                }
                Heard::Receipt(CarrierReceipt { ids, .. }) => {
                    *kept.receipts.entry(ids[0].clone()).or_default() += 1;
                }
                Heard::Until(at) => kept.until.push(at),
                Heard::Link(state) => kept.links.push(state),
            }
        }
        Box::pin(std::future::ready(true))
    })
}

/// Listens for so long; what was kept.
async fn listen(account: &Account, kept: &Arc<Mutex<Kept>>, seconds: u64) {
    let polling = Polling {
        lists: account,
        stream: None,
        poll: Duration::from_secs(5),
        keep: keep(kept),
        now: &|| account.now(),
    };
    let until = Duration::from_secs(seconds);
    let over = tokio::time::timeout(until, polling.listen(None)).await;
    assert!(over.is_err(), "it listens for ever");
}

fn all(prefix: &str, count: usize) -> BTreeSet<String> {
    (0..count).map(|n| format!("{prefix}-{n}")).collect()
}

fn at_second(count: usize, of: impl Fn(usize) -> u64) -> Vec<(u64, IncomingFields)> {
    (0..count).map(|n| (of(n), fields(n))).collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_handed_over_once_in_whatever_shape_the_lists_come() {
    for (newest_first, tells_total, most) in [
        (true, true, PAGE),
        (false, true, PAGE),
        (true, false, PAGE),
        (false, false, 30),
        (true, true, 30),
        (false, true, 1000),
    ] {
        let account = Account {
            newest_first,
            tells_total,
            most,
            fails_every: 7,
            // A few hundred at once, then some every second, while pages are read.
            incoming: at_second(1_000, |n| if n < 700 { 0 } else { (n as u64 - 700) / 10 }),
            sent: (0..250).map(|n| (0, delivered(n))).collect(),
            ..Account::new()
        };
        let kept = Arc::default();
        listen(&account, &kept, 900).await;
        let kept = kept.lock().unwrap();
        let shape = format!("newest first: {newest_first}, total: {tells_total}, {most}");
        let ids: BTreeSet<_> = kept.incoming.keys().cloned().collect();
        assert_eq!(ids, all("in", 1_000), "{shape}");
        assert!(kept.incoming.values().all(|times| *times == 1), "{shape}");
        // The answer that a receipt follows may be kept later than the receipt is read.
        let ids: BTreeSet<_> = kept.receipts.keys().cloned().collect();
        assert_eq!(ids, all("out", 250), "{shape}");
        assert!(kept.receipts.values().all(|times| *times == 2), "{shape}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_knows_no_pages_is_not_asked_for_ever() {
    let account = Account {
        knows_pages: false,
        tells_total: false,
        incoming: at_second(PAGE, |_| 0),
        ..Account::new()
    };
    let kept = Arc::default();
    listen(&account, &kept, 60).await;
    assert_eq!(kept.lock().unwrap().incoming.len(), PAGE);
    assert!(account.calls() < 60, "{}", account.calls());
}

#[tokio::test(start_paused = true)]
async fn a_long_overlap_is_not_read_at_every_poll() {
    let account = Account {
        incoming: at_second(450, |_| 0),
        ..Account::new()
    };
    let kept = Arc::default();
    listen(&account, &kept, 299).await;
    let calls = account.calls.lock().unwrap();
    let count = |hours: std::ops::Range<i64>| {
        let within = |back: &&SignedDuration| hours.contains(&back.as_hours());
        calls.iter().filter(within).count()
    };
    // Seven days at the first time; then ten minutes, but a day where the list is short.
    assert_eq!(count(7 * 24..8 * 24), 5 + 1);
    assert_eq!(count(0..1), 5 * 59);
    assert_eq!(count(24..25), 59);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_kept_is_handed_over_again() {
    let account = Account {
        incoming: at_second(250, |_| 0),
        ..Account::new()
    };
    let kept = Arc::new(Mutex::new(Kept {
        fails: 20,
        ..Kept::default()
    }));
    listen(&account, &kept, 120).await;
    let kept = kept.lock().unwrap();
    assert_eq!(kept.incoming.len(), 250);
    assert!(kept.incoming.values().all(|times| *times == 1));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_is_told_once_and_tried_rarely() {
    let account = Account {
        fails_every: 1,
        status: 401,
        ..Account::new()
    };
    let kept = Arc::default();
    listen(&account, &kept, 3_600).await;
    let kept = kept.lock().unwrap();
    assert_eq!(kept.links, ["not connected: HTTP 401: no"]);
    assert!(account.calls() <= 2 * 61, "{}", account.calls());
    assert_eq!(kept.until, []);
}

#[tokio::test(start_paused = true)]
async fn it_is_said_how_far_everything_was_heard_once_a_minute() {
    let account = Account {
        fails_every: 9,
        ..Account::new()
    };
    let kept = Arc::default();
    listen(&account, &kept, 600).await;
    let kept = kept.lock().unwrap();
    assert!((9..=10).contains(&kept.until.len()), "{:?}", kept.until);
    assert!(kept.until.is_sorted());
    assert_eq!(kept.links, ["connected"]);
}

#[test]
fn another_stream_s_messages_are_told_by_its_number() {
    let account = Account {
        began: Instant::from_std(std::time::Instant::now()),
        ..Account::new()
    };
    let of = |stream: Option<&str>| Polling {
        lists: &account,
        stream: stream.map(str::to_owned),
        poll: Duration::ZERO,
        keep: keep(&Arc::default()),
        now: &Timestamp::now,
    };
    assert!(of(Some("7")).is_own(Some("7")) && of(Some("7")).is_own(None));
    assert!(of(Some("7")).is_own(Some("OTP")) && of(None).is_own(Some("7")));
    assert!(!of(Some("7")).is_own(Some("8")));
}
