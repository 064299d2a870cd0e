//! A carrier that is away for a while, or for too long.

use std::sync::atomic::{AtomicBool, Ordering};

use super::carrier::{not_now, taken};
use super::*;
use crate::service::testing::handsets;

#[tokio::test]
async fn ten_minutes_without_the_carrier_cost_no_message_and_no_order() {
    let mut place = Place::new().await;
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    place.carrier.say(move |one| {
        if is_away.load(Ordering::SeqCst) {
            not_now("cannot connect", None)
        } else {
            taken(one)
        }
    });
    let mut uuids = Vec::new();
    for _ in 0..4 {
        uuids.extend(place.home.send_to(0, &handsets(250)).await);
    }
    for _ in 0..60 {
        place.run().await;
        place.home.clock.advance(seconds(10));
    }
    let in_vain = place.carrier.given().len();
    away.store(false, Ordering::SeqCst);
    place.home.clock.advance(seconds(60));
    let now = place.home.clock.now();
    place.run().await;
    assert_eq!(
        place.carrier.given()[in_vain..],
        uuids,
        "each once, in their order"
    );
    let kept = place.home.store.with_ids(uuids.clone()).await.unwrap();
    let sent = kept
        .iter()
        .filter(|one| one.course.sent_at == Some(now) && !one.course.status_at(now).is_final());
    assert_eq!(sent.count(), 1_000, "none failed");
}

#[tokio::test]
async fn an_outage_is_logged_when_it_begins_and_when_it_is_over() {
    let mut place = Place::new().await;
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    place.carrier.say(move |one| {
        if is_away.load(Ordering::SeqCst) {
            not_now("HTTP 429: too many for 12025550110", None)
        } else {
            taken(one)
        }
    });
    let logged = |place: &Place| {
        let log = place.home.logged.lock().unwrap();
        log.iter()
            .map(|entry| entry.line(place.home.clock.now()))
            .collect::<Vec<_>>()
    };
    place.send().await;
    for _ in 0..20 {
        place.run().await;
        place.home.clock.advance(seconds(10));
    }
    let told = logged(&place);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("HTTP 429") && !told[0].contains("1202"),
        "{told:?}"
    );
    away.store(false, Ordering::SeqCst);
    place.home.clock.advance(seconds(60));
    place.run().await;
    let told = logged(&place);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[1].contains("no longer waiting"), "{told:?}");
}

/// How a message ends that no carrier ever takes, and after how long.
async fn end(expire: Option<&str>) -> (Duration, (String, Option<String>)) {
    let mut place = Place::with(expire, ScriptedCarrier::default()).await;
    place.carrier.say(|_| not_now("HTTP 503", None));
    let uuid = place.send().await;
    let begun = place.home.clock.now();
    loop {
        place.run().await;
        let told = place.told(uuid).await;
        let waited = place.home.clock.now().duration_since(begun).unsigned_abs();
        if told.0 != "sent" || waited > seconds(100_000) {
            assert_eq!(place.events().await, [&*told.0]);
            return (waited, told);
        }
        let next = place
            .home
            .store
            .due(JobKind::Submit)
            .await
            .unwrap()
            .next
            .unwrap();
        let pause = next.duration_since(place.home.clock.now());
        place.home.clock.advance(pause.unsigned_abs());
    }
}

#[tokio::test]
async fn a_message_that_no_carrier_takes_ends_after_a_day_with_the_reason() {
    let (waited, told) = end(None).await;
    assert_eq!(waited, seconds(86_400));
    let why = "not sent within 1d: HTTP 503".to_owned();
    assert_eq!(told, ("sent_failed".to_owned(), Some(why)));
}

#[tokio::test]
async fn a_route_may_say_that_its_messages_wait_for_less() {
    let (waited, told) = end(Some("30m")).await;
    assert_eq!(waited, seconds(1_800));
    let why = "not sent within 30m: HTTP 503".to_owned();
    assert_eq!(told, ("sent_failed".to_owned(), Some(why)));
}

#[tokio::test]
async fn a_message_that_is_late_already_is_not_submitted() {
    let mut place = Place::with(Some("30m"), ScriptedCarrier::default()).await;
    let late = place.send().await;
    place.home.clock.advance(seconds(1_800));
    let fresh = place.send().await;
    place.run().await;
    assert_eq!(place.carrier.given(), [fresh]);
    assert_eq!(place.status(late).await.status, "sent_failed");
    assert_eq!(place.status(fresh).await.status, "sent");
}
