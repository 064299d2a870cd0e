//! Filters are in force while their file changes.

use std::fs;

use super::*;
use crate::domain::Status;
use crate::service::testing::{TestHome, demo, id, token};

async fn status(home: &TestHome, n: usize) -> Option<Status> {
    Some(home.index().await.with_id(&id(n))?.status)
}

#[tokio::test]
async fn a_token_opens_its_own_stream_and_nothing_like_it_opens_any() {
    let home = TestHome::with([demo(0), demo(1)]).await;
    let index = home.index().await;
    for n in [0, 1] {
        let token = token(n);
        let found = index.with_token(token.expose().as_bytes());
        assert_eq!(found.map(|stream| stream.id.clone()), Some(id(n)));
        let longer = format!("{} ", token.expose());
        assert!(index.with_token(longer.as_bytes()).is_none());
    }
    assert!(index.with_token(token(2).expose().as_bytes()).is_none());
    assert!(index.with_token(b"").is_none());
}

#[tokio::test]
async fn a_change_is_in_force_at_the_next_request() {
    let home = TestHome::with([demo(0)]).await;
    let before = home.index().await;
    home.change(0, |stream| stream.status = Status::Disabled)
        .await;
    assert_eq!(status(&home, 0).await, Some(Status::Disabled));
    let again = home.index().await;
    assert!(!Arc::ptr_eq(&before, &again));
    assert!(
        Arc::ptr_eq(&again, &home.index().await),
        "nothing is read twice"
    );
}

fn broken(entry: &LogEntry) -> bool {
    matches!(entry, LogEntry::StreamsUnreadable(_))
}

fn mended(entry: &LogEntry) -> bool {
    matches!(entry, LogEntry::StreamsReadable)
}

#[tokio::test]
async fn streams_that_cannot_be_read_leave_the_last_ones_in_force_and_are_told_of_once() {
    let home = TestHome::with([demo(0)]).await;
    let file = home.folder.path().join("state.json");
    let good = fs::read_to_string(&file).unwrap();
    for damage in ["{", "", "[1, 2"] {
        fs::write(&file, damage).unwrap();
        for _ in 0..3 {
            assert_eq!(status(&home, 0).await, Some(Status::Ready), "{damage:?}");
        }
        assert!(home.streams.fault().await.is_some());
        assert_eq!(
            (home.logged(broken), home.logged(mended)),
            (1, 0),
            "{damage:?}"
        );
        fs::write(&file, good.replace("Ready", "Disabled")).unwrap();
        for _ in 0..3 {
            assert_eq!(status(&home, 0).await, Some(Status::Disabled), "{damage:?}");
        }
        assert_eq!(home.streams.fault().await, None);
        assert_eq!(
            (home.logged(broken), home.logged(mended)),
            (1, 1),
            "{damage:?}"
        );
        fs::write(&file, &good).unwrap();
        assert_eq!(status(&home, 0).await, Some(Status::Ready));
        home.logged.lock().unwrap().clear();
    }
}

#[tokio::test]
async fn a_file_that_is_gone_is_damage_and_not_a_home_without_streams() {
    let home = TestHome::with([demo(0)]).await;
    fs::remove_file(home.folder.path().join("state.json")).unwrap();
    assert_eq!(status(&home, 0).await, Some(Status::Ready));
    assert_eq!(home.streams.fault().await, Some(StoreError::StreamsGone));
}
