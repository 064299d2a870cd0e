//! Jobs that one process has: claims, leases that run out, and what still counts then.

use std::collections::HashMap;
use std::time::Duration;

use textpeak::domain::{DeliveryState, MessageStatus};
use textpeak::store::{Claim, JobKind, Outcome};

use super::harness::{Home, promises};
use super::values::*;

promises! {
    a_claim_hides_a_job_until_its_lease_is_over,
    a_released_job_is_free_at_once,
    a_delivery_is_claimed_by_its_id_whether_due_or_not,
    a_handset_belongs_to_one_process_at_a_time,
    lanes_and_depth_are_limits,
    deliveries_of_a_handset_keep_their_order,
    a_late_failure_does_not_count_where_another_has_the_job,
    a_late_success_counts_whoever_has_the_job,
    a_late_settlement_counts_where_nobody_else_has_the_job,
    a_message_that_another_has_is_not_ended_by_a_late_settlement,
}

/// Kinds that are free again when their lease is over, with a job of each that is due.
async fn a_job(home: &impl Home, kind: JobKind) {
    let (handle, stream) = (home.open(), stream(1));
    match kind {
        JobKind::Deliver => drop(receive(&handle, &stream, ANNE, "Yes").await),
        JobKind::Turn => {
            send(&handle, &stream, demo(&handle, BOB, "Hi"), Some(URL)).await;
        }
        JobKind::Submit | JobKind::Ask => {
            send(&handle, &stream, live(&handle, BOB, "Hi"), None).await;
        }
    }
    if kind == JobKind::Ask {
        let job = claim_one(&handle, JobKind::Submit, &stream).await;
        settle(&handle, &job, submitted(&handle, "x")).await;
    }
    home.advance(DELAY);
}

const FREE_AGAIN: [JobKind; 3] = [JobKind::Deliver, JobKind::Ask, JobKind::Turn];

async fn a_claim_hides_a_job_until_its_lease_is_over(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    for kind in FREE_AGAIN {
        a_job(home, kind).await;
        assert!(is_due(&other, kind, &stream).await);
        let job = claim(&one, kind, &stream).await.remove(0);
        assert_eq!(job.lease.until(), one.now() + LEASE);
        home.advance(ALMOST);
        for handle in [&one, &other] {
            assert!(!is_due(handle, kind, &stream).await, "{kind:?}");
            assert!(claim(handle, kind, &stream).await.is_empty(), "{kind:?}");
        }
        home.advance(Duration::from_millis(1));
        assert!(is_due(&other, kind, &stream).await, "{kind:?}");
        let again = claim(&other, kind, &stream).await;
        assert_eq!(again[0].key(), job.key());
        assert_eq!(again[0].attempts, 0);
        home.advance(LEASE * 100);
    }
}

async fn a_released_job_is_free_at_once(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    for kind in [
        JobKind::Submit,
        JobKind::Deliver,
        JobKind::Ask,
        JobKind::Turn,
    ] {
        a_job(home, kind).await;
        let job = claim(&one, kind, &stream).await.remove(0);
        settle(&one, &job, Outcome::Released).await;
        assert!(is_due(&other, kind, &stream).await, "{kind:?}");
        let again = claim(&other, kind, &stream).await.remove(0);
        assert_eq!((again.key(), again.attempts), (job.key(), 0), "{kind:?}");
        if kind == JobKind::Submit {
            settle(
                &other,
                &again,
                Outcome::Ended(MessageStatus::Rejected, None),
            )
            .await;
        }
        home.advance(LEASE * 100);
    }
}

async fn a_delivery_is_claimed_by_its_id_whether_due_or_not(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let id = event_of(&receive(&one, &stream, ANNE, "Yes").await);
    let job = one.claim_delivery(id, LEASE).await.unwrap().unwrap();
    assert_eq!(event(&job).id, id);
    assert!(other.claim_delivery(id, LEASE).await.unwrap().is_none());
    settle(&one, &job, failed(&one, LEASE)).await;
    assert!(!is_due(&one, JobKind::Deliver, &stream).await);
    let job = other.claim_delivery(id, LEASE).await.unwrap().unwrap();
    assert_eq!(job.attempts, 1);
    settle(&other, &job, delivered(&other)).await;
    let unclaimed = one.claim_delivery(id, LEASE).await.unwrap();
    assert!(unclaimed.is_none(), "it does not wait any more");
    let nothing = one.claim_delivery(uuid::Uuid::nil(), LEASE).await.unwrap();
    assert!(nothing.is_none());
}

async fn a_handset_belongs_to_one_process_at_a_time(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    for handset in [ANNE, ANNE, BOB] {
        receive(&one, &stream, handset, &format!("of {handset}")).await;
    }
    let second = event_of(&receive(&one, &stream, ANNE, "third").await);
    let mut first = claim_of(JobKind::Deliver, &stream);
    (first.lanes, first.depth) = (1, 1);
    let first = one.claim(first).await.unwrap();
    assert_eq!(texts(&first), ["of 12025550143"]);
    for handle in [&one, &other] {
        let not_its = handle.claim_delivery(second, LEASE).await.unwrap();
        assert!(not_its.is_none());
    }
    let rest = claim(&other, JobKind::Deliver, &stream).await;
    assert_eq!(texts(&rest), ["of 12025550144"]);
    settle(&one, &first[0], delivered(&one)).await;
    let rest = claim(&other, JobKind::Deliver, &stream).await;
    assert_eq!(texts(&rest), ["of 12025550143", "third"]);
}

