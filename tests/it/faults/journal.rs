//! The journal under bad luck: kills, older and newer files, a full disk, several processes.

use std::collections::HashSet;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use super::effort;
use crate::serve::{demo, message};
use crate::support::gateway::Served;
use crate::support::{TestEnv, ability, succeeds};

#[test]
fn every_message_that_was_answered_is_there_once_after_kills() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let answered: Mutex<Vec<(String, String)>> = Mutex::default();
    for round in 0..15 * effort() as u64 {
        let mut gateway = Served::start(&env, &["-q"]);
        let over = AtomicBool::new(false);
        let address = gateway.address;
        let (token, over, answered) = (&token, &over, &answered);
        std::thread::scope(|scope| {
            for client in 0..4 {
                scope.spawn(move || {
                    let gateway = Served::elsewhere(address);
                    for n in 0.. {
                        if over.load(Ordering::SeqCst) {
                            return;
                        }
                        let id = format!("{round}-{client}-{n}");
                        let one = json!({ "internal_id": id, "recipient_phone": "12025550143", "message_content": "Hi" });
                        let Some(uuid) = gateway.try_send(token, &[one]) else { return };
                        answered.lock().unwrap().push((id, uuid));
                    }
                });
            }
            // A moment that differs from round to round.
            std::thread::sleep(Duration::from_millis(20 + round * 37 % 200));
            gateway.kill();
            over.store(true, Ordering::SeqCst);
        });
    }
    let answered = answered.into_inner().unwrap();
    assert!(answered.len() > 100, "{}", answered.len());
    let listed = env.json(&["messages", "list", "--limit", "0"]);
    let items = listed["items"].as_array().unwrap();
    let kept: HashSet<_> = items
        .iter()
        .map(|one| {
            (
                one["internal_id"].as_str().unwrap().to_owned(),
                one["message_uuid"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    assert_eq!(kept.len(), items.len(), "none is there twice");
    let lost: Vec<_> = answered
        .iter()
        .filter(|pair| !kept.contains(*pair))
        .collect();
    assert_eq!(lost, Vec::<&(String, String)>::new());
    let counted = env.json(&["streams", "show", "OTP"])["statistics"]["outgoing"].clone();
    assert_eq!(counted, items.len(), "the tally counts what is there");
}

#[test]
fn a_file_of_the_first_version_is_brought_up_to_date() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let old = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/fixtures/messages-v1.db"
    );
    fs::copy(old, env.home().join("messages.db")).unwrap();
    let listed = env.json(&["messages", "list"]);
    let texts: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["text"].clone())
        .collect();
    assert_eq!(texts, [json!("So is this"), json!("Kept by version 1")]);
    let gateway = Served::start(&env, &[]);
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    env.ok_saying(
        &["reply", "OTP", "--from", "12025550143", "--text", "Yes"],
        "Saved. The stream has no webhook.[..]",
    );
    assert_eq!(env.json(&["messages", "list"])["total"], 4);
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    env.ok_saying(
        &["send", "OTP", "--to", "12025550143", "--text", "Hi"],
        "1 segment, GSM-7, 2 of 160 characters",
    );
    let path = env.home().join("messages.db");
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    newer.close().unwrap();
    let bytes = fs::read(&path).unwrap();
    for words in [
        &["messages", "list"][..],
        &["serve", "--listen", "127.0.0.1:0"],
        &["streams", "list"],
    ] {
        let refused = env.fails(1, words);
        assert!(
            refused.contains("has version 99") && refused.contains("newer textpeak"),
            "{refused}"
        );
    }
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn several_processes_write_at_once() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let (one, other) = (Served::start(&env, &["-q"]), Served::start(&env, &["-q"]));
    std::thread::scope(|scope| {
        for gateway in [&one, &other] {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
                    }
                });
            }
        }
        scope.spawn(|| {
            for _ in 0..20 {
                env.ok_saying(
                    &["send", "OTP", "--to", "12025550143", "--text", "Hi"],
                    "1 segment, GSM-7, 2 of 160 characters",
                );
            }
        });
        scope.spawn(|| {
            for _ in 0..20 {
                env.json(&["messages", "list", "--limit", "5"]);
            }
        });
    });
    assert_eq!(
        env.json(&["streams", "show", "OTP"])["statistics"]["outgoing"],
        220
    );
}

