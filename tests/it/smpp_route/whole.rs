//! Through the program: what is sent, what became of it, and what handsets say.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::TestEnv;
use crate::support::gateway::{Served, eventually};
use crate::support::smsc::Smsc;

/// A home with a live stream and a route to the SMSC, and the stream's token.
pub fn home(smsc: &Smsc, more: &[&str]) -> (TestEnv, String) {
    let env = TestEnv::new();
    let create = [
        "streams",
        "create",
        "--name",
        "live",
        "--add-sender",
        "12025550100",
    ];
    let made = env.json(&[&create[..], &["--no-input"]].concat());
    let host = if more.contains(&"--tls") {
        "localhost"
    } else {
        "127.0.0.1"
    };
    let address = format!("{host}:{}", smsc.port);
    let add = ["routes", "add", "--smpp", &address, "--system-id", "acme"];
    let words = [&add[..], &["--password-file", "-"], more].concat();
    env.run_with_input(&words, "hunter2")
        .ok_saying("Added.[..]");
    (env, made["token"].as_str().unwrap().to_owned())
}

pub fn messages(env: &TestEnv) -> Vec<Value> {
    let listed = env.json(&["messages", "list", "--limit", "0"]);
    listed["items"].as_array().unwrap().clone()
}

fn status_of(env: &TestEnv, handset: &str) -> Value {
    let all = messages(env);
    let found = all.iter().find(|one| one["to"] == handset);
    found.map_or(Value::Null, |one| one["status"].clone())
}

/// Texts to numbers, in one request.
pub fn send(gateway: &Served, token: &str, texts: &[(&str, &str)]) {
    let message = |(to, text): &(&str, &str)| json!({ "sender": "12025550100", "recipient_phone": to, "message_content": text });
    let messages: Vec<_> = texts.iter().map(message).collect();
    let answer = gateway.send(token, &messages);
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[test]
fn messages_go_out_and_their_receipts_and_answers_come_back() {
    let Some(mut smsc) = Smsc::start(&json!({ "form": "hexToDecimal", "first": 4_000 })) else {
        return;
    };
    let (env, token) = home(&smsc, &[]);
    let gateway = Served::start(&env, &["-q"]);
    let long = "{long} ".repeat(40);
    send(
        &gateway,
        &token,
        &[("12025550143", "Zażółć 😀"), ("12025550120", &long)],
    );
    eventually("both have their receipts", || {
        status_of(&env, "12025550143") == "delivered"
            && status_of(&env, "12025550120") == "undelivered"
    });
    let texts = smsc.ask("texts");
    assert_eq!(texts[0], "Zażółć 😀");
    let undelivered = messages(&env);
    let undelivered = undelivered.iter().find(|one| one["to"] == "12025550120");
    assert_eq!(undelivered.unwrap()["details"], "UNDELIV, error 034");
    smsc.ask("say 12025550143 12025550100 Yes please");
    smsc.ask("sayLong 12025550143 12025550100 one two three");
    eventually("both answers are there", || messages(&env).len() == 4);
    let all = messages(&env);
    let said: Vec<_> = all
        .iter()
        .filter(|one| one["direction"] == "incoming")
        .collect();
    let mut texts: Vec<_> = said
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    texts.sort_unstable();
    assert_eq!(texts, ["Yes please", "onetwothree"]);
    assert!(said.iter().all(|one| one["stream"] == all[0]["stream"]));
    assert_eq!(gateway.stop().0, Some(0));
    assert_eq!(smsc.ask("state")["unbinds"], 1);
    assert_eq!(env.json(&["routes", "show"])["link"], "stopped");
}

#[test]
fn a_throttled_message_and_those_behind_it_go_out_later_in_order() {
    let Some(mut smsc) = Smsc::start(&json!({ "throttle": [2] })) else {
        return;
    };
    let (env, token) = home(&smsc, &["--window", "1"]);
    let gateway = Served::start(&env, &[]);
    let texts = ["text 1", "text 2", "text 3", "text 4"];
    send(&gateway, &token, &texts.map(|text| ("12025550143", text)));
    eventually("all are delivered", || {
        messages(&env)
            .iter()
            .all(|one| one["status"] == "delivered")
    });
    assert_eq!(smsc.ask("texts"), json!(texts));
    let state = smsc.ask("state");
    assert_eq!(
        (&state["throttled"], &state["doubled"]),
        (&json!(1), &json!(0))
    );
}

#[test]
fn a_message_without_an_answer_ends_as_unknown_and_is_not_sent_again() {
    let Some(mut smsc) = Smsc::start(&json!({ "cutEvery": 2 })) else {
        return;
    };
    let (env, token) = home(&smsc, &["--window", "1"]);
    let gateway = Served::start(&env, &[]);
    let handsets = ["12025550141", "12025550142", "12025550143"];
    send(
        &gateway,
        &token,
        &handsets.map(|handset| (handset, handset)),
    );
    eventually("all came to an end", || {
        messages(&env)
            .iter()
            .all(|one| one["final"] != false && one["status"] != "sent")
    });
    assert_eq!(status_of(&env, "12025550141"), "delivered");
    assert_eq!(status_of(&env, "12025550142"), "sent_failed");
    assert_eq!(status_of(&env, "12025550143"), "delivered");
    let state = smsc.ask("state");
    assert_eq!(
        (&state["different"], &state["doubled"]),
        (&json!(3), &json!(0))
    );
}

#[test]
fn a_connection_that_is_lost_comes_back() {
    let Some(mut smsc) = Smsc::start(&json!({})) else {
        return;
    };
    let (env, _) = home(&smsc, &[]);
    let _gateway = Served::start(&env, &["-q"]);
    eventually("it is bound", || smsc.count("bound") == 1);
    smsc.ask("cut");
    eventually("it is bound again", || {
        smsc.count("bound") == 1 && smsc.count("binds") == 2
    });
    smsc.ask("say 12025550143 12025550100 Hello again");
    eventually("it hears", || messages(&env).len() == 1);
}

#[test]
fn the_connection_is_secure_where_it_is_said_so() {
    let env = TestEnv::new();
    let (key, cert) = (env.folder().join("key.pem"), env.folder().join("cert.pem"));
    let (key, cert) = (key.to_str().unwrap(), cert.to_str().unwrap());
    if !crate::support::installed("openssl") {
        return;
    }
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
        ])
        .args(["-nodes", "-days", "2", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", key, "-out", cert])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let Some(mut smsc) = Smsc::start(&json!({ "tls": { "key": key, "cert": cert } })) else {
        return;
    };
    let (home, token) = home(&smsc, &["--tls"]);
    let stranger = Served::start(&home, &[]);
    send(&stranger, &token, &[("12025550143", "Hi")]);
    eventually("the certificate is refused", || {
        let details = messages(&home)[0]["details"].clone();
        details
            .as_str()
            .is_some_and(|why| why.contains("certificate"))
    });
    assert_eq!(smsc.count("binds"), 0);
    drop(stranger);
    let trusting = [("SSL_CERT_FILE", cert)];
    let _gateway = Served::start_with(&home, &[], &trusting);
    eventually("it is sent", || {
        status_of(&home, "12025550143") == "delivered"
    });
}
