//! When a delivery is attempted again, and when no more.

use super::*;
use crate::domain::DeliveryState;
use crate::service::outbox::dispatch::GONE;
use crate::service::testing::{Call, Reply, TestReceiver, demo, handsets, id, told};
use crate::store::WebhookPause;

const HANDSET: &str = "12025550105";

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A home with one event for a receiver that answers so, and its outbox.
async fn one_event(
    retry: &str,
    answer: impl FnMut(&Call) -> Reply + Send + 'static,
) -> (TestHome, TestReceiver, Outbox) {
    let receiver = TestReceiver::answering(answer).await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &[HANDSET.to_owned()]).await;
    let outbox = Outbox::new(&home, retry);
    (home, receiver, outbox)
}

async fn pause(home: &TestHome) -> Duration {
    let next = home.deliveries().await[0].next_at;
    next.duration_since(home.clock.now()).try_into().unwrap()
}

#[tokio::test]
async fn a_failing_delivery_follows_its_schedule_under_one_id_and_is_dead_at_its_end() {
    let (home, receiver, mut outbox) = one_event("1s,10s,1m", |_| Reply::Status(500)).await;
    for base in [1, 10, 60] {
        outbox.run().await;
        let pause = pause(&home).await;
        let (least, most) = (seconds(base).mul_f64(0.8), seconds(base).mul_f64(1.2));
        assert!((least..=most).contains(&pause), "{pause:?} after {base} s");
        let made = receiver.calls().len();
        let almost = pause.saturating_sub(Duration::from_millis(1));
        home.clock.advance(almost);
        outbox.run().await;
        assert_eq!(receiver.calls().len(), made, "none is early");
        home.clock.advance(Duration::from_millis(1));
    }
    outbox.run().await;
    let delivery = home.deliveries().await.remove(0);
    assert_eq!(
        (delivery.state, delivery.attempts),
        (DeliveryState::Dead, 4)
    );
    home.clock.advance(seconds(86_400));
    outbox.run().await;
    let calls = receiver.calls();
    assert_eq!(calls.len(), 4, "a dead one stays so");
    let id = delivery.id.to_string();
    assert!(calls.iter().all(|call| call.header("webhook-id") == id));
    let attempts = home.store.attempts(delivery.id).await.unwrap();
    let told: Vec<_> = attempts
        .iter()
        .map(|one| (one.status, one.error.as_deref()))
        .collect();
    assert_eq!(told, [(Some(500), Some("HTTP 500")); 4]);
}

