//! A whole conversation through our own client and our own gateway: send, status, reply, the
//! timeline, and waiting for a message.

use serde_json::json;

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::Served;

/// A home with a demo stream called OTP.
fn home() -> TestEnv {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    env
}

const SEND: [&str; 6] = [
    "send",
    "OTP",
    "--to",
    "12025550143",
    "--text",
    "Your code is 4711",
];

fn with<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [words, more].concat()
}

#[test]
fn send_prints_the_message_s_id_alone_and_says_what_it_takes() {
    let env = home();
    let run = env.run(&SEND);
    assert_eq!(run.code, 0);
    assert_eq!(run.stdout.trim().len(), 36, "{run:?}");
    snapbox::assert_data_eq!(run.stderr, "1 segment, GSM-7, 17 of 160 characters\n");
    let wide = env.run(&["send", "OTP", "--to", "12025550143", "--text", "Zażółć 🎉"]);
    assert_eq!(
        wide.stderr,
        "1 segment, UCS-2, 9 of 70 characters; not in GSM-7: ż (U+017C) ó (U+00F3) ł (U+0142) ć (U+0107) 🎉 (U+1F389)\n"
    );
    let json = env.json(&with(&SEND, &["--internal-id", "a"]));
    let again = env.json(&with(&SEND, &["--internal-id", "a"]));
    assert_eq!(json["message_uuid"], again["message_uuid"]);
    assert_eq!(
        (&json["encoding"], &json["segments"]),
        (&json!("GSM-7"), &json!(1))
    );
}

#[test]
fn waiting_follows_a_message_to_the_end_that_its_number_chooses() {
    let env = home();
    for (ending, status, code) in [
        ("43", "delivered", 0),
        ("01", "undelivered", 6),
        ("02", "sent_failed", 6),
        ("03", "no_routes", 6),
        ("04", "rejected", 6),
    ] {
        let to = format!("120255501{ending}");
        let words = [
            "send",
            "OTP",
            "--to",
            &to,
            "--text",
            "Hi",
            "--wait",
            "--delivery-delay",
            "50ms",
        ];
        let run = env.run(&words);
        assert_eq!(run.code, code, "{run:?}");
        assert!(run.stderr.ends_with(&format!("{status}\n")), "{run:?}");
    }
    let stays = [
        "send",
        "OTP",
        "--to",
        "12025550105",
        "--text",
        "Hi",
        "--wait",
        "--timeout",
        "100ms",
    ];
    let run = env.run(&with(&stays, &["-o", "json"]));
    assert_eq!(run.code, 6);
    assert!(run.stdout.contains("\"status\": \"sent\""), "{run:?}");
    // Nothing is scheduled: who looks later sees more.
    let listed = env.json(&["streams", "list"]);
    assert_eq!(listed["items"][0]["status"], "Sending");
    let shown = env.json(&["streams", "show", "OTP"]);
    let by_status = json!({ "sent": 1, "delivered": 1, "undelivered": 1, "sent_failed": 1, "no_routes": 1, "rejected": 1 });
    assert_eq!(shown["statistics"]["by_status"], by_status);
    assert_eq!(shown["statistics"]["outgoing"], 6);
    assert_eq!(
        env.json(&["streams", "list", "--status", "sending"])["total"],
        1
    );
    assert_eq!(
        env.json(&["streams", "list", "--status", "ready"])["total"],
        0
    );
    assert_eq!(
        env.state()["streams"][0]["status"],
        "Ready",
        "it is seen, never stored"
    );
}

