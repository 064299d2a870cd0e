//! Texts that come in parts.

use super::*;
use crate::service::testing::demo;
use crate::smpp::{Concat, Tlvs, UDHI, tlv};

fn part(reference: u8, total: u8, part: u8, octets: &[u8]) -> ShortMessage {
    let concat = Concat {
        reference: u16::from(reference),
        wide: false,
        total,
        part,
    };
    ShortMessage {
        esm_class: UDHI,
        data_coding: text::UCS_2,
        short_message: [&*concat.header(), octets].concat(),
        ..submit(HANDSET, "")
    }
}

async fn request(caller: &mut Caller, parts: impl IntoIterator<Item = ShortMessage>) {
    let bodies = parts.into_iter().map(|one| Body::SubmitSm(Box::new(one)));
    caller.request(bodies).await;
}

#[tokio::test]
async fn parts_become_one_message_in_whatever_order_they_come() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    // A character is cut in two.
    let octets = text::ucs_2("Hi 🎉!");
    let parts = [
        part(7, 3, 3, &octets[8..]),
        part(7, 3, 1, &octets[..6]),
        part(8, 2, 1, &octets[..6]),
        part(7, 3, 2, &octets[6..8]),
    ];
    request(&mut caller, parts).await;
    let (mut sequences, mut ids) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let (sequence, _, id) = caller.taken().await;
        sequences.push(sequence);
        ids.push(id.unwrap());
    }
    assert_eq!(sequences, [2, 3, 5]);
    ids.dedup();
    assert_eq!(ids.len(), 1, "all are answered with one id");
    assert_eq!(door.texts().await, ["Hi 🎉!"]);
    // The other text's rest does not come.
    let (sequence, status, id) = caller.taken().await;
    assert_eq!((sequence, status), (4, status::ESME_ROK));
    assert_ne!(id, ids.pop());
    assert_eq!(door.texts().await, ["Hi 🎉!", "Hi "]);
}

#[tokio::test]
async fn parameters_number_parts_as_well() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    let part = |number: u8, text: &str| ShortMessage {
        tlvs: Tlvs::default()
            .with(tlv::SAR_MSG_REF_NUM, [1, 2])
            .with(tlv::SAR_TOTAL_SEGMENTS, [2])
            .with(tlv::SAR_SEGMENT_SEQNUM, [number]),
        ..submit(HANDSET, text)
    };
    request(&mut caller, [part(1, "one, "), part(2, "two")]).await;
    assert_eq!(caller.taken().await.2, caller.taken().await.2);
    assert_eq!(door.texts().await, ["one, two"]);
}

#[tokio::test]
async fn a_reference_that_is_used_again_gives_the_first_up() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    let octets = text::ucs_2("ab");
    let (a, b) = octets.split_at(2);
    let parts = [part(7, 2, 1, a), part(7, 2, 1, b), part(7, 2, 2, a)];
    request(&mut caller, parts).await;
    for _ in 0..3 {
        assert_eq!(caller.taken().await.1, status::ESME_ROK);
    }
    assert_eq!(door.texts().await, ["a", "ba"]);
}

#[tokio::test]
async fn more_than_a_window_of_parts_does_not_wait() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    let parts = (0..4).flat_map(|total| (0..251).map(move |reference| (total, reference)));
    let parts = parts.map(|(total, reference)| part(reference, 10 + total, 1, b"\0a"));
    request(&mut caller, parts.take(1_001)).await;
    assert_eq!(caller.taken().await, (1_002, status::ESME_RTHROTTLED, None));
    for _ in 0..1_000 {
        assert_eq!(caller.taken().await.1, status::ESME_ROK);
    }
    assert_eq!(door.texts().await.len(), 1_000);
}

#[tokio::test]
async fn unbinding_does_not_cost_parts_that_wait() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    let waits = Body::SubmitSm(Box::new(part(7, 2, 1, b"\0a")));
    caller.request([waits, Body::Unbind]).await;
    assert_eq!(caller.taken().await.1, status::ESME_ROK);
    assert_eq!(caller.next().await.unwrap().body, Body::UnbindResp);
    assert_eq!(caller.next().await, None);
    assert_eq!(door.texts().await, ["a"]);
}
