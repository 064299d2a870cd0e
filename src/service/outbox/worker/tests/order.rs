//! In which order events arrive, and what they say.

use super::*;
use crate::domain::DeliveryState;
use crate::service::receive;
use crate::service::testing::{Call, Reply, TestReceiver, demo, id, told};

const HANDSET: &str = "12025550105";

/// Everything that a handset was told, as sequence numbers in the order of arrival.
fn sequences(calls: &[Call], handset: &str) -> Vec<u64> {
    let own = |call: &&Call| [call.text("to"), call.text("from")].contains(&handset);
    let sequence = |call: &Call| call.body["sequence"].as_u64().unwrap();
    calls.iter().filter(own).map(sequence).collect()
}

#[tokio::test]
async fn both_types_of_events_say_all_of_their_message() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let sent = home.send_to(0, &[HANDSET.to_owned()]).await[0];
    let streams = home.index().await;
    let stream = streams.with_id(&id(0)).unwrap();
    let (from, text) = (HANDSET.parse().unwrap(), "Yes".parse().unwrap());
    let reply = receive(&*home.store, &stream, from, text, None)
        .await
        .unwrap();
    Outbox::new(&home, "local").run().await;
    let calls = receiver.calls();
    let now = format!("{:.3}", home.clock.now());
    let events: Vec<_> = calls.iter().map(|call| call.header("webhook-id")).collect();
    let conversation = reply.message.conversation().to_string();
    assert_eq!(
        calls[0].body,
        serde_json::json!({
            "type": "message.status", "event_id": events[0], "sequence": 1, "occurred_at": now,
            "message_uuid": sent.to_string(), "internal_id": null,
            "conversation_uuid": conversation, "stream": id(0), "from": "ACME", "to": HANDSET,
            "status": "sent", "final": false, "details": null,
        })
    );
    assert_eq!(
        calls[1].body,
        serde_json::json!({
            "message_uuid": reply.message.uuid.to_string(), "stream": id(0), "from": HANDSET,
            "to": "ACME", "text": "Yes", "received_at": now, "in_reply_to": sent.to_string(),
            "conversation_uuid": conversation, "type": "message.received", "event_id": events[1],
            "sequence": 2,
        })
    );
}

#[tokio::test]
async fn the_events_of_a_handset_arrive_in_their_order_whoever_is_fast() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let handsets = [
        HANDSET.to_owned(),
        "12025550106".to_owned(),
        "12025550107".to_owned(),
    ];
    for _ in 0..30 {
        home.send_to(0, &handsets).await;
    }
    Outbox::new(&home, "local").run().await;
    let calls = receiver.calls();
    for handset in &handsets {
        let expected: Vec<u64> = (1..=30).collect();
        assert_eq!(sequences(&calls, handset), expected, "{handset}");
    }
}

#[tokio::test]
async fn a_handset_stops_at_a_failure_and_the_rest_is_free_for_anybody() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    let mut outbox = Outbox::new(&home, "1h");
    home.send_to(0, &[HANDSET.to_owned()]).await;
    outbox.run().await;
    // From here on many are claimed at once.
    home.send_to(0, &vec![HANDSET.to_owned(); 4]).await;
    receiver.answer_with(|call| Reply::Status(if call.body["sequence"] == 3 { 500 } else { 200 }));
    outbox.look().await;
    outbox.worker.finish_places().await;
    outbox.settled().await;
    let seen = sequences(&receiver.calls(), HANDSET);
    assert_eq!(
        seen,
        [1, 2, 3],
        "none after the one that failed, in this lane"
    );
    // Their claims do not hold any more.
    outbox.run().await;
    assert_eq!(sequences(&receiver.calls(), HANDSET), [1, 2, 3, 4, 5]);
    let waiting = home
        .deliveries()
        .await
        .into_iter()
        .filter(|one| one.state == DeliveryState::Waiting);
    assert_eq!(waiting.count(), 1);
}

#[tokio::test]
async fn what_somebody_else_claimed_and_dropped_is_attempted_when_the_lease_is_over() {
    let receiver = TestReceiver::start().await;
    let home = TestHome::with([told(demo(0), &receiver.url("/"))]).await;
    home.send_to(0, &[HANDSET.to_owned(), HANDSET.to_owned()])
        .await;
    let claim = Claim {
        kind: JobKind::Deliver,
        stream: id(0),
        lanes: 1,
        depth: 1,
        lease: LEASE,
    };
    assert_eq!(home.store.claim(claim).await.unwrap().len(), 1);
    let mut outbox = Outbox::new(&home, "local");
    outbox.run().await;
    assert!(
        receiver.calls().is_empty(),
        "the handset is somebody else's"
    );
    home.clock.advance(LEASE);
    outbox.run().await;
    assert_eq!(sequences(&receiver.calls(), HANDSET), [1, 2]);
}
