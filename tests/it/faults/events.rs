//! Events over kills of the gateway: none lost, none under two ids, none out of its sequence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::effort;
use crate::reports::{count, home};
use crate::support::TestEnv;
use crate::support::gateway::Served;
use crate::support::receiver::{Act, Heard, Hooks};

const SERVE: [&str; 5] = [
    "-q",
    "--delivery-delay",
    "40ms",
    "--retry",
    "50ms,50ms,50ms,50ms,50ms,50ms,50ms,50ms,50ms,50ms",
];

/// Four clients that send to handsets in turn until the gateway is killed, a moment later.
fn kill_under_load(env: &TestEnv, token: &str, round: usize, sent: &AtomicUsize) {
    let mut gateway = Served::start(env, &SERVE);
    let over = AtomicBool::new(false);
    let address = gateway.address;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let gateway = Served::elsewhere(address);
                while !over.load(Ordering::SeqCst) {
                    // Half of them come to their end at once, the others later.
                    let n = sent.fetch_add(1, Ordering::SeqCst) % 200;
                    let to = format!("1{}55501{:02}", 200 + n / 2, [2, 43][n % 2]);
                    let one = json!({ "recipient_phone": to, "message_content": "Hi" });
                    if gateway.try_send(token, &[one]).is_none() {
                        return;
                    }
                }
            });
        }
        std::thread::sleep(Duration::from_millis(20 + round as u64 * 37 % 200));
        gateway.kill();
        over.store(true, Ordering::SeqCst);
    });
}

/// The leases of killed gateways last for 20 s. The suite does not wait for that, long runs do.
fn let_leases_run_out(env: &TestEnv) {
    if effort() > 1 {
        std::thread::sleep(Duration::from_secs(20));
    } else {
        let journal = Connection::open(env.home().join("messages.db")).unwrap();
        let over = "UPDATE job SET lease_until = 1 WHERE lease_until > 0";
        journal.execute(over, []).unwrap();
    }
}

#[test]
fn no_event_is_lost_doubled_or_out_of_sequence_over_kills() {
    let hooks = Hooks::start(|n, _| Act::status(if n % 7 == 0 { 503 } else { 204 }));
    let (env, token) = home(&hooks, "status", &[]);
    let sent = AtomicUsize::new(0);
    for round in 0..10 * effort() {
        kill_under_load(&env, &token, round, &sent);
    }
    let_leases_run_out(&env);
    let gateway = Served::start(&env, &SERVE);
    let begun = Instant::now();
    while count(&env, "job WHERE state = 0") > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(
        count(&env, "job WHERE state <> 1"),
        0,
        "everything is delivered"
    );
    drop(gateway);
    let heard = hooks.heard();
    let kept = env.json(&[
        "messages",
        "list",
        "--direction",
        "outgoing",
        "--limit",
        "0",
    ]);
    let kept = kept["items"].as_array().unwrap();
    println!("{} messages, {} attempts", kept.len(), heard.len());
    assert!(kept.len() > 50, "{}", kept.len());
    check(kept, &heard);
}

/// Every message has its events, each of them one id, and each conversation its numbers.
fn check(kept: &[Value], heard: &[Heard]) {
    let mut messages: BTreeMap<String, BTreeSet<(u64, String, String)>> = BTreeMap::new();
    let mut conversations: BTreeMap<String, BTreeMap<u64, String>> = BTreeMap::new();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    for one in heard {
        let body = one.json();
        let (id, number) = (text(&body["event_id"]), body["sequence"].as_u64().unwrap());
        assert_eq!(one.header("webhook-id"), id);
        let event = (number, text(&body["status"]), id.clone());
        let message = messages.entry(text(&body["message_uuid"])).or_default();
        message.insert(event);
        let conversation = conversations.entry(text(&body["conversation_uuid"]));
        let same = conversation.or_default().insert(number, id.clone());
        assert!(
            same.is_none_or(|other| other == id),
            "two events have one number"
        );
    }
    for one in kept {
        let told = messages.remove(one["message_uuid"].as_str().unwrap());
        let statuses: Vec<_> = told
            .iter()
            .flatten()
            .map(|(_, status, _)| &**status)
            .collect();
        let expected: &[&str] = match one["to"].as_str() {
            Some(to) if to.ends_with("02") => &["sent_failed"],
            _ => &["sent", "delivered"],
        };
        assert_eq!(statuses, expected, "{one}: {told:?}");
    }
    assert!(messages.is_empty(), "of no message: {messages:?}");
    for (conversation, numbers) in conversations {
        let last = numbers.keys().last().copied().unwrap();
        assert_eq!(numbers.len() as u64, last, "{conversation}: {numbers:?}");
    }
}
