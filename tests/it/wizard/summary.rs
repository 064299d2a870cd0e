//! The last look, the stream's creation, and what is told of it.

use std::process::Command;

use super::tty::{Ended, Tty, clipboard};
use super::{CREATE, END, LAST, all_but, create, no_webhook};
use crate::support::{PROGRAM, TestEnv};

const FULL: &[&str] = &[
    "--name",
    "It's “Orders”; $(x)",
    "--description",
    "two  words",
    "--ip",
    "192.0.2.10,2001:db8::/32",
    "--tag",
    "otp,Late codes",
    "--add-sender",
    "A & B",
    "--demo",
    "--webhook-method",
    "get",
    "--webhook-url",
    "https://example.com/in?a=1&b='2'",
];

/// The stream of [`FULL`], up to the summary.
fn full(env: &TestEnv, columns: u16) -> Tty {
    let mut tty = Tty::sized(env, &create(FULL), columns);
    tty.pick("Webhook events", "Incoming messages and");
    tty.answer("HTTP header name", "");
    tty.pick(END, "Save & Next");
    tty
}

fn made(mut tty: Tty, copy: &str) -> Ended {
    tty.pick(LAST, "Create stream");
    tty.answer("Copy the token?", copy);
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    ended
}

#[test]
fn s19_the_summary_shows_every_detail() {
    let env = TestEnv::new();
    let mut tty = full(&env, 80);
    let shown = tty.asked(LAST);
    for detail in [
        "Step 3 of 3 · Stream summary",
        "Name            It's “Orders”; $(x)\n",
        "Type            SMS Two-Way\n",
        "Status          Draft\n",
        "Description     two  words\n",
        "Tags            otp, Late codes\n",
        "Allowed IPs     192.0.2.10, 2001:db8::/32\n",
        "Default sender  A & B\n",
        "Demo Sending    on\n",
        "Webhook         GET https://example.com/in?a=1&b='2'\n",
        "Webhook events  message.received, message.status\n",
    ] {
        assert!(shown.contains(detail), "{detail} not in:\n{shown}");
    }
}

#[test]
fn s20_previews_stand_beside_the_details_where_there_is_room_and_are_shown_on_request() {
    for (columns, beside) in [(140, true), (80, false)] {
        let env = TestEnv::new();
        let mut tty = full(&env, columns);
        let shown = tty.asked(LAST);
        let preview = "POST http://127.0.0.1:4680/simple_send/";
        assert_eq!(shown.contains(preview), beside, "{columns}: {shown}");
        let widest = shown.lines().map(console::measure_text_width).max();
        assert!(widest <= Some(columns.into()), "{shown}");
        tty.pick(LAST, "Show Send Request");
        let send = tty.asked(LAST);
        assert!(send.contains(preview) && send.contains("A & B"), "{send}");
        tty.pick(LAST, "Show Status Request");
        let status = tty.asked(LAST);
        assert!(status.contains("/messages_status/"), "{status}");
    }
}

#[test]
fn s20_an_endpoint_and_a_body_can_be_copied_each() {
    let env = TestEnv::new();
    let mut tty = full(&env, 100);
    for entry in ["Send Request: endpoint", "Status Request: body"] {
        tty.pick(LAST, "Copy");
        tty.pick("Copy", entry);
        tty.wait_for("Copied to the clipboard.");
    }
    tty.pick(LAST, "Copy");
    tty.pick("Copy", "Back");
    tty.pick(LAST, "Save as draft");
    let ended = tty.finish();
    assert_eq!(ended.code, 0);
    let body = env.ok(&["streams", "preview", FULL[1], "status", "--part", "body"]);
    for text in ["http://127.0.0.1:4680/simple_send/", body.trim_end()] {
        assert!(ended.raw.contains(&clipboard(text)), "{text}");
    }
    assert_eq!(ended.raw.matches("\x1b]52;").count(), 2);
}

#[test]
fn s23_the_token_is_shown_and_copied_where_that_is_wished() {
    for (answer, copied) in [("y", true), ("n", false), ("", false)] {
        let env = TestEnv::new();
        let mut tty = Tty::new(&env, &all_but("--no-webhook"));
        no_webhook(&mut tty);
        let ended = made(tty, answer);
        let token = env.ok(&["streams", "token", "show", "Orders"]);
        let token = token.trim_end();
        assert!(
            ended
                .screen
                .contains(&format!("Authorization token: {token}\n"))
        );
        let sequence = clipboard(token);
        assert_eq!(ended.raw.contains(&sequence), copied, "{}", ended.screen);
        assert_eq!(ended.raw.contains("\x1b]52;"), copied);
    }
}

#[test]
fn s24_the_table_shows_the_new_stream_on_top() {
    let env = TestEnv::new();
    for name in ["Older", "Old"] {
        env.ok(&create(&["--name", name, "--no-input"]));
    }
    let mut tty = Tty::new(&env, &all_but("--no-webhook"));
    no_webhook(&mut tty);
    let ended = made(tty, "n");
    let (_, table) = ended.screen.split_once("╞").unwrap();
    let names: Vec<_> = table
        .lines()
        .filter_map(|line| line.strip_prefix("│ "))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    assert_eq!(names, ["Orders", "Old", "Older"], "{table}");
    assert!(table.contains("Ready"), "{table}");
}

#[test]
fn the_command_line_told_at_the_end_makes_an_equal_stream_in_a_fresh_home() {
    let env = TestEnv::new();
    let ended = made(full(&env, 100), "n");
    let plain = console::strip_ansi_codes(&ended.raw).replace('\r', "");
    let (_, line) = plain.split_once("Equivalent command:\n  ").unwrap();
    let line = line.trim_end();
    assert!(line.starts_with("textpeak streams create "), "{line}");

    let fresh = TestEnv::new();
    let mut shell = Command::new("sh");
    shell.env_clear();
    for (name, value) in fresh.command().get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    let script = line.replacen("textpeak", "\"$0\"", 1);
    let output = shell.args(["-c", &script, PROGRAM]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let settled = |env: &TestEnv| {
        let mut state = env.state();
        let stream = state["streams"][0].as_object_mut().unwrap();
        for field in [
            "id",
            "created_at",
            "updated_at",
            "token_hint",
            "token_sha256",
        ] {
            assert!(stream.remove(field).is_some(), "{field}");
        }
        state
    };
    assert_eq!(settled(&env), settled(&fresh));
}

#[test]
fn without_colour_the_wizard_asks_the_same() {
    let env = TestEnv::new();
    let mut tty = Tty::with(&env, CREATE, 80, &[("NO_COLOR", "1")]);
    tty.wait_for("Stream API name:");
    tty.listening();
    tty.send("Orders\r");
    tty.wait_for("Stream API description:");
    tty.listening();
    tty.key(super::tty::Key::CtrlC);
    let ended = tty.finish();
    assert_eq!(ended.code, 130);
    assert!(
        ended.screen.contains("✔ Stream API name · Orders\n"),
        "{}",
        ended.screen
    );
    // No colours and no weights: `m` ends the sequences that set them.
    let styled = ended.raw.split("\x1b[").skip(1).any(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';')
            .starts_with('m')
    });
    assert!(!styled, "{:?}", ended.raw);
}
