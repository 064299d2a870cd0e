//! What a timeline shows, and what comes to it.

use uuid::Uuid;

use super::*;
use crate::domain::{Direction, MessageStatus, RetryPolicy};
use crate::service::testing::{DELAY, Reply, TestHome, TestReceiver, demo, handsets, id, told};
use crate::service::{Dispatcher, attempt_all};

/// A line as a test compares it: a message, or an attempt for one.
fn short(line: &Line) -> (char, Uuid) {
    match line {
        Line::Message(message) => ('m', message.uuid),
        Line::Attempt(attempt) => ('a', attempt.message),
    }
}

async fn attempt(home: &TestHome) {
    let wanted = home.deliveries().await;
    attempt_all(home.store.clone(), home.streams.clone(), &wanted)
        .await
        .unwrap();
}

#[tokio::test]
async fn attempts_are_shown_between_messages_unless_a_condition_is_on_messages() {
    let receiver = TestReceiver::answering(|_| Reply::Status(500)).await;
    let home = TestHome::with([told(demo(0), &receiver.url("/")), demo(1)]).await;
    let first = home.send_to(0, &handsets(1)).await[0];
    home.clock.advance(DELAY);
    attempt(&home).await;
    home.clock.advance(DELAY);
    let second = home.send_to(1, &handsets(1)).await[0];
    let all = timeline(&*home.store, MessageFilter::default(), 10)
        .await
        .unwrap();
    let expected = [('m', second), ('a', first), ('m', first)];
    assert_eq!(
        all.iter().map(short).collect::<Vec<_>>(),
        expected,
        "newest first"
    );
    let two = timeline(&*home.store, MessageFilter::default(), 2)
        .await
        .unwrap();
    assert_eq!(two.iter().map(short).collect::<Vec<_>>(), expected[..2]);
    let of_stream = |n| MessageFilter {
        stream: Some(id(n)),
        ..MessageFilter::default()
    };
    let own = timeline(&*home.store, of_stream(1), 10).await.unwrap();
    assert_eq!(own.iter().map(short).collect::<Vec<_>>(), [('m', second)]);
    let (to, from) = (handsets(1).remove(0), "ACME".to_owned());
    for on_messages in [
        MessageFilter {
            to: Some(to),
            ..MessageFilter::default()
        },
        MessageFilter {
            from: Some(from),
            ..MessageFilter::default()
        },
        MessageFilter {
            direction: Some(Direction::Outgoing),
            ..MessageFilter::default()
        },
        MessageFilter {
            status: Some(MessageStatus::Delivered),
            ..of_stream(0)
        },
    ] {
        let lines = timeline(&*home.store, on_messages.clone(), 10)
            .await
            .unwrap();
        let only_messages = lines.iter().all(|line| short(line).0 == 'm');
        assert!(only_messages && !lines.is_empty(), "{on_messages:?}");
    }
}

#[tokio::test]
async fn a_watch_shows_every_line_once() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let mut watch = Watch::new(MessageFilter::default());
    let mut seen = async || {
        let lines = watch.lines(&*home.store).await.unwrap();
        lines.iter().map(short).collect::<Vec<_>>()
    };
    assert_eq!(seen().await, []);
    let first = home.send_to(0, &handsets(1)).await[0];
    assert_eq!(seen().await, [('m', first)]);
    assert_eq!(seen().await, []);
    attempt(&home).await;
    let second = home.send_to(0, &handsets(1)).await[0];
    let mut lines = seen().await;
    lines.sort_unstable();
    assert_eq!(lines, [('a', first), ('m', second)]);
    assert_eq!(seen().await, []);
}

#[tokio::test]
async fn a_watch_for_a_status_shows_a_message_when_it_comes_to_it_without_a_write() {
    let home = TestHome::with([demo(0)]).await;
    let delivered = MessageFilter {
        status: Some(MessageStatus::Delivered),
        ..MessageFilter::default()
    };
    let mut watch = Watch::new(delivered);
    let uuids = home.send_to(0, &handsets(2)).await;
    assert!(watch.messages(&*home.store).await.unwrap().is_empty());
    home.clock.advance(DELAY);
    let shown = watch.messages(&*home.store).await.unwrap();
    let mut shown: Vec<_> = shown.iter().map(|(_, message)| message.uuid).collect();
    shown.sort_unstable();
    assert_eq!(shown, uuids);
    assert!(
        watch.messages(&*home.store).await.unwrap().is_empty(),
        "each once"
    );
}

#[tokio::test]
async fn a_delivery_that_somebody_else_attempts_is_left() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &handsets(1)).await;
    let delivery = home.deliveries().await.remove(0);
    let lease = std::time::Duration::from_secs(20);
    assert!(
        home.store
            .claim_delivery(delivery.id, lease)
            .await
            .unwrap()
            .is_some()
    );
    let dispatcher = Dispatcher::new(home.store.clone(), home.streams.clone(), RetryPolicy::Local);
    assert!(dispatcher.attempt_now(delivery.id).await.unwrap().is_none());
    assert!(receiver.calls().is_empty());
}
