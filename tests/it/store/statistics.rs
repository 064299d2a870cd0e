//! How many messages a stream has.

use std::collections::HashSet;
use std::time::Duration;

use textpeak::domain::MessageStatus::{self, Delivered, Rejected, Sent, SentFailed, Undelivered};
use textpeak::domain::StreamId;
use textpeak::store::{JobKind, Outcome, Statistics};

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    messages_are_counted_by_status,
    courses_become_final_without_a_write,
    what_ended_is_counted_as_it_ended,
    streams_are_counted_by_themselves,
    a_repeated_message_is_counted_once,
    counts_outlive_later_writes_and_handles,
    messages_are_counted_hour_by_hour,
}

fn counts(outgoing: &[(MessageStatus, u64)], incoming: u64, open: u64) -> Statistics {
    Statistics {
        outgoing: outgoing.iter().copied().collect(),
        incoming,
        open,
    }
}

async fn of(handle: &Handle, stream: &StreamId) -> Statistics {
    handle.statistics(stream.clone()).await.unwrap()
}

async fn is_sending(handle: &Handle, stream: &StreamId) -> bool {
    handle.sending().await.unwrap().contains(stream.as_str())
}

async fn messages_are_counted_by_status(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let handsets = [ANNE, ANNE, "12025550104", "12025550102", "12025550105"];
    let new = handsets.map(|handset| demo(&handle, handset, "Hi"));
    accept(&handle, &stream, new.into(), None).await;
    receive(&handle, &stream, ANNE, "Yes").await;
    let expected = counts(&[(Sent, 3), (Rejected, 1), (SentFailed, 1)], 1, 3);
    assert_eq!(of(&handle, &stream).await, expected);
}

async fn courses_become_final_without_a_write(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let handsets = [ANNE, "12025550101", "12025550105", "12025550106"];
    let new = handsets.map(|handset| demo(&handle, handset, "Hi"));
    accept(&handle, &stream, new.into(), None).await;
    assert_eq!(of(&handle, &stream).await, counts(&[(Sent, 4)], 0, 4));
    home.advance(DELAY);
    let expected = counts(&[(Sent, 2), (Delivered, 1), (Undelivered, 1)], 0, 2);
    assert_eq!(of(&handle, &stream).await, expected);
    home.advance(DELAY * 9);
    let expected = counts(&[(Sent, 1), (Delivered, 2), (Undelivered, 1)], 0, 1);
    assert_eq!(of(&handle, &stream).await, expected);
    assert!(is_sending(&handle, &stream).await, "one never ends");
}

async fn what_ended_is_counted_as_it_ended(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    for text in ["one", "two"] {
        send(&handle, &stream, live(&handle, ANNE, text), None).await;
    }
    assert_eq!(of(&handle, &stream).await, counts(&[(Sent, 2)], 0, 2));
    let jobs = claim(&handle, JobKind::Submit, &stream).await;
    settle(&handle, &jobs[0], submitted(&handle, "x")).await;
    assert_eq!(of(&handle, &stream).await, counts(&[(Sent, 2)], 0, 2));
    settle(&handle, &jobs[1], Outcome::Ended(SentFailed, None)).await;
    let half = counts(&[(Sent, 1), (SentFailed, 1)], 0, 1);
    assert_eq!(of(&handle, &stream).await, half);
    // A settlement that does not count is not counted.
    settle(&handle, &jobs[1], Outcome::Ended(SentFailed, None)).await;
    assert_eq!(of(&handle, &stream).await, half);
    home.advance(DELAY);
    let ask = claim_one(&handle, JobKind::Ask, &stream).await;
    settle(&handle, &ask, Outcome::Ended(Delivered, None)).await;
    let ended = counts(&[(Delivered, 1), (SentFailed, 1)], 0, 0);
    assert_eq!(of(&handle, &stream).await, ended);
    assert!(!is_sending(&handle, &stream).await);
}

async fn streams_are_counted_by_themselves(home: &impl Home) {
    let handle = home.open();
    for number in 1..=3 {
        for _ in 0..number {
            send(&handle, &stream(number), demo(&handle, ANNE, "Hi"), None).await;
        }
        receive(&handle, &stream(number), ANNE, "Yes").await;
    }
    send(
        &handle,
        &stream(2),
        demo(&handle, "12025550105", "Hi"),
        None,
    )
    .await;
    home.advance(DELAY);
    assert_eq!(
        of(&handle, &stream(1)).await,
        counts(&[(Delivered, 1)], 1, 0)
    );
    let expected = counts(&[(Sent, 1), (Delivered, 2)], 1, 1);
    assert_eq!(of(&handle, &stream(2)).await, expected);
    assert_eq!(
        of(&handle, &stream(3)).await,
        counts(&[(Delivered, 3)], 1, 0)
    );
    let sending = handle.sending().await.unwrap();
    assert_eq!(sending, HashSet::from([stream(2).to_string()]));
}

async fn a_repeated_message_is_counted_once(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let again = || vec![with_id(demo(&handle, ANNE, "Hi"), "a")];
    for _ in 0..3 {
        accept(&handle, &stream, again(), None).await;
    }
    assert_eq!(of(&handle, &stream).await, counts(&[(Sent, 1)], 0, 1));
}

async fn counts_outlive_later_writes_and_handles(home: &impl Home) {
    let stream = stream(1);
    for n in 0..10 {
        let handle = home.open();
        send(&handle, &stream, demo(&handle, ANNE, "Hi"), None).await;
        assert_eq!(
            of(&handle, &stream).await.outgoing.values().sum::<u64>(),
            n + 1
        );
        home.crash(handle);
        home.advance(Duration::from_millis(700));
    }
    home.advance(DELAY);
    let handle = home.open();
    assert_eq!(of(&handle, &stream).await, counts(&[(Delivered, 10)], 0, 0));
}

async fn messages_are_counted_hour_by_hour(home: &impl Home) {
    let (handle, hour) = (home.open(), Duration::from_secs(3_600));
    let (one, two) = (stream(1), stream(2));
    let since = handle.now();
    assert_eq!(
        handle.per_hour(one.clone(), since, 3).await.unwrap(),
        [0; 3]
    );
    for text in ["one", "two"] {
        send(&handle, &one, demo(&handle, ANNE, text), None).await;
    }
    send(&handle, &two, demo(&handle, ANNE, "of another"), None).await;
    home.advance(Duration::from_millis(3_599_999));
    receive(&handle, &one, ANNE, "the last moment of the first hour").await;
    home.advance(Duration::from_millis(1) + hour);
    send(&handle, &one, demo(&handle, BOB, "of the third"), None).await;
    for (since, expected) in [
        (since, [3, 0, 1]),
        (since + hour, [0, 1, 0]),
        (since - hour, [0, 3, 0]),
        (since + Duration::from_millis(1), [1, 1, 0]),
    ] {
        let counts = handle.per_hour(one.clone(), since, 3).await.unwrap();
        assert_eq!(counts, expected, "{since}");
    }
    let unknown = handle.per_hour(stream(3), since, 3).await.unwrap();
    assert_eq!(unknown, [0; 3]);
}
