//! What a webhook is told of messages: one event a change, numbered in each conversation.

use textpeak::domain::MessageStatus::{
    Delivered, NoRoutes, Rejected, Sent, SentFailed, Undelivered,
};
use textpeak::store::{DeliveryFilter, JobKind, Outcome, Settlement};

use super::harness::{Home, promises, promises_to_threads};
use super::values::*;

promises! {
    nothing_is_told_where_nobody_asked,
    a_demo_message_is_sent_and_then_comes_to_its_end,
    a_message_that_ends_at_once_makes_one_event,
    a_message_without_an_end_is_told_once,
    a_turn_before_its_time_tells_nothing_and_waits,
    a_live_message_is_sent_and_then_ends,
    a_live_message_that_was_never_sent_only_ends,
    details_are_told_with_the_status,
    what_is_asked_for_at_a_settlement_is_told,
    no_change_is_told_twice,
    every_conversation_has_numbers_of_its_own,
}

promises_to_threads! { numbers_have_no_gaps_and_no_repeats }

async fn nothing_is_told_where_nobody_asked(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    for handset in [ANNE, "12025550104", "12025550105"] {
        send(&handle, &stream, demo(&handle, handset, "Hi"), None).await;
    }
    send(&handle, &stream, live(&handle, ANNE, "Hi"), None).await;
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle(&handle, &job, submitted(&handle, "x")).await;
    home.advance(LEASE);
    let job = claim_one(&handle, JobKind::Ask, &stream).await;
    settle(&handle, &job, Outcome::Ended(Delivered, None)).await;
    for kind in [JobKind::Deliver, JobKind::Turn] {
        let due = handle.due(kind).await.unwrap();
        assert!(due.streams.is_empty() && due.next.is_none(), "{due:?}");
    }
    let all = handle
        .deliveries(DeliveryFilter::default(), 100)
        .await
        .unwrap();
    assert!(all.is_empty(), "{all:?}");
}

async fn a_demo_message_is_sent_and_then_comes_to_its_end(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let uuid = send(
        &handle,
        &stream,
        demo(&handle, "12025550101", "Hi"),
        Some(URL),
    )
    .await;
    assert_eq!(told(&handle, &stream).await, [(1, Some(Sent))]);
    assert!(!is_due(&handle, JobKind::Turn, &stream).await);
    let next = handle.due(JobKind::Turn).await.unwrap().next;
    assert_eq!(next, Some(handle.now() + DELAY));
    home.advance(DELAY);
    assert!(is_due(&handle, JobKind::Turn, &stream).await);
    let job = claim_one(&handle, JobKind::Turn, &stream).await;
    assert_eq!(text(&job), "Hi");
    settle_and_tell(&handle, &job, Outcome::Turned).await;
    let both = [(1, Some(Sent)), (2, Some(Undelivered))];
    assert_eq!(told(&handle, &stream).await, both);
    assert!(claim(&handle, JobKind::Turn, &stream).await.is_empty());
    let of_it = DeliveryFilter {
        message: Some(uuid),
        ..Default::default()
    };
    assert_eq!(handle.deliveries(of_it, 100).await.unwrap().len(), 2);
}

async fn a_message_that_ends_at_once_makes_one_event(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let ends = [
        ("12025550102", SentFailed),
        ("12025550103", NoRoutes),
        ("12025550104", Rejected),
    ];
    for (handset, _) in ends {
        send(&handle, &stream, demo(&handle, handset, "Hi"), Some(URL)).await;
    }
    let expected = ends.map(|(_, status)| (1, Some(status)));
    assert_eq!(told(&handle, &stream).await, expected);
    home.advance(LEASE);
    assert!(!is_due(&handle, JobKind::Turn, &stream).await);
}

async fn a_message_without_an_end_is_told_once(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(
        &handle,
        &stream,
        demo(&handle, "12025550105", "Hi"),
        Some(URL),
    )
    .await;
    home.advance(LEASE);
    assert_eq!(told(&handle, &stream).await, [(1, Some(Sent))]);
    let turns = handle.due(JobKind::Turn).await.unwrap();
    assert!(turns.streams.is_empty() && turns.next.is_none());
}

async fn a_turn_before_its_time_tells_nothing_and_waits(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(&handle, &stream, demo(&handle, ANNE, "Hi"), Some(URL)).await;
    home.advance(DELAY);
    let job = claim_one(&handle, JobKind::Turn, &stream).await;
    home.set_back(DELAY);
    settle_and_tell(&handle, &job, Outcome::Turned).await;
    assert_eq!(told(&handle, &stream).await, [(1, Some(Sent))]);
    home.advance(DELAY);
    let job = claim_one(&handle, JobKind::Turn, &stream).await;
    settle_and_tell(&handle, &job, Outcome::Turned).await;
    let both = [(1, Some(Sent)), (2, Some(Delivered))];
    assert_eq!(told(&handle, &stream).await, both);
}

