//! Connections that begin, fail, hang and end.

use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::smsc::Smsc;
use super::{message, settings};
use crate::carrier::smpp::probe::probe_over;
use crate::carrier::{Carrier as _, Submitted};
use crate::domain::{Bind, SmppSettings};
use crate::smpp::{BindKind, BindResp, Body, Pdu, status};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn an_smsc_that_is_away_or_refuses_is_tried_ever_more_rarely() {
    let mut smsc = Smsc::new();
    smsc.is_away.store(true, Ordering::Relaxed);
    let carrier = smsc.carrier(settings());
    let said = carrier.submit(&[message(1, "Hi")]).await;
    let Submitted::NotNow { why, .. } = &said[0] else {
        panic!("{said:?}")
    };
    assert!(
        why.starts_with("smsc.example.com:2775 cannot be reached"),
        "{why}"
    );
    tokio::time::sleep(SECOND * 600).await;
    let dialed = smsc.dialed.load(Ordering::Relaxed);
    assert!((12..20).contains(&dialed), "{dialed}");
    smsc.is_away.store(false, Ordering::Relaxed);
    let mut before = None;
    for _ in 0..3 {
        let mut peer = smsc.connection().await;
        let now = Instant::now();
        let pause = before.replace(now).map(|before| now - before);
        assert!(pause.is_none_or(|pause| pause > SECOND * 40), "{pause:?}");
        let pdu = peer.next().await.unwrap();
        let body = Body::BindResp(BindKind::Transceiver, BindResp::default());
        peer.respond(status::ESME_RINVPASWD, pdu.sequence, body)
            .await;
        assert_eq!(peer.next().await, None);
    }
    tokio::time::sleep(SECOND).await;
    let last = smsc.links().pop().unwrap();
    assert_eq!(
        last,
        "smsc.example.com:2775 refused the bind: ESME_RINVPASWD (0x0000000E)"
    );
}

