//! Homes and disks that do not do what they should.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::process::Command;

use super::trace::{TracedGateway, may_trace};
use crate::serve::{demo, message};
use crate::support::gateway::Served;
use crate::support::{PROGRAM, TestEnv, ability, finish, succeeds};

/// A run of the program with a fault injected into its calls.
fn with_fault(env: &TestEnv, fault: &str, words: &[&str]) -> crate::support::Run {
    let mut strace = Command::new("strace");
    strace.args([
        "-f",
        "-o",
        "/dev/null",
        "-e",
        &format!("inject={fault}"),
        PROGRAM,
    ]);
    finish(strace.args(words).env("TEXTPEAK_HOME", env.home()))
}

fn bytes(env: &TestEnv) -> Vec<Vec<u8>> {
    ["state.json", "tokens.json"]
        .map(|name| fs::read(env.home().join(name)).unwrap_or_default())
        .to_vec()
}

fn temporary(env: &TestEnv) -> usize {
    let entries = fs::read_dir(env.home()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names
        .filter(|name| name.to_string_lossy().ends_with(".tmp"))
        .count()
}

#[test]
fn a_sync_or_rename_that_fails_leaves_the_old_files_and_is_said() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "one"]);
    let before = bytes(&env);
    for fault in [
        "fsync:error=EIO:when=1",
        "fsync:error=ENOSPC:when=1",
        "/^rename:error=EIO:when=1",
        "/^rename:error=ENOSPC:when=1",
        "write:error=ENOSPC:when=1",
        "write:error=EIO:when=1",
    ] {
        let run = with_fault(&env, fault, &["streams", "create", "--name", "two", "-q"]);
        assert_eq!(run.code, 1, "{fault}: {run:?}");
        assert!(
            run.stderr.contains("error: ") && run.stderr.contains("hint: "),
            "{fault}: {run:?}"
        );
        assert_eq!(bytes(&env), before, "{fault}");
        assert_eq!(temporary(&env), 0, "{fault}");
    }
}

#[test]
fn killed_before_any_call_of_its_write_it_leaves_the_old_or_the_new() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "one"]);
    let mut made = 1;
    for call in ["openat", "write", "fsync", "/^rename", "/^unlink"] {
        for n in 1..200 {
            let name = format!("{} {n}", call.trim_start_matches("/^"));
            let fault = format!("{call}:signal=KILL:when={n}");
            let run = with_fault(&env, &fault, &["streams", "create", "--name", &name, "-q"]);
            // By hand nothing has to be mended: the next command works.
            let listed = env.json(&["streams", "list"])["total"].as_u64().unwrap();
            assert!(
                [made, made + 1].contains(&listed),
                "{name}: {listed} after {made}"
            );
            made = listed;
            if run.code == 0 {
                break;
            }
        }
    }
    assert!(made > 4, "every run came to its end at last");
    for item in env.json(&["streams", "list"])["items"].as_array().unwrap() {
        env.ok(&["streams", "token", "show", item["id"].as_str().unwrap()]);
    }
}

#[test]
fn while_syncs_fail_no_message_is_accepted_and_none_that_was_is_lost() {
    if !may_trace() {
        return;
    }
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    // Its own start needs a handful of syncs.
    let fault = "inject=fsync,fdatasync:error=EIO:when=12..40";
    let traced = TracedGateway::start(&env, &["-e", "trace=fsync,fdatasync", "-e", fault]);
    let gateway = Served::elsewhere(traced.address);
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for _ in 0..100 {
        let answer = gateway.send(&token, &[message("12025550143")]);
        match answer.status {
            200 => accepted.push(
                answer.json()["messages"][0]["message_uuid"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            ),
            status => {
                assert_eq!(status, 503, "{answer:?}");
                assert!(!answer.body.contains("message_uuid"), "{answer:?}");
                refused += 1;
            }
        }
    }
    traced.kill();
    assert!(
        refused > 0 && accepted.len() > 20,
        "{refused} refused, {} accepted",
        accepted.len()
    );
    for uuid in accepted {
        env.ok(&["messages", "show", &uuid]);
    }
}

#[test]
fn a_home_may_have_any_name() {
    let env = TestEnv::new();
    for name in [
        &b"with space"[..],
        b"\xff\xfe not UTF-8",
        "käse 🧀".as_bytes(),
        b"-dash",
        b"a\nb",
    ] {
        let home = env.folder().join(OsStr::from_bytes(name));
        let run = |words: &[&str]| {
            let mut command = env.command();
            finish(command.args(words).env("TEXTPEAK_HOME", &home))
        };
        for words in [
            &[
                "streams",
                "create",
                "--name",
                "a",
                "--demo",
                "--add-sender",
                "12025550100",
            ][..],
            &["send", "a", "--to", "12025550143", "--text", "Hi"],
            &["reply", "a", "--from", "12025550143", "--text", "Yes"],
            &["messages", "list"],
            &["doctor"],
        ] {
            let ran = run(words);
            assert_eq!(ran.code, 0, "{name:?} {words:?}: {ran:?}");
            assert!(
                !ran.stdout.contains("a\nb") && !ran.stderr.contains("a\nb"),
                "{ran:?}"
            );
        }
    }
}

#[test]
fn a_read_only_home_is_read_and_not_written() {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "one",
        "--demo",
        "--add-sender",
        "12025550100",
    ]);
    env.ok_saying(
        &["send", "one", "--to", "12025550143", "--text", "Hi"],
        "1 segment, GSM-7, 2 of 160 characters",
    );
    let at = env.home().to_str().unwrap().to_owned();
    let bound = succeeds("mount", &["--bind", &at, &at]);
    if !ability("mounting a folder", bound) {
        return;
    }
    assert!(succeeds("mount", &["-o", "remount,ro,bind", &at]));
    let looks = ["list", "show one", "preview one"].map(|words| {
        let words: Vec<_> = format!("streams {words}")
            .split(' ')
            .map(str::to_owned)
            .collect();
        env.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
    });
    let writes = [
        &["streams", "create", "--name", "two"][..],
        &["send", "one", "--to", "12025550143", "--text", "Hi"],
        &["serve", "--listen", "127.0.0.1:0"],
    ]
    .map(|words| env.run(words));
    assert!(succeeds("umount", &[&at]));
    for (look, note) in looks.into_iter().zip(["", "", "Secrets are masked[..]"]) {
        look.ok_saying(note);
    }
    for write in writes {
        assert_eq!(write.code, 1, "{write:?}");
        assert!(
            write.stderr.contains("home") && write.stderr.contains("hint: "),
            "{write:?}"
        );
    }
}

#[test]
fn a_home_that_vanishes_accepts_nothing_more() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    let aside = env.folder().join("aside");
    fs::rename(env.home(), &aside).unwrap();
    let refused = gateway.send(&token, &[message("12025550143")]);
    assert_eq!(refused.status, 503, "{refused:?}");
    assert!(
        !refused.body.contains("home"),
        "paths are no caller's business: {refused:?}"
    );
    assert_eq!(gateway.call("GET", "/readyz", "", b"").status, 503);
    fs::rename(&aside, env.home()).unwrap();
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    let (_, log) = gateway.stop();
    assert!(log.contains("messages.db was moved or deleted"), "{log}");
    assert_eq!(env.json(&["messages", "list"])["total"], 2);
}
