//! Routes that go, and tokens that cannot be read.

use super::*;
use crate::store::CatalogueChange;

#[tokio::test]
async fn messages_whose_route_was_removed_end_and_say_so() {
    let mut place = Place::new().await;
    let uuid = place.send().await;
    place
        .home
        .apply(CatalogueChange::RemoveRoute("main".to_owned()))
        .await;
    place.run().await;
    let why = Some("the route was removed".to_owned());
    assert_eq!(place.told(uuid).await, ("no_routes".to_owned(), why));
    assert!(place.carrier.given().is_empty());
    assert_eq!(place.events().await, ["no_routes"]);
}

#[tokio::test]
async fn messages_of_a_stream_that_became_a_demo_do_not_leave() {
    let mut place = Place::new().await;
    let uuid = place.send().await;
    place.home.change(0, |stream| stream.demo = true).await;
    place.run().await;
    assert_eq!(place.status(uuid).await.status, "no_routes");
    assert!(place.carrier.given().is_empty());
}

#[tokio::test]
async fn messages_wait_for_a_token_that_cannot_be_read_and_not_for_ever() {
    let mut place = Place::new().await;
    let tokens = place.home.folder.path().join("tokens.json");
    let good = std::fs::read_to_string(&tokens).unwrap();
    std::fs::write(&tokens, "{ damaged").unwrap();
    let uuid = place.send().await;
    place.run().await;
    let (status, details) = place.told(uuid).await;
    assert_eq!(status, "sent");
    let waits = "waiting for the carrier: the route's token can't be read";
    assert_eq!(details.as_deref(), Some(waits), "callers learn no path");
    let told = |entry: &LogEntry| matches!(entry, LogEntry::StoreFailed(_));
    assert_eq!(place.home.logged(told), 1, "the owner does");
    std::fs::write(&tokens, format!("{good}\n")).unwrap();
    place.home.clock.advance(seconds(5));
    place.run().await;
    assert_eq!(place.carrier.given(), [uuid]);

    std::fs::write(&tokens, "{ damaged again").unwrap();
    let lost = place.send().await;
    place.run().await;
    place.home.clock.advance(seconds(86_400));
    place.run().await;
    let (status, details) = place.told(lost).await;
    assert_eq!(status, "sent_failed");
    let why = "not sent within 1d: the route's token can't be read";
    assert_eq!(details.as_deref(), Some(why));
}
