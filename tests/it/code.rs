//! Streams as code: `export`, `plan`, `apply`, `schema`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Run, TestEnv, finish};

const FULL: &str = "\
streams:
  - name: OTP
    description: codes
    allowed_ips: [192.0.2.1, 198.51.100.0/24]
    tags: [otp, de]
    default_sender: '12025550143'
    demo: true
    webhook:
      method: GET
      url: https://example.com/in
      headers:
        - name: X-Key
          value: ${OTP_KEY}
      events: [message.received, message.status]
  - name: Paused
    status: Disabled
  - name: Later
    status: Draft
";

/// What is said of that.
const MADE: &str = "+ create  OTP\n+ create  Paused\n+ create  Later\n3 to create, 0 to change, 0 to delete, 0 unchanged";

#[track_caller]
fn with(env: &TestEnv, words: &[&str], document: &str) -> Run {
    let path = env.folder().join("streams.yaml");
    fs::write(&path, document).unwrap();
    finish(
        env.command()
            .args(words)
            .args(["-f", path.to_str().unwrap()])
            .env("OTP_KEY", "s3cret"),
    )
}

/// Applies a document, which must do what is said; its stdout.
#[track_caller]
fn apply(env: &TestEnv, document: &str, said: &str) -> String {
    with(env, &["streams", "apply", "--yes"], document).ok_saying(said)
}

/// The streams without what is their own: id, token, times.
fn alike(env: &TestEnv) -> Value {
    let mut streams = env.state()["streams"].clone();
    for stream in streams.as_array_mut().unwrap() {
        for own in [
            "id",
            "token_hint",
            "token_sha256",
            "created_at",
            "updated_at",
        ] {
            stream.as_object_mut().unwrap().remove(own);
        }
    }
    streams
}

#[test]
fn apply_makes_what_plan_shows_and_the_second_time_nothing() {
    let env = TestEnv::new();
    let plan = with(&env, &["streams", "plan"], FULL);
    assert_eq!(plan.code, 7, "{plan:?}");
    assert_eq!(
        plan.stdout,
        "+ create  OTP\n+ create  Paused\n+ create  Later\n3 to create, 0 to change, 0 to delete, 0 unchanged\n"
    );
    assert!(!env.home().exists());
    let done = apply(&env, FULL, MADE);
    let tokens: Vec<_> = done
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .collect();
    assert_eq!(
        tokens.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        ["OTP", "Paused"]
    );
    assert_eq!(
        env.ok(&["streams", "token", "show", "OTP"]).trim(),
        tokens[0].1
    );
    assert_eq!(
        env.json(&["streams", "show", "OTP", "--reveal"])["webhook"]["headers"][0]["value"],
        "s3cret"
    );
    assert_eq!(
        env.json(&["senders", "list"])["items"][0]["id"],
        "12025550143"
    );
    let before = fs::read(env.home().join("state.json")).unwrap();
    assert_eq!(with(&env, &["streams", "plan"], FULL).code, 0);
    assert_eq!(apply(&env, FULL, "Nothing to do[..]"), "");
    assert_eq!(fs::read(env.home().join("state.json")).unwrap(), before);
}

