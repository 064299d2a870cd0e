//! Writes that fail, rows that are not there any more, and processes that are killed.

use std::collections::HashMap;

use textpeak::domain::DeliveryState;
use textpeak::store::{
    Accepted, Attempt, JobKind, MessageFilter, NewMessages, Next, Outcome, Settlement,
};

use super::harness::{Handle, Home, promises, promises_to_threads};
use super::values::*;

promises! {
    a_message_that_cannot_be_written_spoils_only_its_own_request,
    a_settlement_that_cannot_be_written_spoils_only_itself,
    a_job_that_is_not_there_any_more_is_settled_without_a_word,
    what_was_queued_beside_a_failure_is_told,
    a_delivery_that_cannot_be_read_is_set_aside,
    a_delivery_of_a_deleted_event_is_set_aside,
    a_delivery_of_a_deleted_message_is_set_aside,
    a_deleted_message_holds_nobody_back,
    what_is_set_aside_is_not_queued_again,
    a_deleted_message_is_not_asked_for,
    messages_never_take_the_place_of_deleted_ones,
}

promises_to_threads! { requests_that_fail_leave_others_alone }

const BAD: &str = "cannot be written";

async fn a_message_that_cannot_be_written_spoils_only_its_own_request(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(&handle, &stream, demo(&handle, ANNE, "before"), Some(URL)).await;
    home.refuse(BAD);
    let both = ["spoiled", BAD].map(|text| demo(&handle, BOB, text));
    let new = NewMessages {
        stream: stream.clone(),
        messages: both.into(),
        notify: Some(URL.to_owned()),
        limit: None,
    };
    assert!(handle.accept(new).await.is_err());
    assert_eq!(listed(&handle, MessageFilter::default()).await, ["before"]);
    send(&handle, &stream, demo(&handle, ANNE, "after"), Some(URL)).await;
    assert_eq!(handle.statistics(stream.clone()).await.unwrap().open, 2);
    assert_eq!(told(&handle, &stream).await.len(), 2);
    handle.check().await.unwrap();
}

