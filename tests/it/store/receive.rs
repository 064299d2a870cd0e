//! Replies of handsets.

use textpeak::domain::Direction;
use textpeak::store::{JobKind, NewReply};

use super::harness::{Home, promises};
use super::values::*;

promises! {
    a_reply_is_threaded_to_the_last_message,
    a_handset_that_never_got_a_message_says_whom_it_answers,
    messages_of_other_streams_and_handsets_are_not_answered,
    a_webhook_is_told_of_a_reply_if_somebody_asked,
    a_reply_that_is_not_kept_is_told_to_nobody,
}

async fn a_reply_is_threaded_to_the_last_message(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    send(&one, &stream, demo(&one, ANNE, "first"), None).await;
    let mut last = demo(&other, ANNE, "last");
    last.sender = "Shop".parse().unwrap();
    let last = send(&other, &stream, last, None).await;
    home.advance(LEASE);
    let received = one
        .receive(reply(&stream, ANNE, "Yes", None))
        .await
        .unwrap();
    let kept = received.unwrap().message;
    assert_eq!(
        (kept.in_reply_to, kept.sender.as_str()),
        (Some(last), "Shop")
    );
    assert_eq!(kept.direction, Direction::Incoming);
    assert_eq!(kept.from_and_to(), (ANNE, "Shop"));
    assert_eq!((kept.text.as_str(), kept.at), ("Yes", one.now()));
    assert_eq!(kept.status_at(one.now()), None);
    assert_eq!(message(&other, kept.uuid).await, kept);
}

async fn a_handset_that_never_got_a_message_says_whom_it_answers(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let unknown = NewReply {
        to: None,
        ..reply(&stream, ANNE, "Hello", Some(URL))
    };
    assert!(handle.receive(unknown.clone()).await.unwrap().is_none());
    let to = "12025550107".parse().unwrap();
    let known = NewReply {
        to: Some(to),
        ..unknown.clone()
    };
    let kept = handle.receive(known).await.unwrap().unwrap().message;
    assert_eq!(
        (kept.sender.as_str(), kept.in_reply_to),
        ("12025550107", None)
    );
    // It got no message by sending one.
    assert!(handle.receive(unknown).await.unwrap().is_none());
}

async fn messages_of_other_streams_and_handsets_are_not_answered(home: &impl Home) {
    let handle = home.open();
    send(&handle, &stream(2), demo(&handle, ANNE, "Hi"), None).await;
    send(&handle, &stream(1), demo(&handle, BOB, "Hi"), None).await;
    let received = receive(&handle, &stream(1), ANNE, "Yes").await;
    assert_eq!(received.message.in_reply_to, None);
}

async fn a_webhook_is_told_of_a_reply_if_somebody_asked(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let quiet = handle
        .receive(reply(&stream, ANNE, "quiet", None))
        .await
        .unwrap();
    assert_eq!(quiet.unwrap().event, None);
    assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
    let received = receive(&handle, &stream, ANNE, "loud").await;
    let (id, due) = received.event.unwrap();
    assert!(due);
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    let event = event(&job);
    assert_eq!((event.id, event.sequence, event.at), (id, 1, handle.now()));
    assert_eq!(event.status, None);
    assert_eq!(event.message, received.message);
}

async fn a_reply_that_is_not_kept_is_told_to_nobody(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let unknown = NewReply {
        to: None,
        ..reply(&stream, ANNE, "Hello", Some(URL))
    };
    assert!(handle.receive(unknown).await.unwrap().is_none());
    assert!(told(&handle, &stream).await.is_empty());
    assert_eq!(handle.statistics(stream).await.unwrap().incoming, 0);
}