#[test]
fn a_plan_tells_changes_field_by_field_and_deletes_only_when_told_to_prune() {
    let env = TestEnv::new();
    apply(&env, FULL, MADE);
    env.ok(&["streams", "create", "--name", "Stray"]);
    let other = FULL
        .replace("[otp, de]", "[otp]")
        .replace("    status: Disabled\n", "    demo: true\n");
    let plan = with(&env, &["streams", "plan", "--prune"], &other);
    assert_eq!(plan.code, 7);
    snapbox::assert_data_eq!(
        plan.stdout.as_str(),
        snapbox::str![[r"
~ change  OTP
    tags: otp, de → otp
~ change  Paused
    status: Disabled → Ready
    demo: false → true
- delete  Stray
0 to create, 2 to change, 1 to delete, 1 unchanged

"]]
    );
    let json = with(&env, &["-o", "json", "streams", "plan"], &other);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["delete"], json!([]));
    assert_eq!(
        json["change"][0],
        json!({"name": "OTP", "changes": [{"field": "tags", "before": "otp, de", "after": "otp"}]})
    );
    let fewer = FULL.replace("      events: [message.received, message.status]\n", "");
    snapbox::assert_data_eq!(
        with(&env, &["streams", "plan"], &fewer).stdout,
        snapbox::str![[r"
~ change  OTP
    webhook.events: message.received, message.status → message.received
0 to create, 1 to change, 0 to delete, 2 unchanged

"]]
    );
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    let pruned = with(&env, &["streams", "apply", "--yes", "--prune"], &other);
    pruned.ok_saying(plan.stdout.trim_end());
    assert_eq!(env.ok(&["streams", "token", "show", "OTP"]), token);
    assert_eq!(env.json(&["streams", "list"])["total"], 3);
}

#[test]
fn what_is_exported_plans_to_nothing_and_makes_equal_streams_elsewhere() {
    let env = TestEnv::new();
    apply(&env, FULL, MADE);
    env.ok(&[
        "streams",
        "create",
        "--name",
        "it's 'odd': \"x\" #1",
        "--description",
        "yes",
        "--tag",
        "null,1.0",
        "--add-sender",
        "0123",
    ]);
    for file in ["out.yaml", "out.json"] {
        let path = env.folder().join(file);
        let path = path.to_str().unwrap();
        env.ok_saying(
            &["streams", "export", "-f", path],
            "Wrote 4 streams to [..]",
        );
        let text = fs::read_to_string(path).unwrap();
        assert!(
            !text.contains("s3cret") && !text.contains("tp_") && !text.contains("st_"),
            "{text}"
        );
        assert!(text.contains("${OTP_X_KEY}"), "{text}");
        // Without the variable in the environment the header stays what it is.
        assert_eq!(env.run(&["streams", "plan", "-f", path]).code, 0);
        let fresh = TestEnv::new();
        let unfilled = fresh.fails(2, &["streams", "apply", "--yes", "-f", path]);
        assert!(
            unfilled.contains("The environment variable OTP_X_KEY"),
            "{unfilled}"
        );
        assert!(!fresh.home().exists());
        let run = finish(
            fresh
                .command()
                .args(["streams", "apply", "--yes", "-f", path])
                .env("OTP_X_KEY", "s3cret"),
        );
        run.ok_saying(&format!(
            "+ create  it's 'odd': \"x\" #1\n{}",
            MADE.replace("3 to", "4 to")
        ));
        assert_eq!(alike(&fresh), alike(&env));
    }
    assert_eq!(
        env.ok(&["streams", "export", "--tag", "otp", "--format", "json"])
            .matches("\"name\": \"OTP\"")
            .count(),
        1
    );
}

#[test]
fn every_problem_is_told_with_its_place_and_nothing_is_done() {
    let env = TestEnv::new();
    apply(&env, FULL, MADE);
    let before = fs::read(env.home().join("state.json")).unwrap();
    for (document, expected) in [
        (
            FULL.replace("192.0.2.1,", "192.0.2.1, 10.1,"),
            "streams[0].allowed_ips[1]: “10.1” is not an IP address",
        ),
        (
            FULL.replace("192.0.2.1,", "192.0.2.1, 10.1,"),
            "at line 4 column 30",
        ),
        (FULL.replace("demo: true", "demo: maybe"), "line 7 column"),
        (
            FULL.replace("message.status", "sent"),
            "streams[0].webhook.events[1]: “sent” is not a webhook event: use received (message.received) or status (message.status) at line 14 column",
        ),
        (
            FULL.replace("[message.received, message.status]", "[]"),
            "streams[0].webhook: A webhook needs at least one event: use message.received, message.status, or both at line 9 column",
        ),
        (FULL.replace("tags:", "tgas:"), "unknown field `tgas`"),
        (
            FULL.replace("  - name: Paused\n", "  - description: x\n"),
            "Required. A name you'll recognize later",
        ),
        (
            FULL.replace("Paused", "otp"),
            "appears twice in the document",
        ),
        (FULL.replace("name: OTP", "name: [OTP]"), "line 2 column"),
        ("streams:\n  - name: 'OTP\n".to_owned(), "line"),
        (
            "{\"streams\": [{\"name\": \"x\",}]}".to_owned(),
            "line 1 column",
        ),
        (String::new(), "Cannot read"),
        (
            FULL.replace("name: OTP\n", "name: OTP\n    status: Draft\n"),
            "can't become a draft again",
        ),
    ] {
        for words in [&["streams", "plan"][..], &["streams", "apply", "--yes"]] {
            let run = with(&env, words, &document);
            assert_eq!(run.code, 2, "{document}: {run:?}");
            assert!(run.stderr.contains(expected), "{expected} in {run:?}");
        }
    }
    assert_eq!(fs::read(env.home().join("state.json")).unwrap(), before);
    assert!(
        env.fails(
            2,
            &[
                "streams",
                "apply",
                "-f",
                env.folder().join("streams.yaml").to_str().unwrap()
            ]
        )
        .contains("draft again")
    );
}

#[test]
fn problems_of_all_streams_are_told_at_once_each_with_its_place() {
    let env = TestEnv::new();
    let document = "streams:\n  - name: a\n    allowed_ips: [10.1, 10.2]\n    webhook: {method: post}\n  - tags: [x]\n  - name: ''\n";
    let run = with(&env, &["streams", "plan"], document);
    for part in [
        "streams[0].allowed_ips[0]: “10.1” is not an IP address",
        "at line 3 column 19",
        "“a”: “10.2” is not an IP address",
        "at line 2 column 5",
        "“a”: Required. Where incoming messages are delivered",
        "“”: Required. A name you'll recognize later, 1 to 100 characters at line 5 column 5",
        "“”: Enter a name at line 6 column 5",
    ] {
        assert!(run.stderr.contains(part), "{part} in {}", run.stderr);
    }
}

#[test]
fn a_draft_that_is_applied_goes_on_at_its_first_open_question() {
    let env = TestEnv::new();
    let answered = "name: Orders\nstatus: Draft\ndescription: ''\nallowed_ips: []\ntags: []\ndefault_sender: null\ndemo: false\n";
    let made =
        |name| format!("+ create  {name}\n1 to create, 0 to change, 0 to delete, 0 unchanged");
    apply(&env, answered, &made("Orders"));
    apply(&env, "name: Later\nstatus: Draft\n", &made("Later"));
    let state = env.state();
    assert_eq!(state["streams"][0]["resume_at"], "details");
    assert_eq!(state["streams"][1]["resume_at"], "webhook");
}

#[test]
fn apply_asks_or_takes_yes() {
    let env = TestEnv::new();
    let run = with(&env, &["streams", "apply"], FULL);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("--yes"), "{run:?}");
    assert!(!env.home().exists());
}

#[test]
fn new_tokens_go_to_a_new_file_when_asked() {
    let env = TestEnv::new();
    let out = env.folder().join("tokens.txt");
    let words = [
        "streams",
        "apply",
        "--yes",
        "--tokens-out",
        out.to_str().unwrap(),
    ];
    let run = with(&env, &words, FULL);
    assert_eq!(run.ok_saying(MADE), "");
    assert_eq!(
        fs::metadata(&out).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = fs::read_to_string(&out).unwrap();
    assert_eq!(text.lines().count(), 2);
    let refused = with(&env, &words, &FULL.replace("Paused", "Other"));
    assert!(
        refused.code == 2 && refused.stderr.contains("already exists"),
        "{refused:?}"
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), text);
    assert_eq!(env.json(&["streams", "list"])["total"], 3);
}

fn many(from: usize, count: usize) -> String {
    let stream = |n: usize| format!("  - name: n{n}\n    tags: [t{from}]\n");
    format!("streams:\n{}", (0..count).map(stream).collect::<String>())
}

#[test]
fn two_applies_at_once_are_one_after_the_other() {
    let env = TestEnv::new();
    let paths: Vec<_> = (0..2)
        .map(|n| {
            let path = env.folder().join(format!("{n}.yaml"));
            fs::write(&path, many(n, 50)).unwrap();
            path
        })
        .collect();
    for _ in 0..5 {
        thread::scope(|scope| {
            for path in &paths {
                scope.spawn(|| {
                    env.ok(&[
                        "streams",
                        "apply",
                        "--yes",
                        "-q",
                        "-f",
                        path.to_str().unwrap(),
                    ])
                });
            }
        });
        let tags: Vec<_> = env.json(&["tags", "list"])["items"]
            .as_array()
            .unwrap()
            .clone();
        assert_eq!((tags.len(), &tags[0]["streams"]), (1, &json!(50)));
    }
}

#[test]
fn an_apply_killed_at_any_moment_did_all_or_nothing() {
    let env = TestEnv::new();
    let path = env.folder().join("many.yaml");
    let start = |round: u32| {
        fs::write(&path, many(round as usize, 60)).unwrap();
        let mut command = env.command();
        command.args(["streams", "apply", "--yes", "-f", path.to_str().unwrap()]);
        command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let begun = Instant::now();
    start(0).wait().unwrap();
    let whole = begun.elapsed();
    let mut undone = 0_u32;
    let rounds = 30 * u32::try_from(crate::faults::effort()).unwrap();
    for round in 1..=rounds {
        let before = env.json(&["tags", "list"]);
        let mut child = start(round);
        thread::sleep(whole.mul_f64(2.5 * f64::from(round) / f64::from(rounds)));
        child.kill().unwrap();
        child.wait().unwrap();
        let after = env.json(&["tags", "list"]);
        let all = json!([{ "tag": format!("t{round}"), "streams": 60 }]);
        undone += u32::from(after == before);
        assert!(after == before || after["items"] == all, "{after}");
    }
    assert!(
        (1..rounds).contains(&undone),
        "{undone} of {rounds}: the kills missed the write"
    );
}

#[test]
fn the_schema_speaks_of_the_keys_that_are_read() {
    let env = TestEnv::new();
    let schema: Value = serde_json::from_str(&env.ok(&["streams", "schema"])).unwrap();
    let keys = |name: &str| -> Vec<String> {
        let properties = schema["$defs"][name]["properties"].as_object().unwrap();
        let mut keys: Vec<_> = properties.keys().cloned().collect();
        keys.sort();
        keys
    };
    // What is read is what the refusal of an unknown key lists.
    let expected = |document: &str| -> Vec<String> {
        let run = env.run_with_input(&["streams", "plan", "-f", "-"], document);
        let list = run
            .stderr
            .split("expected one of ")
            .nth(1)
            .unwrap()
            .split(" at line")
            .next()
            .unwrap()
            .to_owned();
        let mut keys: Vec<_> = list
            .split(", ")
            .map(|key| key.trim_matches('`').to_owned())
            .collect();
        keys.sort();
        keys
    };
    assert_eq!(keys("stream"), expected("{\"zzz\": 1}"));
    assert_eq!(keys("webhook"), expected("{\"webhook\": {\"zzz\": 1}}"));
    let statuses: Vec<_> = textpeak::domain::Status::ALL
        .iter()
        .filter(|status| **status != textpeak::domain::Status::Sending)
        .map(|status| json!(status.name()))
        .collect();
    assert_eq!(
        schema["$defs"]["stream"]["properties"]["status"]["enum"],
        json!(statuses)
    );
    assert_eq!(
        schema["$defs"]["webhook"]["properties"]["headers"]["maxItems"],
        textpeak::domain::Header::MOST
    );
    assert_eq!(
        schema["$defs"]["stream"]["properties"]["name"]["maxLength"],
        textpeak::domain::StreamName::LONGEST
    );
}
