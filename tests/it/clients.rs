//! Programs in the style of the Streams API's users, in four languages, unmodified against `serve`;
//! and receivers that believe an independent Standard Webhooks library.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::serve::{demo, message};
use crate::support::gateway::{Served, eventually};
use crate::support::{TestEnv, finish, installed, need, succeeds};

const CLIENTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients");

/// Where the independent libraries are, if they are: `.ci/run` puts them there.
fn libraries() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/standardwebhooks")
}

fn script(program: &str, name: &str, words: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.arg(format!("{CLIENTS}/{name}")).args(words);
    command
        .env("NODE_PATH", libraries().join("node_modules"))
        .env("PYTHONPATH", libraries().join("python"))
        .env("NO_PROXY", "*");
    command
}

/// A gateway, and the client's environment.
fn serve(env: &TestEnv, client: &mut Command) -> Served {
    let token = demo(env, "OTP", &[]);
    let gateway = Served::start(env, &["-q"]);
    let url = format!("http://{}", gateway.address);
    client.env("GATEWAY", url).env("TOKEN", token);
    gateway
}

fn sends_and_asks(mut client: Command) {
    let env = TestEnv::new();
    let _gateway = serve(&env, &mut client);
    let run = finish(&mut client);
    assert_eq!(run.code, 0, "{run:?}");
    let said: Value = serde_json::from_str(&run.stdout).unwrap();
    let expected = json!({
        "status": 200, "accepted": true, "internal_id": "1003", "known": true, "again": true,
        "bad": "invalid_recipient", "refusals": [[401, false], [400, false]],
    });
    assert_eq!(said, expected);
    assert_eq!(env.json(&["messages", "list"])["total"], 1);
}

#[test]
fn python_sends_and_asks() {
    if installed("python3") {
        sends_and_asks(script("python3", "python.py", &["client"]));
    }
}

#[test]
fn node_sends_and_asks() {
    if installed("node") {
        sends_and_asks(script("node", "node.mjs", &["client"]));
    }
}

#[test]
fn php_sends_and_asks() {
    let curl = || succeeds("php", &["-r", "curl_init();"]);
    if installed("php") && need("PHP's curl", curl()) {
        sends_and_asks(script("php", "php.php", &[]));
    }
}

#[test]
fn curl_sends_and_asks() {
    if !installed("curl") || !installed("bash") {
        return;
    }
    let env = TestEnv::new();
    let mut client = script("bash", "curl.sh", &[]);
    let _gateway = serve(&env, &mut client);
    let run = finish(&mut client);
    let answers: Vec<(Value, &str)> = run
        .stdout
        .lines()
        .map(|line| {
            let (body, status) = line.rsplit_once(' ').unwrap();
            (serde_json::from_str(body).unwrap(), status)
        })
        .collect();
    let statuses: Vec<_> = answers.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, ["200", "200", "200", "401", "400"]);
    let uuid = |at: usize| answers[at].0["messages"][0]["message_uuid"].clone();
    assert!(uuid(0).is_string() && uuid(1) == uuid(0) && uuid(2) == uuid(0));
    assert_eq!(answers[1].0["messages"][0]["internal_id"], "1003");
    assert_eq!(answers[2].0["messages"][1]["error"], "invalid_recipient");
    assert_eq!(answers[3].0["message"], "Not Authenticated: invalid token");
    assert_eq!(answers[4].0["status"], false);
}

/// A receiver in a process of its own; ended with the value.
struct Receiver(Child);

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What its webhook is told of, all of it.
const BOTH: [&str; 2] = ["--webhook-event", "received,status"];

/// Sends a message of which two reports are made.
fn is_reported(env: &TestEnv) -> Served {
    let gateway = Served::start(env, &["-q", "--delivery-delay", "50ms"]);
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    let sent = gateway.send(token.trim(), &[message("12025550144")]);
    assert_eq!(sent.status, 200);
    gateway
}

const TEXT: &str = "Zażółć \"gęślą\" 🎉";

