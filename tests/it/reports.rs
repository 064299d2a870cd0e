//! Delivery reports: a webhook that asked for `message.status` is told of every change of a message's
//! status, once and in order; one that did not ask costs nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Heard, Hooks};

/// A home with a demo stream whose webhook is told of these; the stream's token.
pub fn home(hooks: &Hooks, events: &str, more: &[&str]) -> (TestEnv, String) {
    let env = TestEnv::new();
    let url = hooks.url();
    let webhook = ["--webhook-url", &url, "--webhook-event", events];
    let token = demo(&env, "OTP", &[&webhook, more].concat());
    (env, token)
}

/// What a table of the journal counts.
pub fn count(env: &TestEnv, rows: &str) -> i64 {
    let journal = rusqlite::Connection::open(env.home().join("messages.db")).unwrap();
    let count = format!("SELECT count(*) FROM {rows}");
    journal.query_row(&count, [], |row| row.get(0)).unwrap()
}

fn time(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

/// How the messages to numbers of this ending come out, and after how many delays.
const COURSES: [(&str, &[&str], i64); 8] = [
    ("00", &["sent", "delivered"], 1),
    ("01", &["sent", "undelivered"], 1),
    ("02", &["sent_failed"], 0),
    ("03", &["no_routes"], 0),
    ("04", &["rejected"], 0),
    ("05", &["sent"], 0),
    ("06", &["sent", "delivered"], 10),
    ("43", &["sent", "delivered"], 1),
];

const DELAY: i64 = 100;

#[test]
fn every_change_is_told_once_when_its_course_says() {
    for events in ["status", "received,status"] {
        let arrived: Arc<Mutex<Vec<Timestamp>>> = Arc::default();
        let arrivals = Arc::clone(&arrived);
        let hooks = Hooks::start(move |_, _| {
            arrivals.lock().unwrap().push(Timestamp::now());
            Act::status(204)
        });
        let (env, token) = home(&hooks, events, &[]);
        let gateway = Served::start(&env, &["-q", "--delivery-delay", &format!("{DELAY}ms")]);
        let message = |(ending, ..): &(&str, &[&str], i64)| json!({ "internal_id": ending, "recipient_phone": format!("120255501{ending}"), "message_content": "Hi" });
        let sent = gateway.send(&token, &COURSES.iter().map(message).collect::<Vec<_>>());
        let sent = sent.json()["messages"].clone();
        let all: usize = COURSES.iter().map(|(_, statuses, _)| statuses.len()).sum();
        eventually("everything is told", || {
            hooks.heard().len() == all && count(&env, "job WHERE state = 0") == 0
        });
        let heard = hooks.heard();
        assert_eq!(heard.len(), all, "and nothing is left to be told");
        let stream = env.json(&["streams", "show", "OTP"])["id"].clone();
        for (n, (ending, statuses, delays)) in COURSES.iter().enumerate() {
            let told = of_message(&heard, &sent[n]["message_uuid"]);
            let shown = env.json(&[
                "messages",
                "show",
                sent[n]["message_uuid"].as_str().unwrap(),
            ]);
            assert_eq!(told.len(), statuses.len(), "{ending}: {told:?}");
            for (at, (status, body)) in statuses.iter().zip(&told).enumerate() {
                let expected = json!({
                    "type": "message.status", "event_id": body["event_id"], "sequence": at + 1,
                    "occurred_at": body["occurred_at"], "message_uuid": sent[n]["message_uuid"],
                    "internal_id": ending, "conversation_uuid": sent[n]["conversation_uuid"],
                    "stream": stream, "from": "12025550100", "to": format!("120255501{ending}"),
                    "status": status, "final": *status != "sent", "details": null,
                });
                assert_eq!(*body, expected);
            }
            if let Some(sent_at) = shown["sent_at"].as_str() {
                assert_eq!(told[0]["occurred_at"], sent_at);
                let end = time(&told.last().unwrap()["occurred_at"]);
                let after = end.duration_since(time(&shown["sent_at"])).as_millis();
                assert_eq!(after, i128::from(delays * DELAY), "{ending}: {shown}");
            }
            if statuses.last() == Some(&"delivered") {
                assert_eq!(told[1]["occurred_at"], shown["delivered_at"]);
            }
        }
        for (one, at) in heard.iter().zip(arrived.lock().unwrap().iter()) {
            assert_eq!(one.header("webhook-id"), one.json()["event_id"]);
            let late = at.duration_since(time(&one.json()["occurred_at"]));
            assert!(!late.is_negative() && late.as_secs() < 3, "{late:?}");
        }
    }
}

/// What was told of a message, as it came.
pub fn of_message(heard: &[Heard], uuid: &Value) -> Vec<Value> {
    let bodies = heard.iter().map(Heard::json);
    bodies
        .filter(|body| body["message_uuid"] == *uuid)
        .collect()
}

#[test]
fn a_message_that_is_kept_late_passes_over_no_status() {
    let hooks = Hooks::start(|_, _| Act::status(204));
    let (env, token) = home(&hooks, "status", &[]);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "20ms"]);
    let other = rusqlite::Connection::open(env.home().join("messages.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::scope(|scope| {
        let sending = scope.spawn(|| gateway.send(&token, &[message("12025550143")]).status);
        // The course is over before the message can be kept.
        std::thread::sleep(std::time::Duration::from_millis(200));
        other.execute_batch("ROLLBACK").unwrap();
        assert_eq!(sending.join().unwrap(), 200);
    });
    eventually("it is told", || hooks.heard().len() == 2);
    let told: Vec<_> = hooks.heard().iter().map(Heard::json).collect();
    assert_eq!(
        (&told[0]["status"], &told[1]["status"]),
        (&json!("sent"), &json!("delivered"))
    );
    let after = time(&told[1]["occurred_at"]).duration_since(time(&told[0]["occurred_at"]));
    assert_eq!(after.as_millis(), 20);
}

