//! Long texts on their way out: in parts, none of which is sent twice.

use std::time::Duration;

use tokio::time::Instant;

use super::smsc::Smsc;
use super::{is_not_now, is_unknown, message, settings, taken, window};
use crate::carrier::Carrier as _;
use crate::smpp::{UDHI, status};

#[tokio::test(start_paused = true)]
async fn a_long_text_is_taken_under_the_id_of_its_last_part() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let all = [message(1, &"a".repeat(320))];
    let peer = async {
        let mut peer = smsc.bound().await;
        for n in 1..=3_u8 {
            let (sequence, part) = peer.part().await;
            let concat = part.content().concat.unwrap();
            assert_eq!((part.esm_class, concat.part, concat.total), (UDHI, n, 3));
            peer.take(sequence, &n.to_string()).await;
        }
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    assert_eq!(said, [taken("3")]);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_part_of_a_long_text_follows_the_others() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(settings());
    let all = [message(1, &"a".repeat(320)), message(2, "later")];
    let peer = async {
        let mut peer = smsc.bound().await;
        let (first, _) = peer.part().await;
        let (second, _) = peer.part().await;
        let (third, _) = peer.part().await;
        peer.refuse(second, status::ESME_RTHROTTLED).await;
        peer.take(first, "1").await;
        peer.take(third, "3").await;
        let (again, part) = peer.part().await;
        assert_eq!(part.content().concat.unwrap().part, 2);
        peer.take(again, "2").await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    // What was not on its way yet waits for its own time.
    assert_eq!(said[0], taken("3"));
    assert!(is_not_now(&said[1], "ESME_RTHROTTLED"), "{said:?}");
}

#[tokio::test(start_paused = true)]
async fn a_long_text_that_is_refused_in_part_is_never_sent_again() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(window(1));
    let all = [message(1, &"a".repeat(320)), message(2, "next")];
    let peer = async {
        let mut peer = smsc.bound().await;
        let (first, _) = peer.part().await;
        peer.take(first, "1").await;
        let (second, _) = peer.part().await;
        peer.refuse(second, status::ESME_RSUBMITFAIL).await;
        // Its third part is not sent.
        let (next, text) = peer.text().await;
        assert_eq!(text, "next");
        peer.take(next, "next").await;
    };
    let (said, ()) = tokio::join!(carrier.submit(&all), peer);
    assert!(
        is_unknown(&said[0], "took 1 of 3 parts: ESME_RSUBMITFAIL"),
        "{said:?}"
    );
    assert_eq!(said[1], taken("next"));
}

#[tokio::test(start_paused = true)]
async fn a_long_text_that_stays_throttled_ends_in_time() {
    let mut smsc = Smsc::new();
    let carrier = smsc.carrier(window(1));
    let all = [message(1, &"a".repeat(320))];
    let begin = Instant::now();
    let peer = async {
        let mut peer = smsc.bound().await;
        let (first, _) = peer.part().await;
        peer.take(first, "1").await;
        loop {
            let (sequence, _) = peer.part().await;
            peer.refuse(sequence, status::ESME_RTHROTTLED).await;
        }
    };
    let said = tokio::select! {
        said = carrier.submit(&all) => said,
        () = peer => unreachable!(),
    };
    assert!(is_unknown(&said[0], "took 1 of 3 parts"), "{said:?}");
    assert!(begin.elapsed() < Duration::from_secs(28));
}