#[test]
fn status_finds_messages_by_either_id_or_the_latest() {
    let env = home();
    let one = env.ok_saying(
        &with(&SEND, &["--internal-id", "order-1"]),
        "1 segment, GSM-7, 17 of 160 characters",
    );
    let other = env.ok_saying(&SEND, "1 segment, GSM-7, 17 of 160 characters");
    let (one, other) = (one.trim(), other.trim());
    let ids = |words: &[&str]| -> Vec<String> {
        let answer = env.json(words);
        let items = answer["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["message_uuid"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&["status", one]), [one]);
    assert_eq!(ids(&["status", other, one]), [other, one]);
    assert_eq!(ids(&["status", "--internal-id", "order-1"]), [one]);
    assert_eq!(ids(&["status", "--stream", "OTP"]), [other, one]);
    assert_eq!(ids(&["status", "--stream", "OTP", "--limit", "1"]), [other]);
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let unknown = env.json(&["status", nobody, "--stream", "OTP"]);
    assert_eq!(unknown["items"][0]["status"], "unknown");
    assert!(
        env.fails(3, &["status", nobody])
            .contains("No message with the ID")
    );
    assert!(
        env.fails(3, &["status", "--internal-id", "x"])
            .contains("internal ID “x”")
    );
    assert!(
        env.fails(2, &["status", "x"])
            .contains("is not a message ID")
    );
    assert!(env.fails(2, &["status"]).contains("--stream"));
    assert!(
        env.fails(3, &["status", "--stream", "x"])
            .contains("not found")
    );
}

#[test]
fn a_gateway_that_is_named_is_the_one_that_is_called() {
    let env = home();
    let gateway = Served::start(&env, &["--delivery-delay", "0s"]);
    let url = format!("http://{}", gateway.address);
    let uuid = env.ok_saying(
        &with(&SEND, &["--gateway", &url]),
        "1 segment, GSM-7, 17 of 160 characters",
    );
    let status = env.json(&["status", uuid.trim(), "--gateway", &url]);
    assert_eq!(status["items"][0]["status"], "delivered");
    // It applies the allow list; one of our own does not, and says so.
    env.ok(&["streams", "edit", "OTP", "--ip", "192.0.2.1"]);
    let refused = env.fails(4, &with(&SEND, &["--gateway", &url]));
    assert!(refused.contains("IP ACL restriction"), "{refused}");
    let own = env.run(&SEND);
    assert_eq!(
        (
            own.code,
            own.stderr.matches("allow list doesn't apply").count()
        ),
        (0, 1)
    );
    let (_, log) = gateway.stop();
    assert_eq!(log.matches("POST /simple_send/ 200").count(), 1, "{log}");
    let gone = env.fails(5, &with(&SEND, &["--gateway", &url]));
    assert!(gone.contains("Cannot connect to 127.0.0.1"), "{gone}");
    // A variable that is set to nothing names no gateway.
    let mut empty = env.command();
    let own = crate::support::finish(empty.args(SEND).env("TEXTPEAK_GATEWAY", ""));
    assert!(
        own.code == 0 && own.stderr.contains("a temporary local gateway"),
        "{own:?}"
    );
}

#[test]
fn numbers_may_be_typed_as_people_write_them() {
    let env = home();
    let words = ["send", "OTP", "--to", "+1 (202) 555-0143", "--text", "Hi"];
    let sent = env.json(&words);
    assert_eq!(sent["to"], "12025550143");
    let from = ["reply", "OTP", "--from", "1.202.555.0143", "--text", "Yes"];
    let reply = env.json(&from);
    assert_eq!(reply["message"]["from"], "12025550143");
    let listed = env.json(&["messages", "list", "--to", "+1 202 555 0143"]);
    assert_eq!(listed["total"], 1);
    let waited = ["messages", "wait", "--from", "+1-202-555-0143"];
    assert_eq!(env.ok(&waited), "Yes\n");
}

#[test]
fn waiting_for_a_number_that_is_none_is_refused_at_once() {
    let env = home();
    for flag in ["--to", "--from"] {
        let words = ["messages", "wait", flag, "(202) 555-0143"];
        let said = env.fails(2, &words);
        assert!(
            said.starts_with(&format!(
                "error: {flag}: “(202) 555-0143” is neither a phone"
            )),
            "{said}"
        );
    }
}

#[test]
fn what_cannot_be_sent_is_refused_by_name() {
    let env = home();
    assert!(
        env.fails(3, &["send", "NOPE", "--to", "12025550143", "--text", "Hi"])
            .contains("not found")
    );
    assert!(
        env.fails(
            2,
            &["send", "OTP", "--to", "(202) 555-0143", "--text", "Hi"]
        )
        .contains("starting with the country code")
    );
    assert!(
        env.fails(2, &["send", "OTP", "--to", "12025550143", "--text", ""])
            .contains("text is empty")
    );
    assert!(
        env.fails(2, &["send", "OTP", "--to", "12025550143"])
            .contains("--text")
    );
    assert!(env.fails(2, &["send", "OTP"]).contains("--to"));
    let sender = env.fails(4, &with(&SEND, &["--sender", "NOPE"]));
    assert!(
        sender.contains("sender \"NOPE\" is not allowed sender"),
        "{sender}"
    );
    env.ok_saying(
        &["streams", "create", "--name", "d", "--draft", "--no-input"],
        "Saved as a draft.[..]",
    );
    assert!(
        env.fails(1, &["send", "d", "--to", "12025550143", "--text", "Hi"])
            .contains("is a draft")
    );
    env.ok_saying(&["streams", "disable", "OTP"], "“OTP” is Disabled.");
    assert!(env.fails(4, &SEND).contains("the stream is Disabled"));
}

#[test]
fn a_dry_run_shows_the_request_and_touches_nothing() {
    let env = home();
    let shown = env.ok_saying(
        &with(&SEND, &["--dry-run", "--internal-id", "a"]),
        "1 segment, GSM-7, 17 of 160 characters",
    );
    assert!(
        shown.starts_with("POST http://127.0.0.1:4680/simple_send/\nAuthorization: tp_********"),
        "{shown}"
    );
    let json = env.json(&with(
        &SEND,
        &["--dry-run", "--gateway", "https://sms.example.com"],
    ));
    assert_eq!(json["url"], "https://sms.example.com/simple_send/");
    assert_eq!(
        json["body"]["messages"][0]["message_content"],
        "Your code is 4711"
    );
    assert!(!env.home().join("messages.db").exists());
}

#[test]
fn a_reply_is_threaded_to_the_last_message_that_its_handset_got() {
    let env = home();
    let reply = ["reply", "OTP", "--from", "12025550143", "--text", "Yes"];
    let first = env.json(&reply);
    assert_eq!(first["message"]["in_reply_to"], json!(null));
    assert_eq!(
        first["message"]["to"], "12025550100",
        "the stream's default sender"
    );
    let sent = env.ok_saying(&SEND, "1 segment, GSM-7, 17 of 160 characters");
    env.ok_saying(
        &["send", "OTP", "--to", "12025550144", "--text", "Hi"],
        "1 segment, GSM-7, 2 of 160 characters",
    );
    let second = env.json(&reply);
    assert_eq!(second["message"]["in_reply_to"], sent.trim());
    assert_eq!(
        second["message"]["conversation_uuid"],
        first["message"]["conversation_uuid"]
    );
    assert_eq!(second["delivery"], json!(null));
    assert!(env.run(&reply).stderr.contains("no webhook"));
    env.ok(&["streams", "create", "--name", "live", "--no-input"]);
    assert!(
        env.fails(
            2,
            &["reply", "live", "--from", "12025550143", "--text", "Yes"]
        )
        .contains("is a live stream")
    );
    env.ok(&["streams", "create", "--name", "c", "--demo", "--no-input"]);
    let nowhere = env.fails(2, &["reply", "c", "--from", "12025550143", "--text", "Yes"]);
    assert!(
        nowhere.contains("has not received a message") && nowhere.contains("--to"),
        "{nowhere}"
    );
    env.ok_saying(
        &[
            "reply",
            "c",
            "--from",
            "12025550143",
            "--text",
            "Yes",
            "--to",
            "12025550100",
        ],
        "Saved. The stream has no webhook.[..]",
    );
}

#[test]
fn the_timeline_is_one_list_with_filters() {
    let env = home();
    demo(&env, "other", &[]);
    env.ok_saying(&SEND, "1 segment, GSM-7, 17 of 160 characters");
    env.ok_saying(
        &[
            "send",
            "other",
            "--to",
            "12025550101",
            "--text",
            "Hi",
            "--wait",
            "--delivery-delay",
            "0s",
        ][..6],
        "1 segment, GSM-7, 2 of 160 characters",
    );
    env.ok_saying(
        &[
            "reply",
            "OTP",
            "--from",
            "12025550143",
            "--text",
            "Yes \u{202e}",
        ],
        "Saved. The stream has no webhook.[..]",
    );
    let texts = |words: &[&str]| -> Vec<String> {
        let answer = env.json(&with(&["messages", "list"], words));
        let items = answer["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| item["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let (code, hi, yes) = ("Your code is 4711", "Hi", "Yes \u{202e}");
    assert_eq!(texts(&[]), [yes, hi, code], "newest first");
    assert_eq!(texts(&["--stream", "otp"]), [yes, code]);
    assert_eq!(texts(&["--to", "12025550143"]), [code]);
    assert_eq!(texts(&["--from", "12025550143"]), [yes]);
    assert_eq!(texts(&["--to", "12025550100"]), [yes]);
    assert_eq!(texts(&["--from", "12025550100"]), [hi, code]);
    assert_eq!(texts(&["--direction", "incoming"]), [yes]);
    assert_eq!(texts(&["--direction", "outgoing", "--limit", "1"]), [hi]);
    assert_eq!(texts(&["--status", "rejected"]), [""; 0]);
    assert_eq!(texts(&["--since", "0s"]), [""; 0]);
    assert_eq!(texts(&["--since", "1h"]).len(), 3);
    let plain = env.ok(&["messages", "list"]);
    assert!(
        plain.contains(r"Yes \u{202e}") && !plain.contains('\u{202e}'),
        "{plain}"
    );
    let uuid = env.json(&["messages", "list"])["items"][0]["message_uuid"].clone();
    let shown = env.ok(&["messages", "show", uuid.as_str().unwrap()]);
    assert!(
        shown.contains("In reply to") && shown.contains("received"),
        "{shown}"
    );
    assert_eq!(
        env.json(&["messages", "show", uuid.as_str().unwrap()])["from"],
        "12025550143"
    );
    assert!(
        env.fails(
            3,
            &["messages", "show", "01890a5d-ac96-774b-bcce-b302099a8057"]
        )
        .contains("not found")
    );
    assert!(
        env.fails(2, &["messages", "show", "x"])
            .contains("is not an ID")
    );
}

#[test]
fn waiting_for_a_message_gives_a_script_the_code_out_of_it() {
    let env = home();
    let nothing = env.fails(
        6,
        &[
            "messages",
            "wait",
            "--to",
            "12025550143",
            "--timeout",
            "50ms",
        ],
    );
    assert!(nothing.contains("no messages yet"), "{nothing}");
    env.ok_saying(&SEND, "1 segment, GSM-7, 17 of 160 characters");
    let wait = ["messages", "wait", "--to", "12025550143"];
    assert_eq!(env.ok(&wait), "Your code is 4711\n");
    let code = with(&wait, &["--match", "[0-9]{4}", "--print", "match"]);
    assert_eq!(env.ok(&code), "4711\n");
    let group = with(&wait, &["--match", "code is ([0-9]+)", "--print", "match"]);
    assert_eq!(env.ok(&group), "4711\n");
    assert_eq!(
        env.json(&with(&wait, &["--match", "[0-9]{4}"]))["match"],
        "4711"
    );
    let near = env.fails(6, &with(&wait, &["--match", "x", "--timeout", "50ms"]));
    assert!(
        near.contains("“Your code is 4711”, which doesn't match “x”"),
        "{near}"
    );
    let other = env.fails(
        6,
        &[
            "messages",
            "wait",
            "--to",
            "12025550144",
            "--timeout",
            "50ms",
        ],
    );
    assert!(other.contains("from 12025550100 to 12025550143"), "{other}");
    assert!(
        env.fails(2, &with(&wait, &["--match", "("]))
            .contains("--match is not a regular")
    );
    let direction = with(&wait, &["--direction", "incoming", "--timeout", "50ms"]);
    env.fails(6, &direction);

    // One that comes while it waits, from the newest on.
    let mut waiting = env.command();
    waiting.args([
        "messages",
        "wait",
        "--from",
        "12025550143",
        "--since",
        "0s",
        "--timeout",
        "20s",
    ]);
    let waiting = waiting
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(200));
    env.ok_saying(
        &[
            "reply",
            "OTP",
            "--from",
            "12025550143",
            "--text",
            "Yes, please",
        ],
        "Saved. The stream has no webhook.[..]",
    );
    let heard = waiting.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(heard.stdout).unwrap(), "Yes, please\n");
}

#[test]
fn following_shows_what_comes_as_a_line_each() {
    use std::io::{BufRead as _, BufReader};
    let env = home();
    let mut follow = env.command();
    follow.args(["messages", "follow", "-o", "json"]);
    let mut follow = follow.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follow.stdout.take().unwrap()).lines();
    std::thread::sleep(std::time::Duration::from_millis(200));
    for text in ["one", "two"] {
        env.ok_saying(
            &["send", "OTP", "--to", "12025550143", "--text", text],
            "1 segment, GSM-7, 3 of 160 characters",
        );
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(line["text"], text);
    }
    follow.kill().unwrap();
    follow.wait().unwrap();
}

#[test]
fn waiting_for_a_status_sees_it_come_without_a_write() {
    let env = home();
    let gateway = Served::start(&env, &["-q", "--delivery-delay", "600ms"]);
    let url = format!("http://{}", gateway.address);
    let sent = env.ok_saying(
        &[
            "send",
            "OTP",
            "--to",
            "12025550143",
            "--text",
            "Hi",
            "--gateway",
            &url,
        ],
        "1 segment, GSM-7, 2 of 160 characters",
    );
    let words = [
        "messages",
        "wait",
        "--status",
        "delivered",
        "--to",
        "12025550143",
        "--timeout",
        "5s",
        "--print",
        "json",
    ];
    let found: serde_json::Value = serde_json::from_str(&env.ok(&words)).unwrap();
    assert_eq!(found["message_uuid"], sent.trim());
    assert_eq!(found["status"], "delivered");
}