#[test]
fn replies_and_reports_of_a_conversation_have_one_sequence() {
    let hooks = Hooks::start(|_, _| Act::status(200));
    let (env, token) = home(&hooks, "received,status", &[]);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "50ms"]);
    let told = || hooks.heard().len();
    gateway.send(&token, &[message("12025550143")]);
    eventually("it is delivered", || told() == 2);
    env.ok_saying(
        &["reply", "OTP", "--from", "12025550143", "--text", "Yes"],
        "Saved and delivered: HTTP 200, [..]",
    );
    gateway.send(&token, &[message("12025550143")]);
    eventually("so is the other", || told() == 5);
    // Another conversation begins anew.
    gateway.send(&token, &[message("12025550102")]);
    eventually("and the last one", || told() == 6);
    let told: Vec<_> = hooks.heard().iter().map(Heard::json).collect();
    let line = |one: &Value| {
        let what = one["status"]
            .as_str()
            .unwrap_or(one["type"].as_str().unwrap());
        (what.to_owned(), one["sequence"].as_u64().unwrap())
    };
    let lines: Vec<_> = told.iter().map(line).collect();
    let expected = [
        ("sent", 1),
        ("delivered", 2),
        ("message.received", 3),
        ("sent", 4),
        ("delivered", 5),
        ("sent_failed", 1),
    ];
    assert_eq!(lines, expected.map(|(what, n)| (what.to_owned(), n)));
    let conversation = |n: usize| told[n]["conversation_uuid"].as_str().unwrap();
    assert!((1..5).all(|n| conversation(n) == conversation(0)));
    assert_ne!(conversation(5), conversation(0));
}

#[test]
fn a_webhook_that_asked_for_replies_alone_costs_outgoing_messages_nothing() {
    let hooks = Hooks::start(|_, _| Act::status(200));
    let (env, token) = home(&hooks, "received", &[]);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "20ms"]);
    let numbers = COURSES.map(|(ending, ..)| message(&format!("120255501{ending}")));
    assert_eq!(gateway.send(&token, &numbers).status, 200);
    env.ok_saying(
        &["reply", "OTP", "--from", "12025550143", "--text", "Yes"],
        "Saved and delivered: HTTP 200, [..]",
    );
    assert_eq!(hooks.heard().len(), 1);
    assert_eq!(hooks.heard()[0].json()["type"], "message.received");
    assert_eq!((count(&env, "event"), count(&env, "job")), (1, 1));
}

