//! What a wait finds, and what it says when nothing came.

use super::*;
use crate::service::testing::{TestHome, demo, id, message};

const HANDSET: &str = "12025550110";

async fn home(texts: &[&str]) -> TestHome {
    let home = TestHome::with([demo(0)]).await;
    for text in texts {
        home.send(0, vec![message(HANDSET, text)]).await;
    }
    home
}

async fn look(home: &TestHome, filter: MessageFilter, pattern: Option<&str>) -> Waited {
    let pattern = pattern.map(|text| Regex::new(text).unwrap());
    let found = wait(&*home.store, filter, pattern.as_ref(), Duration::ZERO).await;
    found.unwrap()
}

async fn matched(home: &TestHome, pattern: Option<&str>) -> String {
    match look(home, MessageFilter::default(), pattern).await {
        Waited::Found { matched, .. } => matched,
        other @ Waited::Missed(_) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_found_is_the_first_group_or_all_that_matched_or_the_text() {
    let home = home(&["Your code is 123456."]).await;
    assert_eq!(matched(&home, Some("code is ([0-9]+)")).await, "123456");
    assert_eq!(
        matched(&home, Some("code is [0-9]+")).await,
        "code is 123456"
    );
    assert_eq!(matched(&home, None).await, "Your code is 123456.");
    // A group that took no part.
    assert_eq!(matched(&home, Some("(x)?code")).await, "code");
}

#[tokio::test]
async fn the_newest_that_matches_is_meant() {
    let home = home(&["code 1", "code 2", "other"]).await;
    assert_eq!(matched(&home, Some("code ([0-9])")).await, "2");
}

#[tokio::test]
async fn what_came_nearest_is_the_newest_that_met_all_but_the_expression() {
    let home = home(&["first", "second"]).await;
    let missed = look(&home, MessageFilter::default(), Some("code")).await;
    let Waited::Missed(Some(nearest)) = missed else {
        panic!("{missed:?}");
    };
    assert_eq!(nearest.text, "second");
    let nobody = MessageFilter {
        stream: Some(id(1)),
        ..MessageFilter::default()
    };
    let missed = look(&home, nobody, Some("code")).await;
    assert!(matches!(missed, Waited::Missed(None)), "{missed:?}");
}

#[tokio::test]
async fn only_what_came_after_the_cursor_counts_and_it_may_still_be_to_come() {
    let home = home(&["code 1"]).await;
    let filter = MessageFilter {
        after: Some(home.store.newest().await.unwrap()),
        ..MessageFilter::default()
    };
    let missed = look(&home, filter.clone(), None).await;
    assert!(matches!(missed, Waited::Missed(None)), "{missed:?}");
    let later = async {
        tokio::task::yield_now().await;
        home.send(0, vec![message(HANDSET, "code 2")]).await;
    };
    let waiting = wait(&*home.store, filter, None, Duration::from_secs(20));
    let (found, ()) = tokio::join!(waiting, later);
    let found = found.unwrap();
    assert!(
        matches!(&found, Waited::Found { matched, .. } if matched == "code 2"),
        "{found:?}"
    );
}
