//! `streams create` by flags and documents.

use std::fs;

use serde_json::{Value, json};

use crate::support::{TestEnv, settled};

const FULL: &[&str] = &[
    "streams",
    "create",
    "--name",
    "OTP Germany",
    "--description",
    "codes",
    "--ip",
    "192.0.2.10,198.51.100.0/24",
    "--ip",
    "2001:db8::/32",
    "--tag",
    "otp",
    "--tag",
    "Germany",
    "--add-sender",
    "12025550143",
    "--demo",
    "--webhook-url",
    "https://example.com/in",
    "--webhook-method",
    "get",
    "--webhook-header",
    "X-Api-Key: s3cret",
];

#[test]
fn every_answer_by_flags_makes_the_documented_shape() {
    let env = TestEnv::new();
    let made = env.json(FULL);
    let stream = &made["stream"];
    let keys: Vec<_> = stream.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "id",
            "name",
            "type",
            "description",
            "status",
            "tags",
            "allowed_ips",
            "default_sender",
            "demo",
            "webhook",
            "token_hint",
            "created_at",
            "updated_at"
        ]
    );
    assert_eq!(stream["status"], "Ready");
    assert_eq!(stream["type"], "sms_two_way");
    assert_eq!(
        stream["allowed_ips"],
        json!(["192.0.2.10", "198.51.100.0/24", "2001:db8::/32"])
    );
    assert_eq!(stream["tags"], json!(["otp", "Germany"]));
    assert_eq!(stream["default_sender"], "12025550143");
    assert_eq!(stream["demo"], true);
    assert_eq!(
        stream["webhook"],
        json!({
            "method": "GET",
            "url": "https://example.com/in",
            "headers": [{"name": "X-Api-Key", "value": "********"}],
            "events": ["message.received"],
        })
    );
    let token = made["token"].as_str().unwrap();
    assert_eq!(
        made["requests"]["send"]["url"],
        "http://127.0.0.1:4680/simple_send/"
    );
    assert_eq!(made["requests"]["send"]["headers"]["Authorization"], token);
    assert_eq!(
        made["requests"]["status"]["url"],
        "http://127.0.0.1:4680/messages_status/"
    );
    assert_eq!(
        env.ok(&["streams", "token", "show", "otp germany"]),
        format!("{token}\n")
    );
}

