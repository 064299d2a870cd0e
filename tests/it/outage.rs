//! A carrier that is away or throttles: what is certainly not sent waits, in order, and is sent once.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Heard, Hooks};

/// Requests that are throttled before the first one is taken.
const THROTTLED: usize = 1;

/// An address where nobody listens yet.
fn spare() -> String {
    let spare = TcpListener::bind("127.0.0.1:0").unwrap();
    spare.local_addr().unwrap().to_string()
}

/// A home with a live stream and a route to this address; the stream's token.
fn home(address: &str, more: &[&str]) -> (TestEnv, String) {
    let env = TestEnv::new();
    let words = [
        "streams",
        "create",
        "--name",
        "live",
        "--add-sender",
        "12025550100",
        "--no-input",
    ];
    let made = env.json(&words);
    let url = format!("http://{address}");
    let add = ["routes", "add", "--base-url", &url, "--token-file", "-"];
    env.run_with_input(&[&add, more].concat(), "a-token")
        .ok_saying("Added.[..]");
    (env, made["token"].as_str().unwrap().to_owned())
}

/// Takes every message of a request and knows nothing of statuses.
fn takes(heard: &Heard) -> Act {
    let body = heard.json();
    let taken = |one: &Value| json!({ "internal_id": one["internal_id"], "message_uuid": one["internal_id"] });
    let messages = body["messages"].as_array().into_iter().flatten();
    let answer = json!({ "status": true, "messages": messages.map(taken).collect::<Vec<_>>() });
    Act::Answer(200, String::new(), answer.to_string())
}

fn is_send(heard: &Heard) -> bool {
    heard.line.contains("simple_send")
}

/// What was sent in these requests, in order.
fn texts(heard: &[Heard]) -> Vec<String> {
    let bodies = heard.iter().map(Heard::json);
    let texts = |body: Value| -> Vec<String> {
        let messages = body["messages"].as_array().unwrap().clone();
        messages
            .iter()
            .map(|one| one["message_content"].as_str().unwrap().to_owned())
            .collect()
    };
    bodies.flat_map(texts).collect()
}

#[test]
fn nothing_fails_and_nothing_is_doubled_while_a_carrier_is_away_and_throttles() {
    let address = spare();
    let (env, token) = home(&address, &[]);
    let gateway = Served::start(&env, &[]);
    let expected: Vec<_> = (0..40).map(|n| n.to_string()).collect();
    let mut uuids = Vec::new();
    for text in &expected {
        let one = json!({ "recipient_phone": "12025550143", "message_content": text });
        let sent = gateway.send(&token, &[one]);
        assert_eq!(sent.status, 200);
        uuids.push(sent.json()["messages"][0]["message_uuid"].clone());
    }
    let first = uuids[0].as_str().unwrap();
    let shown = || env.json(&["messages", "show", first]);
    eventually("it is said why it waits", || {
        let details = shown()["details"].as_str().unwrap_or_default().to_owned();
        details.starts_with("waiting for the carrier: cannot connect to 127.0.0.1:")
    });
    let waiting = shown();
    assert_eq!(
        (&waiting["status"], &waiting["sent_at"]),
        (&json!("sent"), &Value::Null)
    );
    let throttled = AtomicUsize::new(0);
    let upstream = Hooks::on(&address, move |_, heard| {
        if is_send(heard) && throttled.fetch_add(1, Ordering::SeqCst) < THROTTLED {
            return Act::Answer(429, "Retry-After: 1\r\n".into(), String::new());
        }
        takes(heard)
    });
    // What was throttled came first.
    let taken = || {
        let heard = upstream.heard().into_iter().filter(is_send);
        texts(&heard.skip(THROTTLED).collect::<Vec<_>>())
    };
    eventually("everything is sent", || taken().len() >= 40);
    eventually("it is kept", || {
        let listed = env.json(&["messages", "list", "--limit", "0"]);
        let items = listed["items"].as_array().unwrap().clone();
        items
            .iter()
            .all(|one| one["status"] == "sent" && one["sent_at"].is_string())
    });
    assert_eq!(taken(), expected, "in order, and once");
    assert_eq!(shown()["details"], Value::Null);
}

#[test]
fn send_says_that_a_message_is_kept_and_why_it_waits() {
    let (env, _) = home(&spare(), &[]);
    let words = [
        "send",
        "live",
        "--to",
        "12025550143",
        "--text",
        "Hi",
        "--wait",
        "--timeout",
        "300ms",
    ];
    let sent = env.run(&words);
    assert_eq!(sent.code, 6, "{sent:?}");
    let lines: Vec<_> = sent.stderr.lines().collect();
    assert_eq!(
        lines[1],
        "1 message saved but not submitted yet. textpeak serve submits it."
    );
    assert!(
        lines[2].starts_with("sent: waiting for the carrier: cannot connect to 127.0.0.1:"),
        "{sent:?}"
    );
    let status = env.json(&["status", sent.stdout.trim()]);
    let details = status["items"][0]["details"].as_str().unwrap();
    assert!(
        details.starts_with("waiting for the carrier: cannot connect"),
        "{status}"
    );
}

#[test]
fn a_message_that_waits_for_longer_than_its_route_allows_ends_with_the_reason() {
    let (env, token) = home(&spare(), &["--expire", "2s"]);
    let gateway = Served::start(&env, &[]);
    let one = json!({ "recipient_phone": "12025550143", "message_content": "Hi" });
    let sent = gateway.send(&token, &[one]).json();
    let uuid = sent["messages"][0]["message_uuid"].as_str().unwrap();
    let shown = || env.json(&["messages", "show", uuid]);
    eventually("it is over", || shown()["status"] == "sent_failed");
    let shown = shown();
    let details = shown["details"].as_str().unwrap();
    assert!(
        details.starts_with("not sent within 2s: cannot connect to 127.0.0.1:"),
        "{details}"
    );
    assert_eq!(shown["sent_at"], Value::Null);
}

#[test]
fn how_long_a_message_may_wait_is_a_duration() {
    let (env, _) = home(&spare(), &[]);
    for bad in ["2", "soon", "31d", "-1s"] {
        let expire = format!("--expire={bad}");
        let words = ["routes", "add", "other", "--token-file", "-", &expire];
        let refused = env.run_with_input(&words, "a-token");
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{bad}");
        let said = format!("error: --expire: “{bad}” is not a duration: ");
        assert!(refused.stderr.starts_with(&said), "{refused:?}");
    }
    assert_eq!(env.json(&["routes", "list"])["total"], 1);
}
