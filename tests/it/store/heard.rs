//! What carriers tell: messages of handsets, and receipts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use textpeak::domain::{MessageStatus, StreamId};
use textpeak::store::{
    Candidate, JobKind, MessageFilter, NewIncoming, NewReceipt, Outcome, Settlement, TakenIn,
};

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    a_message_is_kept_once_by_its_route_and_remote_id,
    a_message_without_a_remote_id_is_kept_as_often_as_it_comes,
    the_only_stream_of_a_route_gets_its_messages,
    of_several_streams_the_one_that_wrote_last_gets_them,
    a_message_of_no_stream_waits_until_it_is_assigned,
    a_receipt_ends_the_message_that_it_speaks_of,
    a_receipt_finds_its_message_by_handset_before_id,
    a_receipt_that_comes_before_its_answer_waits_for_it,
    how_far_a_route_was_heard_only_grows,
    a_stream_is_listened_to_from_where_it_was_left,
}

const ROUTE: &str = "main";
const WEEK: Duration = Duration::from_secs(7 * 24 * 3_600);

fn candidate(number: u8) -> Candidate {
    Candidate {
        stream: stream(number),
        sender: Some("12025550100".to_owned()),
        notify: Some(URL.to_owned()),
    }
}

fn incoming(handle: &Handle, remote_id: Option<&str>, text: &str, streams: &[u8]) -> NewIncoming {
    NewIncoming {
        route: ROUTE.to_owned(),
        remote_id: remote_id.map(str::to_owned),
        from: ANNE.to_owned(),
        to: Some("12025550107".to_owned()),
        text: text.to_owned(),
        at: None,
        consent: None,
        candidates: streams.iter().map(|number| candidate(*number)).collect(),
        since: handle.now() - WEEK,
    }
}

async fn take_in(handle: &Handle, new: NewIncoming) -> TakenIn {
    handle.take_in(vec![new]).await.unwrap().remove(0)
}

async fn a_message_is_kept_once_by_its_route_and_remote_id(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    let new = |handle: &Handle| incoming(handle, Some("a"), "Yes", &[1]);
    assert!(matches!(
        take_in(&one, new(&one)).await,
        TakenIn::Matched(_)
    ));
    assert!(matches!(take_in(&other, new(&other)).await, TakenIn::Known));
    let twice = vec![incoming(&one, Some("b"), "No", &[1]); 2];
    let taken = one.take_in(twice).await.unwrap();
    assert!(matches!(taken[..], [TakenIn::Matched(_), TakenIn::Known]));
    let elsewhere = NewIncoming {
        route: "other".to_owned(),
        ..new(&one)
    };
    assert!(matches!(
        take_in(&one, elsewhere).await,
        TakenIn::Matched(_)
    ));
    assert_eq!(
        listed(&one, MessageFilter::default()).await,
        ["Yes", "No", "Yes"]
    );
    assert_eq!(one.statistics(stream(1)).await.unwrap().incoming, 3);
}

async fn a_message_without_a_remote_id_is_kept_as_often_as_it_comes(home: &impl Home) {
    let handle = home.open();
    for _ in 0..2 {
        let taken = take_in(&handle, incoming(&handle, None, "Yes", &[1])).await;
        assert!(matches!(taken, TakenIn::Matched(_)));
    }
    assert_eq!(listed(&handle, MessageFilter::default()).await.len(), 2);
}

async fn the_only_stream_of_a_route_gets_its_messages(home: &impl Home) {
    let handle = home.open();
    let sent = send(&handle, &stream(1), live(&handle, ANNE, "Hi"), None).await;
    home.advance(LEASE);
    let early = handle.now() - DELAY;
    let new = NewIncoming {
        at: Some(early),
        ..incoming(&handle, Some("a"), "Yes", &[1])
    };
    let TakenIn::Matched(received) = take_in(&handle, new).await else {
        panic!("it has no stream");
    };
    let kept = received.message;
    assert_eq!((kept.in_reply_to, kept.at), (Some(sent), early));
    assert_eq!(kept.from_and_to(), (ANNE, "12025550107"));
    assert_eq!(message(&handle, kept.uuid).await, kept);
    assert_eq!(told(&handle, &stream(1)).await, [(1, None)]);
    let handed_on = handle.handed_on(kept.uuid).await.unwrap();
    assert_eq!(handed_on.route.as_deref(), Some(ROUTE));
    assert_eq!(handed_on.remote_id.as_deref(), Some("a"));
}