async fn requests_that_fail_leave_others_alone(home: &impl Home) {
    let handles = [home.open(), home.open()];
    send(&handles[0], &stream(1), demo(&handles[0], ANNE, "0"), None).await;
    home.refuse(BAD);
    let tasks: Vec<_> = (1..=200)
        .map(|n: usize| {
            let handle = handles[n % 2].clone();
            tokio::spawn(async move {
                let text = if n.is_multiple_of(5) {
                    BAD.to_owned()
                } else {
                    n.to_string()
                };
                let new = NewMessages {
                    stream: stream(1),
                    messages: vec![demo(&handle, ANNE, &text)],
                    notify: None,
                    limit: None,
                };
                let accepted = handle.accept(new).await;
                assert_eq!(accepted.is_err(), n.is_multiple_of(5), "{n}: {accepted:?}");
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let statistics = handles[0].statistics(stream(1)).await.unwrap();
    assert_eq!(statistics.open, 161);
    assert_eq!(
        listed(&handles[1], MessageFilter::default()).await.len(),
        161
    );
}

async fn a_settlement_that_cannot_be_written_spoils_only_itself(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    for handset in ["12025550141", "12025550142", "12025550143"] {
        receive(&handle, &stream, handset, "Yes").await;
    }
    let jobs = claim(&handle, JobKind::Deliver, &stream).await;
    home.refuse(BAD);
    let outcome = |error: Option<&str>| Outcome::Attempted {
        attempt: Attempt {
            error: error.map(str::to_owned),
            ..attempt(handle.now(), 200)
        },
        next: Next::Delivered,
        gone: None,
    };
    let errors = [None, Some(BAD), None];
    let settlements = jobs.iter().zip(errors);
    let settlements = settlements.map(|(job, error)| Settlement::new(job, outcome(error)));
    assert!(handle.settle(settlements.collect()).await.is_err());
    let mut states = Vec::new();
    for job in &jobs {
        let delivery = handle.delivery(event(job).id).await.unwrap().unwrap();
        states.push((
            delivery.state,
            handle.attempts(delivery.id).await.unwrap().len(),
        ));
    }
    let done = (DeliveryState::Delivered, 1);
    assert_eq!(states, [done, (DeliveryState::Waiting, 0), done]);
}

async fn a_job_that_is_not_there_any_more_is_settled_without_a_word(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(&handle, &stream, demo(&handle, ANNE, "Hi"), Some(URL)).await;
    home.advance(DELAY);
    let job = claim_one(&handle, JobKind::Turn, &stream).await;
    settle(&handle, &job, Outcome::Turned).await;
    for outcome in [Outcome::Turned, Outcome::Released, delivered(&handle)] {
        settle(&handle, &job, outcome).await;
    }
}

async fn what_was_queued_beside_a_failure_is_told(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(&handle, &stream, demo(&handle, ANNE, "first"), None).await;
    home.refuse(BAD);
    let mut queued = handle.queued();
    for _ in 0..20 {
        queued.mark_unchanged();
        let large = (0..500).map(|_| demo(&handle, ANNE, "large")).collect();
        let (_, good, bad) = tokio::join!(
            accept(&handle, &stream, large, None),
            accept(&handle, &stream, vec![live(&handle, ANNE, "good")], None),
            handle.receive(reply(&stream, ANNE, BAD, Some(URL))),
        );
        assert!(matches!(good[0], Accepted::New(_)) && bad.is_err());
        assert!(queued.has_changed().unwrap());
    }
}

/// Spoils a delivery beside another one: that one goes on, and the spoiled one is set aside for good.
async fn others_go_on(home: &impl Home, handle: &Handle, spoil: impl FnOnce()) {
    let stream = stream(1);
    receive(handle, &stream, BOB, "good").await;
    spoil();
    assert!(handle.set_aside().await.unwrap().is_empty());
    let jobs = claim(handle, JobKind::Deliver, &stream).await;
    assert_eq!(texts(&jobs), ["good"]);
    settle(handle, &jobs[0], delivered(handle)).await;
    let lacking = home.open().set_aside().await.unwrap();
    assert_eq!(lacking.len(), 1);
    assert!(!lacking[0].is_empty(), "it says what is lacking");
    home.advance(LEASE * 10);
    assert!(!is_due(handle, JobKind::Deliver, &stream).await);
    receive(handle, &stream, ANNE, "next").await;
    let jobs = claim(handle, JobKind::Deliver, &stream).await;
    assert_eq!(texts(&jobs), ["next"]);
    handle.check().await.unwrap();
}

async fn a_delivery_that_cannot_be_read_is_set_aside(home: &impl Home) {
    let handle = home.open();
    let bad = event_of(&receive(&handle, &stream(1), ANNE, "bad").await);
    others_go_on(home, &handle, || home.break_event(bad)).await;
}

async fn a_delivery_of_a_deleted_event_is_set_aside(home: &impl Home) {
    let handle = home.open();
    let bad = event_of(&receive(&handle, &stream(1), ANNE, "bad").await);
    others_go_on(home, &handle, || home.delete_event(bad)).await;
}

async fn a_delivery_of_a_deleted_message_is_set_aside(home: &impl Home) {
    let handle = home.open();
    let bad = receive(&handle, &stream(1), ANNE, "bad").await;
    let bad = bad.message.uuid;
    others_go_on(home, &handle, || home.delete_message(bad)).await;
}

async fn a_deleted_message_holds_nobody_back(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let bad = send(&handle, &stream, live(&handle, ANNE, "bad"), None).await;
    send(&handle, &stream, live(&handle, ANNE, "good"), None).await;
    home.delete_message(bad);
    let jobs = claim(&handle, JobKind::Submit, &stream).await;
    assert_eq!(texts(&jobs), ["good"]);
    assert_eq!(handle.set_aside().await.unwrap().len(), 1);
    settle(&handle, &jobs[0], submitted(&handle, "x")).await;
    assert!(!is_due(&handle, JobKind::Submit, &stream).await);
}

async fn what_is_set_aside_is_not_queued_again(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let received = receive(&handle, &stream, ANNE, "bad").await;
    home.delete_message(received.message.uuid);
    assert!(claim(&handle, JobKind::Deliver, &stream).await.is_empty());
    let again = vec![event_of(&received)];
    assert_eq!(handle.requeue(again).await.unwrap(), 0);
    assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
}

async fn a_deleted_message_is_not_asked_for(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let bad = send(&handle, &stream, live(&handle, ANNE, "bad"), None).await;
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle(&handle, &job, submitted(&handle, "x")).await;
    home.advance(DELAY);
    home.delete_message(bad);
    assert!(claim(&handle, JobKind::Ask, &stream).await.is_empty());
    assert_eq!(handle.set_aside().await.unwrap().len(), 1);
}

/// Deletes the newest reply to one stream while its delivery waits, and keeps one for another
/// stream, 10,000 times. The clock stands still, so that nothing but the store keeps them apart.
async fn messages_never_take_the_place_of_deleted_ones(home: &impl Home) {
    let handle = home.open();
    let mut kept = HashMap::new();
    for round in 0..100 {
        let doomed = receive(&handle, &stream(1), ANNE, "doomed").await;
        home.delete_message(doomed.message.uuid);
        // A new process knows nothing of what was deleted.
        let handle = if round % 10 == 0 {
            home.open()
        } else {
            handle.clone()
        };
        let next = (0..100).map(|n| {
            let (handset, text) = (format!("120255502{n:02}"), format!("{round}-{n}"));
            let handle = handle.clone();
            tokio::spawn(async move {
                let received = receive(&handle, &stream(2), &handset, &text).await;
                (event_of(&received), text)
            })
        });
        for task in next.collect::<Vec<_>>() {
            let (event, text) = task.await.unwrap();
            assert!(kept.insert(event, text).is_none());
        }
    }
    loop {
        let jobs = claim(&handle, JobKind::Deliver, &stream(2)).await;
        if jobs.is_empty() {
            break;
        }
        for job in &jobs {
            assert_eq!(kept.remove(&event(job).id).as_deref(), Some(text(job)));
        }
        let done = jobs
            .iter()
            .map(|job| Settlement::new(job, delivered(&handle)));
        handle.settle(done.collect()).await.unwrap();
    }
    assert!(kept.is_empty());
    assert!(
        claim(&handle, JobKind::Deliver, &stream(1))
            .await
            .is_empty()
    );
    assert_eq!(handle.set_aside().await.unwrap().len(), 100);
}
