//! The gateway over real sockets: what it accepts, what it refuses and how, and what it does when
//! the world around it changes.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually, signal};

const JSON: &str = "Content-Type: application/json\r\n";

/// A demo stream with a default sender; its token.
pub fn demo(env: &TestEnv, name: &str, more: &[&str]) -> String {
    let words = [
        "streams",
        "create",
        "--name",
        name,
        "--demo",
        "--add-sender",
        "12025550100",
    ];
    let made = env.json(&[&words, more, &["--no-input"]].concat());
    made["token"].as_str().unwrap().to_owned()
}

pub fn message(to: &str) -> Value {
    json!({ "recipient_phone": to, "message_content": "Your code is 4711" })
}

fn with_id(to: &str, id: &str) -> Value {
    json!({ "internal_id": id, "recipient_phone": to, "message_content": "Hi" })
}

#[test]
fn the_documented_requests_get_the_documented_answers() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["--delivery-delay", "0s"]);
    let sent = gateway.send(
        &token,
        &[json!({
            "internal_id": "1003", "sender": "12025550100",
            "recipient_phone": "12025550143", "message_content": "Your code is 4711",
        })],
    );
    assert_eq!(
        (sent.status, sent.header("content-type")),
        (200, Some("application/json"))
    );
    let answer = sent.json();
    let entry = &answer["messages"][0];
    assert_eq!(answer["status"], true);
    assert!(answer["task_id"].is_string());
    assert_eq!(entry["internal_id"], "1003");
    assert_eq!(
        (&entry["error"], &entry["details"]),
        (&Value::Null, &Value::Null)
    );
    assert!(entry["conversation_uuid"].is_string());
    let uuid = entry["message_uuid"].as_str().unwrap();

    let asked = json!({ "message_uuids": [uuid, "01890a5d-ac96-774b-bcce-b302099a8057", "x"] });
    let status = gateway.post("/messages_status/", &token, &asked).json();
    assert_eq!(status["status"], true);
    let entries = status["messages"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "what is not known is left out: {status}");
    assert_eq!(entries[0]["message_uuid"], uuid);
    assert_eq!(entries[0]["internal_id"], "1003");
    assert_eq!(entries[0]["status"], "delivered");
    for time in ["sent_at", "delivered_at"] {
        assert!(
            entries[0][time].as_str().unwrap().ends_with('Z'),
            "{status}"
        );
    }
}

#[test]
fn one_bad_message_does_not_spoil_the_others() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let text = |text: &str| json!({ "recipient_phone": "12025550143", "message_content": text });
    let mut wrong_sender = message("12025550143");
    wrong_sender["sender"] = "NOPE".into();
    let sent = gateway.send(
        &token,
        &[
            message("12025550143"),
            message("+12025550143"),
            text(""),
            text(&"a".repeat(1531)),
            text(&"é€".repeat(510)),
            text(&"я".repeat(671)),
            wrong_sender,
            json!({ "recipient_phone": 12_025_550_143_u64, "message_content": "Hi" }),
            json!({ "recipient_phone": "12025550143" }),
            json!("Hi"),
        ],
    );
    let answer = sent.json();
    assert_eq!((sent.status, &answer["status"]), (200, &json!(true)));
    let entries = answer["messages"].as_array().unwrap();
    let errors: Vec<_> = entries
        .iter()
        .map(|entry| entry["error"].as_str())
        .collect();
    let expected = [
        None,
        Some("invalid_recipient"),
        Some("invalid_text"),
        Some("invalid_text"),
        None,
        Some("invalid_text"),
        Some("sender_not_allowed"),
        Some("invalid_message"),
        Some("invalid_message"),
        Some("invalid_message"),
    ];
    assert_eq!(errors, expected, "{answer:#}");
    for entry in entries.iter().filter(|entry| !entry["error"].is_null()) {
        assert!(entry.get("message_uuid").is_none(), "{entry}");
        assert!(!entry["details"].as_str().unwrap().is_empty(), "{entry}");
    }
    assert_eq!(
        entries[6]["details"],
        "sender \"NOPE\" is not allowed sender"
    );

    let none = gateway.send(&token, &[message("1")]);
    assert_eq!((none.status, &none.json()["status"]), (200, &json!(false)));
}