async fn of_several_streams_the_one_that_wrote_last_gets_them(home: &impl Home) {
    let handle = home.open();
    send(&handle, &stream(1), live(&handle, ANNE, "one"), None).await;
    send(&handle, &stream(2), live(&handle, ANNE, "two"), None).await;
    send(
        &handle,
        &stream(3),
        live(&handle, ANNE, "not of the route"),
        None,
    )
    .await;
    send(&handle, &stream(1), live(&handle, BOB, "to another"), None).await;
    let taken = take_in(&handle, incoming(&handle, None, "Yes", &[1, 2])).await;
    let TakenIn::Matched(received) = taken else {
        panic!("{taken:?}");
    };
    assert_eq!(received.message.stream, stream(2));
    home.advance(WEEK + DELAY);
    let late = take_in(&handle, incoming(&handle, None, "Late", &[1, 2])).await;
    assert!(matches!(late, TakenIn::Unmatched(_)), "{late:?}");
}

async fn a_message_of_no_stream_waits_until_it_is_assigned(home: &impl Home) {
    let handle = home.open();
    let new = || incoming(&handle, Some("a"), "Yes", &[]);
    let TakenIn::Unmatched(uuid) = take_in(&handle, new()).await else {
        panic!("it has a stream");
    };
    assert!(matches!(take_in(&handle, new()).await, TakenIn::Known));
    let waiting = handle.unmatched(10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    let said = (waiting[0].uuid, &*waiting[0].from, &*waiting[0].text);
    assert_eq!(said, (uuid, ANNE, "Yes"));
    assert!(listed(&handle, MessageFilter::default()).await.is_empty());
    let assigned = handle.assign(uuid, candidate(1), None).await.unwrap();
    let assigned = assigned.unwrap().message;
    assert_eq!((assigned.stream, &*assigned.text), (stream(1), "Yes"));
    assert_eq!(told(&handle, &stream(1)).await, [(1, None)]);
    // It is there once, and it stays known.
    assert!(handle.unmatched(10).await.unwrap().is_empty());
    assert!(
        handle
            .assign(uuid, candidate(1), None)
            .await
            .unwrap()
            .is_none()
    );
    assert!(matches!(take_in(&handle, new()).await, TakenIn::Known));
}

fn receipt(ids: &[&str], handset: Option<&str>, hold: bool) -> NewReceipt {
    NewReceipt {
        route: ROUTE.to_owned(),
        ids: ids.iter().map(|id| (*id).to_owned()).collect(),
        handset: handset.map(str::to_owned),
        status: MessageStatus::Undelivered,
        details: Some("err 001".to_owned()),
        hold,
    }
}

fn all_told(number: u8) -> Arc<HashMap<StreamId, String>> {
    Arc::new(HashMap::from([(stream(number), URL.to_owned())]))
}

/// A message that the carrier of the route took under this id.
async fn taken(handle: &Handle, to: &str, upstream: &str) -> uuid::Uuid {
    let uuid = send(handle, &stream(1), live(handle, to, "Hi"), None).await;
    let job = claim_one(handle, JobKind::Submit, &stream(1)).await;
    answer(handle, &job, upstream).await;
    uuid
}

async fn answer(handle: &Handle, job: &textpeak::store::Job, upstream: &str) {
    let settlement = Settlement::new(job, submitted(handle, upstream))
        .notify(Some(URL.to_owned()))
        .route(Some(ROUTE.to_owned()));
    handle.settle(vec![settlement]).await.unwrap();
}

async fn status(handle: &Handle, uuid: uuid::Uuid) -> Option<MessageStatus> {
    message(handle, uuid).await.status_at(handle.now())
}

async fn a_receipt_ends_the_message_that_it_speaks_of(home: &impl Home) {
    let handle = home.open();
    let uuid = taken(&handle, ANNE, "00-0A").await;
    // The carrier's id, as `canonical` has it.
    let learn = |receipts| handle.learn(receipts, all_told(1));
    assert_eq!(learn(vec![receipt(&["b"], None, false)]).await.unwrap(), 0);
    let both = vec![receipt(&["b", "a"], None, false); 2];
    assert_eq!(learn(both).await.unwrap(), 1);
    assert_eq!(
        status(&handle, uuid).await,
        Some(MessageStatus::Undelivered)
    );
    let details = message(&handle, uuid).await.details;
    assert_eq!(details.as_deref(), Some("err 001"));
    assert_eq!(handle.statistics(stream(1)).await.unwrap().open, 0);
    let events = told(&handle, &stream(1)).await;
    let statuses = [MessageStatus::Sent, MessageStatus::Undelivered];
    assert_eq!(events, [(1, Some(statuses[0])), (2, Some(statuses[1]))]);
    assert!(!is_due(&handle, JobKind::Ask, &stream(1)).await);
}

async fn a_receipt_finds_its_message_by_handset_before_id(home: &impl Home) {
    let handle = home.open();
    let (to_bob, to_anne) = (
        taken(&handle, BOB, "10").await,
        taken(&handle, ANNE, "a").await,
    );
    let receipts = vec![receipt(&["10", "a"], Some(ANNE), false)];
    assert_eq!(handle.learn(receipts, all_told(1)).await.unwrap(), 1);
    assert_eq!(status(&handle, to_bob).await, Some(MessageStatus::Sent));
    assert_eq!(
        status(&handle, to_anne).await,
        Some(MessageStatus::Undelivered)
    );
    // It went to another number than its recipient's.
    let receipts = vec![receipt(&["10"], Some("12025550199"), false)];
    assert_eq!(handle.learn(receipts, all_told(1)).await.unwrap(), 1);
    assert_eq!(
        status(&handle, to_bob).await,
        Some(MessageStatus::Undelivered)
    );
}

async fn a_receipt_that_comes_before_its_answer_waits_for_it(home: &impl Home) {
    let handle = home.open();
    for (hold, id, expected) in [
        (false, "3f", MessageStatus::Sent),
        (true, "1f", MessageStatus::Undelivered),
    ] {
        let uuid = send(&handle, &stream(1), live(&handle, ANNE, "Hi"), None).await;
        let job = claim_one(&handle, JobKind::Submit, &stream(1)).await;
        let early = vec![receipt(&[id, "2f"], Some(ANNE), hold)];
        assert_eq!(handle.learn(early, all_told(1)).await.unwrap(), 0);
        answer(&handle, &job, &format!("00{id}")).await;
        assert_eq!(status(&handle, uuid).await, Some(expected), "{hold}");
    }
    // It ends one message.
    let later = taken(&handle, ANNE, "1f").await;
    assert_eq!(status(&handle, later).await, Some(MessageStatus::Sent));
    let outcome = Outcome::Open(handle.now());
    home.advance(DELAY);
    let jobs = claim(&handle, JobKind::Ask, &stream(1)).await;
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    settle(&handle, &jobs[0], outcome).await;
}

async fn how_far_a_route_was_heard_only_grows(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    let until = || async { other.heard_until(ROUTE.to_owned()).await.unwrap() };
    assert_eq!(until().await, None);
    let state = "bound as transceiver".to_owned();
    one.set_link(ROUTE.to_owned(), state.clone()).await.unwrap();
    assert_eq!(until().await, None);
    let now = one.now();
    for at in [now, now - DELAY] {
        one.set_heard_until(ROUTE.to_owned(), at).await.unwrap();
        assert_eq!(until().await, Some(now));
    }
    let link = other.link(ROUTE.to_owned()).await.unwrap().unwrap();
    assert_eq!((link.state, link.at), (state, now));
    assert_eq!(other.link("other".to_owned()).await.unwrap(), None);
}

async fn a_stream_is_listened_to_from_where_it_was_left(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    assert_eq!(one.listened(stream(1)).await.unwrap(), None);
    receive(&one, &stream(1), ANNE, "Yes").await;
    let place = one.newest().await.unwrap();
    one.set_listened(stream(1), place).await.unwrap();
    assert_eq!(other.listened(stream(1)).await.unwrap(), Some(place));
    assert_eq!(other.listened(stream(2)).await.unwrap(), None);
}
