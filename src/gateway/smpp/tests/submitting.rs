//! What is accepted, and how it is answered.

use super::*;
use crate::domain::Status;
use crate::service::log::LogEntry;
use crate::service::testing::{demo, live};
use crate::smpp::{Tlvs, command, tlv};

#[tokio::test]
async fn messages_that_come_together_are_answered_in_their_order() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    let from_nobody = ShortMessage {
        source: Address {
            number: "NOBODY".to_owned(),
            ..Address::default()
        },
        ..submit(HANDSET, "Hi")
    };
    let later = ShortMessage {
        schedule_delivery_time: "000000010000000R".to_owned(),
        ..submit(HANDSET, "Hi")
    };
    let payload = ShortMessage {
        short_message: Vec::new(),
        tlvs: Tlvs::default().with(tlv::MESSAGE_PAYLOAD, "payload"),
        ..submit(HANDSET, "")
    };
    let good = [
        submit_sm(HANDSET, "one"),
        submit_sm(&format!("+{HANDSET}"), "🎉 [two]"),
        Body::SubmitSm(Box::new(payload)),
    ];
    let bad = [
        (submit_sm("12", "Hi"), status::ESME_RINVDSTADR),
        (submit_sm(HANDSET, ""), status::ESME_RINVMSGLEN),
        (
            Body::SubmitSm(Box::new(from_nobody)),
            status::ESME_RINVSRCADR,
        ),
        (Body::SubmitSm(Box::new(later)), status::ESME_RINVSCHED),
    ];
    let expected = bad.iter().map(|(_, status)| *status);
    let expected: Vec<u32> = std::iter::repeat_n(0, 3).chain(expected).collect();
    let bad = bad.into_iter().map(|(body, _)| body);
    let first = caller.request(good.into_iter().chain(bad)).await;
    let mut ids = Vec::new();
    for (sequence, expected) in (first..).zip(expected) {
        let (answered, status, message_id) = caller.taken().await;
        assert_eq!((answered, status), (sequence, expected));
        ids.extend(message_id.map(|id| id.parse::<uuid::Uuid>().unwrap()));
    }
    assert_eq!(door.texts().await, ["one", "🎉 [two]", "payload"]);
    let kept = door.home.store.with_ids(ids).await.unwrap();
    assert_eq!(kept.len(), 3, "an id is the message's");
    let counted = |entry: &LogEntry| {
        matches!(
            entry,
            LogEntry::Submitted {
                accepted: 3,
                refused: 4,
                ..
            }
        )
    };
    assert_eq!(door.home.logged(counted), 1, "together");
}

#[tokio::test]
async fn data_sm_is_another_way_to_say_it() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transceiver).await;
    caller
        .request([Body::DataSm(Box::new(submit(HANDSET, "Hi")))])
        .await;
    let answer = caller.next().await.unwrap();
    assert!(matches!(answer.body, Body::DataSmResp(_)), "{answer:?}");
    assert_eq!(door.texts().await, ["Hi"]);
}

#[tokio::test]
async fn what_is_not_spoken_or_broken_is_refused_by_itself() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transceiver).await;
    let other = Body::Other {
        command: command::QUERY_SM,
        octets: b"1\0".to_vec(),
    };
    caller.request([other]).await;
    let nack = caller.next().await.unwrap();
    assert_eq!(
        (nack.status, nack.body),
        (status::ESME_RINVCMDID, Body::GenericNack)
    );
    let mut broken = Pdu::request(70, submit_sm(HANDSET, "Hi")).encode();
    broken.truncate(30);
    broken[3] = 30;
    caller.write(&broken).await;
    assert_eq!(caller.taken().await, (70, status::ESME_RINVCMDLEN, None));
    // Answers to what nobody asked are not looked at.
    let unasked = [Body::EnquireLinkResp, Body::GenericNack];
    caller.request(unasked).await;
    caller.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_ROK);
}

#[tokio::test]
async fn a_stream_that_is_disabled_meanwhile_takes_nothing_and_a_new_token_ends_the_session() {
    let door = Door::with([live(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    door.home
        .change(0, |stream| stream.status = Status::Disabled)
        .await;
    caller.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_RSUBMITFAIL);
    door.home
        .change(0, |stream| stream.status = Status::Ready)
        .await;
    caller.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_ROK);
    door.home
        .change(0, |stream| {
            stream.token_sha256 = Some(token(1).digest().sha256);
        })
        .await;
    caller.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_RSUBMITFAIL);
    assert_eq!(caller.next().await.unwrap().body, Body::Unbind);
    assert_eq!(caller.next().await, None);
}

#[tokio::test]
async fn a_disk_that_fails_is_our_fault_and_not_the_end() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    caller.request([submit_sm(HANDSET, "one")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_ROK);
    door.home.refuse("BEFORE INSERT ON message");
    caller.request([submit_sm(HANDSET, "two")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_RSYSERR);
    door.home.allow();
    caller.request([submit_sm(HANDSET, "three")]).await;
    assert_eq!(caller.taken().await.1, status::ESME_ROK);
    assert_eq!(door.texts().await, ["one", "three"]);
}
