//! Power cuts, simulated: every write, sync and rename is recorded, and the files are put together as
//! a disk would have them that lost what was not synced, or parts of it. What was answered has to be
//! there.

use std::fs;
use std::process::Command;

use serde_json::json;

use super::trace::{CUTS, Disk, TracedGateway, WHOLE, may_trace, strace};
use super::{bad_writer, effort};
use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::exchange;

/// The ids that an answer promises.
fn promised(said: &str) -> Vec<&str> {
    let rest = said.split("\"message_uuid\":\"").skip(1);
    rest.filter_map(|rest| rest.get(..36)).collect()
}

/// Whether every promise was kept, at every cut at every answer; how many answers there were.
fn promises_kept(env: &TestEnv, trace: &str, mut disk: Disk) -> Result<usize, String> {
    let mut answers = 0;
    for line in trace.lines() {
        let Some(said) = disk.call(line) else {
            continue;
        };
        let uuids = promised(&said.0);
        if uuids.is_empty() {
            continue;
        }
        answers += 1;
        for (what, keep) in CUTS {
            let home = env.folder().join(format!("cut-{answers}-{what}"));
            fs::create_dir(&home).unwrap();
            disk.after_cut(&home, keep, false);
            let kept = kept(&home.join("messages.db"));
            if let Some(lost) = uuids
                .iter()
                .find(|uuid| !kept.contains(&uuid.to_lowercase()))
            {
                return Err(format!("answer {answers}, kept {what}: {lost} is lost"));
            }
            fs::remove_dir_all(&home).unwrap();
        }
    }
    Ok(answers)
}

/// The ids of the messages in a journal.
fn kept(path: &std::path::Path) -> Vec<String> {
    let read = || -> rusqlite::Result<Vec<String>> {
        let journal = rusqlite::Connection::open(path)?;
        let ids = "SELECT iif(typeof(uuid) = 'blob', lower(hex(uuid)), replace(uuid, '-', '')) FROM message";
        journal
            .prepare(ids)?
            .query_map([], |row| row.get(0))?
            .collect()
    };
    let with_dashes = |hex: String| {
        let parts = [
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..],
        ];
        parts.join("-")
    };
    read()
        .unwrap_or_default()
        .into_iter()
        .map(with_dashes)
        .collect()
}

#[test]
fn what_a_gateway_answered_survives_a_power_cut() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let disk = Disk::of(&env.home());
    let gateway = TracedGateway::start(&env, &WHOLE);
    for n in 0..25 * effort() {
        let messages: Vec<_> = (0..=(n % 4))
            .map(|m| json!({ "internal_id": format!("{n}-{m}"), "recipient_phone": "12025550143", "message_content": "x".repeat(40 * (n % 25) + 1) }))
            .collect();
        let body = json!({ "messages": messages }).to_string();
        let head = format!(
            "POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        assert_eq!(
            exchange(gateway.address, (head + &body).as_bytes()).status,
            200
        );
    }
    let looked_at = promises_kept(&env, &gateway.kill(), disk);
    assert_eq!(looked_at, Ok(25 * effort()), "every answer was looked at");
}

#[test]
fn a_journal_that_is_not_synced_is_caught() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    fs::create_dir(env.home()).unwrap();
    let (trace, path) = (env.folder().join("trace"), env.home().join("messages.db"));
    let bad = bad_writer(&env, &["lazy-journal", path.to_str().unwrap(), "20"]);
    let disk = Disk::of(&env.home());
    let run = strace(&trace, &bad).output();
    assert!(run.unwrap().status.success());
    let lost = promises_kept(&env, &fs::read_to_string(&trace).unwrap(), disk);
    assert!(
        lost.as_ref().is_err_and(|why| why.contains("is lost")),
        "{lost:?}"
    );
}

/// Runs a writer that adds a stream, and looks at the state file after a cut at its end: whether
/// the stream is there, whole, with the names as synced and as they were.
fn survives(env: &TestEnv, writer: &Command, name: &str) -> Result<(), String> {
    let trace = env.folder().join("trace");
    let mut disk = Disk::of(&env.home());
    let run = strace(&trace, writer).output().unwrap();
    assert!(run.status.success(), "{run:?}");
    for line in fs::read_to_string(&trace).unwrap().lines() {
        disk.call(line);
    }
    for (what, keep) in CUTS {
        for newest_names in [false, true] {
            let home = tempfile::tempdir().unwrap();
            disk.after_cut(home.path(), keep, newest_names);
            let at = home.path().to_str().unwrap();
            let found = env.run(&["streams", "show", name, "--home", at]);
            if found.code != 0 {
                let said = found.stderr;
                return Err(format!("kept {what}, newest names {newest_names}: {said}"));
            }
        }
    }
    Ok(())
}

#[test]
fn what_a_command_said_it_made_survives_a_power_cut() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "first",
        "--description",
        &"d".repeat(400),
    ]);
    let writer = |words: &[&str]| {
        let mut command = env.command();
        command.args(words);
        command
    };
    for n in 0..3 * effort() {
        let name = format!("later {n}");
        let made = survives(
            &env,
            &writer(&["streams", "create", "--name", &name]),
            &name,
        );
        assert_eq!(made, Ok(()));
        let edited = survives(
            &env,
            &writer(&["streams", "edit", &name, "--tag", "x"]),
            &name,
        );
        assert_eq!(edited, Ok(()));
    }
}

#[test]
fn a_rename_that_is_not_synced_is_caught() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "first"]);
    let path = env.home().join("state.json");
    let bad = bad_writer(&env, &["no-sync", path.to_str().unwrap(), "later"]);
    let lost = survives(&env, &bad, "later").unwrap_err();
    assert!(lost.contains("Stream “later” not found"), "{lost}");
}
