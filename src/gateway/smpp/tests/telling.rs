//! Receipts and incoming messages.

use super::*;
use crate::service::receive;
use crate::service::testing::{DELAY, demo};
use crate::smpp::{ReceiptText, State, Taken, tlv};

async fn reply(door: &Door, n: usize, text: &str) {
    let stream = door.home.index().await.with_id(&id(n)).unwrap();
    let (from, text) = (HANDSET.parse().unwrap(), text.parse().unwrap());
    let to = Some("ACME".parse().unwrap());
    let received = receive(&*door.home.store, &stream, from, text, to).await;
    received.unwrap();
}

fn with_receipt(to: &str, registered_delivery: u8) -> Body {
    Body::SubmitSm(Box::new(ShortMessage {
        registered_delivery,
        ..submit(to, "Hi")
    }))
}

fn text_of(message: &ShortMessage) -> String {
    text::decode(message.data_coding, 0, message.content().octets)
}

#[tokio::test]
async fn a_receipt_comes_when_the_message_is_final() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transceiver).await;
    // The last two digits choose the outcome.
    let wanted = [("12025550143", 1), ("12025550101", 2), ("12025550104", 1)];
    let not_wanted = [("12025550143", 2), ("12025550143", 0), ("12025550101", 3)];
    let all = wanted.iter().chain(&not_wanted);
    caller
        .request(all.map(|(to, asked)| with_receipt(to, *asked)))
        .await;
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(caller.taken().await.2.unwrap());
    }
    let mut receipt = async || {
        let told = caller.told().await;
        assert_eq!(told.esm_class, 0x04);
        assert_eq!(
            (&*told.destination.number, told.destination.ton),
            ("ACME", 5)
        );
        let text = ReceiptText::read(&text_of(&told)).unwrap();
        assert_eq!(
            told.tlvs.text(tlv::RECEIPTED_MESSAGE_ID).as_ref(),
            Some(&text.id)
        );
        let state = State::from_number(told.tlvs.octet(tlv::MESSAGE_STATE).unwrap());
        assert_eq!(text.state(), state);
        (text.id, state.unwrap(), told.source.number)
    };
    // It was refused at once.
    let refused = (ids[2].clone(), State::Rejected, "12025550104".to_owned());
    assert_eq!(receipt().await, refused);
    door.home.clock.advance(DELAY);
    let mut told = [receipt().await, receipt().await];
    told.sort_by_key(|(id, ..)| ids.iter().position(|one| one == id));
    let expected = [
        (ids[0].clone(), State::Delivered, "12025550143".to_owned()),
        (
            ids[1].clone(),
            State::Undeliverable,
            "12025550101".to_owned(),
        ),
    ];
    assert_eq!(told, expected);
    // Nothing else was waited for.
    reply(&door, 0, "the last").await;
    assert_eq!(text_of(&caller.told().await), "the last");
}

#[tokio::test]
async fn incoming_messages_wait_for_a_receiver_of_their_stream() {
    let door = Door::with([demo(0), demo(1)]).await;
    // It has looked for the first time.
    let mut transmitter = door.bound(BindKind::Transmitter).await;
    let mut other = door.open();
    other
        .bind(BindKind::Receiver, id(1).as_str(), token(1).expose())
        .await;
    reply(&door, 1, "first").await;
    assert_eq!(text_of(&other.told().await), "first");
    let long = "[€] ".repeat(80);
    for text in ["one", &long, "🎉"] {
        reply(&door, 0, text).await;
    }
    let mut receiver = door.bound(BindKind::Receiver).await;
    for expected in ["one", &long, "🎉"] {
        let told = receiver.told().await;
        assert_eq!(text_of(&told), expected);
        assert_eq!((told.esm_class, told.source.number.as_str()), (0, HANDSET));
        assert_eq!(told.destination.number, "ACME");
    }
    // The transmitter heard nothing.
    transmitter.request([Body::EnquireLink]).await;
    let answer = transmitter.next().await.unwrap();
    assert_eq!(answer.body, Body::EnquireLinkResp);
}

#[tokio::test]
async fn what_was_not_taken_is_told_to_the_next() {
    let door = Door::with([demo(0)]).await;
    let mut first = door.bound(BindKind::Receiver).await;
    for n in 0..15 {
        reply(&door, 0, &format!("text {n}")).await;
    }
    let one = first.next().await.unwrap();
    let taken = Body::DeliverSmResp(Taken::new(""));
    first.respond(&one, status::ESME_ROK, taken).await;
    // A window is told, and no more.
    for _ in 1..10 {
        assert!(matches!(
            first.next().await.unwrap().body,
            Body::DeliverSm(_)
        ));
    }
    drop(first.stream);
    first.session.await.unwrap();
    let mut second = door.bound(BindKind::Transceiver).await;
    for n in 1..15 {
        assert_eq!(text_of(&second.told().await), format!("text {n}"));
    }
}

#[tokio::test]
async fn who_cannot_take_it_now_is_told_again_and_who_refuses_it_is_not() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transceiver).await;
    for text in ["later", "never"] {
        reply(&door, 0, text).await;
    }
    for answer in [status::ESME_RX_T_APPN, status::ESME_RX_R_APPN] {
        let told = caller.next().await.unwrap();
        caller
            .respond(&told, answer, Body::DeliverSmResp(Taken::default()))
            .await;
    }
    assert_eq!(text_of(&caller.told().await), "later");
    reply(&door, 0, "the last").await;
    assert_eq!(text_of(&caller.told().await), "the last");
}
