//! Live streams: messages leave by another Streams API, at most once, whatever it answers.

use std::io::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::receiver::{Act, Hooks};

const TOKEN: &str = "a-token-of-another-api";

/// A home with a live stream, which has no way out.
pub fn live() -> TestEnv {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "live",
        "--add-sender",
        "12025550100",
        "--no-input",
    ]);
    env
}

/// A route to another Streams API, for every live stream.
pub fn add_route(env: &TestEnv, url: &str, token: &str) {
    let words = ["routes", "add", "--base-url", url, "--token-file", "-"];
    env.run_with_input(&words, token).ok_saying("Added.[..]");
}

/// A home with a live stream and, if there is a URL, a route to it.
fn home(url: Option<&str>) -> TestEnv {
    let env = live();
    if let Some(url) = url {
        add_route(&env, url, TOKEN);
    }
    env
}

const SEND: [&str; 6] = ["send", "live", "--to", "12025550143", "--text", "Hi"];

/// Sends a message, and what the journal says of it when the command is over.
fn fate(env: &TestEnv) -> Value {
    let sent = env.run(&SEND);
    assert_eq!(sent.code, 0, "{sent:?}");
    let kept = env.json(&["messages", "show", sent.stdout.trim()]);
    let said = sent.stderr.lines().nth(1).unwrap();
    assert!(said.starts_with(kept["status"].as_str().unwrap()), "{said}");
    kept
}

