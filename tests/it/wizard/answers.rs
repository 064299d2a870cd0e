//! What each question takes, and what it says to a bad answer.

use serde_json::json;

use super::tty::Tty;
use super::{CREATE, END, LAST, all_but, create, no_webhook, plain_details};
use crate::support::TestEnv;

/// What the command line says to a bad value of a flag.
fn refusal(env: &TestEnv, flag: &str, words: &[&str]) -> String {
    let said = env.fails(2, words);
    let sentence = said.lines().next().unwrap();
    let prefix = format!("error: {flag}: ");
    sentence.strip_prefix(&prefix).unwrap().to_owned()
}

#[test]
fn s01_the_heading_names_the_type_and_the_type_is_stored() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    let heading = tty.wait_for("Step 1");
    assert!(
        heading.contains("Create a stream · SMS Two-Way"),
        "{heading}"
    );
    plain_details(&mut tty, "Orders");
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state()["streams"][0]["type"], "sms_two_way");
}

#[test]
fn s02_three_steps_are_titled_in_order() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    plain_details(&mut tty, "Orders");
    tty.pick(END, "Save & Next");
    no_webhook(&mut tty);
    tty.pick(LAST, "Save as draft");
    let screen = tty.finish().screen;
    let titles: Vec<_> = screen
        .lines()
        .filter(|line| line.starts_with("Step "))
        .collect();
    assert_eq!(
        titles,
        [
            "Step 1 of 3 · Stream API details",
            "Step 2 of 3 · Incoming messages webhook",
            "Step 3 of 3 · Stream summary",
        ]
    );
}

#[test]
fn s05_an_address_is_asked_for_until_enter_alone_and_each_is_confirmed_and_listed() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--ip"));
    let first = tty.answer("Add IP", " 192.0.2.10 ");
    assert!(first.contains("like 192.0.2.10"), "{first}");
    tty.wait_for("Added (1): 192.0.2.10\n");
    tty.answer("Add IP", "198.51.100.0/24");
    tty.wait_for("Added (2): 192.0.2.10, 198.51.100.0/24\n");
    tty.answer("Add IP", "-192.0.2.10");
    tty.wait_for("Removed 192.0.2.10.\n");
    tty.answer("Add IP", "192.0.2.99");
    tty.wait_for("Added (2)");
    tty.answer("Add IP", "-192.0.2.77");
    tty.wait_for("192.0.2.77 is not in the list.");
    tty.answer("Add IP", "");
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(
        env.state()["streams"][0]["allowed_ips"],
        json!(["198.51.100.0/24", "192.0.2.99"])
    );
}

#[test]
fn s06_a_double_is_refused_kindly_and_a_bad_one_with_the_sentence_of_the_flag() {
    let env = TestEnv::new();
    let mut tty = Tty::sized(&env, &all_but("--ip"), 200);
    tty.answer("Add IP", "192.0.2.10");
    tty.wait_for("Added (1)");
    tty.answer("Add IP", "192.0.2.10/32");
    tty.wait_for("192.0.2.10 is already added.");
    for bad in ["192.0.2.300", "192.0.2.10/24", "0.0.0.0/33", "example.com"] {
        tty.answer("Add IP", bad);
        let words = create(&["--name", "x", "--no-input", "--ip", bad]);
        let sentence = refusal(&env, "--ip", &words);
        tty.wait_for(&format!("  {sentence}\n? Add IP › {bad}"));
    }
    tty.answer("Add IP", "");
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(
        env.state()["streams"][0]["allowed_ips"],
        json!(["192.0.2.10"])
    );
}

#[test]
fn a_bad_text_is_refused_with_the_sentence_of_the_flag_and_asked_for_again() {
    let long = "x".repeat(501);
    for (flag, label, bad) in [
        ("--name", "Stream API name", ""),
        ("--name", "Stream API name", "Taken"),
        ("--description", "Stream API description", &long),
        ("--tag", "Add tag", &long),
    ] {
        let env = TestEnv::new();
        env.ok(&create(&["--name", "Taken", "--no-input"]));
        let mut flags = vec!["--no-input", flag, bad];
        if flag != "--name" {
            flags.extend(["--name", "x"]);
        }
        let sentence = refusal(&env, flag, &create(&flags));
        let mut tty = Tty::sized(&env, &all_but(flag), 600);
        tty.answer(label, bad);
        tty.wait_for(&sentence);
        tty.asked(label);
    }
}

#[test]
fn s07_tags_are_made_as_typed_and_known_ones_are_offered() {
    let env = TestEnv::new();
    env.ok(&create(&[
        "--name",
        "One",
        "--tag",
        "Germany,otp",
        "--no-input",
    ]));
    env.ok(&create(&["--name", "Two", "--tag", "otp", "--no-input"]));
    let mut tty = Tty::new(&env, &all_but("--tag"));
    let asked = tty.answer("Add tag", "Späte Codes");
    assert!(
        asked.contains("Known tags (Tab completes): otp, Germany\n"),
        "{asked}"
    );
    tty.wait_for("Added (1): Späte Codes\n");
    tty.answer("Add tag", "otp");
    tty.wait_for("Added (2): Späte Codes, otp\n");
    tty.answer("Add tag", "otp");
    tty.wait_for("otp is already added.");
    tty.answer("Add tag", "");
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(
        env.state()["streams"][0]["tags"],
        json!(["Späte Codes", "otp"])
    );
}

