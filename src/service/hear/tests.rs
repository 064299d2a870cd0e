//! What a carrier tells, on a store of its own: who is told of it, and what is acknowledged.

use std::time::Duration;

use crate::domain::MessageStatus;
use crate::service::testing::{TestHome, demo, id, live, told};
use crate::store::{Claim, JobKind, Outcome, Settlement};

use super::*;

const URL: &str = "https://hooks.example.com/";
const HANDSET: &str = "12025550143";

fn route() -> RouteName {
    "main".parse().unwrap()
}

async fn home() -> TestHome {
    let home = TestHome::with([told(live(0), URL), told(demo(1), URL)]).await;
    home.add_route("main", None).await;
    home
}

async fn tell(home: &TestHome, heard: Heard) {
    let keep = keep(
        Arc::clone(&home.store),
        Arc::clone(&home.streams),
        home.log.clone(),
        route(),
    );
    assert!(keep(vec![heard]).await);
}

/// The carrier took the only message that waits, under an id.
async fn taken(home: &TestHome, upstream: &str) {
    let claim = Claim {
        kind: JobKind::Submit,
        stream: id(0),
        lanes: 1,
        depth: 1,
        lease: Duration::from_secs(60),
    };
    let job = home.store.claim(claim).await.unwrap().remove(0);
    let outcome = Outcome::Submitted {
        upstream: upstream.to_owned(),
        ask_at: home.clock.now(),
    };
    let settlement = Settlement::new(&job, outcome).route(Some("main".to_owned()));
    home.store.settle(vec![settlement]).await.unwrap();
}

fn receipt(ids: &str, status: MessageStatus) -> Heard {
    Heard::Receipt(CarrierReceipt {
        ids: vec![ids.to_owned()],
        handset: None,
        status,
        details: None,
    })
}

#[tokio::test]
async fn the_webhook_is_told_of_a_status_that_a_receipt_tells() {
    let home = home().await;
    let uuid = home.send_to(0, &[HANDSET.to_owned()]).await[0];
    taken(&home, "AB-01").await;
    tell(&home, receipt("ab01", MessageStatus::Sent)).await;
    assert!(home.deliveries().await.is_empty(), "it is not final");
    tell(&home, receipt("ab01", MessageStatus::Delivered)).await;
    let deliveries = home.deliveries().await;
    let statuses: Vec<_> = deliveries.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Some(MessageStatus::Delivered)]);
    assert_eq!(deliveries[0].message, uuid);
}

#[tokio::test]
async fn the_webhook_of_the_live_stream_is_told_of_a_message() {
    let home = home().await;
    let message = IncomingMessage {
        remote_id: Some("a".to_owned()),
        from: HANDSET.to_owned(),
        to: None,
        text: "Yes".to_owned(),
        at: None,
    };
    for _ in 0..2 {
        tell(&home, Heard::Incoming(message.clone())).await;
    }
    let deliveries = home.deliveries().await;
    assert_eq!(deliveries.len(), 1, "{deliveries:?}");
    assert_eq!(
        (&deliveries[0].stream, deliveries[0].status),
        (&id(0), None)
    );
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_acknowledged() {
    let home = home().await;
    home.send_to(0, &[HANDSET.to_owned()]).await;
    home.refuse("BEFORE INSERT ON unmatched");
    let elsewhere = keep(
        Arc::clone(&home.store),
        Arc::clone(&home.streams),
        home.log.clone(),
        "removed".parse().unwrap(),
    );
    let message = || {
        Heard::Incoming(IncomingMessage {
            remote_id: None,
            from: HANDSET.to_owned(),
            to: None,
            text: "Yes".to_owned(),
            at: None,
        })
    };
    assert!(!elsewhere(vec![message()]).await);
    home.allow();
    assert!(elsewhere(vec![message()]).await);
    assert_eq!(home.store.unmatched(10).await.unwrap().len(), 1);
}