#[test]
fn people_are_told_details_both_previews_and_the_token() {
    let env = TestEnv::new();
    snapbox::assert_data_eq!(
        settled(&env.ok(&["streams", "create", "--name", "Demo", "--demo"])),
        snapbox::str![[r#"
Name            Demo
Id              st_000000000000
Type            SMS Two-Way
Status          Ready
Description     -
Tags            -
Allowed IPs     any
Default sender  Customized
Demo Sending    on
Webhook         none
Token           tp_********0000
Created         2026-01-01 00:00 +00:00
Updated         2026-01-01 00:00 +00:00

Send Request
POST http://127.0.0.1:4680/simple_send/
Authorization: tp_********0000
Content-Type: application/json

{
  "messages": [
    {
      "internal_id": "1001",
      "sender": "SENDER_ID",
      "recipient_phone": "12025550143",
      "message_content": "Your code is 4711"
    }
  ]
}

Status Request
POST http://127.0.0.1:4680/messages_status/
Authorization: tp_********0000
Content-Type: application/json

{
  "message_uuids": [
    "01890a5d-ac96-774b-bcce-b302099a8057"
  ]
}

Authorization token
tp_000000000000000000000000000000000000

"#]]
    );
}

#[test]
fn s03_the_name_is_required_and_unique_without_regard_to_case() {
    let env = TestEnv::new();
    let missing = env.fails(2, &["streams", "create"]);
    assert!(missing.contains("--name: missing"), "{missing}");
    assert!(!env.home().exists());
    env.ok(&["streams", "create", "--name", "Köln"]);
    let before = env.state();
    let taken = env.fails(2, &["streams", "create", "--name", "KÖLN"]);
    assert!(
        taken.contains("--name: “KÖLN” is the name of another stream"),
        "{taken}"
    );
    assert_eq!(env.state(), before);
}

#[test]
fn s04_the_description_is_optional_and_shown() {
    let env = TestEnv::new();
    env.ok(FULL);
    assert!(
        env.ok(&["streams", "show", "OTP Germany"])
            .contains("Description     codes\n")
    );
}

#[test]
fn s08_s09_s10_the_default_sender_is_customized_chosen_or_new() {
    let env = TestEnv::new();
    let unknown = env.fails(
        3,
        &["streams", "create", "--name", "a", "--sender", "GLOBAL"],
    );
    assert!(unknown.contains("no Sender ID “GLOBAL” in the catalogue: add it with --add-sender"));
    assert!(!env.home().exists());
    env.ok_saying(
        &[
            "streams",
            "create",
            "--name",
            "new",
            "--add-sender",
            "GLOBAL",
        ],
        "Note: handsets cannot answer GLOBAL;[..]",
    );
    assert_eq!(
        env.json(&["senders", "list"])["items"][0],
        json!({"id": "GLOBAL", "kind": "alphanumeric"})
    );
    env.ok_saying(
        &[
            "streams", "create", "--name", "chosen", "--sender", "GLOBAL",
        ],
        "Note: handsets cannot answer GLOBAL;[..]",
    );
    env.ok(&["streams", "create", "--name", "free", "--customized"]);
    let items = env.json(&["streams", "list"])["items"].clone();
    let senders: Vec<_> = items
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["default_sender"])
        .collect();
    assert_eq!(senders, [&Value::Null, &json!("GLOBAL"), &json!("GLOBAL")]);
}

#[test]
fn an_alphanumeric_default_sender_gets_a_note_and_no_refusal() {
    let env = TestEnv::new();
    let run = env.run(&["streams", "create", "--name", "a", "--add-sender", "GLOBAL"]);
    run.ok_saying("Note: handsets cannot answer GLOBAL; replies need a numeric Sender ID.");
    let quiet = env.run(&[
        "streams", "create", "--name", "b", "--sender", "GLOBAL", "-q",
    ]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn every_problem_is_told_at_once_with_its_flag_and_nothing_is_written() {
    let env = TestEnv::new();
    let stderr = env.fails(
        2,
        &[
            "streams",
            "create",
            "--ip",
            "10.1,192.0.2.1",
            "--tag",
            "",
            "--sender",
            "NOPE",
            "--webhook-method",
            "put",
            "--webhook-header",
            "Host: x",
        ],
    );
    snapbox::assert_data_eq!(
        stderr,
        snapbox::str![[r"
error: 7 problems
  --name: missing: a meaningful name to find the stream by: 1 to 100 characters
  --ip: “10.1” is not an IP address or CIDR block: write it like 192.0.2.10, 198.51.100.0/24 or 2001:db8::/32
  --tag: “” cannot be a tag: use 1 to 50 characters without commas or line breaks
  --sender: no Sender ID “NOPE” in the catalogue: add it with --add-sender
  --webhook-method: “put” is not a webhook method: use post or get
  --webhook-url: missing: where incoming messages are delivered, like https://example.com/sms
  --webhook-header: “Host” is set by the delivery itself and cannot be a webhook header: choose another name
hint: textpeak streams create --help

"]]
    );
    assert!(!env.home().exists());
}

#[test]
fn a_webhook_is_told_of_the_events_that_were_asked_for() {
    let env = TestEnv::new();
    let url = ["--webhook-url", "https://example.com"];
    for (name, events, kept) in [
        ("short", &["status"][..], json!(["message.status"])),
        ("full", &["message.received"], json!(["message.received"])),
        (
            "both",
            &["status", "message.received", "status"],
            json!(["message.received", "message.status"]),
        ),
    ] {
        let flags = events.iter().flat_map(|event| ["--webhook-event", event]);
        let words: Vec<_> = ["streams", "create", "--name", name]
            .into_iter()
            .chain(url)
            .chain(flags)
            .collect();
        assert_eq!(env.json(&words)["stream"]["webhook"]["events"], kept);
    }
    assert!(
        env.ok(&["streams", "show", "both"])
            .contains("Webhook events  message.received, message.status\n")
    );
}

#[test]
fn events_that_are_unknown_or_none_or_without_a_webhook_are_refused() {
    let env = TestEnv::new();
    for (flags, refusal) in [
        (
            &["--webhook-url=https://example.com", "--webhook-event=sent"][..],
            "--webhook-event: “sent” is not a webhook event: use received (message.received) or status (message.status)",
        ),
        (&["--webhook-event=status"], "--webhook-url: missing"),
        (
            &["--webhook-event=status", "--no-webhook"],
            "cannot be used with",
        ),
    ] {
        let words = [&["streams", "create", "--name", "x"], flags].concat();
        let stderr = env.fails(2, &words);
        assert!(stderr.contains(refusal), "{stderr}");
    }
    let run = env.run_with_input(
        &["streams", "create", "--from-file", "-"],
        r#"{"name": "x", "webhook": {"url": "https://example.com", "events": []}}"#,
    );
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains(
            "--webhook-event: a webhook needs at least one event: use message.received, message.status or both"
        ),
        "{run:?}"
    );
    assert!(!env.home().exists());
}

#[test]
fn errors_are_json_where_answers_are() {
    let env = TestEnv::new();
    for words in [
        &["streams", "create", "-o", "json"][..],
        &["streams", "creat", "--output=json"],
    ] {
        let error: Value = serde_json::from_str(&env.fails(2, words)).unwrap();
        assert_eq!(error["error"]["code"], 2);
        assert!(
            error["error"]["message"].is_string() && error["error"]["hint"].is_string(),
            "{error}"
        );
    }
}

#[test]
fn a_document_gives_answers_and_flags_go_before_it() {
    let env = TestEnv::new();
    let document = json!({
        "name": "From a file", "tags": ["a"], "default_sender": "ACME", "demo": true,
        "webhook": {"method": "post", "url": "https://example.com", "headers": [{"name": "X-Key", "value": "v"}]}
    });
    let path = env.folder().join("stream.json");
    fs::write(&path, document.to_string()).unwrap();
    let made = env.json(&[
        "streams",
        "create",
        "--from-file",
        path.to_str().unwrap(),
        "--name",
        "By flag",
    ]);
    assert_eq!(made["stream"]["name"], "By flag");
    assert_eq!(made["stream"]["default_sender"], "ACME");
    assert_eq!(
        env.state()["streams"][0]["webhook"]["headers"][0]["value"],
        "v"
    );
    let piped = env.run_with_input(
        &["streams", "create", "--from-file", "-"],
        &document.to_string(),
    );
    piped.ok_saying("Note: handsets cannot answer ACME;[..]");
    assert_eq!(env.json(&["streams", "list"])["total"], 2);
}

#[test]
fn a_bad_document_is_refused_with_its_place_and_without_its_secrets() {
    let env = TestEnv::new();
    for (text, expected) in [
        (
            "{\n \"nmae\": \"x\"}",
            "standard input cannot be read: unknown field `nmae`",
        ),
        ("{\"name\": \"x\"", "at line 1 column"),
        ("[]", "cannot be read"),
        ("", "cannot be read"),
        (
            "{\"webhook\": {\"headers\": [{\"name\": \"X\", \"valeu\": \"hunter2\"}]}}",
            "cannot be read",
        ),
    ] {
        let run = env.run_with_input(&["streams", "create", "--from-file", "-"], text);
        assert_eq!(run.code, 2, "{text}: {run:?}");
        assert!(
            run.stderr.contains(expected) && !run.stderr.contains("hunter2"),
            "{text}: {run:?}"
        );
    }
    assert!(
        env.fails(1, &["streams", "create", "--from-file", "nowhere.json"])
            .contains("cannot read nowhere.json")
    );
    assert!(!env.home().exists());
}

#[test]
fn a_dry_run_tells_what_would_be_made_and_makes_no_file() {
    let env = TestEnv::new();
    let would = env.json(&[FULL, &["--dry-run"]].concat());
    assert_eq!(would["stream"]["status"], "Ready");
    assert_eq!(would["token"], Value::Null);
    assert!(!env.home().exists());
    let run = env.run(&["streams", "create", "--dry-run", "--name", "x"]);
    assert!(run.stderr.contains("Nothing was made"), "{run:?}");
}

#[test]
fn s13_s14_a_draft_is_kept_complete_or_not_and_stands_in_the_table() {
    let env = TestEnv::new();
    let run = env.run(&[
        "streams",
        "create",
        "--draft",
        "--description",
        "no name yet",
    ]);
    assert!(
        run.stderr
            .contains("textpeak streams resume 'Untitled draft'"),
        "{run:?}"
    );
    env.ok_saying(&["streams", "create", "--draft"], "Saved as a draft.[..]");
    env.ok_saying(&[FULL, &["--draft"]].concat(), "Saved as a draft.[..]");
    let table = env.ok(&["streams", "list"]);
    let rows: Vec<_> = table.lines().collect();
    assert!(
        rows[0].starts_with("OTP Germany\tDraft\totp, Germany\tSMS Two-Way\t"),
        "{table}"
    );
    assert!(rows[1].starts_with("Untitled draft 2\tDraft\t"), "{table}");
    assert!(rows[2].starts_with("Untitled draft\tDraft\t"), "{table}");
    let state = env.state();
    let steps: Vec<_> = state["streams"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["resume_at"])
        .collect();
    assert_eq!(steps, ["summary", "details", "details"]);
    assert!(!env.home().join("tokens.json").exists());
    assert!(
        env.fails(1, &["streams", "token", "show", "OTP Germany"])
            .contains("textpeak streams resume 'OTP Germany'")
    );
    assert!(
        env.fails(2, &["streams", "resume", "OTP Germany"])
            .contains("nobody can be asked")
    );
}

#[test]
fn s24_the_new_stream_stands_on_top() {
    let env = TestEnv::new();
    for name in ["first", "second", "third"] {
        env.ok(&["streams", "create", "--name", name]);
    }
    let names: Vec<_> = env.json(&["streams", "list"])["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["third", "second", "first"]);
}

#[test]
fn odd_names_are_kept_and_shown_safely_or_refused_with_a_sentence() {
    let env = TestEnv::new();
    for name in [
        "-",
        "--help",
        "it's \"q\"",
        "$(touch x)",
        "👩‍🚀 שלום",
        "\u{202e}evil",
        &"é".repeat(100),
    ] {
        let made = env.json(&["streams", "create", &format!("--name={name}")]);
        assert_eq!(made["stream"]["name"], name);
        assert_eq!(env.json(&["streams", "show", "--", name])["name"], name);
        for (words, note) in [
            (&["streams", "show", "--", name][..], ""),
            (
                &["streams", "preview", "--", name],
                "Secrets are masked[..]",
            ),
            (&["streams", "list"], ""),
        ] {
            let out = env.ok_saying(words, note);
            assert!(!out.contains('\u{202e}'), "{out}");
        }
    }
    let before = env.state();
    for name in ["", " ", " a", "a ", "a\nb", "\x1b[2J", &"x".repeat(10_000)] {
        let stderr = env.fails(2, &["streams", "create", &format!("--name={name}")]);
        assert!(
            stderr.starts_with("error: --name: “") && stderr.contains("cannot be a name"),
            "{stderr}"
        );
        assert!(!stderr.contains('\x1b') && stderr.len() < 400, "{stderr:?}");
    }
    assert_eq!(env.state(), before);
}

#[test]
fn the_gateway_of_the_previews_comes_from_flag_then_environment() {
    let env = TestEnv::new();
    let words = [
        "streams",
        "create",
        "--name",
        "a",
        "--dry-run",
        "-o",
        "json",
    ];
    let mut command = env.command();
    command
        .args(words)
        .env("TEXTPEAK_GATEWAY", "https://sms.example.com/");
    let run = crate::support::finish(&mut command);
    assert!(
        run.stdout
            .contains("\"https://sms.example.com/simple_send/\""),
        "{run:?}"
    );
    let run = crate::support::finish(command.args(["--gateway", "http://127.0.0.1:1"]));
    assert!(
        run.stdout.contains("\"http://127.0.0.1:1/simple_send/\""),
        "{run:?}"
    );
    let bad = env.fails(
        2,
        &[
            "streams",
            "create",
            "--name",
            "a",
            "--gateway",
            "sms.example.com",
        ],
    );
    assert!(bad.contains("is not a gateway address"), "{bad}");
}

#[test]
fn drafts_without_a_name_get_one_each_however_many_are_saved_at_once() {
    let env = TestEnv::new();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| env.ok(&["streams", "create", "--draft", "-q"]));
        }
    });
    assert_eq!(env.json(&["streams", "list"])["total"], 16);
}

#[test]
fn a_draft_needs_nothing_but_what_is_given() {
    let env = TestEnv::new();
    let words = [
        "streams",
        "create",
        "--draft",
        "--name",
        "W",
        "--webhook-method",
        "post",
    ];
    assert_eq!(env.json(&words)["stream"]["webhook"], Value::Null);
    env.fails(2, &["streams", "create", "--draft", "--ip", "10.1"]);
}

#[test]
fn a_documents_placeholders_are_filled_from_the_environment() {
    let env = TestEnv::new();
    let path = env.folder().join("one.yaml");
    fs::write(
        &path,
        "name: a\nwebhook:\n  url: https://example.com\n  headers:\n    - 'X-Key: ${THE_KEY}'\n",
    )
    .unwrap();
    let words = ["streams", "create", "--from-file", path.to_str().unwrap()];
    let unset = env.fails(2, &words);
    assert!(unset.contains("the environment has no THE_KEY"), "{unset}");
    let run = crate::support::finish(env.command().args(words).env("THE_KEY", "s3cret"));
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(
        env.state()["streams"][0]["webhook"]["headers"][0]["value"],
        "s3cret"
    );
}

#[test]
fn errors_repeat_no_secret_that_stands_in_the_wrong_place() {
    let env = TestEnv::new();
    let url = "https://bob:hunter2@example.com";
    for words in [
        &["streams", "create", "--name", "a", "--webhook-url", url][..],
        &["streams", "create", "--name", "a", "--gateway", url],
        &[
            "streams",
            "create",
            "--name",
            "a",
            "--webhook-url",
            "https://example.com",
            "--webhook-header",
            "hunter2",
        ],
        &[
            "streams",
            "create",
            "--name",
            "a",
            "--webhook-url",
            "https://example.com",
            "--webhook-header",
            "K: ********",
        ],
    ] {
        let stderr = env.fails(2, words);
        assert!(
            !stderr.contains("hunter2") && stderr.contains("hint: "),
            "{stderr}"
        );
    }
    let run = env.run_with_input(
        &["streams", "create", "--from-file", "-"],
        "{\"name\": \"a\", \"webhook\": {\"headers\": \"X-Key: hunter2\"}}",
    );
    assert!(run.code == 2 && !run.stderr.contains("hunter2"), "{run:?}");
}

#[test]
fn a_name_in_the_form_of_an_id_is_refused() {
    let env = TestEnv::new();
    let stderr = env.fails(2, &["streams", "create", "--name", "st_0123456789ab"]);
    assert!(
        stderr.contains("it has the form of a stream's id"),
        "{stderr}"
    );
}

#[test]
fn variables_set_to_nothing_are_not_set() {
    let env = TestEnv::new();
    let mut command = env.command();
    command.args(["streams", "create", "--name", "a", "--dry-run"]);
    let run = crate::support::finish(command.env("TEXTPEAK_HOME", "").env("TEXTPEAK_GATEWAY", ""));
    run.ok_saying("Nothing was made: this was a dry run[..]");
}
