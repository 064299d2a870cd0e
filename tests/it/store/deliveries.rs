//! Deliveries as people are told of them, and again if they want.

use textpeak::domain::{DeliveryState, MessageStatus};
use textpeak::store::{DeliveryFilter, JobKind};
use uuid::Uuid;

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    a_delivery_tells_how_far_it_is,
    deliveries_are_listed_newest_first,
    conditions_on_deliveries_are_met,
    attempts_are_kept_in_their_order,
    recent_attempts_are_listed_once,
    a_delivery_is_queued_again,
    what_is_being_attempted_is_not_queued_again,
}

async fn state(handle: &Handle, id: Uuid) -> DeliveryState {
    handle.delivery(id).await.unwrap().unwrap().state
}

async fn ids(handle: &Handle, filter: DeliveryFilter) -> Vec<Uuid> {
    let found = handle.deliveries(filter, 100).await.unwrap();
    found.into_iter().map(|delivery| delivery.id).collect()
}

async fn a_delivery_tells_how_far_it_is(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let received = receive(&handle, &stream, ANNE, "Yes").await;
    let id = event_of(&received);
    let new = handle.delivery(id).await.unwrap().unwrap();
    assert_eq!((new.id, new.message), (id, received.message.uuid));
    assert_eq!((&new.stream, new.status), (&stream, None));
    assert_eq!((new.state, new.attempts), (DeliveryState::Waiting, 0));
    assert_eq!((new.next_at, new.details), (handle.now(), None));
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    settle(&handle, &job, failed(&handle, LEASE)).await;
    let waiting = handle.delivery(id).await.unwrap().unwrap();
    assert_eq!(
        (waiting.state, waiting.attempts),
        (DeliveryState::Waiting, 1)
    );
    assert_eq!(waiting.next_at, handle.now() + LEASE);
    home.advance(LEASE);
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    assert_eq!(job.attempts, 1);
    settle(&handle, &job, delivered(&handle)).await;
    let done = handle.delivery(id).await.unwrap().unwrap();
    assert_eq!((done.state, done.attempts), (DeliveryState::Delivered, 2));
    home.advance(LEASE * 10);
    assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
    assert!(handle.delivery(Uuid::nil()).await.unwrap().is_none());
}

async fn deliveries_are_listed_newest_first(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    let mut all = Vec::new();
    for (number, handle) in [(1, &one), (2, &other), (1, &one)] {
        all.push(event_of(
            &receive(handle, &stream(number), ANNE, "Yes").await,
        ));
    }
    all.reverse();
    assert_eq!(ids(&one, DeliveryFilter::default()).await, all);
    let two = one.deliveries(DeliveryFilter::default(), 2).await.unwrap();
    assert_eq!([two[0].id, two[1].id], all[..2]);
}

async fn conditions_on_deliveries_are_met(home: &impl Home) {
    let handle = home.open();
    let old = receive(&handle, &stream(1), ANNE, "old").await;
    home.advance(LEASE);
    let uuid = send(&handle, &stream(2), demo(&handle, ANNE, "new"), Some(URL)).await;
    let (all, new) = (DeliveryFilter::default, handle.now());
    let old = event_of(&old);
    let job = claim_one(&handle, JobKind::Deliver, &stream(2)).await;
    settle(&handle, &job, delivered(&handle)).await;
    let sent = event(&job).id;
    let status = handle.delivery(sent).await.unwrap().unwrap().status;
    assert_eq!(status, Some(MessageStatus::Sent));
    let state = |state| DeliveryFilter {
        state: Some(state),
        ..all()
    };
    let of = |number| DeliveryFilter {
        stream: Some(stream(number)),
        ..all()
    };
    let expected: [(DeliveryFilter, &[Uuid]); 7] = [
        (all(), &[sent, old]),
        (of(1), &[old]),
        (state(DeliveryState::Waiting), &[old]),
        (state(DeliveryState::Delivered), &[sent]),
        (state(DeliveryState::Dead), &[]),
        (
            DeliveryFilter {
                since: Some(new),
                ..all()
            },
            &[sent],
        ),
        (
            DeliveryFilter {
                message: Some(uuid),
                ..all()
            },
            &[sent],
        ),
    ];
    for (filter, found) in expected {
        assert_eq!(ids(&handle, filter.clone()).await, found, "{filter:?}");
    }
    let both = DeliveryFilter {
        stream: Some(stream(1)),
        ..state(DeliveryState::Delivered)
    };
    assert!(ids(&handle, both).await.is_empty());
}

