//! `textpeak home copy`: there and back again is equal, an interrupted copy leaves nothing, and what
//! may not be copied is said.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::serve::{demo, message};
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::postgres::{Cluster, Database};
use crate::support::receiver::{Act, Hooks};

/// A home with something in every table.
fn full(env: &TestEnv) -> String {
    let hooks = Hooks::start(|n, _| Act::status(if n % 3 == 0 { 410 } else { 500 }));
    let url = hooks.url();
    let token = demo(
        env,
        "OTP",
        &["--webhook-url", &url, "--webhook-event", "status"],
    );
    demo(
        env,
        "Plain",
        &["--tag", "blue", "--description", "With a “quote”"],
    );
    let route = [
        "routes",
        "add",
        "main",
        "--base-url",
        "http://127.0.0.1:1",
        "--token-file",
        "-",
    ];
    done(env, &route, "secret-of-main");
    let made = env.json(&[
        "streams",
        "create",
        "--name",
        "Live",
        "--add-sender",
        "12025550101",
    ]);
    assert!(made["token"].is_string());
    let gateway = Served::start(env, &["--retry", "100ms,100ms"]);
    for number in ["12025550143", "12025550144", "12025550103"] {
        assert_eq!(gateway.send(&token, &[message(number)]).status, 200);
    }
    let live = made["token"].as_str().unwrap();
    let mut told = message("12025550145");
    told["sender"] = "12025550101".into();
    told["internal_id"] = "once".into();
    assert_eq!(gateway.send(live, &[told]).status, 200);
    eventually("deliveries are dead", || {
        env.json(&["webhooks", "deliveries", "--state", "dead"])["total"] != 0
    });
    gateway.stop();
    eventually("time changes nothing any more", || {
        env.json(&["messages", "list", "--status", "delivered"])["total"] == 2
    });
    let stop = [
        "reply",
        "Plain",
        "--from",
        "12025550150",
        "--to",
        "12025550100",
        "--text",
        "STOP",
    ];
    done(env, &stop, "");
    done(env, &["optouts", "add", "OTP", "12025550151"], "");
    token
}

/// Everything that commands tell of a home.
fn told(env: &TestEnv, home: &str, token: &str) -> Vec<Value> {
    let of = |words: &[&str]| env.json(&[words, &["--home", home]].concat());
    let streams = ["OTP", "Plain", "Live"].map(|name| {
        let mut shown = of(&["streams", "show", name, "--reveal"]);
        // These count the last hours.
        shown.as_object_mut().unwrap().remove("activity");
        shown
    });
    let shown = env.ok(&["streams", "token", "show", "OTP", "--home", home]);
    assert_eq!(shown.trim(), token);
    let lists = [
        &["streams", "list"][..],
        &["senders", "list"],
        &["routes", "list"],
        &["messages", "list", "--limit", "100"],
        &["webhooks", "deliveries", "--limit", "100"],
        &["optouts", "list"],
        &["messages", "list", "--unmatched"],
    ]
    .map(of);
    streams.into_iter().chain(lists).collect()
}

fn copy(env: &TestEnv, from: &str, to: &str) -> Value {
    env.json(&["home", "copy", "--from", from, "--to", to])
}

#[test]
fn there_and_back_again_is_equal() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let (env, there) = (TestEnv::new(), cluster.database());
    let token = full(&env);
    let here = env.home().display().to_string();
    let back = env.folder().join("back").display().to_string();
    // Secrets are issued when they are first asked for.
    let first = told(&env, &here, &token);
    let counts = copy(&env, &here, &there.url);
    assert_eq!(copy(&env, &there.url, &back)["rows"], counts["rows"]);
    for table in [
        "messages",
        "events",
        "attempts",
        "jobs",
        "counts",
        "opt_outs",
        "webhooks_off",
    ] {
        assert_ne!(counts["rows"][table], 0, "{table}: {counts}");
    }
    assert_eq!(told(&env, &there.url, &token), first);
    assert_eq!(told(&env, &back, &token), first);
    for file in ["state.json", "tokens.json"] {
        let json = |home: &str| -> Value {
            let text = std::fs::read_to_string(Path::new(home).join(file)).unwrap();
            serde_json::from_str(&text).unwrap()
        };
        assert_eq!(json(&back), json(&here), "{file}");
    }
    // It goes on there: an internal id is known, and numbers of events follow.
    let database = TestEnv::on(&there.url);
    done(&database, &["optouts", "remove", "OTP", "12025550151"], "");
    let gateway = Served::start(&database, &[]);
    let sent = gateway.send(&token, &[message("12025550143")]).json();
    assert!(sent["messages"][0]["message_uuid"].is_string(), "{sent}");
}

