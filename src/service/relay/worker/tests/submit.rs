//! What a carrier says of messages, and what becomes of them.

use super::carrier::{not_now, taken};
use super::*;
use crate::carrier::Submitted;

#[tokio::test]
async fn sent_at_is_when_the_carrier_took_the_message_and_until_then_it_is_said_why_it_waits() {
    let mut place = Place::new().await;
    place.carrier.say(|_| not_now("HTTP 503", None));
    let uuid = place.send().await;
    let status = place.status(uuid).await;
    assert_eq!((&*status.status, status.sent_at), ("sent", None));
    assert_eq!(
        status.details.as_deref(),
        Some("not submitted to the carrier yet")
    );
    place.run().await;
    let status = place.status(uuid).await;
    assert_eq!(status.sent_at, None);
    assert_eq!(
        status.details.as_deref(),
        Some("waiting for the carrier: HTTP 503")
    );
    assert!(place.events().await.is_empty(), "nothing was sent yet");
    place.carrier.say(taken);
    place.home.clock.advance(seconds(60));
    let now = place.home.clock.now();
    place.run().await;
    let status = place.status(uuid).await;
    assert_eq!(
        (&*status.status, status.sent_at, status.details),
        ("sent", Some(now), None)
    );
    assert_eq!(place.events().await, ["sent"]);
}

#[tokio::test]
async fn what_is_final_ends_and_what_may_have_been_sent_is_never_sent_again() {
    for (said, status) in [
        (Submitted::Rejected("no".to_owned()), "rejected"),
        (Submitted::Failed("no".to_owned()), "sent_failed"),
        (Submitted::Unknown("no".to_owned()), "sent_failed"),
    ] {
        let mut place = Place::new().await;
        place.carrier.say(move |_| Some(said.clone()));
        let uuid = place.send().await;
        place.run().await;
        assert_eq!(
            place.told(uuid).await,
            (status.to_owned(), Some("no".to_owned()))
        );
        assert_eq!(place.status(uuid).await.sent_at, None);
        place.home.clock.advance(seconds(86_400));
        place.run().await;
        assert_eq!(place.carrier.given(), [uuid], "{status}");
        assert_eq!(place.events().await, [status]);
    }
}

#[tokio::test]
async fn a_message_that_the_carrier_does_not_speak_of_may_have_been_sent() {
    let mut place = Place::new().await;
    let uuids = place
        .home
        .send_to(0, &crate::service::testing::handsets(3))
        .await;
    let silent = uuids[2];
    place
        .carrier
        .say(move |one| if one.uuid == silent { None } else { taken(one) });
    // So that a request that never ends fails the test.
    for _ in 0..3 {
        place.look().await;
        place.worker.finish_batches().await;
    }
    assert_eq!(place.carrier.given(), uuids, "none is given twice");
    assert_eq!(place.status(silent).await.status, "sent_failed");
    assert_eq!(place.status(uuids[0]).await.status, "sent");
}

#[tokio::test]
async fn a_batch_stops_where_the_carrier_throttles() {
    let small = ScriptedCarrier {
        most: 2,
        ..ScriptedCarrier::default()
    };
    let mut place = Place::with(None, small).await;
    let uuids = place
        .home
        .send_to(0, &crate::service::testing::handsets(6))
        .await;
    let (third, fourth) = (uuids[2], uuids[3]);
    place.carrier.say(move |one| {
        if one.uuid == third || one.uuid == fourth {
            not_now("HTTP 429", None)
        } else {
            taken(one)
        }
    });
    place.run().await;
    assert_eq!(place.carrier.given(), uuids[..4], "those behind them wait");
    place.carrier.say(taken);
    place.home.clock.advance(seconds(1));
    place.run().await;
    assert_eq!(place.carrier.given()[4..], uuids[2..]);
}

#[tokio::test]
async fn who_comes_while_the_head_is_throttled_waits_behind_it() {
    let mut place = Place::new().await;
    place.carrier.say(|_| not_now("HTTP 429", Some(300)));
    let first = place.send().await;
    place.run().await;
    place.carrier.say(taken);
    let second = place.send().await;
    place.home.clock.advance(seconds(299));
    place.run().await;
    assert_eq!(place.carrier.given(), [first]);
    place.home.clock.advance(seconds(1));
    place.run().await;
    assert_eq!(place.carrier.given(), [first, first, second]);
}

/// In seconds.
async fn pause(place: &mut Place) -> u64 {
    let before = place.carrier.given().len();
    place.run().await;
    assert_eq!(place.carrier.given().len(), before + 1, "it was due");
    for pause in 1..=1_000 {
        place.home.clock.advance(seconds(1));
        if !place
            .home
            .store
            .due(JobKind::Submit)
            .await
            .unwrap()
            .streams
            .is_empty()
        {
            return pause;
        }
    }
    panic!("it is not tried again")
}

#[tokio::test]
async fn pauses_grow_and_what_the_carrier_asks_for_is_obeyed_within_bounds() {
    let mut place = Place::new().await;
    place.send().await;
    for (asked, expected) in [
        (None, 1),
        (None, 2),
        (None, 4),
        (Some(1), 8),
        (Some(100), 100),
        (Some(86_400), 600),
        (None, 60),
        (None, 60),
    ] {
        place.carrier.say(move |_| not_now("HTTP 503", asked));
        assert_eq!(pause(&mut place).await, expected, "{asked:?}");
    }
}

#[tokio::test]
async fn no_request_is_begun_that_may_end_after_the_claim() {
    let small = ScriptedCarrier {
        most: 1,
        ..ScriptedCarrier::default()
    };
    let mut place = Place::with(None, small).await;
    let uuids = place
        .home
        .send_to(0, &crate::service::testing::handsets(6))
        .await;
    let clock = place.home.clock.clone();
    place.carrier.say(move |one| {
        clock.advance(seconds(20));
        taken(one)
    });
    place.look().await;
    place.worker.finish_batches().await;
    assert_eq!(place.carrier.given(), uuids[..2]);
    place.run().await;
    assert_eq!(
        place.carrier.given(),
        uuids,
        "the next claim goes on where this one stopped"
    );
}