#[test]
fn a_webhook_by_get_is_told_the_same_in_its_query() {
    let hooks = Hooks::start(|_, _| Act::status(200));
    let (env, token) = home(&hooks, "status", &["--webhook-method", "get"]);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "50ms"]);
    let sent = gateway.send(&token, &[message("12025550143")]).json();
    eventually("it is delivered", || hooks.heard().len() == 2);
    for (n, (one, status)) in hooks.heard().iter().zip(["sent", "delivered"]).enumerate() {
        let target = one.line.split(' ').nth(1).unwrap();
        let query = target.split_once('?').unwrap().1;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let fields: BTreeMap<_, _> = pairs.collect();
        let (sequence, is_final) = ((n + 1).to_string(), (n == 1).to_string());
        let entry = &sent["messages"][0];
        for (name, value) in [
            ("type", "message.status"),
            ("event_id", one.header("webhook-id")),
            ("sequence", &sequence),
            ("message_uuid", entry["message_uuid"].as_str().unwrap()),
            ("from", "12025550100"),
            ("to", "12025550143"),
            ("status", status),
            ("final", &is_final),
        ] {
            assert_eq!(fields.get(name), Some(&value), "{name} in {query}");
        }
        assert!(fields.contains_key("occurred_at"), "{query}");
    }
}

#[test]
fn deliveries_are_shown_with_what_they_tell() {
    let hooks = Hooks::start(|_, _| Act::status(200));
    let (env, token) = home(&hooks, "received,status", &[]);
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "50ms"]);
    let sent = gateway.send(&token, &[message("12025550143")]).json();
    let uuid = sent["messages"][0]["message_uuid"].as_str().unwrap();
    eventually("it is delivered", || hooks.heard().len() == 2);
    let reply = env.json(&["reply", "OTP", "--from", "12025550143", "--text", "Yes"]);
    eventually("it is kept", || {
        env.json(&["webhooks", "deliveries", "--state", "delivered"])["total"] == 3
    });
    let listed = env.json(&["webhooks", "deliveries"]);
    let items = listed["items"].as_array().unwrap();
    let lines: Vec<_> = items
        .iter()
        .map(|one| (&one["type"], &one["message_status"]))
        .collect();
    let (status, received) = (json!("message.status"), json!("message.received"));
    assert_eq!(
        lines,
        [
            (&received, &Value::Null),
            (&status, &json!("delivered")),
            (&status, &json!("sent"))
        ]
    );
    let shown = env.json(&["messages", "show", uuid]);
    assert_eq!(shown["deliveries"], json!([items[2], items[1]]));
    assert_eq!(shown["delivery"], items[1], "the last one");
    let reply = reply["message"]["message_uuid"].as_str().unwrap();
    let shown = env.json(&["messages", "show", reply]);
    assert_eq!(shown["deliveries"], json!([items[0]]));
    let table = env.ok(&["webhooks", "deliveries"]);
    assert!(table.contains("message.status"), "{table}");
}

#[test]
fn a_webhook_that_asked_for_reports_alone_is_shown_and_tested_with_one() {
    let hooks = Hooks::start(|_, _| Act::status(204));
    let (env, _) = home(&hooks, "status", &[]);
    let tested = env.json(&["webhooks", "test", "OTP"]);
    assert_eq!(tested["delivered"], true);
    let heard = hooks.heard().remove(0).json();
    assert_eq!(
        (&heard["type"], &heard["test"]),
        (&json!("message.status"), &json!(true))
    );
    assert_eq!(
        (&heard["status"], &heard["final"]),
        (&json!("delivered"), &json!(true))
    );
    let shown = env.json(&["streams", "preview", "OTP", "webhook"]);
    let body = &shown["body"];
    assert_eq!(
        (&body["type"], &body["sequence"]),
        (&json!("message.status"), &json!(1)),
        "{shown}"
    );
    assert_eq!(body["test"], Value::Null, "{shown}");
    let table = env.ok(&["streams", "show", "OTP"]);
    assert!(table.contains("message.status"), "{table}");
}