#[test]
fn of_two_gateways_of_a_home_one_may_be_killed_under_load() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let (mut one, other) = (Served::start(&env, &["-q"]), Served::start(&env, &["-q"]));
    let answered: Mutex<Vec<String>> = Mutex::default();
    let over = AtomicBool::new(false);
    let after_kill = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for address in [one.address, one.address, other.address, other.address] {
            let (token, answered, over, after_kill) = (&token, &answered, &over, &after_kill);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let sent =
                        Served::elsewhere(address).try_send(token, &[message("12025550143")]);
                    let Some(uuid) = sent else { return };
                    answered.lock().unwrap().push(uuid);
                    after_kill.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(400));
        one.kill();
        after_kill.store(0, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(400));
        over.store(true, Ordering::SeqCst);
    });
    assert!(
        after_kill.load(Ordering::SeqCst) > 10,
        "the other one goes on"
    );
    let listed = env.json(&["messages", "list", "--limit", "0"]);
    let kept: HashSet<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["message_uuid"].as_str().unwrap().to_owned())
        .collect();
    let answered = answered.into_inner().unwrap();
    assert!(answered.iter().all(|uuid| kept.contains(uuid)));
    // Of those that were not answered there is at most one a client of the killed one.
    assert!(kept.len() <= answered.len() + 2);
}

#[test]
fn a_thousand_equal_requests_at_once_make_one_message() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["-q"]);
    let uuids: Mutex<HashSet<String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..10 {
            scope.spawn(|| {
                for _ in 0..100 {
                    let one = json!({ "internal_id": "a", "recipient_phone": "12025550143", "message_content": "Hi" });
                    let answer = gateway.send(&token, &[one]).json();
                    let uuid = answer["messages"][0]["message_uuid"].as_str().unwrap().to_owned();
                    uuids.lock().unwrap().insert(uuid);
                }
            });
        }
    });
    assert_eq!(uuids.lock().unwrap().len(), 1);
    assert_eq!(env.json(&["messages", "list"])["total"], 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_accepts_nothing_and_is_forgiven_when_there_is_room() {
    let env = TestEnv::new();
    let small = env.folder().join("small");
    fs::create_dir(&small).unwrap();
    let at = small.to_str().unwrap().to_owned();
    let words = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", &at];
    if !ability("mounting a small disk", succeeds("mount", &words)) {
        return;
    }
    let home = ["--home", &at];
    let made = env.json(
        &[
            &[
                "streams",
                "create",
                "--name",
                "OTP",
                "--demo",
                "--add-sender",
                "12025550100",
                "--no-input",
            ][..],
            &home,
        ]
        .concat(),
    );
    let token = made["token"].as_str().unwrap().to_owned();
    let gateway = Served::start(&env, &[&["-q"][..], &home].concat());
    let text = "x".repeat(1500);
    let mut last = 200;
    for _ in 0..2_000 {
        let one = json!({ "recipient_phone": "12025550143", "message_content": text });
        let answered = gateway.send(&token, &[one]);
        last = answered.status;
        if last != 200 {
            assert_eq!(
                (last, answered.json()["status"].clone()),
                (503, json!(false))
            );
            assert_eq!(answered.header("retry-after"), Some("1"));
            break;
        }
    }
    assert_eq!(last, 503, "it was full at some time");
    assert_eq!(gateway.call("GET", "/readyz", "", b"").status, 503);
    assert!(succeeds("mount", &["-o", "remount,size=8m", &at]));
    let again = gateway.send(&token, &[message("12025550143")]).status;
    let ready = gateway.call("GET", "/readyz", "", b"").status;
    let (_, log) = gateway.stop();
    assert!(succeeds("umount", &[&at]));
    assert_eq!((again, ready), (200, 200));
    assert!(
        log.contains("messages.db: database or disk is full"),
        "{log}"
    );
}
