//! Messages whose gateway stopped, or slept, while it submitted them.

use super::carrier::taken;
use super::*;
use crate::service::testing::id;
use crate::store::Claim;

async fn strand(place: &Place) {
    let claim = Claim {
        kind: JobKind::Submit,
        stream: id(0),
        lanes: 1,
        depth: 1,
        lease: LEASE,
    };
    assert_eq!(place.home.store.claim(claim).await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_killed_gateway_was_submitting_ends_after_its_lease_and_is_not_sent_again() {
    let mut place = Place::new().await;
    let uuid = place.send().await;
    strand(&place).await;
    let behind = place.send().await;
    // Another stream is busy all the while.
    place.carrier.permits.forget_permits(usize::MAX);
    place.home.send_to(1, &[HANDSET.to_owned()]).await;
    place.home.clock.advance(LEASE.saturating_sub(seconds(1)));
    place.look().await;
    assert_eq!(place.status(uuid).await.status, "sent");
    place.home.clock.advance(seconds(1));
    place.look().await;
    let (status, details) = place.told(uuid).await;
    assert_eq!(status, "sent_failed");
    assert!(details.unwrap().contains("the gateway stopped"));
    place.carrier.permits.add_permits(10);
    place.run().await;
    let given = place.carrier.given();
    assert!(!given.contains(&uuid), "whether it was sent is not known");
    assert!(given.contains(&behind), "those behind it go on");
}

#[tokio::test]
async fn what_this_gateway_was_submitting_while_the_machine_slept_is_kept_as_it_came_out() {
    let mut place = Place::new().await;
    place.carrier.permits.forget_permits(usize::MAX);
    place.carrier.say(taken);
    let uuid = place.send().await;
    place.look().await;
    while place.carrier.given().is_empty() {
        tokio::task::yield_now().await;
    }
    place.home.clock.advance(LEASE * 2);
    place.look().await;
    place.carrier.permits.add_permits(10);
    place.worker.finish_batches().await;
    place.home.clock.advance(LEASE * 2);
    place.run().await;
    assert_eq!(place.told(uuid).await, ("sent".to_owned(), None));
    assert_eq!(place.events().await, ["sent"]);
}

#[tokio::test]
async fn what_this_gateway_was_submitting_while_the_clock_was_set_back_is_kept_as_it_came_out() {
    let mut place = Place::new().await;
    place.carrier.permits.forget_permits(usize::MAX);
    let uuid = place.send().await;
    place.look().await;
    while place.carrier.given().is_empty() {
        tokio::task::yield_now().await;
    }
    place.home.clock.set_back(seconds(86_400));
    place.look().await;
    place.carrier.permits.add_permits(10);
    place.worker.finish_batches().await;
    place.home.clock.advance(LEASE * 2);
    place.run().await;
    assert_eq!(place.told(uuid).await, ("sent".to_owned(), None));
    assert_eq!(place.carrier.given(), [uuid]);
}

#[tokio::test]
async fn what_a_batch_that_panicked_may_have_sent_ends_as_unknown() {
    let mut place = Place::new().await;
    place
        .carrier
        .say(|_| panic!("the test asked for this panic"));
    let uuid = place.send().await;
    place.run().await;
    // The carrier's lock is poisoned from here on; nobody is to call it again.
    place.home.clock.advance(LEASE);
    place.run().await;
    assert_eq!(place.status(uuid).await.status, "sent_failed");
}

#[tokio::test]
async fn a_clock_that_is_set_back_lets_messages_leave() {
    let mut place = Place::new().await;
    place
        .carrier
        .say(|_| super::carrier::not_now("HTTP 503", Some(600)));
    let uuid = place.send().await;
    place.run().await;
    place.carrier.say(taken);
    place.home.clock.set_back(seconds(86_400));
    place.run().await;
    assert_eq!(place.carrier.given(), [uuid, uuid]);
}
