//! Messages that are taken in: their order, and internal ids that repeat.

use std::collections::HashSet;
use std::time::Duration;

use textpeak::domain::{Direction, MessageStatus};
use textpeak::store::{Accepted, Cursor, MessageFilter, NewMessages, Statistics};
use uuid::Uuid;

use super::harness::{Home, promises, promises_to_threads};
use super::values::*;

promises! {
    what_was_accepted_is_kept,
    a_batch_is_answered_in_its_order,
    ids_stand_in_the_order_of_acceptance,
    a_repeated_internal_id_gives_the_first_message,
    an_internal_id_of_another_message_is_taken,
    internal_ids_belong_to_one_stream,
    an_internal_id_counts_within_its_own_batch,
    what_was_answered_survives_a_crash,
    a_store_without_messages_answers,
}

promises_to_threads! {
    of_equal_messages_at_once_one_is_new,
    of_different_messages_at_once_one_is_new,
    processes_may_begin_at_once,
}

async fn what_was_accepted_is_kept(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let new = with_id(demo(&handle, ANNE, "Hi"), "a");
    let course = new.course;
    let uuid = send(&handle, &stream, new, None).await;
    let kept = message(&handle, uuid).await;
    assert_eq!((kept.uuid, &kept.stream), (uuid, &stream));
    assert_eq!(kept.direction, Direction::Outgoing);
    assert_eq!(kept.internal_id.as_deref(), Some("a"));
    assert_eq!(kept.from_and_to(), ("12025550100", ANNE));
    assert_eq!(kept.text, "Hi");
    assert_eq!((kept.at, kept.course), (handle.now(), course));
    assert_eq!((kept.details, kept.in_reply_to), (None, None));
}

async fn a_batch_is_answered_in_its_order(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let texts = ["one", "two", "three"];
    let new = texts.map(|text| demo(&handle, ANNE, text)).into();
    let new = NewMessages {
        stream,
        messages: new,
        notify: None,
        limit: None,
    };
    let batch = handle.accept(new).await.unwrap();
    let mut ids = HashSet::from([batch.id]);
    for (accepted, text) in batch.accepted.iter().zip(texts) {
        let Accepted::New(uuid) = accepted else {
            panic!("{accepted:?}")
        };
        assert!(ids.insert(*uuid), "the request's id is its own");
        assert_eq!(message(&handle, *uuid).await.text, text);
    }
    assert_eq!(ids.len(), 4);
}

async fn ids_stand_in_the_order_of_acceptance(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let mut ids: Vec<Uuid> = Vec::new();
    for round in 0..30 {
        match round {
            10 => home.set_back(Duration::from_secs(3_600)),
            20 => home.advance(Duration::from_secs(7_200)),
            _ => (),
        }
        for handle in [&one, &other, &home.open()] {
            ids.push(send(handle, &stream, demo(handle, ANNE, "Hi"), None).await);
        }
    }
    assert!(ids.is_sorted_by(|one, next| one < next), "{ids:?}");
}

async fn a_repeated_internal_id_gives_the_first_message(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let first = send(
        &one,
        &stream,
        with_id(demo(&one, ANNE, "Hi"), "a"),
        Some(URL),
    )
    .await;
    home.advance(LEASE);
    for handle in [&one, &other] {
        let again = vec![with_id(demo(handle, ANNE, "Hi"), "a")];
        let accepted = accept(handle, &stream, again, Some(URL)).await;
        assert_eq!(accepted, [Accepted::Repeated(first)]);
    }
    assert_eq!(listed(&one, MessageFilter::default()).await.len(), 1);
    assert_eq!(told(&one, &stream).await, [(1, Some(MessageStatus::Sent))]);
}

async fn an_internal_id_of_another_message_is_taken(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(
        &handle,
        &stream,
        with_id(demo(&handle, ANNE, "Hi"), "a"),
        None,
    )
    .await;
    let mut sender = with_id(demo(&handle, ANNE, "Hi"), "a");
    sender.sender = "12025550101".parse().unwrap();
    let others = vec![
        with_id(demo(&handle, BOB, "Hi"), "a"),
        with_id(demo(&handle, ANNE, "Ho"), "a"),
        sender,
        demo(&handle, ANNE, "not held up by them"),
    ];
    let accepted = accept(&handle, &stream, others, None).await;
    assert_eq!(accepted[..3], [Accepted::Taken; 3]);
    assert!(matches!(accepted[3], Accepted::New(_)));
    assert_eq!(
        listed(&handle, MessageFilter::default()).await,
        ["not held up by them", "Hi"]
    );
}

