//! What goes wrong for one must not go wrong for others: receivers that hang, a file that somebody
//! else has locked, rows that are gone.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::effort;
use crate::reports::{count, home};
use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Hooks};

/// Receivers that take a request and say nothing: nobody accepts what the system has connected.
const HANGING: usize = 200;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Messages that come to their end at once, one to each of so many handsets.
fn ended(handsets: std::ops::Range<usize>) -> Vec<Value> {
    handsets
        .map(|n| message(&format!("1{}5550102", 200 + n)))
        .collect()
}

#[test]
fn two_hundred_receivers_that_hang_keep_no_other_waiting() {
    let silent: Vec<_> = (0..HANGING)
        .map(|_| TcpListener::bind("127.0.0.1:0").unwrap())
        .collect();
    let late: Arc<Mutex<Vec<Duration>>> = Arc::default();
    let arrivals = Arc::clone(&late);
    let hooks = Hooks::start(move |_, heard| {
        let at: Timestamp = heard.json()["occurred_at"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let late = Timestamp::now().duration_since(at).unsigned_abs();
        arrivals.lock().unwrap().push(late);
        Act::status(204)
    });
    let (env, token) = home(&hooks, "status", &[]);
    let tokens = hanging_streams(&env, &silent);
    let gateway = Served::start(&env, &["-q"]);
    for token in &tokens {
        assert_eq!(gateway.send(token, &ended(0..10)).status, 200);
    }
    eventually("as many attempts hang as may", || {
        count(&env, "job WHERE lease_until > 0") >= 1_000
    });
    for n in 0..200 * effort() {
        let sent = gateway.send(&token, &ended(n % 700..n % 700 + 1));
        assert_eq!(sent.status, 200);
        // Not faster than the worst machine delivers: that would be another test.
        std::thread::sleep(Duration::from_millis(10));
    }
    eventually("everything has come", || {
        hooks.heard().len() == 200 * effort()
    });
    let mut late = late.lock().unwrap().clone();
    late.sort_unstable();
    let p99 = late[late.len() * 99 / 100];
    println!(
        "beside {HANGING} receivers that hang: median {:?}, p99 {p99:?}",
        late[late.len() / 2]
    );
    assert!(p99 < Duration::from_secs(2), "{p99:?}");
}

/// A stream for each of these receivers; their tokens.
fn hanging_streams(env: &TestEnv, receivers: &[TcpListener]) -> Vec<String> {
    let stream = |(n, one): (usize, &TcpListener)| {
        let url = format!("http://{}/sms", one.local_addr().unwrap());
        json!({
            "name": format!("hanging {n}"), "demo": true, "default_sender": "12025550100",
            "webhook": { "method": "POST", "url": url, "events": ["message.status"] },
        })
    };
    let streams: Vec<_> = receivers.iter().enumerate().map(stream).collect();
    let document = env.folder().join("streams.json");
    std::fs::write(&document, json!({ "streams": streams }).to_string()).unwrap();
    let words = [
        "streams",
        "apply",
        "--yes",
        "-q",
        "-f",
        document.to_str().unwrap(),
    ];
    env.ok(&words);
    let path = env.home().join("tokens.json");
    let mut tokens: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let state = env.state();
    let hangs = |one: &&Value| one["name"].as_str().unwrap().starts_with("hanging");
    let streams = state["streams"].as_array().unwrap().iter().filter(hangs);
    // As after the first delivery of each: to issue so many secrets at once takes seconds.
    for one in streams.clone() {
        tokens["webhook_secrets"][one["id"].as_str().unwrap()] = SECRET.into();
    }
    std::fs::write(&path, tokens.to_string()).unwrap();
    let token = |one: &Value| {
        let id = one["id"].as_str().unwrap();
        tokens["tokens"][id].as_str().unwrap().to_owned()
    };
    streams.map(token).collect()
}

#[test]
fn a_file_that_somebody_else_has_locked_is_told_soon_and_forgiven_at_once() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    let other = Connection::open(env.home().join("messages.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let held = Instant::now();
    let hold = Duration::from_secs(if effort() > 1 { 12 } else { 6 });
    let released = AtomicBool::new(false);
    let refused = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for client in 0..6 {
            let (gateway, token, released, refused) = (&gateway, &token, &released, &refused);
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(300 * client));
                while held.elapsed() < hold {
                    let asked = Instant::now();
                    let answer = gateway.send(token, &[message("12025550143")]);
                    assert!(
                        asked.elapsed() < Duration::from_secs(6),
                        "{:?}",
                        asked.elapsed()
                    );
                    if answer.status == 200 {
                        assert!(released.load(Ordering::SeqCst), "it was locked");
                        continue;
                    }
                    assert_eq!(answer.status, 503, "{answer:?}");
                    assert_eq!(answer.header("retry-after"), Some("1"));
                    refused.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        std::thread::sleep(hold.saturating_sub(held.elapsed()));
        released.store(true, Ordering::SeqCst);
        other.execute_batch("ROLLBACK").unwrap();
    });
    assert!(refused.load(Ordering::SeqCst) >= 6);
    let asked = Instant::now();
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{:?}",
        asked.elapsed()
    );
    assert_eq!(gateway.call("GET", "/readyz", "", b"").status, 200);
    let (_, log) = gateway.stop();
    assert!(log.contains("messages.db: database is locked"), "{log}");
}