#[tokio::test]
async fn every_2xx_is_success_and_the_rest_is_tried_again() {
    for status in [200, 202, 299, 300, 302, 400, 404, 429, 500, 503] {
        let (home, receiver, mut outbox) = one_event("10s", move |_| Reply::Status(status)).await;
        outbox.run().await;
        let state = home.deliveries().await[0].state;
        let taken = (200..300).contains(&status);
        let expected = if taken {
            DeliveryState::Delivered
        } else {
            DeliveryState::Waiting
        };
        assert_eq!(state, expected, "{status}");
        assert_eq!(receiver.calls().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn only_429_and_503_choose_their_pause_and_not_more_than_twice_ours() {
    for (status, asked, least, most) in [
        (429, 15, 15.0, 15.0),
        (503, 15, 15.0, 15.0),
        (503, 1, 10.0, 10.0),
        (429, 3_600, 20.0, 20.0),
        (500, 3_600, 8.0, 12.0),
        (404, 15, 8.0, 12.0),
    ] {
        let (home, _receiver, mut outbox) =
            one_event("10s", move |_| Reply::RetryAfter(status, asked)).await;
        outbox.run().await;
        let pause = pause(&home).await.as_secs_f64();
        assert!(
            (least..=most).contains(&pause),
            "{pause} s after {status}, {asked} s"
        );
    }
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_time_or_is_not_there_is_tried_again() {
    let (home, receiver, _) = one_event("10s", |_| Reply::Hang).await;
    let mut outbox = Outbox::patient(&home, "10s,10s", Duration::from_millis(100));
    outbox.run().await;
    let delivery = home.deliveries().await.remove(0);
    assert_eq!(delivery.state, DeliveryState::Waiting);
    let attempts = home.store.attempts(delivery.id).await.unwrap();
    let why = attempts[0].error.clone().unwrap();
    assert!(why.contains("did not respond within 0.1 s"), "{why}");
    // A port that nobody listens on.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = format!("http://{}/", nobody.local_addr().unwrap());
    drop(nobody);
    home.change(0, |stream| *stream = told(stream.clone(), &gone))
        .await;
    home.clock.advance(seconds(12));
    outbox.run().await;
    let attempts = home.store.attempts(delivery.id).await.unwrap();
    let why = attempts[1].error.clone().unwrap();
    assert!(why.starts_with("cannot connect to"), "{why}");
    // As soon as it answers, it has it.
    receiver.answer_with(|_| Reply::Status(200));
    let url = receiver.url("/");
    home.change(0, |stream| *stream = told(stream.clone(), &url))
        .await;
    home.clock.advance(seconds(12));
    outbox.run().await;
    assert_eq!(home.deliveries().await[0].state, DeliveryState::Delivered);
}

#[tokio::test]
async fn after_410_the_webhook_is_switched_off_until_somebody_switches_it_on() {
    let (home, receiver, mut outbox) = one_event("10s", |_| Reply::Status(410)).await;
    home.send_to(0, &[HANDSET.to_owned(), "12025550106".to_owned()])
        .await;
    outbox.run().await;
    let calls = receiver.calls().len();
    home.send_to(0, &[HANDSET.to_owned()]).await;
    home.clock.advance(seconds(3_600));
    outbox.run().await;
    assert_eq!(receiver.calls().len(), calls, "nobody calls it any more");
    let deliveries = home.deliveries().await;
    assert!(
        deliveries
            .iter()
            .all(|one| one.state == DeliveryState::Dead),
        "{deliveries:?}"
    );
    let details = deliveries.last().unwrap().details.as_deref();
    assert_eq!(details, Some(GONE), "it is said why");
    let off = home
        .store
        .webhook_pause(id(0), receiver.url("/"))
        .await
        .unwrap();
    assert!(matches!(off, Some(WebhookPause::Gone(_))), "{off:?}");
    let logged = home.logged(|entry| {
        matches!(
            entry,
            LogEntry::Delivery {
                status: Some(410),
                ..
            }
        ) && entry.is_fault()
    });
    assert!(logged > 0);

    receiver.answer_with(|_| Reply::Status(200));
    home.store.set_webhook_enabled(id(0), true).await.unwrap();
    home.send_to(0, &[HANDSET.to_owned()]).await;
    outbox.run().await;
    assert_eq!(receiver.calls().len(), calls + 1);
}

#[tokio::test]
async fn a_disabled_webhook_holds_everything_and_enabling_it_delivers_it() {
    let (home, receiver, mut outbox) = one_event("10s", |_| Reply::Status(200)).await;
    home.store.set_webhook_enabled(id(0), false).await.unwrap();
    home.send_to(0, &[HANDSET.to_owned()]).await;
    home.clock.advance(seconds(86_400));
    outbox.run().await;
    assert!(receiver.calls().is_empty());
    let waiting = home.deliveries().await;
    assert!(
        waiting
            .iter()
            .all(|one| one.state == DeliveryState::Waiting)
    );
    home.store.set_webhook_enabled(id(0), true).await.unwrap();
    outbox.run().await;
    assert_eq!(receiver.calls().len(), waiting.len());
}

#[tokio::test]
async fn a_webhook_that_was_removed_gets_nothing_and_what_waited_for_it_says_so() {
    let (home, receiver, mut outbox) = one_event("10s", |_| Reply::Status(200)).await;
    home.change(0, |stream| stream.webhook = None).await;
    outbox.run().await;
    assert!(receiver.calls().is_empty());
    let delivery = home.deliveries().await.remove(0);
    assert_eq!(delivery.state, DeliveryState::Dead);
    let attempts = home.store.attempts(delivery.id).await.unwrap();
    let why = attempts[0].error.as_deref();
    assert_eq!(why, Some("the stream no longer has a webhook"));
}

#[tokio::test]
async fn a_lane_that_meets_410_leaves_nothing_to_be_attempted() {
    let (home, receiver, mut outbox) = one_event("10s", |_| Reply::Status(200)).await;
    outbox.run().await;
    // The receiver is fast: all of them are claimed at once.
    home.send_to(0, &vec![HANDSET.to_owned(); 5]).await;
    receiver.answer_with(|_| Reply::Status(410));
    outbox.run().await;
    home.clock.advance(seconds(3_600));
    outbox.run().await;
    assert_eq!(
        receiver.calls().len(),
        2,
        "one for the first event, one that said 410"
    );
    let dead = home
        .deliveries()
        .await
        .into_iter()
        .filter(|one| one.state == DeliveryState::Dead);
    assert_eq!(dead.count(), 5);
}

#[tokio::test]
async fn a_fast_410_ends_its_place_with_all_that_waits_for_one() {
    let (home, receiver, mut outbox) = one_event("10s", |_| Reply::Status(200)).await;
    outbox.run().await;
    // The receiver is fast: many more handsets are claimed than there are places.
    home.send_to(0, &handsets(60)).await;
    receiver.answer_with(|_| Reply::Status(410));
    outbox.run().await;
    let calls = receiver.calls().len() - 1;
    assert!(calls <= 10, "{calls}: one in each place at most");
    let dead = home.deliveries().await;
    let dead = dead.iter().filter(|one| one.state == DeliveryState::Dead);
    assert_eq!(dead.count(), 60);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_410_of_a_url_that_the_stream_has_no_more_ends_nothing() {
    let (asked, is_asked) = std::sync::mpsc::channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let receiver = TestReceiver::answering(move |call| {
        if call.path != "/old" {
            return Reply::Status(204);
        }
        asked.send(()).unwrap();
        let _ = may_go.recv();
        Reply::Status(410)
    })
    .await;
    let home = TestHome::with([told(demo(0), &receiver.url("/old"))]).await;
    home.send_to(0, &["12025550100".to_owned(), "12025550110".to_owned()])
        .await;
    let mut outbox = Outbox::new(&home, "none");
    outbox.look().await;
    is_asked.recv().unwrap();
    let url = receiver.url("/new").parse().unwrap();
    home.change(0, |stream| stream.webhook.as_mut().unwrap().url = url)
        .await;
    drop(go);
    outbox.worker.finish_places().await;
    outbox.settled().await;
    outbox.run().await;
    let states = home.deliveries().await.into_iter().map(|one| one.state);
    assert_eq!(states.collect::<Vec<_>>(), [DeliveryState::Delivered; 2]);
}
