//! Streams after their creation: `edit`, `clone`, `enable`, `disable`, `token rotate`.

use serde_json::json;

use crate::support::{TestEnv, ability, installed, succeeds};

fn with_stream() -> TestEnv {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "OTP",
        "--description",
        "codes",
        "--ip",
        "192.0.2.1",
        "--tag",
        "a,b",
        "--add-sender",
        "12025550143",
        "--webhook-url",
        "https://example.com/in",
        "--webhook-method",
        "get",
        "--webhook-header",
        "X-Key: s3cret",
    ]);
    env
}

#[test]
fn an_edit_tells_field_by_field_what_differs_and_keeps_the_rest() {
    let env = with_stream();
    let before = env.json(&["streams", "show", "OTP"]);
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    snapbox::assert_data_eq!(
        env.ok(&[
            "streams",
            "edit",
            "otp",
            "--name",
            "OTP 2",
            "--ip",
            "192.0.2.2",
            "--remove-ip",
            "192.0.2.1",
            "--tag",
            "c",
            "--remove-tag",
            "a",
            "--customized",
            "--demo",
            "--webhook-url",
            "https://example.com/2",
            "--webhook-header",
            "x-key: other"
        ]),
        snapbox::str![[r"
Changed “OTP 2”
    name: OTP → OTP 2
    tags: a, b → b, c
    allowed_ips: 192.0.2.1 → 192.0.2.2
    default_sender: 12025550143 → Customized
    demo: false → true
    webhook.url: https://example.com/in → https://example.com/2
    webhook.headers.x-key: ******** → ******** (another value)

"]]
    );
    let after = env.json(&["streams", "show", "OTP 2", "--reveal"]);
    assert_eq!(after["webhook"]["method"], "GET");
    assert_eq!(
        after["webhook"]["headers"],
        json!([{"name": "x-key", "value": "other"}])
    );
    for kept in ["id", "description", "status", "token_hint", "created_at"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
    assert_eq!(env.ok(&["streams", "token", "show", "OTP 2"]), token);
}

#[test]
fn an_edit_replaces_the_events_of_a_webhook() {
    let env = with_stream();
    let told = env.ok(&["streams", "edit", "OTP", "--webhook-event", "status"]);
    assert_eq!(
        told,
        "Changed “OTP”\n    webhook.events: message.received → message.status\n"
    );
    let webhook = env.json(&["streams", "show", "OTP"])["webhook"].clone();
    assert_eq!(webhook["events"], json!(["message.status"]));
    assert_eq!(webhook["method"], "GET");
    env.ok(&["streams", "clone", "OTP", "--name", "Copy"]);
    assert_eq!(
        env.json(&["streams", "show", "Copy"])["webhook"]["events"],
        json!(["message.status"])
    );
}

#[test]
fn an_edit_without_effect_says_so_and_writes_nothing() {
    let env = with_stream();
    let path = env.home().join("state.json");
    let before = std::fs::read(&path).unwrap();
    let run = env.run(&["streams", "edit", "OTP", "--tag", "a", "--live"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(run.stderr.contains("No changes to"), "{run:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(
        env.json(&["streams", "edit", "OTP", "--live"])["changes"],
        json!([])
    );
}

#[test]
fn a_bad_edit_tells_every_problem_and_changes_nothing() {
    let env = with_stream();
    env.ok(&["streams", "create", "--name", "taken"]);
    let before = env.state();
    let stderr = env.fails(
        2,
        &[
            "streams",
            "edit",
            "OTP",
            "--ip",
            "10.1",
            "--remove-tag",
            "z",
            "--remove-header",
            "X-No",
        ],
    );
    for part in [
        "--ip: “10.1” is not",
        "--remove-tag: “z” can't be removed",
        "--remove-header: “X-No” can't be removed",
    ] {
        assert!(stderr.contains(part), "{part} in {stderr}");
    }
    assert!(
        env.fails(2, &["streams", "edit", "OTP", "--name", "Taken"])
            .contains("is already the name of another stream")
    );
    assert!(
        env.fails(3, &["streams", "edit", "OTP", "--sender", "NOPE"])
            .contains("Sender ID “NOPE” is not in the catalog")
    );
    assert_eq!(env.state(), before);
    assert!(
        env.fails(2, &["streams", "edit", "OTP"])
            .contains("No terminal for prompts")
    );
    env.ok(&["streams", "edit", "OTP", "--name", "otp"]);
}

#[test]
fn a_webhook_can_be_taken_away_and_given() {
    let env = with_stream();
    env.ok(&["streams", "edit", "OTP", "--no-webhook"]);
    assert_eq!(
        env.json(&["streams", "show", "OTP"])["webhook"],
        json!(null)
    );
    assert!(
        env.fails(2, &["streams", "edit", "OTP", "--webhook-method", "post"])
            .contains("--webhook-url: Required")
    );
    env.ok(&[
        "streams",
        "edit",
        "OTP",
        "--webhook-url",
        "https://example.com",
    ]);
    assert_eq!(
        env.json(&["streams", "show", "OTP"])["webhook"]["method"],
        "POST"
    );
}

#[test]
fn keys_that_others_added_to_a_stream_survive_its_edit() {
    let env = with_stream();
    let path = env.home().join("state.json");
    let text = std::fs::read_to_string(&path).unwrap().replacen(
        "\"name\"",
        "\"owner\": {\"team\": [1, 2]},\n \"name\"",
        1,
    );
    std::fs::write(&path, text).unwrap();
    env.ok(&["streams", "edit", "OTP", "--demo"]);
    assert_eq!(env.state()["streams"][0]["owner"], json!({"team": [1, 2]}));
}

#[test]
fn a_clone_has_a_new_name_and_token_and_all_the_rest() {
    let env = with_stream();
    let source = env.json(&["streams", "show", "OTP", "--reveal"]);
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    env.ok(&["streams", "clone", "OTP", "--name", "Copy"]);
    let mut copy = env.json(&["streams", "show", "Copy", "--reveal"]);
    assert_ne!(env.ok(&["streams", "token", "show", "Copy"]), token);
    for own in [
        "id",
        "name",
        "token",
        "token_hint",
        "webhook_secret",
        "smpp",
        "created_at",
        "updated_at",
    ] {
        copy[own] = source[own].clone();
    }
    assert_eq!(copy, source);
    assert!(
        env.fails(2, &["streams", "clone", "OTP", "--name", "copy"])
            .contains("another stream")
    );
    env.ok_saying(
        &["streams", "create", "--draft", "--name", "D"],
        "Saved as a draft.[..]",
    );
    env.ok(&["streams", "clone", "D", "--name", "D2"]);
    assert_eq!(env.json(&["streams", "show", "D2"])["status"], "Draft");
}

#[test]
fn enabling_and_disabling_say_what_they_did_and_do_it_once() {
    let env = with_stream();
    let said = |words: &[&str]| env.run(words).stderr;
    assert_eq!(said(&["streams", "disable", "OTP"]), "“OTP” is Disabled.\n");
    let before = env.state();
    assert_eq!(
        said(&["streams", "disable", "otp"]),
        "“OTP” is already Disabled.\n"
    );
    assert_eq!(env.state(), before);
    assert_eq!(said(&["streams", "enable", "OTP"]), "“OTP” is Ready.\n");
    env.ok_saying(
        &["streams", "create", "--draft", "--name", "D"],
        "Saved as a draft.[..]",
    );
    assert!(
        env.fails(2, &["streams", "enable", "OTP", "D"])
            .contains("“D” is a draft")
    );
    assert_eq!(
        env.json(&["streams", "disable", "OTP"])["items"][0]["status"],
        "Disabled"
    );
}

#[test]
fn a_rotated_token_takes_the_place_of_the_old_one() {
    let env = with_stream();
    let old = env.ok(&["streams", "token", "show", "OTP"]);
    assert!(
        env.fails(2, &["streams", "token", "rotate", "OTP"])
            .contains("--yes")
    );
    assert_eq!(env.ok(&["streams", "token", "show", "OTP"]), old);
    let new = env.ok(&["streams", "token", "rotate", "OTP", "--yes"]);
    assert!(new != old && new.starts_with("tp_"), "{new}");
    assert_eq!(env.ok(&["streams", "token", "show", "OTP"]), new);
    assert_eq!(
        env.state()["streams"][0]["token_hint"].as_str().unwrap(),
        &new.trim()[35..]
    );
    assert!(
        !std::fs::read_to_string(env.home().join("tokens.json"))
            .unwrap()
            .contains(old.trim())
    );
}

#[test]
fn a_failed_rotation_leaves_the_token_in_force_readable() {
    let env = with_stream();
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    // The state file's place is taken, so that its rename fails after the tokens' has succeeded.
    let state = env.home().join("state.json");
    let kept = std::fs::read(&state).unwrap();
    let real = env.folder().join("real.json");
    std::fs::write(&real, &kept).unwrap();
    std::fs::remove_file(&state).unwrap();
    std::os::unix::fs::symlink(&real, &state).unwrap();
    let sealed = ["+i", real.to_str().unwrap()];
    if !installed("chattr") || !ability("sealing a file", succeeds("chattr", &sealed)) {
        return;
    }
    let run = env.run(&["streams", "token", "rotate", "OTP", "--yes"]);
    std::process::Command::new("chattr")
        .arg("-i")
        .arg(&real)
        .status()
        .unwrap();
    let named = run.stderr.contains("Cannot write") && run.stderr.contains("state.json");
    assert!(run.code == 1 && named, "{run:?}");
    assert_eq!(env.ok(&["streams", "token", "show", "OTP"]), token);
    let new = env.ok(&["streams", "token", "rotate", "OTP", "--yes"]);
    assert_eq!(env.ok(&["streams", "token", "show", "OTP"]), new);
    env.ok(&["doctor"]);
}

#[test]
fn what_differs_in_nothing_is_not_written_again() {
    use std::os::unix::fs::MetadataExt as _;
    let env = with_stream();
    let inode = || {
        std::fs::metadata(env.home().join("state.json"))
            .unwrap()
            .ino()
    };
    let before = inode();
    env.ok_saying(
        &["streams", "edit", "OTP", "--tag", "a"],
        "No changes to[..]",
    );
    env.ok_saying(
        &["senders", "add", "12025550143"],
        "12025550143 is already in the catalog.",
    );
    env.ok_saying(&["streams", "enable", "OTP"], "“OTP” is already Ready.");
    assert_eq!(inode(), before);
    env.ok_saying(&["streams", "disable", "OTP"], "“OTP” is Disabled.");
    assert_ne!(inode(), before);
}

#[test]
fn an_edit_is_not_refused_for_what_it_does_not_touch() {
    let env = with_stream();
    let path = env.home().join("state.json");
    let text =
        std::fs::read_to_string(&path)
            .unwrap()
            .replacen("\"12025550143\"\n", "\"OTHER\"\n", 1);
    std::fs::write(&path, text).unwrap();
    env.ok(&["streams", "edit", "OTP", "--description", "hello"]);
    env.ok(&["streams", "clone", "OTP", "--name", "Copy"]);
    env.ok(&["doctor"]);
}