#[test]
fn s12_demo_sending_is_off_unless_it_is_enabled() {
    for (entry, demo) in [("No", false), ("Yes", true)] {
        let env = TestEnv::new();
        let mut tty = Tty::new(&env, &all_but("--live"));
        tty.asked("Demo Sending");
        tty.offers("No");
        tty.pick("Demo Sending", entry);
        tty.pick(END, "Save as draft");
        assert_eq!(tty.finish().code, 0);
        assert_eq!(env.state()["streams"][0]["demo"], demo);
    }
}

#[test]
fn s15_the_webhook_step_may_be_skipped() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--no-webhook"));
    tty.accept("Webhook method", "Skip this step for now");
    tty.pick(LAST, "Create stream");
    tty.answer("Copy the token?", "n");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state()["streams"][0]["webhook"], json!(null));
}

#[test]
fn s16_a_webhook_is_called_by_post_or_get_at_a_url() {
    for method in ["POST", "GET"] {
        let env = TestEnv::new();
        let mut tty = Tty::sized(&env, &all_but("--no-webhook"), 200);
        tty.pick("Webhook method", method);
        tty.answer("Webhook URL", "ftp://example.com");
        let words = create(&[
            "--name",
            "x",
            "--no-input",
            "--webhook-url",
            "ftp://example.com",
        ]);
        tty.wait_for(&refusal(&env, "--webhook-url", &words));
        tty.answer("Webhook URL", "https://example.com/in?a=1&b=2");
        tty.accept("Webhook events", "Incoming messages");
        tty.answer("HTTP header name", "");
        tty.pick(END, "Save & Next");
        tty.pick(LAST, "Save as draft");
        assert_eq!(tty.finish().code, 0);
        assert_eq!(
            env.state()["streams"][0]["webhook"],
            json!({"method": method, "url": "https://example.com/in?a=1&b=2", "headers": [], "events": ["message.received"]})
        );
    }
}

#[test]
fn a_webhook_is_told_of_incoming_messages_of_delivery_reports_or_of_both() {
    for (entry, events) in [
        (
            "Incoming messages and",
            json!(["message.received", "message.status"]),
        ),
        ("Delivery reports only", json!(["message.status"])),
    ] {
        let env = TestEnv::new();
        let mut tty = Tty::new(&env, &all_but("--no-webhook"));
        tty.pick("Webhook method", "POST");
        tty.answer("Webhook URL", "https://example.com/in");
        tty.pick("Webhook events", entry);
        tty.answer("HTTP header name", "<");
        // Back at the question, with its answer offered.
        tty.accept("Webhook events", entry);
        tty.answer("HTTP header name", "");
        tty.pick(END, "Save & Next");
        tty.pick(LAST, "Save as draft");
        assert_eq!(tty.finish().code, 0);
        assert_eq!(env.state()["streams"][0]["webhook"]["events"], events);
    }
}

#[test]
fn s17_headers_are_taken_as_pairs_and_no_value_stays_on_the_screen() {
    let env = TestEnv::new();
    let mut tty = Tty::sized(&env, &all_but("--no-webhook"), 60);
    let long = format!("Bearer {}", "k3y".repeat(60));
    tty.pick("Webhook method", "POST");
    tty.answer("Webhook URL", "https://example.com/in");
    tty.accept("Webhook events", "Incoming messages");
    tty.answer("HTTP header name", "X-Api-Key");
    tty.answer("Value of X-Api-Key", "s3cret");
    tty.wait_for("Added (1): X-Api-Key\n");
    tty.answer("HTTP header name", "Authorization");
    tty.answer("Value of Authorization", &long);
    tty.wait_for("Added (2): X-Api-Key, Authorization\n");
    tty.answer("HTTP header name", "Host");
    tty.wait_for("set by textpeak");
    tty.answer("HTTP header name", "x-api-KEY");
    tty.wait_for("x-api-KEY is already set.");
    tty.answer("HTTP header name", "X-Gone: s3cret");
    tty.wait_for("Added (3)");
    tty.answer("HTTP header name", "-x-gone");
    tty.wait_for("Removed x-gone.\n");
    tty.answer("HTTP header name", "");
    tty.pick(END, "Save & Next");
    tty.pick(LAST, "Create stream");
    tty.answer("Copy the token?", "n");
    let ended = tty.finish();
    assert_eq!(ended.code, 0);
    assert!(
        ended.screen.contains("X-Api-Key: ********"),
        "{}",
        ended.screen
    );
    for part in ["s3cret", "Bearer", "k3y"] {
        assert!(!ended.screen.contains(part), "{part} in:\n{}", ended.screen);
    }
    assert!(
        ended
            .screen
            .contains("Webhook URL · https://example.com/in"),
        "{}",
        ended.screen
    );
    assert_eq!(
        env.state()["streams"][0]["webhook"]["headers"],
        json!([
            {"name": "X-Api-Key", "value": "s3cret"},
            {"name": "Authorization", "value": long},
        ])
    );
}

#[test]
fn a_question_answered_by_a_flag_is_not_asked() {
    let env = TestEnv::new();
    let mut tty = Tty::new(
        &env,
        &create(&["--name", "Orders", "--tag", "otp", "--demo"]),
    );
    tty.answer("Stream API description", "");
    tty.answer("Add IP", "");
    tty.pick("Default sender", "Customized");
    tty.pick(END, "Save & Next");
    no_webhook(&mut tty);
    tty.pick(LAST, "Save as draft");
    let ended = tty.finish();
    for label in ["? Stream API name", "? Add tag", "? Demo Sending"] {
        assert!(
            !console::strip_ansi_codes(&ended.raw).contains(label),
            "{label}"
        );
    }
    let stream = &env.state()["streams"][0];
    assert_eq!(stream["name"], "Orders");
    assert_eq!(stream["tags"], json!(["otp"]));
    assert_eq!(stream["demo"], true);
}
