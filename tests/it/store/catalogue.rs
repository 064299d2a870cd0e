//! Streams, Sender IDs, routes and secrets: what changes do, when they are refused, and who sees
//! them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use textpeak::domain::{
    Route, RouteSecrets, Stream, StreamDraft, StreamId, StreamIdentity, Token, Way,
};
use textpeak::store::{Catalogue, CatalogueChange, Revision, StoreError};

use super::harness::{Handle, Home, promises, promises_to_threads};

promises! {
    a_catalogue_that_was_never_written_is_empty,
    streams_stand_newest_first_and_where_they_were_put,
    a_change_of_something_else_is_refused,
    all_changes_are_made_or_none,
    a_name_belongs_to_one_stream,
    a_sender_stays_while_a_stream_uses_it,
    a_route_goes_with_its_streams,
    a_revision_tells_whether_anybody_was_quicker,
    another_handle_sees_a_change_soon,
}

promises_to_threads! {
    changes_at_once_are_all_kept,
}

pub const ADDRESS: &str = "abcdefghijklmnopqrstuvwxyz012345";

pub fn id(number: u8) -> StreamId {
    format!("st_0000000000{number:02}").parse().unwrap()
}

pub fn stream(number: u8, name: &str) -> Stream {
    let draft = StreamDraft {
        name: Some(name.parse().unwrap()),
        ..StreamDraft::default()
    };
    let identity = StreamIdentity {
        id: id(number),
        created_at: Timestamp::UNIX_EPOCH,
        now: Timestamp::UNIX_EPOCH,
    };
    draft.build(identity).unwrap()
}

pub fn put(
    before: Option<&Stream>,
    after: &Stream,
    token: Option<Token>,
    raise: bool,
) -> CatalogueChange {
    CatalogueChange::Put {
        before: before.cloned().map(Box::new),
        after: Box::new(after.clone()),
        token,
        raise,
    }
}

pub fn new(number: u8, name: &str) -> CatalogueChange {
    put(None, &stream(number, name), None, true)
}

fn renamed(before: &Stream, name: &str) -> Stream {
    Stream {
        name: name.parse().unwrap(),
        ..before.clone()
    }
}

pub fn token(seed: u8) -> Token {
    Token::issue(|| seed)
}

pub fn route(name: &str, streams: &[u8], secrets: RouteSecrets, replace: bool) -> CatalogueChange {
    let way = Way::streams_api("https://api.example.com".parse().unwrap());
    let made = Route::new(name.parse().unwrap(), way, Timestamp::UNIX_EPOCH);
    CatalogueChange::PutRoute {
        route: Box::new(Route {
            streams: streams.iter().map(|number| id(*number)).collect(),
            ..made
        }),
        secrets,
        replace,
    }
}

pub fn secrets(token: &str, incoming: Option<&str>) -> RouteSecrets {
    RouteSecrets {
        token: Some(token.parse().unwrap()),
        account_key: None,
        incoming: incoming.map(|text| text.parse().unwrap()),
    }
}

pub async fn apply(handle: &Handle, changes: Vec<CatalogueChange>) -> Result<Revision, StoreError> {
    handle.apply(changes, None).await
}

/// As a process sees it that begins now.
pub async fn now(home: &impl Home) -> Arc<Catalogue> {
    home.open().snapshot().await.unwrap()
}

async fn names(home: &impl Home) -> Vec<String> {
    let catalogue = now(home).await;
    let names = catalogue.entries().map(|entry| entry.name().to_owned());
    names.collect()
}

async fn a_catalogue_that_was_never_written_is_empty(home: &impl Home) {
    let catalogue = now(home).await;
    assert!(catalogue.revision().is_none());
    assert_eq!(catalogue.entries().len(), 0);
    assert!(catalogue.senders().is_empty() && catalogue.routes().is_empty());
}

async fn streams_stand_newest_first_and_where_they_were_put(home: &impl Home) {
    let handle = home.open();
    for (number, name) in [(1, "A"), (2, "B"), (3, "C")] {
        apply(&handle, vec![new(number, name)]).await.unwrap();
    }
    assert_eq!(names(home).await, ["C", "B", "A"]);
    let b = now(home).await.find("b").unwrap().unwrap();
    let changed = renamed(&b, "B2");
    apply(&handle, vec![put(Some(&b), &changed, None, false)])
        .await
        .unwrap();
    assert_eq!(names(home).await, ["C", "B2", "A"]);
    let a = now(home).await.find("A").unwrap().unwrap();
    let raised = put(Some(&a), &a, None, true);
    apply(&handle, vec![raised, new(4, "D")]).await.unwrap();
    assert_eq!(names(home).await, ["D", "A", "C", "B2"]);
    apply(&handle, vec![CatalogueChange::Delete(id(3))])
        .await
        .unwrap();
    assert_eq!(names(home).await, ["D", "A", "B2"]);
    // Nothing is lost of a stream.
    let kept = now(home).await.find("B2").unwrap().unwrap();
    assert_eq!(kept, changed);
}

async fn a_change_of_something_else_is_refused(home: &impl Home) {
    let handle = home.open();
    apply(&handle, vec![new(1, "A")]).await.unwrap();
    let (old, other) = (stream(1, "A"), stream(2, "B"));
    let first = put(Some(&old), &renamed(&old, "A1"), None, false);
    apply(&handle, vec![first]).await.unwrap();
    let late = put(Some(&old), &renamed(&old, "A2"), None, false);
    let refused = apply(&handle, vec![late]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Changed(_)), "{refused:?}");
    let lost = put(Some(&other), &other, None, false);
    let refused = apply(&handle, vec![lost]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Deleted(_)), "{refused:?}");
    assert_eq!(names(home).await, ["A1"]);
}

