//! Looking at what is there: `list`, `show`, `preview`, `token show`, `delete`, `senders`.

use serde_json::json;

use crate::support::{TestEnv, finish, settled};

fn with_stream() -> TestEnv {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "OTP",
        "--add-sender",
        "12025550143",
        "--webhook-url",
        "https://example.com",
        "--webhook-header",
        "X-Key: s3cret",
    ]);
    env
}

#[test]
fn nothing_is_made_by_looking() {
    let env = TestEnv::new();
    for words in [&["streams", "list"][..], &["senders", "list"]] {
        let run = env.run(words);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
        assert!(run.stderr.contains("To "), "{run:?}");
    }
    assert_eq!(
        env.json(&["streams", "list"]),
        json!({"items": [], "total": 0, "page": 1})
    );
    env.fails(3, &["streams", "show", "x"]);
    assert!(!env.home().exists());
}

#[test]
fn what_is_not_there_is_said_and_exits_with_3() {
    let env = with_stream();
    for words in [
        &["streams", "show", "NOPE"][..],
        &["streams", "preview", "NOPE"],
        &["streams", "resume", "NOPE"],
        &["streams", "token", "show", "NOPE"],
        &["streams", "delete", "OTP", "NOPE", "--yes"],
    ] {
        let stderr = env.fails(3, words);
        assert_eq!(
            stderr, "error: Stream “NOPE” not found.\nhint: textpeak streams list\n",
            "{words:?}"
        );
    }
    assert_eq!(env.json(&["streams", "list"])["total"], 1);
}

