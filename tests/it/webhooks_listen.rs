//! `webhooks listen`: a receiver in a process of its own.

use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{Answered, exchange, signal};

/// `textpeak webhooks listen` on a free port; ended with the value.
struct Listening {
    child: Child,
    address: SocketAddr,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Listening {
    fn start(env: &TestEnv, words: &[&str]) -> Self {
        let mut command = env.command();
        command
            .args(["webhooks", "listen", "--port", "0"])
            .args(words);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.next().unwrap().unwrap();
        let address = ready.split("http://").nth(1).unwrap();
        let address = address.split('/').next().unwrap().parse().unwrap();
        Self {
            child,
            address,
            lines,
        }
    }

    fn line(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    fn json(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    fn url(&self) -> String {
        format!("http://{}/sms", self.address)
    }

    fn post(&self, body: &str) -> Answered {
        let request = format!(
            "POST /sms HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        exchange(self.address, request.as_bytes())
    }

    /// Asks it to end; its exit code.
    fn stop(mut self) -> Option<i32> {
        signal(&self.child, "INT");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A stream whose webhook is that receiver.
fn stream(env: &TestEnv, name: &str, receiver: &Listening, more: &[&str]) {
    let url = receiver.url();
    demo(env, name, &[&["--webhook-url", &url], more].concat());
}

/// The status that a stream's test message is answered with.
fn test(env: &TestEnv, name: &str) -> Value {
    let run = env.run(&["-o", "json", "webhooks", "test", name]);
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    said["answer"]["status"].clone()
}

#[test]
fn a_delivery_is_shown_with_its_text_and_verified_by_the_stream_that_it_names() {
    let env = TestEnv::new();
    let mut receiver = Listening::start(&env, &[]);
    stream(&env, "OTP", &receiver, &[]);
    let words = [
        "reply",
        "OTP",
        "--from",
        "12025550143",
        "--text",
        "Yes\u{1b}[2J",
    ];
    assert_eq!(env.json(&words)["delivery"]["state"], "delivered");
    let line = receiver.line();
    assert!(
        line.ends_with("  message.received  12025550143 → 12025550100  Yes\\u{1b}[2J  200"),
        "{line:?}"
    );
    assert_eq!(receiver.line(), "  The signature is valid.");
    assert_eq!(receiver.post("not \u{1b} ours").status, 200);
    let line = receiver.line();
    assert!(line.ends_with("  POST /sms  10 bytes  200"), "{line:?}");
    assert!(
        receiver
            .line()
            .starts_with("  Not verified: the request doesn't name a stream.")
    );
    assert_eq!(receiver.stop(), Some(0));
}

#[test]
fn a_json_line_a_request_whatever_the_method() {
    let env = TestEnv::new();
    let mut receiver = Listening::start(&env, &["-o", "json"]);
    stream(&env, "Post", &receiver, &[]);
    stream(&env, "Get", &receiver, &["--webhook-method", "get"]);
    for name in ["Post", "Get"] {
        assert_eq!(test(&env, name), 200);
        let said = receiver.json();
        assert_eq!(said["method"], name.to_uppercase());
        assert_eq!(said["event"]["text"], "Yes, please");
        assert_eq!(said["webhook_id"], said["event"]["message_uuid"]);
        assert_eq!(said["answered"], 200);
        let fine = json!({
            "valid": true, "reason": "valid", "message": "The signature is valid.",
        });
        assert_eq!(said["verification"], fine);
    }
    receiver.post(r#"{"stream": "st_000000000000"}"#);
    let said = receiver.json();
    assert_eq!(said["verification"]["valid"], Value::Null);
    assert_eq!(said["verification"]["reason"], "unverified");
}

#[test]
fn a_wrong_signature_is_answered_401() {
    let env = TestEnv::new();
    demo(&env, "Other", &[]);
    let file = env.folder().join("secret.txt");
    std::fs::write(&file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let file = file.to_str().unwrap();
    for (at, words) in [["--stream", "Other"], ["--secret-file", file]]
        .iter()
        .enumerate()
    {
        let mut receiver = Listening::start(&env, &[&words[..], &["-o", "json"]].concat());
        let name = format!("OTP {at}");
        stream(&env, &name, &receiver, &[]);
        assert_eq!(test(&env, &name), 401);
        let said = receiver.json();
        assert_eq!(
            said["verification"]["reason"], "secret_or_body",
            "{words:?}"
        );
        assert_eq!(receiver.post("{}").status, 401);
        assert_eq!(receiver.json()["verification"]["reason"], "header_missing");
    }
}

#[test]
fn it_answers_as_badly_as_it_is_told_to() {
    let env = TestEnv::new();
    let failing = Listening::start(&env, &["--fail", "2"]);
    let statuses: Vec<_> = (0..4).map(|_| failing.post("").status).collect();
    assert_eq!(statuses, [500, 500, 200, 200]);
    let gone = Listening::start(&env, &["--status", "410"]);
    stream(&env, "OTP", &gone, &[]);
    assert_eq!((gone.post("").status, test(&env, "OTP")), (410, json!(410)));
    let slow = Listening::start(&env, &["--delay", "200ms"]);
    let begun = Instant::now();
    assert_eq!(slow.post("").status, 200);
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[test]
fn it_stops_at_once_although_answers_are_pending() {
    use std::io::Write as _;
    let env = TestEnv::new();
    let mut receiver = Listening::start(&env, &["--delay", "1h"]);
    let mut socket = std::net::TcpStream::connect(receiver.address).unwrap();
    socket
        .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    assert!(receiver.line().ends_with("  GET /  0 bytes  200"));
    let begun = Instant::now();
    assert_eq!(receiver.stop(), Some(0));
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn a_body_that_no_delivery_has_is_refused() {
    let env = TestEnv::new();
    let mut receiver = Listening::start(&env, &[]);
    assert_eq!(receiver.post(&"x".repeat((1 << 20) + 1)).status, 413);
    assert!(receiver.line().ends_with("  POST /sms  0 bytes  413"));
    assert!(receiver.line().contains("larger than 1 MiB"));
    assert_eq!(receiver.post(&"x".repeat(1 << 20)).status, 200);
}

#[test]
fn bad_flags_are_one_sentence() {
    let env = TestEnv::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = env.fails(1, &["webhooks", "listen", "--port", &port]);
    assert!(
        said.contains(&format!("Cannot listen on 127.0.0.1:{port}")),
        "{said}"
    );
    assert!(said.contains("--port 0"), "{said}");
    for (code, words) in [
        (2, &["--status", "99"][..]),
        (2, &["--status", "200", "--fail", "1"]),
        (2, &["--stream", "OTP", "--secret-file", "x"]),
        (3, &["--stream", "OTP"]),
        (1, &["--secret-file", "/nowhere/secret.txt"]),
    ] {
        let said = env.fails(
            code,
            &[&["webhooks", "listen", "--port", "0"], words].concat(),
        );
        assert!(said.starts_with("error: "), "{words:?}: {said}");
    }
}