async fn a_live_message_is_sent_and_then_ends(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let uuid = send(&handle, &stream, live(&handle, ANNE, "Hi"), Some(URL)).await;
    assert!(told(&handle, &stream).await.is_empty());
    home.advance(LEASE);
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle_and_tell(&handle, &job, submitted(&handle, "x")).await;
    let kept = message(&handle, uuid).await;
    assert_eq!(kept.course.sent_at, Some(handle.now()));
    assert_eq!(
        (kept.status_at(handle.now()), kept.details),
        (Some(Sent), None)
    );
    home.advance(DELAY);
    let job = claim_one(&handle, JobKind::Ask, &stream).await;
    settle_and_tell(&handle, &job, Outcome::Ended(Delivered, None)).await;
    let both = [(1, Some(Sent)), (2, Some(Delivered))];
    assert_eq!(told(&handle, &stream).await, both);
    let kept = message(&handle, uuid).await;
    assert_eq!(kept.course.delivered_at(handle.now()), Some(handle.now()));
}

async fn a_live_message_that_was_never_sent_only_ends(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let uuid = send(&handle, &stream, live(&handle, ANNE, "Hi"), Some(URL)).await;
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle_and_tell(&handle, &job, Outcome::Ended(Rejected, None)).await;
    assert_eq!(told(&handle, &stream).await, [(1, Some(Rejected))]);
    assert_eq!(message(&handle, uuid).await.course.sent_at, None);
}

async fn details_are_told_with_the_status(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let uuid = send(&handle, &stream, live(&handle, ANNE, "Hi"), Some(URL)).await;
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    let why = Some("the number is barred".to_owned());
    settle_and_tell(&handle, &job, Outcome::Ended(Rejected, why.clone())).await;
    assert_eq!(message(&handle, uuid).await.details, why);
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    assert_eq!(event(&job).status.as_ref().unwrap().details, why);
}

async fn what_is_asked_for_at_a_settlement_is_told(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    for text in ["told", "not told"] {
        send(&handle, &stream, live(&handle, ANNE, text), None).await;
    }
    let jobs = claim(&handle, JobKind::Submit, &stream).await;
    settle_and_tell(&handle, &jobs[0], submitted(&handle, "x")).await;
    settle(&handle, &jobs[1], submitted(&handle, "y")).await;
    assert_eq!(told(&handle, &stream).await, [(1, Some(Sent))]);
}

async fn no_change_is_told_twice(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    send(&one, &stream, demo(&one, ANNE, "Hi"), Some(URL)).await;
    home.advance(DELAY);
    let late = claim_one(&one, JobKind::Turn, &stream).await;
    home.advance(LEASE);
    let job = claim_one(&other, JobKind::Turn, &stream).await;
    for (handle, job) in [(&one, &late), (&other, &job), (&other, &job), (&one, &late)] {
        settle_and_tell(handle, job, Outcome::Turned).await;
    }
    let both = [(1, Some(Sent)), (2, Some(Delivered))];
    assert_eq!(told(&one, &stream).await, both);
    // The same settlement twice within one call.
    send(&one, &stream, live(&one, BOB, "Hi"), None).await;
    let job = claim_one(&one, JobKind::Submit, &stream).await;
    let end = Settlement::new(&job, Outcome::Ended(Rejected, None)).notify(Some(URL.to_owned()));
    one.settle(vec![end.clone(), end]).await.unwrap();
    assert_eq!(told(&one, &stream).await.len(), 3);
}

async fn every_conversation_has_numbers_of_its_own(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    for handle in [&one, &other] {
        for (number, handset) in [(1, ANNE), (1, BOB), (2, ANNE)] {
            receive(handle, &stream(number), handset, "Hi").await;
        }
    }
    home.set_back(LEASE);
    receive(&one, &stream(1), ANNE, "Hi").await;
    home.advance(LEASE);
    for (number, mut expected) in [(1, vec![1, 1, 2, 2, 3]), (2, vec![1, 2])] {
        let mut numbers: Vec<_> = told(&one, &stream(number)).await;
        numbers.sort_unstable();
        expected.sort_unstable();
        let numbers: Vec<_> = numbers.into_iter().map(|(number, _)| number).collect();
        assert_eq!(numbers, expected);
    }
}

async fn numbers_have_no_gaps_and_no_repeats(home: &impl Home) {
    let handles = [home.open(), home.open()];
    let tasks: Vec<_> = (0..10)
        .map(|n| {
            let handle = handles[n % 2].clone();
            tokio::spawn(async move {
                for _ in 0..10 {
                    receive(&handle, &stream(1), ANNE, "Yes").await;
                    let new = demo(&handle, ANNE, "Hi");
                    send(&handle, &stream(1), new, Some(URL)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut claim = claim_of(JobKind::Deliver, &stream(1));
    claim.depth = 1_000;
    let jobs = handles[0].claim(claim).await.unwrap();
    let numbers: Vec<_> = jobs.iter().map(|job| event(job).sequence).collect();
    assert_eq!(numbers, (1..=200).collect::<Vec<u64>>());
}
