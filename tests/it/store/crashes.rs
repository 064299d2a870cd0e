//! Processes that are killed between every two operations: what they began comes to its end once.

use textpeak::domain::MessageStatus;
use textpeak::store::{JobKind, Outcome};

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    a_delivery_comes_to_its_end_wherever_its_process_is_killed,
    a_demo_message_comes_to_its_end_wherever_its_process_is_killed,
    a_live_message_comes_to_its_end_wherever_its_process_is_killed,
}

/// The handle that goes on with the next operation: a new one, if the process is killed before it.
fn go_on(home: &impl Home, handle: Handle, operation: usize, killed: usize) -> Handle {
    if operation != killed {
        return handle;
    }
    home.crash(handle);
    home.advance(LEASE);
    home.open()
}

/// Delivers everything that is due, as a process would that lives. What each event says, in order.
async fn deliver_all(handle: &Handle) -> Vec<(u64, Option<MessageStatus>)> {
    let mut all = Vec::new();
    for stream in handle.due(JobKind::Deliver).await.unwrap().streams {
        for job in claim(handle, JobKind::Deliver, &stream).await {
            let event = event(&job);
            let status = event.status.as_ref().map(|change| change.status);
            all.push((event.sequence, status));
            settle(handle, &job, delivered(handle)).await;
        }
    }
    home_is_quiet(handle).await;
    all
}

/// Nothing waits for anything.
async fn home_is_quiet(handle: &Handle) {
    for kind in [
        JobKind::Deliver,
        JobKind::Submit,
        JobKind::Ask,
        JobKind::Turn,
    ] {
        let due = handle.due(kind).await.unwrap();
        assert!(
            due.streams.is_empty() && due.next.is_none(),
            "{kind:?}: {due:?}"
        );
    }
    assert!(
        handle
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_delivery_comes_to_its_end_wherever_its_process_is_killed(home: &impl Home) {
    for killed in 1..=4 {
        let stream = stream(u8::try_from(killed).unwrap());
        let handle = home.open();
        let id = event_of(&receive(&handle, &stream, ANNE, "Yes").await);
        let handle = go_on(home, handle, 1, killed);
        assert!(is_due(&handle, JobKind::Deliver, &stream).await);
        let handle = go_on(home, handle, 2, killed);
        let job = claim_one(&handle, JobKind::Deliver, &stream).await;
        assert_eq!(event(&job).id, id);
        if killed == 3 {
            let handle = go_on(home, handle, 3, killed);
            assert_eq!(deliver_all(&handle).await, [(1, None)]);
            continue;
        }
        settle(&handle, &job, delivered(&handle)).await;
        let handle = go_on(home, handle, 4, killed);
        assert_eq!(deliver_all(&handle).await, []);
        assert_eq!(handle.attempts(id).await.unwrap().len(), 1);
    }
}

async fn a_demo_message_comes_to_its_end_wherever_its_process_is_killed(home: &impl Home) {
    for killed in 1..=4 {
        let stream = stream(u8::try_from(killed).unwrap());
        let handle = home.open();
        send(&handle, &stream, demo(&handle, ANNE, "Hi"), Some(URL)).await;
        let handle = go_on(home, handle, 1, killed);
        home.advance(DELAY);
        assert!(is_due(&handle, JobKind::Turn, &stream).await);
        let handle = go_on(home, handle, 2, killed);
        let mut job = claim_one(&handle, JobKind::Turn, &stream).await;
        let handle = go_on(home, handle, 3, killed);
        if killed == 3 {
            job = claim_one(&handle, JobKind::Turn, &stream).await;
        }
        settle_and_tell(&handle, &job, Outcome::Turned).await;
        let handle = go_on(home, handle, 4, killed);
        let both = [MessageStatus::Sent, MessageStatus::Delivered].map(Some);
        assert_eq!(deliver_all(&handle).await, [(1, both[0]), (2, both[1])]);
    }
}

async fn a_live_message_comes_to_its_end_wherever_its_process_is_killed(home: &impl Home) {
    for killed in 1..=6 {
        let stream = stream(u8::try_from(killed).unwrap());
        let handle = home.open();
        let uuid = send(&handle, &stream, live(&handle, ANNE, "Hi"), Some(URL)).await;
        let handle = go_on(home, handle, 1, killed);
        assert!(is_due(&handle, JobKind::Submit, &stream).await);
        let handle = go_on(home, handle, 2, killed);
        let job = claim_one(&handle, JobKind::Submit, &stream).await;
        if killed == 3 {
            // Whether it was sent is not known: it is never submitted again.
            let handle = go_on(home, handle, 3, killed);
            assert!(claim(&handle, JobKind::Submit, &stream).await.is_empty());
            let stranded = handle.claim_stranded(vec![], LEASE).await.unwrap();
            assert_eq!(stranded[0].key(), job.key());
            let end = Outcome::Ended(MessageStatus::SentFailed, None);
            settle_and_tell(&handle, &stranded[0], end).await;
            let only = [(1, Some(MessageStatus::SentFailed))];
            assert_eq!(deliver_all(&handle).await, only);
            continue;
        }
        settle_and_tell(&handle, &job, submitted(&handle, "x")).await;
        home.advance(DELAY);
        let handle = go_on(home, handle, 4, killed);
        let mut job = claim_one(&handle, JobKind::Ask, &stream).await;
        let handle = go_on(home, handle, 5, killed);
        if killed == 5 {
            job = claim_one(&handle, JobKind::Ask, &stream).await;
        }
        settle_and_tell(
            &handle,
            &job,
            Outcome::Ended(MessageStatus::Delivered, None),
        )
        .await;
        let handle = go_on(home, handle, 6, killed);
        let both = [MessageStatus::Sent, MessageStatus::Delivered].map(Some);
        assert_eq!(deliver_all(&handle).await, [(1, both[0]), (2, both[1])]);
        let status = message(&handle, uuid).await.status_at(handle.now());
        assert_eq!(status, Some(MessageStatus::Delivered));
    }
}