#[test]
fn without_a_route_there_is_no_way_out() {
    let env = home(None);
    let fate = fate(&env);
    assert_eq!(fate["status"], "no_routes");
    assert_eq!(
        (&fate["route"], &fate["remote_id"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(env.json(&["routes", "list"])["total"], 0);
}

#[test]
fn one_gateway_is_the_others_way_out() {
    let upstream = TestEnv::new();
    let token = demo(&upstream, "up", &[]);
    let far = Served::start(&upstream, &["--delivery-delay", "100ms"]);
    let env = home(None);
    let file = env.folder().join("token");
    std::fs::File::create(&file)
        .unwrap()
        .write_all(token.as_bytes())
        .unwrap();
    let url = format!("http://{}", far.address);
    env.ok_saying(
        &[
            "routes",
            "add",
            "--base-url",
            &url,
            "--token-file",
            file.to_str().unwrap(),
        ],
        "Added.[..]",
    );
    let taken = format!("{url} accepted the token: HTTP 200 in [..] ms.");
    env.ok_saying(&["routes", "test"], &taken);
    let near = Served::start(&env, &[]);
    let own = env.ok(&["streams", "token", "show", "live"]);
    let sent = near.send(own.trim(), &[
        json!({ "internal_id": "a", "recipient_phone": "12025550143", "message_content": "Hi" }),
        json!({ "internal_id": "b", "recipient_phone": "12025550101", "message_content": "Hi" }),
    ]);
    let uuid = |n: usize| {
        sent.json()["messages"][n]["message_uuid"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let show = |n: usize| env.json(&["messages", "show", &uuid(n)]);
    eventually("both are final", || {
        show(0)["status"] == "delivered" && show(1)["status"] == "undelivered"
    });
    assert!(show(0)["sent_at"].is_string());
    let there = upstream.json(&["messages", "list", "--to", "12025550143"]);
    let handed_on = (&show(0)["route"], &show(0)["remote_id"]);
    assert_eq!(
        handed_on,
        (&json!("default"), &there["items"][0]["message_uuid"])
    );
    let shown = env.ok(&["messages", "show", &uuid(0)]);
    let remote = show(0)["remote_id"].as_str().unwrap().to_owned();
    for (name, value) in [("Route", "default"), ("Remote id", &remote)] {
        let is_told = |line: &str| line.starts_with(name) && line.ends_with(value);
        assert!(shown.lines().any(is_told), "{name} in {shown}");
    }
    assert_eq!(
        upstream.json(&["messages", "list"])["total"],
        2,
        "each was handed on once"
    );
    let shown = env.json(&["streams", "show", "live"]);
    assert_eq!(
        shown["statistics"]["by_status"],
        json!({ "delivered": 1, "undelivered": 1 })
    );
    assert_eq!(shown["status"], "Ready");
}

#[test]
fn whatever_the_other_side_answers_nothing_is_sent_twice() {
    let far = Hooks::start(|_, _| Act::status(200));
    let elsewhere = format!("Location: {}\r\n", far.url());
    let body = |text: &str| Act::Answer(200, String::new(), text.to_owned());
    for (act, status, said) in [
        (
            Act::Answer(307, elsewhere.clone(), String::new()),
            "sent_failed",
            "redirects",
        ),
        (
            Act::Answer(308, elsewhere, String::new()),
            "sent_failed",
            "redirects",
        ),
        (
            body(r#"{"status":false,"message":"no balance"}"#),
            "sent_failed",
            "no balance",
        ),
        (
            body("<html><h1>Hello</h1></html>"),
            "sent_failed",
            "an unreadable response: Hello; whether it was sent is unknown",
        ),
        (
            body(r#"{"status":true,"messages":["#),
            "sent_failed",
            "an unreadable response",
        ),
        (
            Act::Raw("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"status\"".into()),
            "sent_failed",
            "closed the connection",
        ),
        (Act::Close, "sent_failed", "closed the connection"),
        (Act::Endless, "sent_failed", "too long"),
        (Act::status(500), "sent_failed", "HTTP 500"),
        (
            Act::Answer(
                401,
                String::new(),
                r#"{"message":"Not Authenticated"}"#.into(),
            ),
            "sent_failed",
            "HTTP 401: Not Authenticated",
        ),
        (
            body(r#"{"status":true,"messages":[]}"#),
            "sent_failed",
            "an unreadable response",
        ),
        (
            body(r#"{"status":true,"messages":[{"internal_id":"x","message_uuid":"u"}]}"#),
            "sent_failed",
            "doesn't mention it",
        ),
    ] {
        let what = format!("{act:?}").chars().take(80).collect::<String>();
        let near = Hooks::start(move |_, _| act.clone());
        let env = home(Some(&format!("http://{}", near.address)));
        let fate = fate(&env);
        assert_eq!(fate["status"], status, "{what}: {fate}");
        let handed_on = (&fate["route"], &fate["remote_id"]);
        assert_eq!(handed_on, (&json!("default"), &json!(null)), "{what}");
        assert!(
            fate["details"].as_str().unwrap().contains(said),
            "{what}: {fate}"
        );
        let heard = near.heard();
        assert_eq!(heard.len(), 1, "{what}");
        assert_eq!(heard[0].header("authorization"), TOKEN);
        assert!(!fate.to_string().contains(TOKEN));
    }
    assert_eq!(far.heard().len(), 0, "the token went nowhere else");
}

#[test]
fn a_refused_message_is_rejected_and_the_others_go() {
    let near = Hooks::start(|_, heard| {
        if heard.line.contains("status") {
            return Act::Answer(200, String::new(), r#"{"messages":[]}"#.into());
        }
        let sent = heard.json();
        let entry = |one: &Value| match one["message_content"].as_str() {
            Some("bad") => {
                json!({ "internal_id": one["internal_id"], "error": "x", "details": "not allowed sender" })
            }
            _ => json!({ "internal_id": one["internal_id"], "message_uuid": "u", "error": null }),
        };
        let entries: Vec<_> = sent["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(entry)
            .collect();
        Act::Answer(
            200,
            String::new(),
            json!({ "status": true, "messages": entries }).to_string(),
        )
    });
    let env = home(Some(&format!("http://{}", near.address)));
    let text = "12025550143,good\n12025550143,bad\n";
    let run = env.run_with_input(&["send", "live", "--from-file", "-"], text);
    run.ok_saying("2 messages, 2 segments");
    let listed = env.json(&["messages", "list"]);
    let statuses: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["status"], &one["details"]))
        .collect();
    assert_eq!(
        statuses,
        [
            (&json!("rejected"), &json!("not allowed sender")),
            (&json!("sent"), &json!(null))
        ]
    );
    let sent: Vec<_> = near
        .heard()
        .into_iter()
        .filter(|heard| heard.line.contains("simple_send"))
        .collect();
    assert_eq!(sent.len(), 1, "one batch");
}

#[test]
fn only_what_certainly_was_not_sent_is_sent_again() {
    let near = Hooks::start(|n, heard| {
        if heard.line.contains("status") {
            return Act::Answer(200, String::new(), r#"{"messages":[]}"#.into());
        }
        if n == 0 {
            return Act::Answer(503, "Retry-After: 1\r\n".into(), String::new());
        }
        let id = heard.json()["messages"][0]["internal_id"].clone();
        let entry = json!({ "internal_id": id, "message_uuid": "u" });
        Act::Answer(
            200,
            String::new(),
            json!({ "status": true, "messages": [entry] }).to_string(),
        )
    });
    let env = home(Some(&format!("http://{}", near.address)));
    assert_eq!(fate(&env)["status"], "sent");
    let sent = near
        .heard()
        .into_iter()
        .filter(|heard| heard.line.contains("simple_send"));
    assert_eq!(sent.count(), 2);
}

#[test]
fn a_gateway_that_is_killed_while_it_hands_on_never_does_so_twice() {
    let near = Hooks::start(|_, _| Act::Hang(Duration::from_secs(60)));
    let env = home(Some(&format!("http://{}", near.address)));
    let mut gateway = Served::start(&env, &[]);
    let token = env.ok(&["streams", "token", "show", "live"]);
    let sent = gateway.send(
        token.trim(),
        &[json!({ "recipient_phone": "12025550143", "message_content": "Hi" })],
    );
    assert_eq!(sent.status, 200);
    eventually("it is being handed on", || near.heard().len() == 1);
    gateway.kill();
    let _gateway = Served::start(&env, &[]);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(near.heard().len(), 1);
}

#[test]
fn routes_are_added_with_a_token_that_no_argument_carries() {
    let env = home(Some("http://127.0.0.1:1"));
    let listed = env.json(&["routes", "list"]);
    assert_eq!(listed["items"][0]["name"], "default");
    assert!(!listed.to_string().contains(TOKEN));
    assert_eq!(env.state()["routes"][0]["base_url"], "http://127.0.0.1:1");
    assert!(!env.state().to_string().contains(TOKEN));
    let add = |words: &[&str]| {
        let words = [&["routes", "add"], words, &["--token-file", "-"]].concat();
        env.run_with_input(&words, "other-token\n")
    };
    assert!(add(&[]).stderr.contains("Route default already exists"));
    add(&["--replace"]).ok_saying("Added.[..]");
    let open = add(&["far", "--base-url", "http://example.com"]);
    assert!(
        open.code == 2 && open.stderr.contains("unencrypted"),
        "{open:?}"
    );
    assert!(add(&["a b"]).stderr.contains("is not a route name"));
    demo(&env, "demo", &[]);
    assert!(
        add(&["d", "--stream", "demo"])
            .stderr
            .contains("is a demo stream")
    );
    let own = [
        "own",
        "--stream",
        "live",
        "--base-url",
        "https://sms.example.com",
    ];
    add(&own).ok_saying("Added.[..]");
    assert!(
        env.fails(2, &["routes", "add", "x"])
            .contains("--token-file")
    );
    let empty = env.run_with_input(&["routes", "add", "x", "--token-file", "-"], "");
    assert!(
        empty.code == 2 && empty.stderr.contains("is not a token"),
        "{empty:?}"
    );
    env.fails(3, &["routes", "remove", "nope"]);
    assert!(
        env.fails(5, &["routes", "test", "Default"])
            .contains("Cannot connect")
    );
    env.ok_saying(
        &["routes", "remove", "DEFAULT"],
        "Removed default and its token.",
    );
    // A route that served one stream goes with it, token and all.
    env.ok_saying(
        &["streams", "delete", "live", "--yes"],
        "Deleted “live” and its token.",
    );
    assert_eq!(env.json(&["routes", "list"])["total"], 0);
    let tokens = std::fs::read_to_string(env.home().join("tokens.json")).unwrap();
    assert!(!tokens.contains("other-token"), "{tokens}");
}

#[test]
fn a_test_without_a_name_takes_the_only_route() {
    let none = TestEnv::new();
    let said = none.fails(3, &["routes", "test"]);
    snapbox::assert_data_eq!(
        said,
        "error: There is no route to test.\nhint: textpeak routes add --token-file -\n"
    );
    let env = TestEnv::new();
    let add = |name: &str| {
        let words = ["routes", "add", name, "--token-file", "-"];
        let there = ["--base-url", "http://127.0.0.1:1"];
        let added = env.run_with_input(&[&words[..], &there].concat(), TOKEN);
        added.ok_saying("Added.[..]");
    };
    add("own");
    assert!(env.fails(5, &["routes", "test"]).contains("Cannot connect"));
    add("far");
    let several = env.fails(2, &["routes", "test"]);
    assert!(several.contains("several routes: own, far"), "{several}");
}

#[test]
fn a_token_may_have_any_character_that_a_header_may_have() {
    let env = home(None);
    for token in ["ab\"cd", "a\\b", "{\"a\":1}", "!#$%&'*+-.^_`|~"] {
        let words = [
            "routes",
            "add",
            "--replace",
            "--base-url",
            "http://127.0.0.1:1",
            "--token-file",
            "-",
        ];
        let added = env.run_with_input(&words, token);
        added.ok_saying("Added.[..]");
        // The file with every secret can still be read.
        env.ok(&["doctor"]);
        assert!(env.fails(5, &["routes", "test"]).contains("Cannot connect"));
    }
    env.ok_saying(
        &["routes", "remove", "default"],
        "Removed default and its token.",
    );
}

#[test]
fn asking_for_a_status_hands_nothing_on() {
    let upstream = Hooks::start(|_, _| Act::status(503));
    let env = home(Some(&format!("http://{}", upstream.address)));
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
    assert!(
        sent.stderr.contains("textpeak serve submits it"),
        "{sent:?}"
    );
    let before = upstream.heard().len();
    assert!(before > 0);
    // It is due again by now; whoever only asks must not take it along when it ends.
    std::thread::sleep(Duration::from_secs(3));
    let waiting = || -> (i64, i64, i64) {
        let journal = rusqlite::Connection::open(env.home().join("messages.db")).unwrap();
        let line = "SELECT kind, next_at, attempts FROM job";
        let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        journal.query_row(line, [], columns).unwrap()
    };
    let as_it_was = waiting();
    for _ in 0..20 {
        env.ok(&["status", sent.stdout.trim()]);
    }
    assert_eq!((waiting(), upstream.heard().len()), (as_it_was, before));
    let _gateway = Served::start(&env, &[]);
    eventually("serve goes on with it", || upstream.heard().len() > before);
}

#[test]
fn a_live_stream_without_a_route_is_told_of_wherever_it_is_met() {
    const NOTE: &str = "Note: this stream has no route; its messages end in no_routes.";
    const ADD: &str = "textpeak routes add --token-file -";
    let env = TestEnv::new();
    let create = ["streams", "create", "--name", "live", "--add-sender"];
    env.ok_saying(
        &[&create[..], &["ACME"]].concat(),
        &format!(
            "Note: ACME can't receive replies. Replies require a numeric Sender ID.\n\
             {NOTE}\nNext: {ADD}"
        ),
    );
    let sent = env.run(&SEND);
    assert!(
        sent.stderr
            .ends_with(&format!("{NOTE} To add one: {ADD}\n")),
        "{sent:?}"
    );
    let notes = env.json(&["doctor"])["notes"].to_string();
    for sentence in [
        "“live”: ACME can't receive replies. Replies require a numeric Sender ID.",
        "“live”: this stream has no route; its messages end in no_routes.",
    ] {
        assert!(notes.contains(sentence), "{notes}");
    }
    let edit = ["streams", "edit", "live"];
    env.ok_saying(&[&edit[..], &["--demo"]].concat(), "");
    env.ok_saying(&[&edit[..], &["--live"]].concat(), NOTE);
    env.ok_saying(
        &[&edit[..], &["--add-sender", "BRAND"]].concat(),
        "Note: BRAND can't receive replies.[..]",
    );
    for (name, silent) in [("a", &["-q"][..]), ("b", &["-o", "json"])] {
        let create = ["streams", "create", "--name", name];
        let run = env.run(&[silent, &create].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    }
}

#[test]
fn a_new_stream_s_next_step_works() {
    let env = TestEnv::new();
    let next = |words: &[&str]| {
        let run = env.run(words);
        let said = run.stderr.lines().last().unwrap();
        said.strip_prefix("Next: ").unwrap().to_owned()
    };
    let create = |name| ["streams", "create", "--demo", "--name", name];
    let first = next(&create("first"));
    assert_eq!(
        first,
        "textpeak streams edit first --add-sender 12025550100"
    );
    env.ok(&first.split(' ').skip(1).collect::<Vec<_>>());
    let send = "--to 12025550143 --text Hello";
    let cloned = next(&["streams", "clone", "first", "--name", "second"]);
    assert_eq!(cloned, format!("textpeak send second {send}"));
    let third = next(&create("third"));
    assert_eq!(
        third,
        format!("textpeak send third --sender 12025550100 {send}")
    );
    let run = env.run(&third.split(' ').skip(1).collect::<Vec<_>>());
    run.ok_saying("1 segment, GSM-7, 5 of 160 characters");
    let words = ["routes", "add", "--base-url", "http://127.0.0.1:1"];
    env.run_with_input(&[&words[..], &["--token-file", "-"]].concat(), TOKEN)
        .ok_saying("Added.[..]");
    let live = ["--name", "live", "--sender", "12025550100"];
    let live = next(&[&["streams", "create"], &live[..]].concat());
    assert_eq!(live, format!("textpeak send live {send}"));
}