#[test]
fn a_stream_without_a_default_sender_takes_those_of_the_catalogue() {
    let env = TestEnv::new();
    env.ok_saying(
        &["senders", "add", "GLOBAL"],
        "Added GLOBAL to the catalogue.",
    );
    let made = env.json(&["streams", "create", "--name", "c", "--demo", "--no-input"]);
    let token = made["token"].as_str().unwrap();
    let gateway = Served::start(&env, &[]);
    let from = |sender: Option<&str>| {
        let mut message = message("12025550143");
        if let Some(sender) = sender {
            message["sender"] = sender.into();
        }
        let answer = gateway.send(token, &[message]).json();
        answer["messages"][0]["error"].as_str().map(str::to_owned)
    };
    assert_eq!(from(Some("GLOBAL")), None);
    assert_eq!(from(Some("OTHER")).as_deref(), Some("sender_not_allowed"));
    assert_eq!(from(None).as_deref(), Some("sender_missing"));
    env.ok_saying(
        &["senders", "add", "OTHER"],
        "Added OTHER to the catalogue.",
    );
    assert_eq!(from(Some("OTHER")), None, "the next request knows it");
}

#[test]
fn a_repeated_internal_id_sends_nothing_twice() {
    let env = TestEnv::new();
    let (token, other) = (demo(&env, "one", &[]), demo(&env, "two", &[]));
    let gateway = Served::start(&env, &[]);
    let uuid = |answer: &Value| answer["messages"][0]["message_uuid"].clone();
    let first = gateway.send(&token, &[with_id("12025550143", "a")]);
    let again = gateway.send(&token, &[with_id("12025550143", "a")]);
    assert_eq!(uuid(&first.json()), uuid(&again.json()));
    assert_eq!(
        (
            first.header("textpeak-repeated"),
            again.header("textpeak-repeated")
        ),
        (None, Some("1"))
    );
    let differs = gateway.send(&token, &[with_id("12025550144", "a")]).json();
    assert_eq!(differs["messages"][0]["error"], "internal_id_taken");
    let elsewhere = gateway.send(&other, &[with_id("12025550143", "a")]).json();
    assert_ne!(
        uuid(&elsewhere),
        uuid(&first.json()),
        "streams do not know of each other"
    );
    // Within one request, and over a restart.
    let twice = [with_id("12025550143", "b"), with_id("12025550143", "b")];
    let both = gateway.send(&token, &twice).json();
    assert_eq!(
        both["messages"][0]["message_uuid"],
        both["messages"][1]["message_uuid"]
    );
    drop(gateway);
    let gateway = Served::start(&env, &[]);
    let later = gateway.send(&token, &[with_id("12025550143", "a")]).json();
    assert_eq!(uuid(&later), uuid(&first.json()));
    // Without an id nothing is the same.
    let plain = [message("12025550143"), message("12025550143")];
    let both = gateway.send(&token, &plain).json();
    assert_ne!(
        both["messages"][0]["message_uuid"],
        both["messages"][1]["message_uuid"]
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of refusals")]
fn requests_are_refused_in_the_documented_order_and_form() {
    let env = TestEnv::new();
    let token = demo(&env, "open", &[]);
    let closed = demo(&env, "closed", &["--ip", "192.0.2.10"]);
    let paused = demo(&env, "paused", &["--ip", "192.0.2.10"]);
    env.ok_saying(&["streams", "disable", "paused"], "“paused” is Disabled.");
    let gateway = Served::start(&env, &[]);
    let with = |token: &str, headers: &str, body: &[u8]| {
        gateway.call(
            "POST",
            "/simple_send/",
            &format!("Authorization: {token}\r\n{headers}"),
            body,
        )
    };
    let huge = vec![b' '; (1 << 20) + 1];
    let many: Vec<_> = (0..251).map(|_| message("12025550143")).collect();
    let many = json!({ "messages": many }).to_string();
    let deep = format!(
        "{{\"x\":{}{},\"messages\":[]}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let good = json!({ "messages": [message("12025550143")] }).to_string();
    let cases: &[(&str, u16, super::support::gateway::Answered)] = &[
        ("wrong token", 401, with("tp_wrong", JSON, &huge)),
        (
            "no token",
            401,
            gateway.call("POST", "/simple_send/", JSON, good.as_bytes()),
        ),
        (
            "a prefix",
            401,
            with(&format!("Bearer {token}"), JSON, good.as_bytes()),
        ),
        ("disabled", 403, with(&paused, JSON, &huge)),
        ("address", 403, with(&closed, JSON, &huge)),
        (
            "forged address",
            403,
            with(
                &closed,
                &format!("X-Forwarded-For: 192.0.2.10\r\n{JSON}"),
                b"",
            ),
        ),
        (
            "not JSON",
            415,
            with(&token, "Content-Type: text/plain\r\n", good.as_bytes()),
        ),
        ("no type", 415, with(&token, "", good.as_bytes())),
        ("too large", 413, with(&token, JSON, &huge)),
        ("empty", 400, with(&token, JSON, b"")),
        ("broken", 400, with(&token, JSON, b"{\"messages\":[")),
        ("deep", 422, with(&token, JSON, deep.as_bytes())),
        ("UTF-8", 400, with(&token, JSON, b"{\"messages\":\"\xff\"}")),
        (
            "surrogate",
            400,
            with(&token, JSON, br#"{"messages":["\ud800"]}"#),
        ),
        ("a list", 422, with(&token, JSON, b"[]")),
        ("no messages", 422, with(&token, JSON, b"{}")),
        (
            "another type",
            422,
            with(&token, JSON, br#"{"messages":{}}"#),
        ),
        (
            "twice",
            422,
            with(&token, JSON, br#"{"messages":[],"messages":[]}"#),
        ),
        ("none", 422, with(&token, JSON, br#"{"messages":[]}"#)),
        ("251", 422, with(&token, JSON, many.as_bytes())),
        (
            "no slash",
            307,
            gateway.call("POST", "/simple_send", "", b""),
        ),
        ("method", 405, gateway.call("GET", "/simple_send/", "", b"")),
        ("path", 404, gateway.call("POST", "/", "", b"")),
        (
            "encoded path",
            404,
            gateway.call("GET", "/..%2f..%2fstate.json", "", b""),
        ),
        (
            "origin",
            403,
            with(
                &token,
                &format!("Origin: http://example.com\r\n{JSON}"),
                good.as_bytes(),
            ),
        ),
        (
            "host",
            403,
            with(
                &token,
                &format!("Host: example.com\r\n{JSON}"),
                good.as_bytes(),
            ),
        ),
    ];
    for (what, status, answered) in cases {
        assert_eq!(answered.status, *status, "{what}: {answered:?}");
        let answer = answered.json();
        assert_eq!(answer["status"], false, "{what}");
        assert!(!answer["message"].as_str().unwrap().is_empty(), "{what}");
        assert!(
            answered.header("access-control-allow-origin").is_none(),
            "{what}"
        );
    }
    assert_eq!(
        cases[0].2.json()["message"],
        "Not Authenticated: invalid token"
    );
    assert_eq!(cases[4].2.json()["message"], "IP ACL restriction");
    assert_eq!(cases[20].2.header("location"), Some("/simple_send/"));
    assert_eq!(
        gateway.call("GET", "/healthz", "", b"").json(),
        json!({ "status": true })
    );
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
}

#[test]
fn only_a_trusted_proxy_names_the_caller() {
    let env = TestEnv::new();
    let token = demo(&env, "closed", &["--ip", "192.0.2.10"]);
    let gateway = Served::start(&env, &["--trusted-proxy", "127.0.0.1"]);
    let from = |forwarded: &str| {
        let headers =
            format!("Authorization: {token}\r\nHost: sms.example.com\r\n{JSON}{forwarded}");
        let body = json!({ "messages": [message("12025550143")] }).to_string();
        gateway
            .call("POST", "/simple_send/", &headers, body.as_bytes())
            .status
    };
    assert_eq!(from("X-Forwarded-For: 192.0.2.10\r\n"), 200);
    assert_eq!(from("X-Forwarded-For: ::ffff:192.0.2.10\r\n"), 200);
    assert_eq!(from("X-Forwarded-For: 192.0.2.10, 198.51.100.1\r\n"), 403);
    assert_eq!(
        from("X-Forwarded-For: 192.0.2.10\r\nX-Forwarded-For: 198.51.100.1\r\n"),
        403
    );
    assert_eq!(
        from("Forwarded: for=192.0.2.10\r\nX-Real-IP: 192.0.2.10\r\n"),
        403
    );
}

#[test]
fn no_byte_that_is_no_text_hides_a_caller_behind_its_proxy() {
    let env = TestEnv::new();
    let token = demo(&env, "closed", &["--ip", "127.0.0.1"]);
    let gateway = Served::start(&env, &["--trusted-proxy", "127.0.0.1"]);
    // What the caller wrote, and what its proxy appended to the same line.
    let headers = format!("Authorization: {token}\r\n{JSON}X-Forwarded-For: é, 198.51.100.7\r\n");
    let body = json!({ "messages": [message("12025550143")] }).to_string();
    let refused = gateway.call("POST", "/simple_send/", &headers, body.as_bytes());
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(refused.json()["message"], "IP ACL restriction");
}

#[test]
fn a_body_of_very_many_bad_messages_is_refused_as_a_whole() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["-q"]);
    let zeros = vec![json!(0); 400_000];
    assert_eq!(gateway.send(&token, &zeros).status, 422);
    assert!(gateway.memory() < 60_000, "{} kB", gateway.memory());
}

#[test]
fn changes_by_other_processes_are_in_force_for_the_next_request() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let status = |token: &str| gateway.send(token, &[message("12025550143")]).status;
    assert_eq!(status(&token), 200);
    env.ok_saying(&["streams", "disable", "OTP"], "“OTP” is Disabled.");
    assert_eq!(status(&token), 403);
    env.ok_saying(&["streams", "enable", "OTP"], "“OTP” is Ready.");
    assert_eq!(status(&token), 200);
    env.ok(&["streams", "edit", "OTP", "--ip", "192.0.2.10"]);
    assert_eq!(status(&token), 403);
    env.ok(&["streams", "edit", "OTP", "--remove-ip", "192.0.2.10"]);
    let new = env.ok(&["streams", "token", "rotate", "OTP", "--yes"]);
    assert_eq!((status(&token), status(new.trim())), (401, 200));
    env.ok_saying(
        &["streams", "delete", "OTP", "--yes"],
        "Deleted “OTP” with its token.",
    );
    assert_eq!(status(new.trim()), 401);
    let other = demo(&env, "other", &[]);
    assert_eq!(status(&other), 200);
}

#[test]
fn a_state_file_that_breaks_leaves_the_last_good_one_in_force() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let path = env.home().join("state.json");
    let good = std::fs::read_to_string(&path).unwrap();
    let gateway = Served::start(&env, &[]);
    let ready = || gateway.call("GET", "/readyz", "", b"");
    assert_eq!(ready().status, 200);
    for broken in ["{", ""] {
        std::fs::write(&path, broken).unwrap();
        assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
        let fault = ready();
        assert_eq!(fault.status, 503);
        assert_eq!(
            fault.json(),
            json!({ "status": false, "message": "not ready: state" })
        );
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(gateway.send(&token, &[message("12025550143")]).status, 200);
    assert_eq!(ready().status, 503);
    std::fs::write(&path, good).unwrap();
    assert_eq!(ready().status, 200);
    let (code, said) = gateway.stop();
    assert_eq!(code, Some(0));
    assert!(
        said.contains("state.json is damaged") && said.contains("last stay in force"),
        "{said}"
    );
    assert!(said.contains("is in force"), "{said}");
}

#[test]
fn the_log_has_a_line_a_request_and_no_secret() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &["--log", "json"]);
    gateway.send(&token, &[message("12025550143"), message("1")]);
    gateway.call("GET", "/%1b[2J\u{202e}?token=hunter2", "", b"");
    let (_, said) = gateway.stop();
    let lines: Vec<Value> = said
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["stream"], "OTP");
    assert_eq!(
        (&lines[0]["accepted"], &lines[0]["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(lines[1]["status"], 404);
    for secret in [
        &token,
        "12025550143",
        "4711",
        "hunter2",
        "\u{1b}",
        "\u{202e}",
    ] {
        assert!(!said.contains(secret), "{secret:?} in {said}");
    }
    let gateway = Served::start(&env, &["-q"]);
    gateway.send(&token, &[message("12025550143")]);
    assert_eq!(gateway.stop(), (Some(0), String::new()));
}

#[test]
fn it_starts_only_where_it_can_serve() {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    let gateway = Served::start(&env, &[]);
    let same = gateway.address.to_string();
    let twice = env.fails(1, &["serve", "--listen", &same]);
    assert!(
        twice.contains("cannot listen on") && twice.contains("--listen 127.0.0.1:0"),
        "{twice}"
    );
    let anyone = env.fails(2, &["serve", "--listen", "0.0.0.0:0"]);
    assert!(
        anyone.contains("“OTP” has no allow list") && anyone.contains("--allow-any"),
        "{anyone}"
    );
    assert!(
        env.fails(2, &["serve", "--listen", "here"])
            .contains("--listen")
    );
    assert!(
        env.fails(2, &["serve", "--trusted-proxy", "10.1"])
            .contains("is not an IP address")
    );
    let file = env.folder().join("file");
    std::fs::write(&file, "").unwrap();
    let home = env.fails(
        1,
        &[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--home",
            file.to_str().unwrap(),
        ],
    );
    assert!(home.contains(file.to_str().unwrap()), "{home}");
    assert_eq!(gateway.stop().0, Some(0));
    for file in ["messages.db", "messages.db-wal", "messages.db-shm"] {
        let _ = std::fs::remove_file(env.home().join(file));
    }
    let no_database = "this is no database, is it? ".repeat(200);
    std::fs::write(env.home().join("messages.db"), no_database).unwrap();
    let damaged = env.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        damaged.contains("messages.db") && damaged.contains("hint:"),
        "{damaged}"
    );
}

#[test]
fn a_stop_lets_requests_finish_and_takes_no_more() {
    use std::io::{Read as _, Write as _};
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let mut gateway = Served::start(&env, &[]);
    let body = json!({ "messages": [message("12025550143")] }).to_string();
    let mut slow = std::net::TcpStream::connect(gateway.address).unwrap();
    let head = format!(
        "POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n{JSON}Content-Length: {}\r\n\r\n",
        body.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    slow.write_all(&body.as_bytes()[..10]).unwrap();
    // Its head is read when another request, made later, is answered.
    assert_eq!(gateway.call("GET", "/healthz", "", b"").status, 200);
    let begun = Instant::now();
    signal(gateway.child(), "INT");
    eventually("no connection is taken", || {
        std::net::TcpStream::connect(gateway.address).is_err()
    });
    slow.write_all(&body.as_bytes()[10..]).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("message_uuid"),
        "{answer}"
    );
    assert_eq!(gateway.child().wait().unwrap().code(), Some(0));
    assert!(begun.elapsed().as_secs() < 9, "{:?}", begun.elapsed());
}

#[test]
fn it_says_whom_it_serves_out_of_which_home_and_how_to_stop_it() {
    let env = TestEnv::new();
    for n in 1..=7 {
        demo(&env, &format!("S{n}"), &[]);
    }
    env.ok_saying(&["streams", "disable", "S3"], "“S3” is Disabled.");
    let (_, said) = Served::start(&env, &[]).stop();
    let expected = format!(
        "Home: {}\n7 streams, 6 Ready: “S1”, “S2”, “S4”, “S5”, “S6” and 1 more\n\
         Press Ctrl-C to stop.\n",
        env.home().display()
    );
    assert!(said.starts_with(&expected), "{said}");
    let (_, said) = Served::start(&env, &["--log", "json"]).stop();
    assert!(!said.contains("Ctrl-C"), "{said}");
    let none = TestEnv::new();
    let (_, said) = Served::start(&none, &[]).stop();
    assert!(said.contains("\n0 streams, none Ready\n"), "{said}");
}