#[test]
fn rows_that_are_gone_cost_nobody_else_anything() {
    let hooks = Hooks::start(|_, _| Act::status(204));
    let (env, token) = home(&hooks, "status", &[]);
    let gateway = Served::start(&env, &["-q"]);
    env.ok_saying(
        &["webhooks", "disable", "OTP"],
        "Disabled the webhook of “OTP”.[..]",
    );
    for n in 0..20 {
        gateway.send(&token, &ended(n * 10..n * 10 + 10));
    }
    // Half of the messages, the events of a quarter; the others are whole.
    let journal = Connection::open(env.home().join("messages.db")).unwrap();
    journal.pragma_update(None, "foreign_keys", false).unwrap();
    let messages =
        "DELETE FROM message WHERE seq IN (SELECT seq FROM message ORDER BY seq LIMIT 100)";
    assert_eq!(journal.execute(messages, []).unwrap(), 100);
    let events =
        "DELETE FROM event WHERE key IN (SELECT key FROM event ORDER BY key DESC LIMIT 50)";
    assert_eq!(journal.execute(events, []).unwrap(), 50);
    drop(journal);
    let other = demo(&env, "Other", &[]);
    let over = AtomicBool::new(false);
    let statuses: Mutex<BTreeMap<u16, usize>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while !over.load(Ordering::SeqCst) {
                    let status = gateway.send(&other, &[message("12025550143")]).status;
                    *statuses.lock().unwrap().entry(status).or_default() += 1;
                }
            });
        }
        env.ok_saying(
            &["webhooks", "enable", "OTP"],
            "Enabled the webhook of “OTP”.[..]",
        );
        eventually("every one is delivered or set aside", || {
            count(&env, "job WHERE state = 0") == 0
        });
        over.store(true, Ordering::SeqCst);
    });
    let statuses = statuses.into_inner().unwrap();
    println!("{statuses:?}");
    assert_eq!(statuses.keys().collect::<Vec<_>>(), [&200]);
    assert_eq!(hooks.heard().len(), 50);
    assert_eq!(gateway.call("GET", "/readyz", "", b"").status, 200);
    let doctor = env.run(&["doctor"]);
    assert_eq!(doctor.code, 1);
    let told = "found: messages.db contains 150 rows that can't be read: the event of a delivery, or its message, is missing.\n";
    assert!(doctor.stdout.contains(told), "{doctor:?}");
    // The next one of the stream arrives.
    gateway.send(&token, &ended(0..1));
    eventually("so does this", || hooks.heard().len() == 51);
}
