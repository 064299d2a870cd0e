//! `serve --smpp`: its flags, and callers written with independent libraries, unmodified.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::serve::demo;
use crate::support::gateway::Served;
use crate::support::{TestEnv, finish, installed, need, succeeds};

const CALLERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients/smpp");

/// The Sender ID of demo streams.
const SENDER: &str = "12025550100";

const REPLY: &str = "Zażółć 🎉";

/// Where the independent libraries are, if they are: `.ci/run` puts them there.
fn libraries() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/smpp")
}

fn library(path: &str) -> bool {
    let path = libraries().join(path);
    need(&path.display().to_string(), path.exists())
}

fn caller(program: &str, name: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg(format!("{CALLERS}/{name}"))
        .env("NODE_PATH", libraries().join("node_modules"))
        .env("PYTHONPATH", libraries().join("python"));
    command
}

/// A gateway with a stream, and the caller's environment.
fn serve(env: &TestEnv, caller: &mut Command, more: &[&str]) -> Served {
    demo(env, "OTP", &[]);
    let smpp = ["--smpp", "127.0.0.1:0", "--delivery-delay", "200ms"];
    let gateway = Served::start(env, &[&smpp, more].concat());
    let shown = env.json(&["streams", "show", "OTP", "--reveal"])["smpp"].clone();
    let text = |key: &str| shown[key].as_str().unwrap().to_owned();
    caller
        .env("SMPP", gateway.smpp.unwrap().to_string())
        .env("SYSTEM_ID", text("system_id"))
        .env("PASSWORD", text("password"))
        .env("SENDER", SENDER);
    gateway
}

/// The caller submits a text and hears a receipt; then a handset replies, and it hears that.
fn converses(mut caller: Command, text: &str, more: &[&str]) -> (Value, Value) {
    let env = TestEnv::new();
    let _gateway = serve(&env, &mut caller, more);
    let caller = caller.env("TEXT", text).stdout(Stdio::piped());
    let mut child = caller.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    let submitted = line();
    let words = ["reply", "OTP", "--from", "12025550143", "--text", REPLY];
    env.ok_saying(&words, "Saved. The stream has no webhook.[..]");
    let told = line();
    assert!(child.wait().unwrap().success());
    let sent = env.json(&["messages", "list"])["items"].clone();
    let sent = sent.as_array().unwrap().iter();
    let outgoing: Vec<_> = sent
        .filter(|message| message["direction"] == "outgoing")
        .collect();
    assert_eq!(outgoing.len(), 1, "{outgoing:?}");
    assert_eq!(outgoing[0]["text"], text);
    let ids = submitted["ids"].as_array().unwrap();
    assert!(ids.iter().all(|id| *id == outgoing[0]["message_uuid"]));
    assert_eq!(told["told"][0]["receipt"], ids[0]);
    // An invalid recipient.
    assert_eq!(submitted["refused"], json!([11]));
    (submitted, told["told"].clone())
}

/// Takes several parts of UCS-2.
fn long() -> String {
    "Zażółć gęślą jaźń 🎉 ".repeat(8)
}

fn utf16(text: &str) -> String {
    text.encode_utf16()
        .map(|unit| format!("{unit:04x}"))
        .collect()
}

fn smpplib_converses(text: &str, parts: usize, caller: Command, more: &[&str]) {
    let (submitted, told) = converses(caller, text, more);
    assert_eq!(submitted["ids"].as_array().unwrap().len(), parts);
    assert_eq!(told[0]["state"], 2);
    let receipt = told[0]["text"].as_str().unwrap();
    assert!(receipt.contains(" stat:DELIVRD err:000 "), "{receipt}");
    let reply = json!({
        "from": "12025550143", "to": SENDER, "coding": 8, "text": utf16(REPLY),
    });
    assert_eq!(told[1], reply);
}

#[test]
fn smpplib_converses_in_texts_of_one_part_and_of_several() {
    if installed("python3") && library("python/smpplib") {
        let caller = || caller("python3", "smpplib_caller.py");
        smpplib_converses("Your code is [4711] €", 1, caller(), &[]);
        smpplib_converses(&long(), 3, caller(), &[]);
    }
}