#[test]
fn streams_are_found_by_id_and_by_name_in_any_case() {
    let env = with_stream();
    let id = env.json(&["streams", "show", "otp"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(env.json(&["streams", "show", &id])["name"], "OTP");
}

#[test]
fn secrets_are_shown_only_when_asked_for() {
    let env = with_stream();
    let token = env
        .ok(&["streams", "token", "show", "OTP"])
        .trim()
        .to_owned();
    for words in [
        &["streams", "show", "OTP"][..],
        &["streams", "preview", "OTP"],
        &["streams", "list"],
        &["streams", "preview", "OTP", "--as", "curl"],
    ] {
        for format in ["table", "json"] {
            let run = env.run(&[words, &["-v", "-o", format]].concat());
            assert!(
                !run.stdout.contains(&token) && !run.stderr.contains(&token),
                "{run:?}"
            );
            assert!(!run.stdout.contains("s3cret"), "{run:?}");
        }
    }
    let revealed = env.ok(&["streams", "show", "OTP", "--reveal"]);
    assert!(
        revealed.contains("X-Key: s3cret")
            && revealed.contains(&format!("Token           {token}")),
        "{revealed}"
    );
    assert_eq!(
        env.json(&["streams", "show", "OTP", "--reveal"])["webhook"]["headers"][0]["value"],
        "s3cret"
    );
    assert_eq!(
        env.json(&["streams", "token", "show", "OTP"])["token"],
        token
    );
}

#[test]
fn s20_s21_s22_requests_are_previewed_whole_and_in_parts() {
    let env = with_stream();
    snapbox::assert_data_eq!(
        settled(&env.ok_saying(
            &["streams", "preview", "OTP", "status"],
            "Secrets are masked[..]"
        )),
        snapbox::str![[r#"
POST http://127.0.0.1:4680/messages_status/
Authorization: tp_********0000
Content-Type: application/json

{
  "message_uuids": [
    "01890a5d-ac96-774b-bcce-b302099a8057"
  ]
}

"#]]
    );
    assert_eq!(
        env.ok(&["streams", "preview", "OTP", "send", "--part", "endpoint"]),
        "http://127.0.0.1:4680/simple_send/\n"
    );
    let body = env.ok(&["streams", "preview", "OTP", "send", "--part", "body"]);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["messages"][0]["sender"], "12025550143");
    let both = env.json(&["streams", "preview", "OTP"]);
    assert_eq!(both["send"]["method"], "POST");
    assert_eq!(
        both["status"]["body"]["message_uuids"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        env.json(&["streams", "preview", "OTP", "send"]),
        both["send"]
    );
}

#[test]
fn the_pasted_curl_is_the_request_that_the_preview_shows() {
    if !crate::support::installed("curl") {
        return;
    }
    let env = with_stream();
    let receiver = crate::support::Receiver::start();
    let gateway = format!("http://{}", receiver.address);
    let words = [
        "streams",
        "preview",
        "OTP",
        "send",
        "--as",
        "curl",
        "--reveal",
        "--gateway",
        &gateway,
    ];
    let line = env.ok(&words);
    let run = finish(std::process::Command::new("sh").args(["-c", &format!("{} -s", line.trim())]));
    assert_eq!(run.code, 0, "{run:?}");
    let heard = receiver.heard();
    let token = env.ok(&["streams", "token", "show", "OTP"]);
    assert!(
        heard.starts_with("POST /simple_send/ HTTP/1.1\r\n"),
        "{heard}"
    );
    assert!(
        heard.contains(&format!("Authorization: {}\r\n", token.trim())),
        "{heard}"
    );
    assert!(
        heard.contains("Content-Type: application/json\r\n"),
        "{heard}"
    );
    let body: serde_json::Value =
        serde_json::from_str(heard.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(
        body,
        env.json(&["streams", "preview", "OTP", "send"])["body"]
    );
}

#[test]
fn pages_are_cut_out_of_the_list() {
    let env = TestEnv::new();
    for n in 1..=5 {
        env.ok(&["streams", "create", "--name", &format!("n{n}")]);
    }
    let page = env.json(&["streams", "list", "--limit", "2", "--page", "2"]);
    assert_eq!((&page["total"], &page["page"]), (&json!(5), &json!(2)));
    let names: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["name"])
        .collect();
    assert_eq!(names, ["n3", "n2"]);
    assert_eq!(
        env.json(&["streams", "list", "--limit", "2", "--page", "9"])["items"],
        json!([])
    );
    env.fails(2, &["streams", "list", "--limit", "2", "--page", "0"]);
}

#[test]
fn deleting_asks_for_the_name_or_takes_yes_and_takes_the_token_along() {
    let env = with_stream();
    env.ok(&["streams", "create", "--name", "other"]);
    let refused = env.fails(2, &["streams", "delete", "OTP"]);
    assert!(refused.contains("--yes"), "{refused}");
    let run = env.run(&["streams", "rm", "OTP", "otp", "-y"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, "Deleted “OTP” and its token.\n")
    );
    assert_eq!(env.json(&["streams", "list"])["total"], 1);
    let tokens = std::fs::read_to_string(env.home().join("tokens.json")).unwrap();
    assert_eq!(tokens.matches("tp_").count(), 1);
    let deleted = env.json(&["streams", "delete", "other", "--yes"]);
    assert_eq!(deleted["deleted"].as_array().unwrap().len(), 1);
}

#[test]
fn senders_are_added_once_and_all_or_none() {
    let env = TestEnv::new();
    let refused = env.fails(2, &["senders", "add", "GOOD", "12", "TWELVE-CHARS"]);
    assert!(
        refused.contains("“12”") && refused.contains("“TWELVE-CHARS”"),
        "{refused}"
    );
    assert!(!env.home().exists());
    let added = env.json(&["senders", "add", "GLOBAL", "12025550143", "GLOBAL"]);
    assert_eq!(
        added,
        json!({"added": ["GLOBAL", "12025550143"], "existing": ["GLOBAL"]})
    );
    assert_eq!(
        env.ok(&["senders", "list"]),
        "GLOBAL\talphanumeric\n12025550143\tnumeric\n"
    );
    assert_eq!(env.json(&["senders", "list"])["total"], 2);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    if !crate::support::installed("bash") {
        return;
    }
    let env = TestEnv::new();
    for n in 0..3 {
        env.ok(&["streams", "create", "--name", &format!("n{n}")]);
    }
    let script = format!(
        "{} streams list -o json | true; echo ${{PIPESTATUS[0]}}",
        crate::support::PROGRAM
    );
    for _ in 0..20 {
        let run = finish(
            std::process::Command::new("bash")
                .args(["-c", &script])
                .env("TEXTPEAK_HOME", env.home()),
        );
        assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("0\n", ""));
    }
}

#[test]
fn colour_is_for_terminals_unless_asked_for() {
    let env = with_stream();
    assert!(!env.ok(&["streams", "show", "OTP"]).contains('\x1b'));
    assert!(
        env.ok(&["streams", "show", "OTP", "--color", "always"])
            .contains("\x1b[1m")
    );
    let stderr = env
        .run(&["streams", "show", "NOPE", "--color", "always"])
        .stderr;
    assert!(stderr.contains("\x1b["), "{stderr:?}");
}
