//! A database that cannot be read or written for a while.

use super::carrier::not_now;
use super::*;

fn failures(place: &Place) -> usize {
    place
        .home
        .logged(|entry| matches!(entry, LogEntry::StoreFailed(_)))
}

#[tokio::test]
async fn a_message_that_cannot_be_read_after_it_was_claimed_leaves_later() {
    let mut place = Place::new().await;
    let uuid = place.send().await;
    place
        .home
        .in_database("ALTER TABLE message RENAME COLUMN sender TO away");
    place.look().await;
    place.worker.finish_batches().await;
    assert_eq!(failures(&place), 1);
    place
        .home
        .in_database("ALTER TABLE message RENAME COLUMN away TO sender");
    place.home.clock.advance(LEASE);
    place.run().await;
    assert_eq!(place.carrier.given(), [uuid]);
    assert_eq!(place.told(uuid).await, ("sent".to_owned(), None));
}

/// A message of which the carrier says something that cannot be kept at first.
async fn kept_late(place: &mut Place) -> Uuid {
    let uuid = place.send().await;
    place
        .home
        .refuse("BEFORE UPDATE OF next_at ON job WHEN NEW.lease_until = 0");
    place.look().await;
    while failures(place) == 0 {
        tokio::task::yield_now().await;
    }
    place.home.allow();
    place.worker.finish_batches().await;
    place.home.clock.advance(LEASE * 2);
    place.look().await;
    uuid
}

#[tokio::test(start_paused = true)]
async fn what_a_carrier_took_is_kept_when_it_can_be_kept() {
    let mut place = Place::new().await;
    let uuid = kept_late(&mut place).await;
    assert_eq!(place.told(uuid).await, ("sent".to_owned(), None));
    assert_eq!(place.events().await, ["sent"]);
    assert_eq!(failures(&place), 1, "it is said once");
}

#[tokio::test(start_paused = true)]
async fn what_a_carrier_did_not_take_is_not_failed_because_that_could_not_be_kept() {
    let mut place = Place::new().await;
    place.carrier.say(|_| not_now("HTTP 503", None));
    let uuid = kept_late(&mut place).await;
    assert_eq!(place.status(uuid).await.status, "sent");
    assert!(place.events().await.is_empty());
}

#[tokio::test]
async fn a_batch_that_fails_is_not_begun_again_at_once_and_holds_up_no_other() {
    let mut place = Place::new().await;
    let uuid = place.send().await;
    place.home.refuse("BEFORE UPDATE OF owner ON job");
    for _ in 0..10 {
        place.look().await;
        place.worker.finish_batches().await;
    }
    assert_eq!(failures(&place), 1);
    place.home.allow();
    let other = place.home.send_to(1, &[HANDSET.to_owned()]).await[0];
    place.look().await;
    place.worker.finish_batches().await;
    assert_eq!(place.carrier.given(), [other]);
    place.home.clock.advance(seconds(2));
    place.run().await;
    assert_eq!(place.carrier.given(), [other, uuid]);
}