#[test]
fn smpplib_converses_over_tls() {
    let openssl = || need("openssl", succeeds("openssl", &["version"]));
    if !installed("python3") || !library("python/smpplib") || !openssl() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, certificate) = (path("key.pem"), path("cert.pem"));
    let words =
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test";
    let mut openssl = Command::new("openssl");
    openssl.args(words.split(' '));
    openssl.args(["-keyout", &key, "-out", &certificate]);
    // It draws its progress there.
    let made = openssl.stderr(Stdio::null()).status().unwrap();
    assert!(made.success());
    let tls = ["--smpp-tls-cert", &certificate, "--smpp-tls-key", &key];
    let mut caller = caller("python3", "smpplib_caller.py");
    caller.env("CA", &certificate);
    smpplib_converses("Hello", 1, caller, &tls);
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    let crossed = ["--smpp-tls-cert", &key, "--smpp-tls-key", &certificate];
    let said = env.fails(2, &[&["serve", "--smpp"], &crossed[..]].concat());
    assert!(said.contains("contains no PEM certificate"), "{said}");
}

#[test]
fn aiosmpplib_converses() {
    if installed("python3") && library("python/aiosmpplib") {
        for text in ["Hello", &long()] {
            let (_, told) = converses(caller("python3", "aiosmpplib_caller.py"), text, &[]);
            assert_eq!(told[0]["stat"], "DELIVRD");
            assert_eq!(told[1], json!({ "from": "12025550143", "text": REPLY }));
        }
    }
}

#[test]
fn node_converses() {
    if installed("node") && library("node_modules/smpp") {
        for text in ["Hello", &long()] {
            let (_, told) = converses(caller("node", "node_caller.mjs"), text, &[]);
            assert_eq!(told[0]["state"], 2);
            assert_eq!(told[1], json!({ "from": "12025550143", "text": REPLY }));
        }
    }
}

#[test]
fn a_wrong_password_is_told_to_a_library_as_such() {
    if installed("python3") && library("python/smpplib") {
        let env = TestEnv::new();
        let mut caller = caller("python3", "smpplib_caller.py");
        let _gateway = serve(&env, &mut caller, &[]);
        let run = finish(caller.env("PASSWORD", "wrong").env("TEXT", "Hi"));
        assert_eq!(run.stdout, "{\"bound\": 14}\n", "{run:?}");
    }
}

#[test]
fn says_where_it_listens_and_ends_sessions_when_it_stops() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let mut command = env.command();
    command.args(["serve", "--listen", "127.0.0.1:0", "--smpp", "127.0.0.1:0"]);
    let mut child = command
        .args(["-o", "json", "-q"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let mut values = serde_json::Deserializer::from_reader(stdout).into_iter::<Value>();
    let mut url = || values.next().unwrap().unwrap()["listening"].clone();
    assert!(url().as_str().unwrap().starts_with("http://127.0.0.1:"));
    let smpp = url().as_str().unwrap().to_owned();
    let address = smpp.strip_prefix("smpp://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    let body = format!("OTP\0{token}\0\0\x34\0\0\0");
    let length = u32::try_from(16 + body.len()).unwrap();
    let header = [length, 9, 0, 1].map(u32::to_be_bytes).concat();
    socket.write_all(&header).unwrap();
    socket.write_all(body.as_bytes()).unwrap();
    let mut bound = [0; 16 + "textpeak\0".len()];
    socket.read_exact(&mut bound).unwrap();
    assert_eq!(bound[4..12], [0x80, 0, 0, 9, 0, 0, 0, 0]);
    crate::support::gateway::signal(&child, "TERM");
    let mut rest = Vec::new();
    socket.read_to_end(&mut rest).unwrap();
    let unbind = [16, 6, 0, 1].map(u32::to_be_bytes).concat();
    assert_eq!(rest, unbind);
    drop(socket);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn streams_without_an_allow_list_are_not_served_on_other_addresses() {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    let words = ["serve", "--listen", "127.0.0.1:0", "--smpp", "0.0.0.0:0"];
    let said = env.fails(2, &words);
    assert!(said.contains("has no IP allow list"), "{said}");
    let alone = ["serve", "--smpp-tls-cert", "cert.pem"];
    assert!(env.fails(2, &alone).contains("--smpp"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let words = ["serve", "--listen", "127.0.0.1:0", "--smpp", &address];
    let said = env.fails(1, &words);
    assert!(said.contains("--smpp 127.0.0.1:0"), "{said}");
}
