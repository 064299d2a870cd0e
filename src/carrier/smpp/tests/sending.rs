//! Messages on their way out.

use std::num::NonZeroU16;
use std::time::Duration;

use tokio::time::Instant;

use super::smsc::Smsc;
use super::{is_not_now, is_unknown, message, settings, taken, window};
use crate::carrier::{Carrier as _, Submitted};
use crate::domain::{Message, SmppSettings};
use crate::smpp::status;

fn three() -> Vec<Message> {
    ["one", "two", "three"]
        .map(|text| message(1, text))
        .to_vec()
}

#[tokio::test(start_paused = true)]
async fn messages_leave_in_order_and_are_told_their_own_answers() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let all = three();
    let peer = async {
        let mut peer = smsc.bound().await;
        let mut sequences = Vec::new();
        for text in ["one", "two", "three"] {
            let (sequence, read) = peer.text().await;
            assert_eq!(read, text);
            sequences.push(sequence);
        }
        // In whatever order the answers come, and whatever else comes.
        peer.take(99, "a stranger").await;
        peer.take(sequences[2], "c").await;
        peer.take(sequences[0], "a").await;
        peer.take(sequences[0], "again").await;
        peer.refuse(sequences[1], status::ESME_RINVDSTADR).await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    let why = "smsc.example.com:2775 responded ESME_RINVDSTADR (0x0000000B)".to_owned();
    assert_eq!(said, [taken("a"), Submitted::Rejected(why), taken("c")]);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_a_window_is_on_its_way() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(window(2));
    let all = three();
    let peer = async {
        let mut peer = smsc.bound().await;
        let (first, _) = peer.text().await;
        let (second, _) = peer.text().await;
        let early = tokio::time::timeout(Duration::from_secs(1), peer.next());
        assert!(early.await.is_err(), "a third part came");
        peer.take(first, "a").await;
        let (third, _) = peer.text().await;
        peer.take(second, "b").await;
        peer.take(third, "c").await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    assert_eq!(said, [taken("a"), taken("b"), taken("c")]);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_answer_stops_the_queue_until_a_pause_is_over() {
    for throttled in [status::ESME_RTHROTTLED, status::ESME_RMSGQFUL] {
        let mut smsc = Smsc::new();
        let carrier = smsc.carrier(window(1));
        let all = three();
        let peer = async {
            let mut peer = smsc.bound().await;
            let (first, _) = peer.text().await;
            peer.take(first, "a").await;
            let (second, _) = peer.text().await;
            peer.refuse(second, throttled).await;
            peer
        };
        let (said, mut peer) = tokio::join!(carrier.submit(&all), peer);
        assert_eq!(said[0], taken("a"));
        assert!(is_not_now(&said[1], "responded ESME_R"), "{said:?}");
        assert!(is_not_now(&said[2], "responded ESME_R"), "{said:?}");
        // Another stream waits as well, and asks nothing of the SMSC.
        let other = carrier.submit(&all[..1]).await;
        assert!(is_not_now(&other[0], "responded ESME_R"), "{other:?}");
        tokio::time::sleep(Duration::from_secs(1)).await;
        let again = async {
            for text in ["two", "three"] {
                let (sequence, read) = peer.text().await;
                assert_eq!(read, text);
                peer.take(sequence, text).await;
            }
        };
        let (said, ()) = tokio::join!(carrier.submit(&all[1..]), again);
        assert_eq!(said, [taken("two"), taken("three")]);
        assert_eq!(
            smsc.links(),
            ["connecting", "bound", "bound, throttled", "bound"]
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_over_a_lost_link_is_unknown_and_the_rest_was_not_sent() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(window(2));
    let all = three();
    let peer = async {
        let mut peer = smsc.bound().await;
        peer.text().await;
        peer.text().await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    assert!(is_unknown(&said[0], "closed the connection"), "{said:?}");
    assert!(is_unknown(&said[1], "whether it was sent is unknown"));
    assert!(is_not_now(&said[2], "closed the connection"), "{said:?}");
    let begin = Instant::now();
    let mut peer = smsc.bound().await;
    assert!(begin.elapsed() < Duration::from_millis(1_100));
    let again = async {
        let (sequence, text) = peer.text().await;
        assert_eq!(text, "three");
        peer.take(sequence, "c").await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all[2..]), again);
    assert_eq!(said, [taken("c")]);
}

#[tokio::test(start_paused = true)]
async fn an_smsc_that_hangs_is_left_and_its_messages_are_unknown() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let all = three();
    let begin = Instant::now();
    let (said, peer) = tokio::join!(carrier.submit(&all), smsc.bound());
    assert!(
        said.iter()
            .all(|one| is_unknown(one, "did not respond within 20 s"))
    );
    assert!(begin.elapsed() < Duration::from_secs(28));
    smsc.bound().await;
    drop(peer);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_comes_late_harms_nothing() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let all = three();
    let peer = async {
        let mut peer = smsc.bound().await;
        let (late, _) = peer.text().await;
        let (second, _) = peer.text().await;
        peer.take(second, "b").await;
        let (third, _) = peer.text().await;
        tokio::time::sleep(Duration::from_secs(15)).await;
        // The SMSC is there, but slow.
        peer.take(third, "c").await;
        (peer, late)
    };
    let (said, (mut peer, late)) = tokio::join!(carrier.submit(&all), peer);
    assert!(is_unknown(&said[0], "did not respond"), "{said:?}");
    assert_eq!(said[1..], [taken("b"), taken("c")]);
    let again = async {
        peer.take(late, "late").await;
        let (sequence, _) = peer.text().await;
        peer.take(sequence, "d").await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all[..1]), again);
    assert_eq!(said, [taken("d")]);
}

#[tokio::test(start_paused = true)]
async fn parts_leave_at_the_rate_of_the_route() {
    let mut smsc = Smsc::new();
    let slow = SmppSettings {
        rate: NonZeroU16::new(2).unwrap(),
        ..settings()
    };
    let carrier = smsc.carrier(slow);
    assert_eq!(carrier.most(), 1);
    let all = [message(1, &"a".repeat(320))];
    let begin = Instant::now();
    let peer = async {
        let mut peer = smsc.bound().await;
        for _ in 0..3 {
            let (sequence, _) = peer.part().await;
            peer.take(sequence, "7").await;
        }
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    assert_eq!(said, [taken("7")]);
    assert_eq!(begin.elapsed().as_millis() / 100, 10);
}

#[tokio::test(start_paused = true)]
async fn messages_beyond_what_a_call_has_time_for_wait() {
    let mut smsc = Smsc::new();
    let slow = SmppSettings {
        rate: NonZeroU16::new(1).unwrap(),
        ..settings()
    };
    let carrier = smsc.carrier(slow);
    let all = vec![message(1, "Hi"); 20];
    let peer = async {
        let mut peer = smsc.bound().await;
        loop {
            let (sequence, _) = peer.part().await;
            peer.take(sequence, "7").await;
        }
    };
    let said = tokio::select! {
        said = carrier.submit(&all) => said,
        () = peer => unreachable!(),
    };
    let count = said.iter().filter(|one| **one == taken("7")).count();
    assert!((8..=9).contains(&count), "{count}");
    assert!(
        is_not_now(&said[19], "the rate of 1 parts a second"),
        "{said:?}"
    );
}