/// The receiver says its port on its first line, and each genuine text on one of its own.
fn receives(mut receiver: Command) {
    let env = TestEnv::new();
    let nowhere = ["--webhook-url", "http://127.0.0.1:1/sms"];
    demo(&env, "OTP", &[nowhere, BOTH].concat());
    let secret = env.json(&["streams", "show", "OTP", "--reveal"])["webhook_secret"].clone();
    receiver.env("SECRET", secret.as_str().unwrap());
    let mut child = receiver.stdout(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let _receiver = Receiver(child);
    let port = said.next().unwrap().unwrap();
    let url = format!("http://127.0.0.1:{port}/sms");
    env.ok(&["streams", "edit", "OTP", "--webhook-url", &url]);
    let words = ["reply", "OTP", "--from", "12025550143", "--text", TEXT];
    assert_eq!(env.json(&words)["delivery"]["state"], "delivered");
    assert_eq!(said.next().unwrap().unwrap(), TEXT);
    let gateway = is_reported(&env);
    for status in ["sent", "delivered"] {
        assert_eq!(said.next().unwrap().unwrap(), status);
    }
    drop(gateway);
    // Another stream's signature is not believed.
    demo(&env, "Other", &["--webhook-url", &url]);
    let words = ["reply", "Other", "--from", "12025550143", "--text", TEXT];
    assert_eq!(env.json(&words)["delivery"]["attempts"][0]["status"], 401);
    assert!(said.next().unwrap().unwrap().starts_with("not genuine"));
}

/// Bodies that are refused before they are read, of clients that write first and read then.
fn hears_refusals(mut client: Command) {
    let env = TestEnv::new();
    let _gateway = serve(&env, &mut client);
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    let closed = demo(&env, "closed", &["--ip", "192.0.2.10"]);
    let json = "application/json";
    let mut cases = Vec::new();
    for (size, times) in [(700_000, 10), (2_000_000, 10), (20_000_000, 3)] {
        cases.push(json!([401, "nonsense", json, size, times]));
        cases.push(json!([403, closed, json, size, times]));
        cases.push(json!([415, token.trim(), "text/plain", size, times]));
        if size > 1 << 20 {
            cases.push(json!([413, token.trim(), json, size, times]));
        }
    }
    let run = finish(client.env("CASES", Value::from(cases).to_string()));
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
}

#[test]
fn python_hears_refusals_of_large_bodies() {
    if installed("python3") {
        hears_refusals(script("python3", "python.py", &["refused"]));
    }
}

#[test]
fn node_hears_refusals_of_large_bodies() {
    if installed("node") {
        hears_refusals(script("node", "node.mjs", &["refused"]));
    }
}

fn library(path: &str) -> bool {
    let path = libraries().join(path);
    need(&path.display().to_string(), path.exists())
}

#[test]
fn a_python_library_believes_our_signatures_and_no_others() {
    if installed("python3") && library("python/standardwebhooks") {
        receives(script("python3", "python.py", &["receiver"]));
    }
}

#[test]
fn a_node_library_believes_our_signatures_and_no_others() {
    if installed("node") && library("node_modules/standardwebhooks") {
        receives(script("node", "node.mjs", &["receiver"]));
    }
}

/// `webhooks verify` believes what the library signs, and explains what was changed afterwards.
fn signs(mut sender: Command) {
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let env = TestEnv::new();
    let file = env.folder().join("secret.txt");
    std::fs::write(&file, SECRET).unwrap();
    let words = [
        "webhooks",
        "verify",
        "--secret-file",
        file.to_str().unwrap(),
    ];
    let signed = finish(sender.env("SECRET", SECRET));
    assert_eq!(signed.code, 0, "{signed:?}");
    let run = env.run_with_input(&words, &signed.stdout);
    assert_eq!(run.stdout, "The signature is valid.\n", "{run:?}");
    let run = env.run_with_input(&words, &signed.stdout.replace(':', ": "));
    assert!(run.stdout.contains("the JSON value is the same"), "{run:?}");
}

#[test]
fn what_a_python_library_signs_is_valid() {
    if installed("python3") && library("python/standardwebhooks") {
        signs(script("python3", "python.py", &["sign"]));
    }
}

#[test]
fn what_a_node_library_signs_is_valid() {
    if installed("node") && library("node_modules/standardwebhooks") {
        signs(script("node", "node.mjs", &["sign"]));
    }
}

#[test]
fn php_checks_our_signatures() {
    if !installed("php") {
        return;
    }
    let env = TestEnv::new();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let address = format!("127.0.0.1:{port}");
    let url = format!("http://{address}/sms");
    demo(&env, "OTP", &[&["--webhook-url", &url], &BOTH[..]].concat());
    let secret = env.json(&["streams", "show", "OTP", "--reveal"])["webhook_secret"].clone();
    let received = env.folder().join("received");
    let mut server = Command::new("php");
    server.args(["-S", &address, &format!("{CLIENTS}/php.php")]);
    server
        .env("SECRET", secret.as_str().unwrap())
        .env("RECEIVED", &received);
    let _receiver = Receiver(server.stderr(Stdio::null()).spawn().unwrap());
    eventually("PHP listens", || {
        std::net::TcpStream::connect(&address).is_ok()
    });
    let words = ["reply", "OTP", "--from", "12025550143", "--text", TEXT];
    assert_eq!(env.json(&words)["delivery"]["state"], "delivered");
    let _gateway = is_reported(&env);
    let expected = format!("{TEXT}\nsent\ndelivered\n");
    eventually("PHP believes all of it", || {
        std::fs::read_to_string(&received).unwrap() == expected
    });
}
