//! The code samples of `preview`, run by their own interpreters against a real socket.

use std::fs;
use std::process::Command;

use crate::support::{Receiver, TestEnv, finish, need};

/// Runs a sample with the first of the commands that is there, and compares what was heard.
fn sample_sends_the_request(language: &str, file: &str, commands: &[&[&str]]) {
    let works = |command: &&&[&str]| {
        let probe: &[&str] = match language {
            "python" => &["-c", "import requests"],
            "php" => &["-r", "curl_init() || exit(1);"],
            "go" => &["version"],
            _ => &["--version"],
        };
        Command::new(command[0])
            .args(probe)
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let command = commands.iter().find(works);
    need(&format!("what runs {language}"), command.is_some());
    let Some(command) = command else { return };
    let env = TestEnv::new();
    env.ok_saying(
        &["streams", "create", "--name", "a", "--add-sender", "A & B"],
        "Note: A & B can't receive replies.[..]",
    );
    let receiver = Receiver::start();
    let gateway = format!("http://{}", receiver.address);
    let words = [
        "streams",
        "preview",
        "a",
        "send",
        "--reveal",
        "--gateway",
        &gateway,
        "--as",
        language,
    ];
    let path = env.folder().join(file);
    fs::write(&path, env.ok(&words)).unwrap();
    let mut run = Command::new(command[0]);
    run.args(&command[1..])
        .arg(&path)
        .env("GOCACHE", concat!(env!("CARGO_TARGET_TMPDIR"), "/go"))
        .env("NO_PROXY", "*");
    let run = finish(&mut run);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("200"), "{run:?}");
    let heard = receiver.heard();
    let (head, body) = heard.split_once("\r\n\r\n").unwrap();
    let token = env.ok(&["streams", "token", "show", "a"]);
    let has = |line: &str| head.lines().any(|other| other.eq_ignore_ascii_case(line));
    assert!(
        head.starts_with("POST /simple_send/ HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        has(&format!("authorization: {}", token.trim())) && has("content-type: application/json"),
        "{head}"
    );
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body, env.json(&["streams", "preview", "a", "send"])["body"]);
}

#[test]
fn the_python_sample_sends_the_request() {
    sample_sends_the_request("python", "send.py", &[&["python3"], &["/usr/bin/python3"]]);
}

#[test]
fn the_node_sample_sends_the_request() {
    sample_sends_the_request("node", "send.mjs", &[&["node"]]);
}

#[test]
fn the_php_sample_sends_the_request() {
    sample_sends_the_request("php", "send.php", &[&["php"]]);
}

#[test]
fn the_go_sample_sends_the_request() {
    sample_sends_the_request("go", "send.go", &[&["go", "run"]]);
}

#[test]
fn the_json_sample_is_the_request() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "a"]);
    let sample: serde_json::Value = serde_json::from_str(&env.ok_saying(
        &["streams", "preview", "a", "send", "--as", "json"],
        "Secrets are masked[..]",
    ))
    .unwrap();
    assert_eq!(sample, env.json(&["streams", "preview", "a", "send"]));
}

#[test]
fn both_requests_together_are_still_one_program() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "a"]);
    for (language, once) in [
        ("python", "import requests"),
        ("php", "<?php"),
        ("go", "package main"),
    ] {
        let sample = env.ok_saying(
            &["streams", "preview", "a", "--as", language],
            "Secrets are masked[..]",
        );
        assert_eq!(sample.matches(once).count(), 1, "{sample}");
        assert!(
            sample.contains("/simple_send/") && sample.contains("/messages_status/"),
            "{sample}"
        );
    }
    let sample: serde_json::Value = serde_json::from_str(&env.ok_saying(
        &["streams", "preview", "a", "--as", "json"],
        "Secrets are masked[..]",
    ))
    .unwrap();
    assert_eq!(sample, env.json(&["streams", "preview", "a"]));
    if crate::support::installed("node") {
        let path = env.folder().join("both.mjs");
        fs::write(
            &path,
            env.ok_saying(
                &["streams", "preview", "a", "--as", "node"],
                "Secrets are masked[..]",
            ),
        )
        .unwrap();
        let run = finish(Command::new("node").arg("--check").arg(&path));
        assert_eq!(run.code, 0, "{run:?}");
    }
}
