//! Homes of earlier releases: read as they are, brought up to date with the first change.

use std::fs;

use serde_json::json;

use crate::support::TestEnv;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/fixtures");

/// The home of the last release whose state file had version 1.
fn home_of_version_1() -> TestEnv {
    let env = TestEnv::new();
    fs::create_dir(env.home()).unwrap();
    for file in ["state", "tokens"] {
        let old = format!("{FIXTURES}/{file}-v1.json");
        fs::copy(old, env.home().join(file).with_extension("json")).unwrap();
    }
    env
}

#[test]
fn a_state_file_of_version_1_is_read_and_left_as_it_is() {
    let env = home_of_version_1();
    let path = env.home().join("state.json");
    let before = fs::read(&path).unwrap();
    let stream = env.json(&["streams", "show", "Orders", "--reveal"]);
    assert_eq!(
        stream["webhook"],
        json!({
            "method": "GET",
            "url": "https://example.com/in",
            "headers": [{"name": "X-Key", "value": "s3cret"}],
            "events": ["message.received"],
        })
    );
    let token = env.ok(&["streams", "token", "show", "Orders"]);
    assert!(
        stream["token_hint"]
            .as_str()
            .is_some_and(|hint| token.trim().ends_with(hint))
    );
    env.ok_saying(
        &["streams", "edit", "Orders", "--webhook-event", "received"],
        "No changes to “Orders”.",
    );
    assert_eq!(fs::read(&path).unwrap(), before, "nothing was changed");
}

#[test]
fn the_first_change_makes_a_state_file_of_version_1_one_of_this_version() {
    let env = home_of_version_1();
    let tokens = ["Orders", "Plain"].map(|name| env.ok(&["streams", "token", "show", name]));
    let old = env.state();
    env.ok(&[
        "streams",
        "edit",
        "Orders",
        "--webhook-event",
        "received,status",
    ]);
    let new = env.state();
    assert_eq!((&old["version"], &new["version"]), (&json!(1), &json!(3)));
    assert_eq!(
        new["streams"][2]["webhook"]["events"],
        json!(["message.received", "message.status"])
    );
    // Streams that nobody touched stand there as they did.
    for n in 0..2 {
        assert_eq!(new["streams"][n], old["streams"][n]);
    }
    let later = env.json(&["streams", "show", "Later"]);
    assert_eq!(later["webhook"]["events"], json!(["message.received"]));
    let after = ["Orders", "Plain"].map(|name| env.ok(&["streams", "token", "show", name]));
    assert_eq!(after, tokens);
}

#[test]
fn damage_in_a_state_file_of_version_1_is_told_as_such() {
    let env = home_of_version_1();
    let path = env.home().join("state.json");
    let bad = fs::read_to_string(&path)
        .unwrap()
        .replace("\"senders\"", "\"sendres\"");
    fs::write(&path, bad).unwrap();
    let stderr = env.fails(1, &["streams", "list"]);
    assert!(
        stderr.contains("is damaged at line 3: unknown field `sendres`"),
        "{stderr}"
    );
}
