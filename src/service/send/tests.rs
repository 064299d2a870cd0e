//! What is accepted, and how it comes out.

mod admit;

use super::*;
use crate::domain::DeliveryState;
use crate::service::testing::{DELAY, TestHome, demo, id, live, message, token, told};
use crate::store::CatalogueChange;

const HANDSET: &str = "12025550110";

fn errors(sent: &Sent) -> Vec<Option<&str>> {
    let entries = sent.answer.messages.iter();
    entries.map(|entry| entry.error.as_deref()).collect()
}

#[tokio::test]
async fn one_bad_message_does_not_spoil_the_others() {
    let home = TestHome::with([demo(0)]).await;
    let unread = RefusedMessage {
        error: "unreadable",
        details: "it is a number".to_owned(),
    };
    let mut bad_id = message(HANDSET, "Hi");
    bad_id.internal_id = Some(String::new());
    let received = vec![
        Ok(message(HANDSET, "First")),
        Ok(message("12", "Hi")),
        Err(unread),
        Ok(message(HANDSET, "")),
        Ok(bad_id),
        Ok(message("12025550111", "Last")),
    ];
    let admitted = home.admitted(0).await;
    let sent = send(&home.context(), &admitted, received).await.unwrap();
    assert_eq!(
        errors(&sent),
        [
            None,
            Some("invalid_recipient"),
            Some("unreadable"),
            Some("invalid_text"),
            Some("invalid_internal_id"),
            None
        ]
    );
    assert!(sent.answer.status);
    assert_eq!((sent.accepted, sent.repeated), (2, 0));
    let uuids: Vec<_> = sent
        .answer
        .messages
        .iter()
        .map(|one| one.message_uuid.clone())
        .collect();
    let kept = home.store.with_ids(
        uuids
            .iter()
            .flatten()
            .map(|uuid| uuid.parse().unwrap())
            .collect(),
    );
    let mut kept = kept.await.unwrap();
    kept.sort_by_key(|message| message.uuid);
    let texts: Vec<_> = kept.iter().map(|message| &*message.text).collect();
    assert_eq!(texts, ["First", "Last"], "each answer is its own message's");

    let none = send(&home.context(), &admitted, vec![Ok(message("12", "Hi"))])
        .await
        .unwrap();
    assert!(!none.answer.status && none.accepted == 0);
}

#[tokio::test]
async fn a_default_sender_is_the_only_one_and_without_it_the_catalogue_decides() {
    let custom = Stream {
        default_sender: None,
        ..demo(1)
    };
    let home = TestHome::with([demo(0), custom]).await;
    let sender = |text: &str| text.parse::<SenderId>().unwrap();
    home.apply(CatalogueChange::AddSenders(vec![
        sender("SHOP"),
        sender("ACME"),
    ]))
    .await;
    let from = |sender: Option<&str>| ReceivedMessage {
        sender: sender.map(str::to_owned),
        ..message(HANDSET, "Hi")
    };
    let named = || {
        vec![
            from(None),
            from(Some("ACME")),
            from(Some("SHOP")),
            from(Some("NOPE")),
            from(Some("")),
        ]
    };
    let refused = Some("sender_not_allowed");
    let sent = home.send(0, named()).await;
    assert_eq!(errors(&sent), [None, None, refused, refused, refused]);
    let sent = home.send(1, named()).await;
    assert_eq!(
        errors(&sent),
        [Some("sender_missing"), None, None, refused, refused]
    );
    let details = sent.answer.messages[3].details.as_deref();
    assert_eq!(details, Some("sender \"NOPE\" is not allowed sender"));
}

#[tokio::test]
async fn an_internal_id_stands_for_one_message_of_its_stream() {
    let home = TestHome::with([demo(0), demo(1)]).await;
    let named = |text: &str| ReceivedMessage {
        internal_id: Some("order-1".to_owned()),
        ..message(HANDSET, text)
    };
    let first = home
        .send(0, vec![named("Hi"), named("Hi"), named("Ho")])
        .await;
    assert_eq!(errors(&first), [None, None, Some("internal_id_taken")]);
    assert_eq!((first.accepted, first.repeated), (2, 1));
    let again = home.send(0, vec![named("Hi")]).await;
    assert_eq!((again.accepted, again.repeated), (1, 1));
    let uuid = |sent: &Sent| sent.answer.messages[0].message_uuid.clone();
    assert_eq!(uuid(&again), uuid(&first));
    assert_eq!(
        again.answer.messages[0].internal_id.as_deref(),
        Some("order-1")
    );
    let other = home.send(1, vec![named("Ho")]).await;
    assert_eq!((other.accepted, other.repeated), (1, 0));
}

#[tokio::test]
async fn a_demo_number_decides_how_its_message_comes_out() {
    let home = TestHome::with([demo(0)]).await;
    let ending = |n: usize| format!("120255501{n:02}");
    let uuids = home
        .send_to(0, &(1..=7).map(ending).collect::<Vec<_>>())
        .await;
    let statuses = async || {
        let mut found = Vec::new();
        for uuid in &uuids {
            found.push(home.status(0, *uuid).await.status);
        }
        found
    };
    let at_once = [
        "sent",
        "sent_failed",
        "no_routes",
        "rejected",
        "sent",
        "sent",
        "sent",
    ];
    assert_eq!(statuses().await, at_once);
    home.clock.advance(DELAY);
    let later = [
        "undelivered",
        "sent_failed",
        "no_routes",
        "rejected",
        "sent",
        "sent",
        "delivered",
    ];
    assert_eq!(statuses().await, later);
    home.clock.advance(DELAY * 9);
    let at_last = [
        "undelivered",
        "sent_failed",
        "no_routes",
        "rejected",
        "sent",
        "delivered",
        "delivered",
    ];
    assert_eq!(statuses().await, at_last);
}

#[tokio::test]
async fn a_live_message_waits_for_its_route_and_without_one_it_ends() {
    let home = TestHome::with([live(0)]).await;
    let lost = home.send_to(0, &[HANDSET.to_owned()]).await[0];
    let status = home.status(0, lost).await;
    assert_eq!((&*status.status, status.sent_at), ("no_routes", None));
    assert_eq!(home.store.unsubmitted(vec![lost]).await.unwrap(), 0);
    home.add_route("main", None).await;
    let waits = home.send_to(0, &[HANDSET.to_owned()]).await[0];
    let status = home.status(0, waits).await;
    assert_eq!((&*status.status, status.sent_at), ("sent", None));
    assert_eq!(home.store.unsubmitted(vec![waits]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_change_of_status_is_an_event_only_where_the_webhook_asks_for_it() {
    let url = "https://example.com/";
    let mut replies_only = told(demo(1), url);
    if let Some(webhook) = &mut replies_only.webhook {
        webhook.events = crate::domain::EventTypes::default();
    }
    assert!(
        !replies_only
            .webhook
            .as_ref()
            .unwrap()
            .events
            .contains(&EventType::Status)
    );
    let home = TestHome::with([told(demo(0), url), replies_only, demo(2)]).await;
    for n in 0..3 {
        home.send_to(n, &[HANDSET.to_owned()]).await;
    }
    let deliveries = home.deliveries().await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(deliveries[0].stream, id(0));
    assert_eq!(deliveries[0].state, DeliveryState::Waiting);
    assert_eq!(deliveries[0].status, Some(MessageStatus::Sent));
}
