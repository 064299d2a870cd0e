//! The carrier by itself, counted: every message ends in one way, and none is sent twice.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use textpeak::carrier::{Carrier as _, Heard, Keep, SmppCarrier, Submitted};
use textpeak::domain::{Course, Direction, Message, SmppSettings};

use crate::support::smsc::Smsc;

pub fn settings(smsc: &Smsc, window: u16) -> SmppSettings {
    let text = json!({
        "address": format!("127.0.0.1:{}", smsc.port), "system_id": "acme", "bind": "transceiver",
        "window": window, "rate": 65_535, "long_texts": "udh",
    });
    serde_json::from_value(text).unwrap()
}

fn message(n: usize) -> Message {
    Message {
        uuid: uuid::Uuid::from_u128(n as u128),
        stream: "st_000000000001".parse().unwrap(),
        direction: Direction::Outgoing,
        internal_id: None,
        handset: "12025550143".to_owned(),
        sender: "ACME".to_owned(),
        text: format!("text {n}"),
        at: jiff::Timestamp::UNIX_EPOCH,
        course: Course::waiting(),
        details: None,
        in_reply_to: None,
    }
}

pub type Kept = Arc<Mutex<Vec<Heard>>>;

pub fn carrier(settings: SmppSettings) -> (SmppCarrier, Kept) {
    let kept = Kept::default();
    let into = Arc::clone(&kept);
    let keep: Keep = Arc::new(move |heard| {
        into.lock().unwrap().extend(heard);
        Box::pin(async { true })
    });
    let password = "hunter2".parse().unwrap();
    (SmppCarrier::new(settings, password, keep, 7), kept)
}

/// What became of each message when those that had to wait were submitted again, as the relay does.
pub async fn submit_all(carrier: &SmppCarrier, count: usize) -> Vec<Submitted> {
    let messages: Vec<Message> = (0..count).map(message).collect();
    let mut ends: Vec<Option<Submitted>> = vec![None; count];
    let mut waiting: Vec<usize> = (0..count).collect();
    while !waiting.is_empty() {
        let batch: Vec<usize> = waiting.iter().copied().take(carrier.most()).collect();
        let submitted: Vec<Message> = batch.iter().map(|n| messages[*n].clone()).collect();
        let said = carrier.submit(&submitted).await;
        let mut pause = Duration::ZERO;
        for (n, said) in batch.into_iter().zip(said) {
            if let Submitted::NotNow { retry_after, .. } = said {
                pause = pause.max(retry_after.unwrap_or(Duration::from_millis(100)));
            } else {
                assert_eq!(ends[n].replace(said), None, "{n} ended twice");
            }
        }
        waiting.retain(|n| ends[*n].is_none());
        tokio::time::sleep(pause).await;
    }
    ends.into_iter().map(Option::unwrap).collect()
}

/// How many ended so.
pub fn counts(ends: &[Submitted]) -> HashMap<&'static str, usize> {
    let mut counts = HashMap::new();
    for end in ends {
        let name = match end {
            Submitted::Taken(_) => "taken",
            Submitted::Rejected(_) => "rejected",
            Submitted::Failed(_) => "failed",
            Submitted::NotNow { .. } => "not now",
            Submitted::Unknown(_) => "unknown",
        };
        *counts.entry(name).or_default() += 1;
    }
    counts
}

/// Messages through a carrier that throttles and cuts the line; how long it took.
fn faults(count: usize, throttle_every: usize, cut_every: usize) {
    let behavior = json!({
        "receipts": false, "throttleEvery": throttle_every, "cutEvery": cut_every,
    });
    let Some(mut smsc) = Smsc::start(&behavior) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let begun = Instant::now();
    let (carrier, _) = carrier(settings(&smsc, 50));
    let ends = runtime.block_on(async {
        let ends = submit_all(&carrier, count).await;
        carrier.close().await;
        ends
    });
    let (counts, state) = (counts(&ends), smsc.ask("state"));
    println!("{counts:?} {state} {:?}", begun.elapsed());
    let of = |name| counts.get(name).copied().unwrap_or_default();
    assert_eq!(of("taken") + of("unknown"), count);
    assert_eq!(state["doubled"], 0);
    assert!(state["throttled"].as_u64() > Some(0));
    // What the SMSC took and did not answer for is unknown here, and nothing else is missing there.
    let taken = usize::try_from(state["taken"].as_u64().unwrap()).unwrap();
    assert!(taken >= of("taken") && taken <= count);
    assert!(state["cuts"].as_u64() >= Some((count / cut_every) as u64));
    assert_eq!(state["unbinds"], 1);
}

#[test]
fn a_thousand_messages_with_throttling_and_cuts_end_once_each() {
    faults(1_000, 300, 300);
}

/// Takes minutes, most of which are pauses.
#[test]
#[ignore = "takes minutes"]
fn twenty_thousand_messages_with_throttling_and_cuts_end_once_each() {
    faults(20_000, 2_000, 990);
}

#[test]
#[ignore = "takes half a minute"]
fn messages_to_an_smsc_that_hangs_are_unknown_and_others_follow_when_it_goes_on() {
    let Some(mut smsc) = Smsc::start(&json!({ "receipts": false })) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (carrier, _) = carrier(settings(&smsc, 50));
    runtime.block_on(async {
        assert_eq!(counts(&submit_all(&carrier, 10).await)["taken"], 10);
        smsc.signal("STOP");
        assert_eq!(counts(&submit_all(&carrier, 10).await)["unknown"], 10);
        smsc.signal("CONT");
        assert_eq!(counts(&submit_all(&carrier, 20).await)["taken"], 20);
        carrier.close().await;
    });
    // What came before the line was cut was read when it went on.
    assert_eq!(smsc.count("different"), 20);
}

#[test]
fn receipts_find_their_messages_in_every_form() {
    for form in [
        "given",
        "hexToDecimal",
        "decimalToHex",
        "padded",
        "parameter",
    ] {
        let Some(mut smsc) = Smsc::start(&json!({ "form": form, "first": 98_765 })) else {
            return;
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let (carrier, kept) = carrier(settings(&smsc, 50));
        let ends = runtime.block_on(async {
            let ends = submit_all(&carrier, 300).await;
            // All receipts are on the line before the last answer is.
            while smsc.ask("state")["acknowledged"]["0"] != 300 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            carrier.close().await;
            ends
        });
        let told = |one: &Heard| match one {
            Heard::Receipt(receipt) => Some(receipt.ids[0].clone()),
            Heard::Incoming(_) | Heard::Until(_) | Heard::Link(_) => None,
        };
        let mut told: Vec<_> = kept.lock().unwrap().iter().filter_map(told).collect();
        let id = |end: Submitted| {
            let Submitted::Taken(id) = &end else {
                panic!("{end:?}")
            };
            id.replace('-', "").trim_start_matches('0').to_owned()
        };
        let mut taken: Vec<_> = ends.into_iter().map(id).collect();
        told.sort_unstable();
        taken.sort_unstable();
        assert_eq!(told, taken, "{form}");
    }
}
