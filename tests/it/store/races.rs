//! Several tasks and handles that want the same jobs at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use textpeak::domain::MessageStatus;
use textpeak::store::{Claim, JobKind, MessageFilter, Outcome};

use super::harness::{Handle, Home, promises_to_threads};
use super::values::*;

promises_to_threads! {
    every_delivery_is_claimed_once,
    one_batch_of_a_stream_is_submitted_at_a_time,
    every_turn_is_told_once,
}

/// Four tasks on two handles, each of which does this until it gives `false`.
async fn all_at_once<F>(home: &impl Home, work: impl Fn(Handle) -> F)
where
    F: Future<Output = bool> + Send + 'static,
{
    let handles = [home.open(), home.open()];
    for _ in 0..1_000 {
        let rounds: Vec<_> = (0..4)
            .map(|n| tokio::spawn(work(handles[n % 2].clone())))
            .collect();
        let mut goes_on = false;
        for round in rounds {
            goes_on |= round.await.unwrap();
        }
        if !goes_on {
            return;
        }
    }
    panic!("there is no end of it");
}

async fn every_delivery_is_claimed_once(home: &impl Home) {
    let handle = home.open();
    for n in 0..150 {
        let handset = format!("120255501{:02}", n % 50);
        receive(&handle, &stream(1), &handset, "Yes").await;
    }
    let seen: Arc<Mutex<HashMap<i64, usize>>> = Arc::default();
    all_at_once(home, |handle| {
        let seen = Arc::clone(&seen);
        async move {
            let few = Claim {
                lanes: 5,
                depth: 2,
                ..claim_of(JobKind::Deliver, &stream(1))
            };
            let jobs = handle.claim(few).await.unwrap();
            for job in &jobs {
                *seen.lock().unwrap().entry(job.key()).or_default() += 1;
                // One that is claimed early would be seen again.
                settle(&handle, job, failed(&handle, LEASE)).await;
            }
            !jobs.is_empty()
        }
    })
    .await;
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 150);
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
}

async fn one_batch_of_a_stream_is_submitted_at_a_time(home: &impl Home) {
    let handle = home.open();
    for n in 0..100 {
        let new = live(&handle, ANNE, &n.to_string());
        send(&handle, &stream(1), new, None).await;
    }
    let (order, busy) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicUsize::new(0)),
    );
    all_at_once(home, |handle| {
        let (order, busy) = (Arc::clone(&order), Arc::clone(&busy));
        async move {
            let few = Claim {
                depth: 3,
                ..claim_of(JobKind::Submit, &stream(1))
            };
            let jobs = handle.claim(few).await.unwrap();
            if jobs.is_empty() {
                return !claim_is_over(&handle).await;
            }
            assert_eq!(
                busy.fetch_add(1, Ordering::SeqCst),
                0,
                "another batch is on its way"
            );
            order
                .lock()
                .unwrap()
                .extend(jobs.iter().map(|job| text(job).to_owned()));
            tokio::task::yield_now().await;
            busy.fetch_sub(1, Ordering::SeqCst);
            for job in jobs {
                settle(&handle, &job, submitted(&handle, "x")).await;
            }
            true
        }
    })
    .await;
    let order = order.lock().unwrap();
    let expected: Vec<_> = (0..100).map(|n| n.to_string()).collect();
    assert_eq!(*order, expected);
}

/// Whether no message waits to be submitted any more.
async fn claim_is_over(handle: &Handle) -> bool {
    let all = handle
        .messages(MessageFilter::default(), 1_000)
        .await
        .unwrap();
    let ids = all.iter().map(|(_, message)| message.uuid).collect();
    handle.unsubmitted(ids).await.unwrap() == 0
}

async fn every_turn_is_told_once(home: &impl Home) {
    let handle = home.open();
    for n in 0..50 {
        let new = demo(&handle, &format!("120255501{:02}", 10 + n), "Hi");
        send(&handle, &stream(1), new, Some(URL)).await;
    }
    home.advance(Duration::from_secs(1));
    all_at_once(home, |handle| async move {
        let jobs = claim(&handle, JobKind::Turn, &stream(1)).await;
        for job in &jobs {
            settle_and_tell(&handle, job, Outcome::Turned).await;
        }
        !jobs.is_empty()
    })
    .await;
    let mut told = told(&handle, &stream(1)).await;
    told.sort_unstable();
    let expected = [(1, MessageStatus::Sent), (2, MessageStatus::Delivered)];
    let expected = expected.map(|(number, status)| vec![(number, Some(status)); 50]);
    assert_eq!(told, expected.concat());
}