#[tokio::test(start_paused = true)]
async fn whatever_is_wrong_on_a_connection_another_one_follows() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let huge = [&[0xFF; 4][..], &[0; 12]].concat();
    let garbage = b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec();
    let half = Pdu::request(1, Body::EnquireLink).encode()[..9].to_vec();
    for octets in [huge, garbage, half, Vec::new()] {
        let mut peer = smsc.bound().await;
        peer.octets(&octets).await;
    }
    // At once after it was accepted, and before it answers.
    drop(smsc.bound().await);
    drop(smsc.connection().await);
    let mut peer = smsc.bound().await;
    peer.send(&Pdu::request(9, Body::Unbind)).await;
    assert_eq!(peer.next().await.unwrap().body, Body::UnbindResp);
    assert_eq!(peer.next().await, None);
    let mut peer = smsc.bound().await;
    let submit = async {
        let (sequence, _) = peer.part().await;
        peer.take(sequence, "7").await;
    };
    let all = [message(1, "Hi")];
    let (said, ()) = tokio::join!(carrier.submit(&all), submit);
    assert_eq!(said, [Submitted::Taken("7".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn both_ask_whether_the_other_is_there() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let mut peer = smsc.bound().await;
    peer.send(&Pdu::request(77, Body::EnquireLink)).await;
    let pdu = peer.next().await.unwrap();
    assert_eq!((pdu.sequence, pdu.body), (77, Body::EnquireLinkResp));
    let begin = Instant::now();
    let pdu = peer.next().await.unwrap();
    assert_eq!(pdu.body, Body::EnquireLink);
    assert_eq!(begin.elapsed().as_secs(), 30);
    peer.respond(0, pdu.sequence, Body::EnquireLinkResp).await;
    assert_eq!(peer.next().await.unwrap().body, Body::EnquireLink);
    // Not answered: it is left after another 20 s.
    let begin = Instant::now();
    assert_eq!(peer.next().await, None);
    assert_eq!(begin.elapsed().as_secs(), 20);
    smsc.bound().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_spoken_here_is_refused_and_harms_nothing() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let mut peer = smsc.bound().await;
    let other = |command| Body::Other {
        command,
        octets: Vec::new(),
    };
    // The first two have no response, and the third is one.
    for command in [0x102, 0x0B, 0x8000_0003, 0x03] {
        peer.send(&Pdu::request(5, other(command))).await;
    }
    // A deliver_sm that is cut off.
    peer.octets(&[0, 0, 0, 17, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 6, 7])
        .await;
    for (sequence, status) in [(5, status::ESME_RINVCMDID), (6, status::ESME_RINVCMDLEN)] {
        let pdu = peer.next().await.unwrap();
        assert_eq!((pdu.sequence, pdu.status), (sequence, status));
        assert_eq!(pdu.body, Body::GenericNack);
    }
}

#[tokio::test(start_paused = true)]
async fn takes_its_leave_once_everything_is_answered() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let all = [message(1, "Hi")];
    let peer = async {
        let mut peer = smsc.bound().await;
        let (sequence, _) = peer.part().await;
        tokio::time::sleep(SECOND * 3).await;
        peer.take(sequence, "7").await;
        let pdu = peer.next().await.unwrap();
        assert_eq!(pdu.body, Body::Unbind);
        peer.respond(0, pdu.sequence, Body::UnbindResp).await;
        assert_eq!(peer.next().await, None);
    };
    let close = async {
        tokio::time::sleep(SECOND).await;
        carrier.close().await;
    };
    let (said, (), ()) = tokio::join!(carrier.submit(&all), peer, close);
    assert_eq!(said, [Submitted::Taken("7".to_owned())]);
    let said = carrier.submit(&all).await;
    assert!(matches!(said[0], Submitted::NotNow { .. }), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn also_when_nobody_holds_the_carrier_any_more() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let mut peer = smsc.bound().await;
    drop(carrier);
    assert_eq!(peer.next().await.unwrap().body, Body::Unbind);
    // An SMSC that does not answer that is left nevertheless.
    assert_eq!(peer.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn two_connections_share_the_two_directions() {
    let mut smsc = Smsc::new();
    let both = SmppSettings {
        bind: Bind::TransmitterAndReceiver,
        ..settings()
    };
    let carrier = smsc.carrier(both);
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let (mut one, mut other) = (smsc.connection().await, smsc.connection().await);
    let kinds = [one.accept().await, other.accept().await];
    assert_eq!(kinds, [BindKind::Transmitter, BindKind::Receiver]);
    let peer = async {
        let (sequence, _) = one.part().await;
        one.take(sequence, "7").await;
    };
    let all = [message(1, "Hi")];
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    assert_eq!(said, [Submitted::Taken("7".to_owned())]);
    drop(other);
    tokio::time::sleep(Duration::from_millis(1)).await;
    let last = smsc.links().pop().unwrap();
    assert_eq!(
        last,
        "bound for sending only: smsc.example.com:2775 closed the connection"
    );
}

#[tokio::test(start_paused = true)]
async fn a_probe_says_what_went_wrong() {
    let mut smsc = Smsc::new();
    let (dial, settings) = (smsc.dial.clone(), settings());
    let password = "hunter2".parse().unwrap();
    let good = async {
        let mut peer = smsc.bound().await;
        for expected in [Body::EnquireLink, Body::Unbind] {
            let pdu = peer.next().await.unwrap();
            assert_eq!(pdu.body, expected);
            let body = if expected == Body::Unbind {
                Body::UnbindResp
            } else {
                Body::EnquireLinkResp
            };
            peer.respond(0, pdu.sequence, body).await;
        }
    };
    let (probed, ()) = tokio::join!(probe_over(&dial, &settings, &password), good);
    assert_eq!(probed.unwrap().system_id.as_deref(), Some("smsc"));
    let mute = async { smsc.bound().await };
    let (probed, _peer) = tokio::join!(probe_over(&dial, &settings, &password), mute);
    assert_eq!(
        probed.unwrap_err(),
        "smsc.example.com:2775 did not respond within 10 s"
    );
    smsc.is_away.store(true, Ordering::Relaxed);
    let why = probe_over(&dial, &settings, &password).await.unwrap_err();
    assert_eq!(
        why,
        "cannot connect to smsc.example.com:2775: connection refused"
    );
}