#[test]
fn homes_of_older_versions_are_copied_as_well() {
    let Some(cluster) = Cluster::shared() else {
        return;
    };
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures");
    for messages in ["messages-v1.db", "messages-v4.sql"] {
        let (env, there) = (TestEnv::new(), cluster.database());
        std::fs::create_dir_all(env.home()).unwrap();
        for (name, file) in [
            ("state-v1.json", "state.json"),
            ("tokens-v1.json", "tokens.json"),
        ] {
            std::fs::copy(fixtures.join(name), env.home().join(file)).unwrap();
        }
        let file = env.home().join("messages.db");
        if messages.ends_with("sql") {
            let sql = std::fs::read_to_string(fixtures.join(messages)).unwrap();
            let old = rusqlite::Connection::open(&file).unwrap();
            old.execute_batch(&sql).unwrap();
        } else {
            std::fs::copy(fixtures.join(messages), &file).unwrap();
        }
        let here = env.home().display().to_string();
        let back = env.folder().join("back").display().to_string();
        let counts = copy(&env, &here, &there.url);
        assert_ne!(counts["rows"]["messages"], 0);
        copy(&env, &there.url, &back);
        for words in [
            &["streams", "list"][..],
            &["messages", "list", "--limit", "1000"],
            &["webhooks", "deliveries", "--limit", "1000"],
        ] {
            let of = |home: &str| env.json(&[words, &["--home", home]].concat());
            assert_eq!(of(&there.url), of(&here), "{words:?} of {messages}");
            assert_eq!(of(&back), of(&here), "{words:?} of {messages}");
        }
    }
}

/// A run that succeeds, whatever it says.
fn done(env: &TestEnv, words: &[&str], input: &str) {
    let run = env.run_with_input(words, input);
    let said = run.stderr.to_string();
    assert_eq!(run.code, 0, "{said}");
}

fn filled() -> Option<(TestEnv, Database)> {
    let there = Cluster::shared()?.database();
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let many: Vec<_> = (0..250).map(|_| message("12025550143")).collect();
    for _ in 0..80 {
        assert_eq!(gateway.send(&token, &many).status, 200);
    }
    gateway.stop();
    Some((env, there))
}

#[test]
fn an_interrupted_copy_is_started_again_and_ends_the_same() {
    let Some((env, there)) = filled() else { return };
    let here = env.home().display().to_string();
    let folder = env.folder().join("folder").display().to_string();
    for (from, to) in [(&here, &there.url), (&there.url, &folder)] {
        for pause in [40, 80, 120, 160] {
            let mut copying = env.command();
            copying.args(["home", "copy", "--from", from, "--to", to]);
            copying.stdout(Stdio::null()).stderr(Stdio::null());
            let mut copying = copying.spawn().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(pause));
            copying.kill().unwrap();
            if copying.wait().unwrap().success() {
                break;
            }
        }
        let again = env.run(&["home", "copy", "--from", from, "--to", to, "-o", "json"]);
        // The last one that was killed may have been done.
        if again.code == 0 {
            let told: Value = serde_json::from_str(&again.stdout).unwrap();
            assert_eq!(told["rows"]["messages"], 20_000);
        } else {
            assert!(again.stderr.contains("is not empty"), "{again:?}");
        }
        let kept = env.json(&["home", "show", "--home", to]);
        assert_eq!(
            (&kept["messages"], &kept["streams"]),
            (&20_000.into(), &1.into())
        );
    }
}

#[test]
fn what_may_not_be_copied_is_said() {
    let Some((env, there)) = filled() else { return };
    let here = env.home().display().to_string();
    let gateway = Served::start(&env, &[]);
    let words = ["home", "copy", "--from", &here, "--to", &there.url];
    let served = env.fails(1, &words);
    assert!(served.contains("gateway serves"), "{served}");
    gateway.stop();
    eventually("it is not served any more", || {
        env.json(&["home", "show"])["gateways"] == 0
    });
    done(&env, &words, "");
    let full = env.fails(1, &words);
    assert!(full.contains("is not empty"), "{full}");
    assert_eq!(
        env.json(&["home", "show", "--home", &there.url])["messages"],
        20_000
    );
}
