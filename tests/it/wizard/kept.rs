//! What is kept of a stream that is being made, whatever ends the wizard.

use serde_json::{Value, json};

use super::tty::{Key, Tty};
use super::{CREATE, all_but, create};
use crate::support::TestEnv;

/// Questions in their order: the label, the key at which a draft resumes, and an answer to it.
const QUESTIONS: [(&str, &str, &str); 6] = [
    ("Stream API description", "description", "What was ordered"),
    ("Add IP", "allowed_ips", "192.0.2.10"),
    ("Add tag", "tags", "otp"),
    ("Webhook URL", "webhook.url", "https://example.com/in"),
    ("HTTP header name", "webhook.headers", "X-Key: s3cret"),
    ("", "", ""),
];

fn draft(env: &TestEnv) -> Value {
    let state = env.state();
    assert_eq!(state["streams"].as_array().unwrap().len(), 1, "{state}");
    assert_eq!(state["streams"][0]["status"], "Draft");
    state["streams"][0].clone()
}

/// Answers every question up to the one with this label.
fn up_to(tty: &mut Tty, label: &str) {
    tty.answer("Stream API name", "Orders");
    for (question, _, answer) in QUESTIONS {
        if question == "Webhook URL" {
            tty.pick("Default sender", "Customized");
            tty.pick("Demo Sending", "Yes");
            tty.pick(super::END, "Save & Next");
            tty.pick("Webhook method", "GET");
        }
        if question == "HTTP header name" {
            tty.pick("Webhook events", "Delivery reports only");
        }
        if question == label {
            tty.asked(question);
            return;
        }
        tty.answer(question, answer);
        if question.starts_with("Add") {
            tty.sees("Added (1)");
            tty.key(Key::Enter);
        }
    }
}

#[test]
fn a_crash_or_ctrl_c_at_any_question_after_the_name_keeps_every_answer_before_it() {
    for (label, key, _) in &QUESTIONS[..5] {
        for crash in [true, false] {
            let env = TestEnv::new();
            let mut tty = Tty::new(&env, CREATE);
            up_to(&mut tty, label);
            if crash {
                tty.kill();
            } else {
                tty.key(Key::CtrlC);
                assert_eq!(tty.finish().code, 130);
            }
            let kept = draft(&env);
            assert_eq!(kept["resume"]["question"], *key, "{kept}");
            let before = |field: &str| {
                let of = |wanted: &str| QUESTIONS.iter().position(|(_, key, _)| *key == wanted);
                of(field) < of(key)
            };
            let or = |field: &str, there: Value, nothing: Value| {
                if before(field) { there } else { nothing }
            };
            assert_eq!(kept["name"], "Orders");
            let description = or("description", json!("What was ordered"), json!(""));
            assert_eq!(kept["description"], description);
            assert_eq!(
                kept["allowed_ips"],
                or("allowed_ips", json!(["192.0.2.10"]), json!([]))
            );
            assert_eq!(kept["tags"], or("tags", json!(["otp"]), json!([])));
            // The method of a webhook whose URL is not known.
            if *key == "webhook.url" {
                assert_eq!(kept["resume"]["method"], "GET");
            }

            // And it goes on there.
            let mut tty = Tty::new(&env, &["streams", "resume"]);
            let shown = tty.asked(label);
            assert!(shown.contains(" of 3 · "), "{shown}");
            if *key == "webhook.url" {
                tty.answer(label, "https://example.com/in");
                tty.asked("Webhook events");
                assert_eq!(draft(&env)["webhook"]["method"], "GET");
            }
        }
    }
}

#[test]
fn a_value_that_was_added_is_kept_at_once() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--ip"));
    tty.answer("Add IP", "192.0.2.10");
    tty.sees("Added (1)");
    tty.kill();
    assert_eq!(draft(&env)["allowed_ips"], json!(["192.0.2.10"]));
}

#[test]
fn answers_of_flags_are_kept_and_shown_and_not_asked() {
    let env = TestEnv::new();
    let flags = create(&[
        "--name",
        "Orders",
        "--description",
        "",
        "--ip",
        "192.0.2.1",
        "--tag",
        "otp",
        "--customized",
        "--demo",
        "--webhook-header",
        "X-Key: s3cret",
    ]);
    let mut tty = Tty::new(&env, &flags);
    let shown = tty.asked("Webhook URL");
    assert!(shown.contains("✔ Stream API name · Orders\n"), "{shown}");
    assert!(shown.contains("✔ Demo Sending · on\n"), "{shown}");
    tty.key(Key::CtrlC);
    let ended = tty.finish();
    assert_eq!(ended.code, 130);
    assert!(
        ended
            .screen
            .contains("To continue: textpeak streams resume Orders")
    );
    assert!(!ended.raw.contains("s3cret"));
    let kept = draft(&env);
    assert_eq!(kept["demo"], true);
    assert_eq!(kept["resume"]["headers"][0]["value"], "s3cret");

    let mut tty = Tty::new(&env, &["streams", "resume", "Orders"]);
    tty.answer("Webhook URL", "https://example.com/in");
    tty.pick("Webhook events", "Incoming messages");
    tty.sees("Added (1): X-Key");
    tty.key(Key::Enter);
    tty.pick(super::END, "Save & Next");
    tty.pick(super::LAST, "Create stream");
    tty.answer("Copy the token?", "n");
    assert_eq!(tty.finish().code, 0);
    let state = env.state();
    let stream = &state["streams"][0];
    assert_eq!(stream["webhook"]["headers"][0]["value"], "s3cret");
    assert_eq!(stream.get("resume"), None);
    assert_eq!(stream.get("resume_at"), None);
}
