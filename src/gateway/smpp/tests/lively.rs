//! Peers that are silent, do not read, or send what is no SMPP; and the end of the gateway.

use super::*;
use crate::service::testing::demo;

#[tokio::test]
async fn a_silent_peer_is_asked_and_let_go() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transmitter).await;
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let asked = caller.next().await.unwrap();
    assert_eq!(asked.body, Body::EnquireLink);
    assert_eq!(begun.elapsed().as_secs(), 30);
    caller.respond(&asked, 0, Body::EnquireLinkResp).await;
    assert_eq!(caller.next().await.unwrap().body, Body::EnquireLink);
    assert_eq!(begun.elapsed().as_secs(), 60);
    assert_eq!(caller.next().await, None);
    assert_eq!(begun.elapsed().as_secs(), 70);
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_let_go() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.open_within(512);
    let bound = caller
        .bind(BindKind::Transmitter, id(0).as_str(), token(0).expose())
        .await;
    assert_eq!(bound, status::ESME_ROK);
    tokio::time::pause();
    let begun = tokio::time::Instant::now();
    let many = (0..1_000).map(|n| Pdu::request(n, Body::EnquireLink).encode());
    let many: Vec<u8> = many.flatten().collect();
    let error = caller.stream.write_all(&many).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe);
    assert_eq!(begun.elapsed().as_secs(), 10);
    caller.session.await.unwrap();
}

#[tokio::test]
async fn what_is_no_smpp_is_the_end() {
    let door = Door::with([demo(0)]).await;
    for garbage in [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xFF; 4], &[0, 0, 0, 4]] {
        let mut caller = door.bound(BindKind::Transceiver).await;
        let good = Pdu::request(9, submit_sm(HANDSET, "Hi")).encode();
        caller.write(&[&good, garbage].concat()).await;
        assert_eq!(caller.taken().await.1, status::ESME_ROK);
        let nack = caller.next().await.unwrap();
        assert_eq!(
            (nack.status, nack.body),
            (status::ESME_RINVCMDLEN, Body::GenericNack)
        );
        assert_eq!(caller.next().await, None);
    }
    assert_eq!(door.texts().await.len(), 3);
}

#[tokio::test]
async fn half_a_pdu_waits_for_its_rest() {
    let door = Door::with([demo(0)]).await;
    let mut caller = door.bound(BindKind::Transceiver).await;
    let bytes = Pdu::request(9, submit_sm(HANDSET, "Hi")).encode();
    for byte in bytes {
        caller.write(&[byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(caller.taken().await.0, 9);
}

#[tokio::test]
async fn a_gateway_that_stops_unbinds() {
    let mut door = Door::with([demo(0)]).await;
    let mut bound = door.bound(BindKind::Transceiver).await;
    let mut unbound = door.open();
    bound.request([submit_sm(HANDSET, "Hi")]).await;
    assert_eq!(bound.taken().await.1, status::ESME_ROK);
    drop(door.running.take());
    assert_eq!(bound.next().await.unwrap().body, Body::Unbind);
    assert_eq!(bound.next().await, None);
    assert_eq!(unbound.next().await, None);
}
