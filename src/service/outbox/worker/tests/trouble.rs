//! A clock that is set back, and a database that takes not everything.

use super::*;
use crate::domain::DeliveryState;
use crate::service::testing::{DELAY, Reply, TestReceiver, demo, told};

const HANDSET: &str = "12025550100";

fn hours(n: u64) -> Duration {
    Duration::from_secs(n * 3_600)
}

#[tokio::test]
async fn a_clock_that_is_set_back_does_not_freeze_deliveries() {
    let receiver = TestReceiver::answering(|_| Reply::Status(500)).await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &[HANDSET.to_owned()]).await;
    let mut outbox = Outbox::new(&home, "10s");
    outbox.run().await;
    receiver.answer_with(|_| Reply::Status(200));
    home.clock.set_back(hours(5));
    outbox.run().await;
    let sent = &home.deliveries().await[0];
    assert_eq!(
        sent.state,
        DeliveryState::Delivered,
        "it was due in ten seconds, not in five hours"
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_while_nothing_can_be_written_does_not_either() {
    let receiver = TestReceiver::answering(|_| Reply::Status(500)).await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &[HANDSET.to_owned()]).await;
    let mut outbox = Outbox::new(&home, "10s");
    outbox.run().await;
    receiver.answer_with(|_| Reply::Status(200));
    home.clock.set_back(hours(5));
    home.refuse("BEFORE UPDATE OF next_at ON job");
    outbox.look().await;
    home.allow();
    outbox.run().await;
    let sent = &home.deliveries().await[0];
    assert_eq!(sent.state, DeliveryState::Delivered);
}

#[tokio::test]
async fn a_lease_that_was_taken_before_the_clock_was_set_back_ends_all_the_same() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &[HANDSET.to_owned()]).await;
    let claim = Claim {
        kind: JobKind::Deliver,
        stream: crate::service::testing::id(0),
        lanes: 1,
        depth: 1,
        lease: LEASE,
    };
    home.store.claim(claim).await.unwrap();
    let mut outbox = Outbox::new(&home, "10s");
    outbox.run().await;
    assert!(receiver.calls().is_empty());
    home.clock.set_back(hours(5));
    outbox.run().await;
    assert_eq!(receiver.calls().len(), 1);
}

/// Makes it impossible to keep an attempt of a delivery that was made after `key` others.
fn refuse_attempts_of(home: &TestHome, place: usize) {
    home.refuse(&format!(
        "BEFORE INSERT ON attempt WHEN NEW.job = \
         (SELECT key FROM job WHERE kind = 0 ORDER BY key LIMIT 1 OFFSET {place})"
    ));
}

#[tokio::test]
async fn one_settlement_that_cannot_be_kept_costs_no_other() {
    use DeliveryState::{Delivered, Waiting};
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let handsets: Vec<_> = (5..10).map(|n| format!("1202555010{n}")).collect();
    home.send_to(0, &handsets).await;
    refuse_attempts_of(&home, 2);
    let mut outbox = Outbox::new(&home, "10s");
    outbox.look().await;
    outbox.worker.finish_places().await;
    outbox.settled().await;
    let states: Vec<_> = home
        .deliveries()
        .await
        .iter()
        .map(|one| one.state)
        .collect();
    assert_eq!(
        states,
        [Delivered, Delivered, Waiting, Delivered, Delivered]
    );
    let failed = home.logged(|entry| matches!(entry, LogEntry::StoreFailed(_)));
    assert_eq!(failed, 1);
}

#[tokio::test]
async fn one_status_that_cannot_be_changed_holds_up_no_other_and_no_delivery() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let handsets = ["12025550110", "12025550111", "12025550112"].map(str::to_owned);
    home.send_to(0, &handsets).await;
    let mut outbox = Outbox::new(&home, "10s");
    outbox.run().await;
    home.refuse("BEFORE INSERT ON event WHEN NEW.handset = '12025550111'");
    home.clock.advance(DELAY);
    outbox.run().await;
    let mut told: Vec<_> = receiver.calls()[3..]
        .iter()
        .map(|call| call.text("to").to_owned())
        .collect();
    told.sort();
    assert_eq!(told, ["12025550110", "12025550112"]);
}
