//! What the SMSC tells.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::smsc::{Peer, Smsc};
use super::{message, settings};
use crate::carrier::{Carrier as _, Submitted};
use crate::domain::MessageStatus;
use crate::smpp::{Address, Concat, ShortMessage, UDHI, status};

fn said(text: &str) -> ShortMessage {
    let address = |number: &str| Address {
        ton: 1,
        npi: 1,
        number: number.to_owned(),
    };
    ShortMessage {
        source: address("+12025550143"),
        destination: address("12025550100"),
        short_message: text.as_bytes().to_vec(),
        ..ShortMessage::default()
    }
}

fn receipt(text: &str) -> ShortMessage {
    ShortMessage {
        esm_class: 0x04,
        ..said(text)
    }
}

fn part(part: u8, total: u8, text: &str) -> ShortMessage {
    let concat = Concat {
        reference: 7,
        wide: false,
        total,
        part,
    };
    ShortMessage {
        esm_class: UDHI,
        short_message: [concat.header(), text.as_bytes().to_vec()].concat(),
        ..said("")
    }
}

async fn listening(smsc: &mut Smsc) -> (impl Sized + use<>, Peer) {
    let carrier = smsc.carrier(settings());
    // It is polled once: what it began goes on.
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let peer = smsc.bound().await;
    (carrier, peer)
}

#[tokio::test(start_paused = true)]
async fn a_message_is_kept_before_it_is_acknowledged() {
    let mut smsc = Smsc::new();
    let (_carrier, mut peer) = listening(&mut smsc).await;
    assert_eq!(peer.deliver(5, said("Yes")).await, status::ESME_ROK);
    assert_eq!(smsc.texts(), ["Yes"]);
    smsc.is_full.store(true, Ordering::Relaxed);
    assert_eq!(peer.deliver(6, said("No")).await, status::ESME_RX_T_APPN);
    smsc.is_full.store(false, Ordering::Relaxed);
    assert_eq!(peer.deliver(7, said("No")).await, status::ESME_ROK);
    // A handset may say the same again.
    assert_eq!(peer.deliver(8, said("No")).await, status::ESME_ROK);
    assert_eq!(smsc.texts(), ["Yes", "No", "No"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_acknowledgement_was_lost_is_kept_once() {
    let mut smsc = Smsc::new();
    let (_carrier, mut peer) = listening(&mut smsc).await;
    peer.deliver(5, said("Yes")).await;
    drop(peer);
    let mut peer = smsc.bound().await;
    assert_eq!(peer.deliver(9, said("Yes")).await, status::ESME_ROK);
    assert_eq!(smsc.texts(), ["Yes"]);
    peer.deliver(10, said("Yes")).await;
    assert_eq!(smsc.texts(), ["Yes", "Yes"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_text_is_one_message() {
    let mut smsc = Smsc::new();
    let (_carrier, mut peer) = listening(&mut smsc).await;
    assert_eq!(peer.deliver(1, part(3, 3, "c")).await, status::ESME_ROK);
    assert_eq!(peer.deliver(2, part(1, 3, "a")).await, status::ESME_ROK);
    assert!(smsc.texts().is_empty());
    // Only the last part has the whole text behind it.
    smsc.is_full.store(true, Ordering::Relaxed);
    assert_eq!(
        peer.deliver(3, part(2, 3, "b")).await,
        status::ESME_RX_T_APPN
    );
    smsc.is_full.store(false, Ordering::Relaxed);
    assert_eq!(peer.deliver(4, part(2, 3, "b")).await, status::ESME_ROK);
    assert_eq!(peer.deliver(5, part(2, 3, "b")).await, status::ESME_ROK);
    assert_eq!(smsc.texts(), ["abc"]);
}

#[tokio::test(start_paused = true)]
async fn a_long_text_whose_rest_does_not_come_is_kept_as_it_is() {
    let mut smsc = Smsc::new();
    let (_carrier, mut peer) = listening(&mut smsc).await;
    peer.deliver(1, part(1, 3, "a")).await;
    peer.deliver(2, part(3, 3, "c")).await;
    drop(peer);
    smsc.is_away.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(290)).await;
    assert!(smsc.texts().is_empty());
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(smsc.texts(), ["ac"]);
}

#[tokio::test(start_paused = true)]
async fn parts_are_kept_when_the_carrier_is_closed() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let _ = tokio::time::timeout(Duration::ZERO, carrier.listen(None)).await;
    let mut peer = smsc.bound().await;
    peer.deliver(1, part(1, 2, "a")).await;
    carrier.close().await;
    assert_eq!(smsc.texts(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn receipts_end_the_messages_that_they_speak_of() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let texts = ["a".repeat(200), "Hi".to_owned()];
    let all = texts.map(|text| message(1, &text));
    let peer = async {
        let mut peer = smsc.bound().await;
        for id in ["1a", "1b", "1c"] {
            let (sequence, _) = peer.part().await;
            peer.take(sequence, id).await;
        }
        peer
    };
    let (taken, mut peer) = tokio::join!(carrier.submit(&all), peer);
    assert_eq!(
        taken,
        ["1b", "1c"].map(|id| Submitted::Taken(id.to_owned()))
    );
    for (sequence, text) in [
        "id:28 stat:ENROUTE err:000",
        "id:28 stat:DELIVRD err:000",
        // The first part of the long text, then its last.
        "id:26 stat:DELIVRD err:000",
        "id:27 stat:DELIVRD err:000",
        "stat:DELIVRD",
        "id:26 stat:UNDELIV err:034",
        "",
    ]
    .iter()
    .enumerate()
    {
        let sequence = u32::try_from(sequence).unwrap() + 1;
        assert_eq!(
            peer.deliver(sequence, receipt(text)).await,
            status::ESME_ROK
        );
    }
    let told = smsc.receipts();
    let first: Vec<_> = told.iter().map(|one| (&*one.ids[0], one.status)).collect();
    assert_eq!(
        first,
        [
            ("1c", MessageStatus::Delivered),
            ("1b", MessageStatus::Delivered),
            ("1b", MessageStatus::Undelivered)
        ]
    );
    assert_eq!(told[0].handset.as_deref(), Some("12025550143"));
    assert_eq!(told[2].details.as_deref(), Some("UNDELIV, error 034"));
}

#[tokio::test(start_paused = true)]
async fn numbers_are_kept_without_a_plus() {
    let mut smsc = Smsc::new();
    let (_carrier, mut peer) = listening(&mut smsc).await;
    peer.deliver(1, said("Hi")).await;
    let incoming = &smsc.incoming()[0];
    assert_eq!(incoming.from, "12025550143");
    assert_eq!(incoming.to.as_deref(), Some("12025550100"));
}