async fn internal_ids_belong_to_one_stream(home: &impl Home) {
    let handle = home.open();
    let first = send(
        &handle,
        &stream(1),
        with_id(demo(&handle, ANNE, "Hi"), "a"),
        None,
    )
    .await;
    let other = send(
        &handle,
        &stream(2),
        with_id(demo(&handle, ANNE, "Hi"), "a"),
        None,
    )
    .await;
    assert_ne!(first, other);
}

async fn an_internal_id_counts_within_its_own_batch(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let batch = ["Hi", "Hi", "Ho"].map(|text| with_id(demo(&handle, ANNE, text), "a"));
    let accepted = accept(&handle, &stream, batch.into(), None).await;
    let Accepted::New(first) = accepted[0] else {
        panic!("{accepted:?}")
    };
    assert_eq!(accepted[1..], [Accepted::Repeated(first), Accepted::Taken]);
}

async fn what_was_answered_survives_a_crash(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let uuid = send(&handle, &stream, demo(&handle, ANNE, "Hi"), Some(URL)).await;
    home.crash(handle);
    let handle = home.open();
    assert_eq!(message(&handle, uuid).await.text, "Hi");
    assert_eq!(
        told(&handle, &stream).await,
        [(1, Some(MessageStatus::Sent))]
    );
    assert_eq!(handle.statistics(stream).await.unwrap().open, 1);
}

async fn a_store_without_messages_answers(home: &impl Home) {
    let handle = home.open();
    assert!(handle.with_ids(vec![Uuid::nil()]).await.unwrap().is_empty());
    assert!(listed(&handle, MessageFilter::default()).await.is_empty());
    assert!(handle.sending().await.unwrap().is_empty());
    assert_eq!(
        handle.statistics(stream(1)).await.unwrap(),
        Statistics::default()
    );
    assert_eq!(handle.newest().await.unwrap(), Cursor::default());
    handle.check().await.unwrap();
}

async fn of_equal_messages_at_once_one_is_new(home: &impl Home) {
    let accepted = race(home, |_| "Hi".to_owned()).await;
    let first = accepted.iter().find_map(|one| match one {
        Accepted::New(uuid) => Some(*uuid),
        Accepted::Repeated(_) | Accepted::Taken | Accepted::OptedOut | Accepted::OverLimit => None,
    });
    let first = first.unwrap();
    let repeated = accepted
        .iter()
        .filter(|one| **one == Accepted::Repeated(first));
    assert_eq!(repeated.count(), 31, "{accepted:?}");
}

async fn of_different_messages_at_once_one_is_new(home: &impl Home) {
    let accepted = race(home, |n| format!("text {n}")).await;
    let taken = accepted.iter().filter(|one| **one == Accepted::Taken);
    assert_eq!(taken.count(), 31, "{accepted:?}");
}

/// 32 tasks on two handles that send under one internal id.
async fn race(home: &impl Home, text: impl Fn(usize) -> String) -> Vec<Accepted> {
    let handles = [home.open(), home.open()];
    let tasks: Vec<_> = (0..32)
        .map(|n| {
            let (handle, text) = (handles[n % 2].clone(), text(n));
            tokio::spawn(async move {
                let new = with_id(demo(&handle, ANNE, &text), "a");
                accept(&handle, &stream(1), vec![new], None).await[0]
            })
        })
        .collect();
    let mut accepted = Vec::new();
    for task in tasks {
        accepted.push(task.await.unwrap());
    }
    assert_eq!(listed(&handles[0], MessageFilter::default()).await.len(), 1);
    accepted
}

async fn processes_may_begin_at_once(home: &impl Home) {
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let handle = home.open();
            tokio::spawn(async move {
                let new = demo(&handle, ANNE, "Hi");
                send(&handle, &stream(1), new, None).await;
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let all = listed(&home.open(), MessageFilter::default()).await;
    assert_eq!(all.len(), 16);
}
