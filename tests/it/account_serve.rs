//! A gateway that sends by streams of a hosted account, and asks it for what handsets say.

use serde_json::Value;

use crate::account_pull::{account, home, pull_all};
use crate::support::account_api::KEY;
use crate::support::gateway::{Served, eventually};

#[test]
fn a_pulled_stream_sends_with_its_own_token_and_hears_what_is_its_own() {
    let api = account();
    let env = home(&api, KEY, &[]);
    pull_all(&env);
    let _gateway = Served::start(&env, &[]);
    let mut sent = Vec::new();
    for stream in ["News", "OTP Germany"] {
        let words = [
            "send",
            stream,
            "--to",
            "12025550143",
            "--text",
            "Hi",
            "--sender",
        ];
        let out = env.ok_saying(&[&words[..], &["12025550100"]].concat(), "...\nsent");
        sent.push(out.trim().to_owned());
    }
    let with: Vec<u64> = api.state().sent.iter().map(|one| one.stream).collect();
    assert_eq!(with, [8, 7]);
    {
        let mut state = api.state();
        for one in &mut state.sent {
            one.status = "delivered".to_owned();
        }
        state.hear("in-8", 8, "to the news");
        state.hear("in-7", 7, "to the other");
        // It is not ours.
        state.add_stream(9, "Elsewhere", &Value::Null, &[]);
        state.hear("in-9", 9, "to somebody else");
    }
    eventually("both are heard", || {
        let list = env.json(&["messages", "list"]);
        let items = list["items"].as_array().unwrap().clone();
        let incoming = items.iter().filter(|one| one["direction"] == "incoming");
        incoming.count() == 2
    });
    for (stream, text) in [("News", "to the news"), ("OTP Germany", "to the other")] {
        let list = env.json(&["messages", "list", "--stream", stream]);
        let items = list["items"].as_array().unwrap();
        let incoming = items.iter().find(|one| one["direction"] == "incoming");
        assert_eq!(incoming.unwrap()["text"], text);
    }
    for uuid in sent {
        eventually("it is delivered", || {
            env.json(&["messages", "show", &uuid])["status"] == "delivered"
        });
    }
}

#[test]
fn a_new_key_is_used_while_the_gateway_serves() {
    let api = account();
    let env = home(&api, "a-wrong-key", &[]);
    env.ok(&["streams", "create", "--name", "OTP", "--no-input"]);
    api.state().hear("in-7", 7, "at last");
    let _gateway = Served::start(&env, &[]);
    let link = || {
        let route = env.json(&["routes", "show", "hosted"]);
        route.to_string()
    };
    eventually("the refusal is told", || link().contains("HTTP 401"));
    let key = env.folder().join("key");
    std::fs::write(&key, KEY).unwrap();
    let key = key.to_str().unwrap();
    env.ok_saying(
        &["routes", "edit", "hosted", "--account-key-file", key],
        "Saved hosted.",
    );
    eventually("it is heard", || {
        let list = env.json(&["messages", "list"]);
        list["items"][0]["text"] == "at last"
    });
    assert!(link().contains("connected"), "{}", link());
    assert!(!link().contains("401"), "{}", link());
}