async fn lanes_and_depth_are_limits(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    for n in 0..30 {
        let handset = format!("120255501{:02}", 40 + n % 6);
        receive(&handle, &stream, &handset, &n.to_string()).await;
    }
    let limited = |lanes, depth| Claim {
        lanes,
        depth,
        ..claim_of(JobKind::Deliver, &stream)
    };
    let jobs = handle.claim(limited(2, 3)).await.unwrap();
    let mut of_handset: HashMap<_, Vec<u64>> = HashMap::new();
    for job in &jobs {
        let event = event(job);
        let handset = event.message.handset.clone();
        of_handset.entry(handset).or_default().push(event.sequence);
    }
    assert!((1..=2).contains(&of_handset.len()), "{of_handset:?}");
    for numbers in of_handset.values() {
        assert!(numbers.len() <= 3 && numbers.iter().copied().eq(1..=numbers.len() as u64));
    }
    let others = handle.claim(limited(100, 100)).await.unwrap();
    for job in &others {
        assert!(!of_handset.contains_key(&event(job).message.handset));
    }
    // Other kinds are limited in all.
    for n in 0..5 {
        send(&handle, &stream, live(&handle, ANNE, &n.to_string()), None).await;
    }
    let submit = Claim {
        kind: JobKind::Submit,
        ..limited(1, 3)
    };
    assert_eq!(texts(&handle.claim(submit).await.unwrap()), ["0", "1", "2"]);
}

async fn deliveries_of_a_handset_keep_their_order(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    for n in 0..10 {
        let handle = if n % 2 == 0 { &one } else { &other };
        receive(handle, &stream, ANNE, &n.to_string()).await;
        home.advance(Duration::from_millis(n % 3));
    }
    let mut depth = claim_of(JobKind::Deliver, &stream);
    depth.depth = 4;
    let mut seen = Vec::new();
    loop {
        let jobs = one.claim(depth.clone()).await.unwrap();
        if jobs.is_empty() {
            break;
        }
        for job in &jobs {
            seen.push(event(job).sequence);
            settle(&one, job, delivered(&one)).await;
        }
    }
    assert_eq!(seen, (1..=10).collect::<Vec<u64>>());
}

async fn a_late_failure_does_not_count_where_another_has_the_job(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let id = event_of(&receive(&one, &stream, ANNE, "Yes").await);
    let late = claim_one(&one, JobKind::Deliver, &stream).await;
    home.advance(LEASE);
    let job = claim_one(&other, JobKind::Deliver, &stream).await;
    for outcome in [failed(&one, LEASE), Outcome::Released] {
        settle(&one, &late, outcome).await;
        let delivery = one.delivery(id).await.unwrap().unwrap();
        assert_eq!(
            (delivery.state, delivery.attempts),
            (DeliveryState::Waiting, 0)
        );
        assert!(claim(&one, JobKind::Deliver, &stream).await.is_empty());
    }
    settle(&other, &job, delivered(&other)).await;
    let delivery = one.delivery(id).await.unwrap().unwrap();
    assert_eq!(
        (delivery.state, delivery.attempts),
        (DeliveryState::Delivered, 1)
    );
}

async fn a_late_success_counts_whoever_has_the_job(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let id = event_of(&receive(&one, &stream, ANNE, "Yes").await);
    let late = claim_one(&one, JobKind::Deliver, &stream).await;
    home.advance(LEASE);
    let job = claim_one(&other, JobKind::Deliver, &stream).await;
    settle(&one, &late, delivered(&one)).await;
    settle(&other, &job, failed(&other, LEASE)).await;
    let delivery = other.delivery(id).await.unwrap().unwrap();
    assert_eq!(delivery.state, DeliveryState::Delivered);
    home.advance(LEASE * 2);
    assert!(!is_due(&other, JobKind::Deliver, &stream).await);
}

async fn a_late_settlement_counts_where_nobody_else_has_the_job(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let id = event_of(&receive(&handle, &stream, ANNE, "Yes").await);
    send(&handle, &stream, live(&handle, BOB, "Hi"), None).await;
    let delivery = claim_one(&handle, JobKind::Deliver, &stream).await;
    let submit = claim_one(&handle, JobKind::Submit, &stream).await;
    home.advance(LEASE * 2);
    settle(&handle, &delivery, failed(&handle, LEASE)).await;
    settle(&handle, &submit, submitted(&handle, "x")).await;
    assert_eq!(handle.delivery(id).await.unwrap().unwrap().attempts, 1);
    assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
    assert!(
        handle
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
    home.advance(DELAY);
    assert!(is_due(&handle, JobKind::Ask, &stream).await);
}

async fn a_message_that_another_has_is_not_ended_by_a_late_settlement(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let uuid = send(&one, &stream, live(&one, ANNE, "Hi"), None).await;
    let late = claim_one(&one, JobKind::Submit, &stream).await;
    home.advance(LEASE);
    let job = other.claim_stranded(vec![], LEASE).await.unwrap().remove(0);
    for outcome in [
        submitted(&one, "x"),
        Outcome::Ended(MessageStatus::Rejected, None),
        Outcome::Unsent {
            at: one.now(),
            details: "away".to_owned(),
        },
        Outcome::Released,
    ] {
        settle(&one, &late, outcome).await;
        let kept = message(&one, uuid).await;
        assert_eq!(kept.status_at(one.now()), Some(MessageStatus::Sent));
        assert_eq!(kept.course.sent_at, None);
        assert!(claim(&one, JobKind::Submit, &stream).await.is_empty());
    }
    settle(
        &other,
        &job,
        Outcome::Ended(MessageStatus::SentFailed, None),
    )
    .await;
    let status = message(&one, uuid).await.status_at(one.now());
    assert_eq!(status, Some(MessageStatus::SentFailed));
}
