//! Delivery reports of demo streams.

use super::*;
use crate::service::testing::{Call, DELAY, TestReceiver, demo, told};

/// What each handset was told, in the order of arrival: its sequence and status.
fn reports(calls: &[Call], handset: &str) -> Vec<(u64, String)> {
    let own = |call: &&Call| call.text("to") == handset;
    let report = |call: &Call| {
        let sequence = call.body["sequence"].as_u64().unwrap();
        (sequence, call.text("status").to_owned())
    };
    calls.iter().filter(own).map(report).collect()
}

const ENDINGS: [(&str, &[&str]); 7] = [
    ("12025550100", &["sent", "delivered"]),
    ("12025550101", &["sent", "undelivered"]),
    ("12025550102", &["sent_failed"]),
    ("12025550103", &["no_routes"]),
    ("12025550104", &["rejected"]),
    ("12025550105", &["sent"]),
    ("12025550106", &["sent", "delivered"]),
];

#[tokio::test]
async fn every_change_of_a_status_is_told_once_at_its_time_though_nobody_asks() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &ENDINGS.map(|(handset, _)| handset.to_owned()))
        .await;
    let mut outbox = Outbox::new(&home, "local");
    let begun = home.clock.now();
    for (after, open) in [
        (Duration::ZERO, 3),
        (DELAY, 1),
        (DELAY * 9, 0),
        (DELAY * 100, 0),
    ] {
        home.clock.advance(after);
        outbox.run().await;
        let ended: usize = ENDINGS.iter().map(|(_, statuses)| statuses.len()).sum();
        assert_eq!(receiver.calls().len(), ended - open, "after {after:?}");
    }
    let calls = receiver.calls();
    for (handset, statuses) in ENDINGS {
        let expected: Vec<_> = (1..)
            .zip(statuses.iter().map(ToString::to_string))
            .collect();
        assert_eq!(reports(&calls, handset), expected, "{handset}");
    }
    let slow = calls
        .iter()
        .rfind(|call| call.text("to") == "12025550106")
        .unwrap();
    let ten_times = begun.checked_add(DELAY * 10).unwrap();
    assert_eq!(slow.text("occurred_at"), format!("{ten_times:.3}"));
    assert_eq!(slow.body["final"], true);
}

#[tokio::test]
async fn what_came_to_its_end_while_no_gateway_ran_is_told_when_one_starts() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &["12025550101".to_owned()]).await;
    let begun = home.clock.now();
    home.clock.advance(DELAY * 1_000);
    Outbox::new(&home, "local").run().await;
    let calls = receiver.calls();
    let expected = [(1, "sent".to_owned()), (2, "undelivered".to_owned())];
    assert_eq!(reports(&calls, "12025550101"), expected);
    let at = begun.checked_add(DELAY).unwrap();
    assert_eq!(
        calls[1].text("occurred_at"),
        format!("{at:.3}"),
        "when it happened"
    );
}
