//! Clocks that jump by years.

use std::process::Command;

use crate::serve::demo;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Hooks};
use crate::support::{TestEnv, installed};

const REPLY: [&str; 6] = ["reply", "OTP", "--from", "12025550143", "--text", "Yes"];

#[test]
fn what_was_due_in_a_future_that_never_was_is_due_now() {
    let hooks = Hooks::start(|n, _| Act::status(if n == 0 { 500 } else { 200 }));
    let env = TestEnv::new();
    demo(&env, "OTP", &["--webhook-url", &hooks.url()]);
    assert_eq!(env.json(&REPLY)["delivery"]["state"], "waiting");
    // As if the clock had been a year ahead when a gateway was killed with the delivery in hand.
    let journal = rusqlite::Connection::open(env.home().join("messages.db")).unwrap();
    let ahead =
        "UPDATE job SET next_at = next_at + 31536000000, lease_until = next_at + 31536000000";
    assert_eq!(journal.execute(ahead, []).unwrap(), 1);
    drop(journal);
    let _gateway = Served::start(&env, &["-q"]);
    eventually("it is delivered", || {
        env.json(&["webhooks", "deliveries", "--state", "delivered"])["total"] == 1
    });
    assert_eq!(hooks.heard().len(), 2);
}

/// A gateway whose clock stands where a file says.
fn with_clock(env: &TestEnv, file: &std::path::Path) -> Option<Served> {
    if !installed("faketime") {
        return None;
    }
    // What the wrapper sets is what sets the clock; the file is read at every look at it.
    let shown = Command::new("faketime")
        .args(["-f", "+0", "env"])
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    let preload = shown
        .lines()
        .find_map(|line| line.strip_prefix("LD_PRELOAD="))
        .unwrap()
        .to_owned();
    let path = file.to_str().unwrap();
    Some(Served::start_with(
        env,
        &["-q", "--retry", "300ms,300ms,300ms,300ms,300ms,300ms"],
        &[
            ("LD_PRELOAD", &preload),
            ("FAKETIME_TIMESTAMP_FILE", path),
            ("FAKETIME_NO_CACHE", "1"),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ],
    ))
}

#[test]
fn while_the_clock_jumps_both_ways_nothing_is_lost_and_attempts_keep_their_pauses() {
    let hooks = Hooks::start(|n, _| Act::status(if n < 3 { 500 } else { 200 }));
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &["--webhook-url", &hooks.url()]);
    let file = env.folder().join("clock");
    std::fs::write(&file, "+0").unwrap();
    let Some(gateway) = with_clock(&env, &file) else {
        return;
    };
    let mut uuids = Vec::new();
    let begun = std::time::Instant::now();
    assert_eq!(env.json(&REPLY)["delivery"]["state"], "waiting");
    for offset in ["+3y", "-3y", "+0", "+1d", "-1h"] {
        std::fs::write(&file, offset).unwrap();
        let sent = gateway
            .send(&token, &[crate::serve::message("12025550143")])
            .json();
        uuids.push(
            sent["messages"][0]["message_uuid"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
        std::thread::sleep(std::time::Duration::from_millis(150));
    }
    eventually("the reply is delivered", || {
        env.json(&["webhooks", "deliveries", "--state", "delivered"])["total"] == 1
    });
    // Three failures and a success; a jump forward may bring an attempt early, none comes twice.
    assert_eq!(hooks.heard().len(), 4);
    assert!(begun.elapsed() < std::time::Duration::from_secs(8));
    let listed = env.json(&["messages", "list", "--direction", "outgoing"]);
    let kept: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message_uuid"].as_str().unwrap())
        .collect();
    uuids.reverse();
    assert_eq!(kept, uuids, "in the order of arrival, not of the clock");
    // The library that sets the clock may have something to say of its own.
    let (_, log) = gateway.stop();
    assert!(!log.contains("panicked"), "{log}");
}