async fn all_changes_are_made_or_none(home: &impl Home) {
    let handle = home.open();
    let gone = CatalogueChange::RemoveRoute("none".to_owned());
    let refused = apply(&handle, vec![new(1, "A"), gone]).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoRoute(_)), "{refused:?}");
    assert!(names(home).await.is_empty());
}

async fn a_name_belongs_to_one_stream(home: &impl Home) {
    let handle = home.open();
    apply(&handle, vec![new(1, "Orders")]).await.unwrap();
    let refused = apply(&handle, vec![new(2, "ORDERS")]).await.unwrap_err();
    assert!(matches!(refused, StoreError::NameTaken(_)), "{refused:?}");
    let again = vec![CatalogueChange::Delete(id(1)), new(2, "ORDERS")];
    apply(&handle, again).await.unwrap();
    assert_eq!(names(home).await, ["ORDERS"]);
}

async fn a_sender_stays_while_a_stream_uses_it(home: &impl Home) {
    let handle = home.open();
    let all = ["ACME", "12025550100", "Shop"].map(|it| it.parse().unwrap());
    let add = CatalogueChange::AddSenders(all.to_vec());
    let user = Stream {
        default_sender: Some("ACME".parse().unwrap()),
        ..stream(1, "A")
    };
    apply(&handle, vec![add, put(None, &user, None, true)])
        .await
        .unwrap();
    let remove = |text: &str| vec![CatalogueChange::RemoveSender(text.to_owned())];
    let refused = apply(&handle, remove("ACME")).await.unwrap_err();
    assert!(
        matches!(refused, StoreError::SenderInUse { .. }),
        "{refused:?}"
    );
    let refused = apply(&handle, remove("acme")).await.unwrap_err();
    assert!(matches!(refused, StoreError::NoSender(_)), "{refused:?}");
    apply(&handle, remove("12025550100")).await.unwrap();
    let again = ["Late", "Shop"].map(|it| it.parse().unwrap());
    apply(&handle, vec![CatalogueChange::AddSenders(again.to_vec())])
        .await
        .unwrap();
    let catalogue = now(home).await;
    let left: Vec<_> = catalogue
        .senders()
        .iter()
        .map(textpeak::domain::SenderId::as_str)
        .collect();
    assert_eq!(left, ["ACME", "Shop", "Late"]);
}

async fn a_route_goes_with_its_streams(home: &impl Home) {
    let handle = home.open();
    let own = || secrets("token-of-main", None);
    apply(&handle, vec![new(1, "A"), new(2, "B")])
        .await
        .unwrap();
    apply(
        &handle,
        vec![
            route("main", &[1], own(), false),
            route("rest", &[], own(), false),
        ],
    )
    .await
    .unwrap();
    let refused = apply(&handle, vec![route("MAIN", &[2], own(), false)]).await;
    assert!(
        matches!(refused, Err(StoreError::RouteExists(_))),
        "{refused:?}"
    );
    let refused = apply(&handle, vec![route("main", &[9], own(), true)]).await;
    assert!(
        matches!(refused, Err(StoreError::Deleted(_))),
        "{refused:?}"
    );
    apply(&handle, vec![CatalogueChange::Delete(id(1))])
        .await
        .unwrap();
    let catalogue = now(home).await;
    let left: Vec<_> = catalogue
        .routes()
        .iter()
        .map(|route| route.name.as_str())
        .collect();
    assert_eq!(left, ["rest"]);
    let kept = home.open().secrets().await.unwrap();
    assert!(kept.of_route(&"main".parse().unwrap()).is_none());
    assert!(kept.of_route(&"rest".parse().unwrap()).is_some());
}

async fn a_revision_tells_whether_anybody_was_quicker(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    let first = apply(&one, vec![new(1, "A")]).await.unwrap();
    assert_eq!(*now(home).await.revision(), first);
    let second = apply(&other, vec![new(2, "B")]).await.unwrap();
    assert_ne!(second, first);
    let late = one.apply(vec![new(3, "C")], Some(&first)).await;
    assert_eq!(late, Err(StoreError::Conflict));
    one.apply(vec![new(3, "C")], Some(&second)).await.unwrap();
    assert_eq!(names(home).await, ["C", "B", "A"]);
}

async fn another_handle_sees_a_change_soon(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    apply(&one, vec![new(1, "A")]).await.unwrap();
    assert_eq!(other.snapshot().await.unwrap().entries().len(), 1);
    let changed = put(
        Some(&stream(1, "A")),
        &stream(1, "A"),
        Some(token(7)),
        false,
    );
    apply(&one, vec![changed]).await.unwrap();
    // Whoever made the change sees it at once.
    let own = one
        .snapshot()
        .await
        .unwrap()
        .with_id(&id(1))
        .unwrap()
        .unwrap();
    assert!(one.secrets().await.unwrap().token(&own).is_some());
    let begun = Instant::now();
    loop {
        let seen = other
            .snapshot()
            .await
            .unwrap()
            .with_id(&id(1))
            .unwrap()
            .unwrap();
        if other.secrets().await.unwrap().token(&seen).is_some() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "still unseen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn changes_at_once_are_all_kept(home: &impl Home) {
    let tasks: Vec<_> = (0..4)
        .map(|writer: u8| {
            let handle = home.open();
            tokio::spawn(async move {
                for n in 0..10 {
                    let number = writer * 10 + n;
                    apply(&handle, vec![new(number, &format!("S {number}"))])
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(now(home).await.entries().len(), 40);
}