async fn attempts_are_kept_in_their_order(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let id = event_of(&receive(&handle, &stream, ANNE, "Yes").await);
    assert!(handle.attempts(id).await.unwrap().is_empty());
    let mut expected = Vec::new();
    for status in [500, 200] {
        let job = claim_one(&handle, JobKind::Deliver, &stream).await;
        expected.push(attempt(handle.now(), status));
        let outcome = if status == 200 {
            delivered(&handle)
        } else {
            failed(&handle, DELAY)
        };
        settle(&handle, &job, outcome).await;
        home.advance(DELAY);
    }
    assert_eq!(home.open().attempts(id).await.unwrap(), expected);
    assert!(handle.attempts(Uuid::nil()).await.unwrap().is_empty());
}

async fn recent_attempts_are_listed_once(home: &impl Home) {
    let handle = home.open();
    let (mut place, mut messages) = (0, Vec::new());
    for number in [1, 2, 1] {
        let received = receive(&handle, &stream(number), ANNE, "Yes").await;
        messages.push(received.message.uuid);
        let job = claim_one(&handle, JobKind::Deliver, &stream(number)).await;
        settle(&handle, &job, delivered(&handle)).await;
        let (newest, new) = handle.recent_attempts(None, None, place, 10).await.unwrap();
        assert_eq!((new.len(), new[0].message), (1, received.message.uuid));
        assert_eq!(new[0].attempt, attempt(handle.now(), 200));
        assert_eq!(new[0].stream, stream(number));
        assert!(newest > place);
        place = newest;
        home.advance(DELAY);
    }
    let recent = async |stream, since, limit| {
        let (newest, recent) = handle
            .recent_attempts(stream, since, 0, limit)
            .await
            .unwrap();
        assert_eq!(newest, place);
        recent
            .into_iter()
            .map(|timed| timed.message)
            .collect::<Vec<_>>()
    };
    messages.reverse();
    assert_eq!(recent(None, None, 10).await, messages);
    assert_eq!(recent(None, None, 2).await, messages[..2]);
    assert_eq!(recent(Some(stream(2)), None, 10).await, messages[1..2]);
    let last = handle.now() - DELAY;
    assert_eq!(recent(None, Some(last), 10).await, messages[..1]);
}

async fn a_delivery_is_queued_again(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let id = event_of(&receive(&handle, &stream, ANNE, "Yes").await);
    for outcome in [delivered(&handle), failed(&handle, LEASE)] {
        let job = claim_one(&handle, JobKind::Deliver, &stream).await;
        settle(&handle, &job, outcome).await;
        assert!(!is_due(&handle, JobKind::Deliver, &stream).await);
        home.advance(DELAY);
        assert_eq!(handle.requeue(vec![Uuid::nil(), id]).await.unwrap(), 1);
        let again = handle.delivery(id).await.unwrap().unwrap();
        assert_eq!((again.state, again.attempts), (DeliveryState::Waiting, 0));
        assert_eq!(again.next_at, handle.now());
        assert!(is_due(&handle, JobKind::Deliver, &stream).await);
    }
    let job = claim_one(&handle, JobKind::Deliver, &stream).await;
    assert_eq!((job.attempts, event(&job).id), (0, id));
    assert_eq!(
        handle.attempts(id).await.unwrap().len(),
        2,
        "nothing is forgotten"
    );
}

async fn what_is_being_attempted_is_not_queued_again(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let id = event_of(&receive(&one, &stream, ANNE, "Yes").await);
    let job = claim_one(&one, JobKind::Deliver, &stream).await;
    assert_eq!(other.requeue(vec![id]).await.unwrap(), 0);
    settle(&one, &job, delivered(&one)).await;
    assert_eq!(state(&other, id).await, DeliveryState::Delivered);
}
