//! Jobs as the store's clock goes on, and after it was set back.

use std::time::Duration;

use jiff::Timestamp;
use textpeak::store::{JobKind, Outcome};

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    what_is_due_later_tells_when,
    the_end_of_a_lease_is_a_moment_when_something_is_due,
    nothing_is_due_later_than_the_longest_pause_after_a_rebase,
    what_was_being_delivered_is_free_after_a_rebase,
    what_was_being_submitted_is_held_for_its_lease_after_a_rebase,
    a_settlement_counts_after_a_rebase,
    a_rebase_leaves_what_is_in_order,
}

const HOUR: Duration = Duration::from_secs(3_600);

async fn next(handle: &Handle, kind: JobKind) -> Option<Timestamp> {
    handle.due(kind).await.unwrap().next
}

async fn what_is_due_later_tells_when(home: &impl Home) {
    let handle = home.open();
    assert_eq!(next(&handle, JobKind::Deliver).await, None);
    for (number, pause) in [(1, LEASE * 2), (2, LEASE)] {
        receive(&handle, &stream(number), ANNE, "Yes").await;
        let job = claim_one(&handle, JobKind::Deliver, &stream(number)).await;
        settle(&handle, &job, failed(&handle, pause)).await;
    }
    let begin = handle.now();
    let due = handle.due(JobKind::Deliver).await.unwrap();
    assert!(due.streams.is_empty());
    assert_eq!(due.next, Some(begin + LEASE));
    home.advance(LEASE);
    let due = handle.due(JobKind::Deliver).await.unwrap();
    assert_eq!(due.streams, [stream(2)]);
    assert_eq!(due.next, Some(begin + LEASE * 2));
    home.advance(LEASE);
    let due = handle.due(JobKind::Deliver).await.unwrap();
    assert_eq!((due.streams.len(), due.next), (2, None));
}

async fn the_end_of_a_lease_is_a_moment_when_something_is_due(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    receive(&one, &stream, ANNE, "Yes").await;
    let job = claim_one(&one, JobKind::Deliver, &stream).await;
    home.crash(one);
    let next = next(&other, JobKind::Deliver).await;
    assert_eq!(next, Some(job.lease.until()));
    home.advance(LEASE);
    assert!(is_due(&other, JobKind::Deliver, &stream).await);
}

async fn nothing_is_due_later_than_the_longest_pause_after_a_rebase(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    receive(&handle, &stream, ANNE, "Yes").await;
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    settle(&handle, &job, failed(&handle, LEASE)).await;
    home.set_back(HOUR);
    handle
        .rebase(JobKind::Deliver, LEASE * 2, LEASE)
        .await
        .unwrap();
    let due = handle.due(JobKind::Deliver).await.unwrap();
    assert_eq!((due.streams, due.next), (vec![stream.clone()], None));
    assert_eq!(
        claim_one(&handle, JobKind::Deliver, &stream).await.key(),
        job.key()
    );
}

async fn what_was_being_delivered_is_free_after_a_rebase(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    receive(&one, &stream, ANNE, "Yes").await;
    let job = claim_one(&one, JobKind::Deliver, &stream).await;
    home.set_back(HOUR);
    // What was received before the clock was set back is due by now.
    other.rebase(JobKind::Deliver, LEASE, LEASE).await.unwrap();
    let again = claim_one(&other, JobKind::Deliver, &stream).await;
    assert_eq!(again.key(), job.key());
    settle(&one, &job, failed(&one, LEASE)).await;
    settle(&other, &again, delivered(&other)).await;
    let delivery = one.delivery(event(&job).id).await.unwrap().unwrap();
    assert_eq!(delivery.attempts, 1);
}

async fn what_was_being_submitted_is_held_for_its_lease_after_a_rebase(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    send(&one, &stream, live(&one, ANNE, "Hi"), None).await;
    let job = claim_one(&one, JobKind::Submit, &stream).await;
    home.set_back(HOUR);
    other.rebase(JobKind::Submit, LEASE, LEASE).await.unwrap();
    home.advance(ALMOST);
    assert!(claim(&other, JobKind::Submit, &stream).await.is_empty());
    assert!(
        other
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
    home.advance(Duration::from_millis(1));
    let stranded = other.claim_stranded(vec![], LEASE).await.unwrap();
    assert_eq!(stranded[0].key(), job.key());
}

async fn a_settlement_counts_after_a_rebase(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let id = event_of(&receive(&one, &stream, ANNE, "Yes").await);
    let uuid = send(&one, &stream, live(&one, BOB, "Hi"), None).await;
    let delivery = claim_one(&one, JobKind::Deliver, &stream).await;
    let submit = claim_one(&one, JobKind::Submit, &stream).await;
    home.set_back(HOUR);
    for kind in [JobKind::Deliver, JobKind::Submit] {
        other.rebase(kind, LEASE, LEASE).await.unwrap();
    }
    settle(&one, &delivery, failed(&one, LEASE)).await;
    settle(&one, &submit, submitted(&one, "x")).await;
    assert_eq!(one.delivery(id).await.unwrap().unwrap().attempts, 1);
    assert_eq!(message(&one, uuid).await.course.sent_at, Some(one.now()));
    home.advance(LEASE);
    assert!(
        other
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(is_due(&other, JobKind::Ask, &stream).await);
}

async fn a_rebase_leaves_what_is_in_order(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    for handset in [ANNE, BOB] {
        receive(&handle, &stream, handset, "Yes").await;
    }
    send(&handle, &stream, live(&handle, BOB, "Hi"), None).await;
    let jobs = claim(&handle, JobKind::Deliver, &stream).await;
    settle(&handle, &jobs[0], failed(&handle, LEASE)).await;
    let submit = claim_one(&handle, JobKind::Submit, &stream).await;
    for kind in [JobKind::Deliver, JobKind::Submit] {
        handle.rebase(kind, LEASE, LEASE).await.unwrap();
    }
    assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
    assert!(!is_due(&handle, JobKind::Submit, &stream).await);
    settle(&handle, &submit, Outcome::Released).await;
    settle(&handle, &jobs[1], delivered(&handle)).await;
    assert_eq!(
        next(&handle, JobKind::Deliver).await,
        Some(handle.now() + LEASE)
    );
    assert!(is_due(&handle, JobKind::Submit, &stream).await);
}
