//! Saving on the way, going on later, and going back.

use serde_json::json;

use super::tty::{Key, Tty};
use super::{CREATE, END, LAST, all_but, no_webhook, plain_details};
use crate::support::TestEnv;

const RESUME: &[&str] = &["streams", "resume", "Orders"];

/// Step 1 with an answer of its own to every question.
fn full_details(tty: &mut Tty) {
    tty.answer("Stream API name", "Orders");
    tty.answer("Stream API description", "What was ordered");
    tty.answer("Add IP", "192.0.2.10");
    tty.answer("Add IP", "");
    tty.answer("Add tag", "otp");
    tty.answer("Add tag", "");
    tty.pick("Default sender", "Add a new");
    tty.answer("New Sender ID", "GLOBAL");
    tty.pick("Demo Sending", "Yes");
}

fn full_webhook(tty: &mut Tty) {
    tty.pick("Webhook method", "GET");
    tty.answer("Webhook URL", "https://example.com/in");
    tty.pick("Webhook events", "Delivery reports only");
    tty.answer("HTTP header name", "X-Api-Key");
    tty.answer("Value of X-Api-Key", "s3cret");
    tty.answer("HTTP header name", "");
}

/// The stream without what differs from run to run.
fn kept(env: &TestEnv) -> serde_json::Value {
    let state = env.state();
    assert_eq!(state["streams"].as_array().unwrap().len(), 1, "{state}");
    let mut stream = state["streams"][0].clone();
    for field in [
        "id",
        "created_at",
        "updated_at",
        "token_hint",
        "token_sha256",
    ] {
        stream.as_object_mut().unwrap().remove(field);
    }
    stream
}

fn details() -> serde_json::Value {
    json!({
        "name": "Orders",
        "type": "sms_two_way",
        "description": "What was ordered",
        "status": "Draft",
        "tags": ["otp"],
        "allowed_ips": ["192.0.2.10"],
        "default_sender": "GLOBAL",
        "demo": true,
        "webhook": null,
    })
}

fn with(mut stream: serde_json::Value, field: &str, value: serde_json::Value) -> serde_json::Value {
    stream[field] = value;
    stream
}

fn webhook() -> serde_json::Value {
    let headers = json!([{"name": "X-Api-Key", "value": "s3cret"}]);
    json!({
        "method": "GET",
        "url": "https://example.com/in",
        "headers": headers,
        "events": ["message.status"],
    })
}

#[test]
fn s11_save_and_next_saves_the_draft_and_goes_on() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    full_details(&mut tty);
    tty.asked(END);
    let saved = with(details(), "resume_at", json!("webhook"));
    assert_eq!(kept(&env), saved);
    tty.pick(END, "Save & Next");
    let next = tty.asked("Webhook method");
    assert!(next.contains("Draft saved."), "{next}");
    assert_eq!(kept(&env), saved);
    full_webhook(&mut tty);
    tty.pick(END, "Save & Next");
    tty.asked(LAST);
    let saved = with(details(), "webhook", webhook());
    assert_eq!(kept(&env), with(saved, "resume_at", json!("summary")));
}

#[test]
fn s13_a_draft_of_any_step_goes_on_at_that_step_with_everything_kept() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    full_details(&mut tty);
    tty.pick(END, "Save as draft");
    tty.wait_for("To continue: textpeak streams resume Orders");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(kept(&env), with(details(), "resume_at", json!("details")));

    // Step 1 again: each answer is the default.
    let mut tty = Tty::new(&env, RESUME);
    let shown = tty.answer("Stream API name › Orders", "");
    assert!(shown.contains("Step 1 of 3"), "{shown}");
    tty.answer("Stream API description › What was ordered", "");
    let shown = tty.answer("Add IP", "");
    assert!(shown.contains("Added (1): 192.0.2.10"), "{shown}");
    let shown = tty.answer("Add tag", "");
    assert!(shown.contains("Added (1): otp"), "{shown}");
    tty.accept("Default sender", "Select");
    tty.accept("Sender ID", "GLOBAL");
    tty.accept("Demo Sending", "Yes");
    tty.pick(END, "Save & Next");
    full_webhook(&mut tty);
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    let whole = with(details(), "webhook", webhook());
    assert_eq!(
        kept(&env),
        with(whole.clone(), "resume_at", json!("webhook"))
    );

    // Step 2 again.
    let mut tty = Tty::new(&env, RESUME);
    let shown = tty.accept("Webhook method", "GET");
    assert!(shown.contains("Step 2 of 3"), "{shown}");

    tty.answer("Webhook URL › https://example.com/in", "");
    tty.accept("Webhook events", "Delivery reports only");
    let shown = tty.answer("HTTP header name", "");
    assert!(shown.contains("Added (1): X-Api-Key"), "{shown}");
    tty.pick(END, "Save & Next");
    tty.pick(LAST, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(
        kept(&env),
        with(whole.clone(), "resume_at", json!("summary"))
    );

    // The summary again, and the stream.
    let mut tty = Tty::new(&env, RESUME);
    let shown = tty.pick(LAST, "Create stream");
    assert!(shown.contains("Step 3 of 3"), "{shown}");
    tty.answer("Copy the token?", "n");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(kept(&env), with(whole, "status", json!("Ready")));
}

#[test]
fn s14_a_draft_stands_in_the_list() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    plain_details(&mut tty, "Orders");
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    let list = env.ok(&["streams", "list"]);
    let cells: Vec<_> = list.trim_end().split('\t').collect();
    assert_eq!(cells[..2], ["Orders", "Draft"], "{list}");
    assert_eq!(cells[3], "SMS Two-Way", "{list}");
    assert_eq!(
        env.json(&["streams", "list"])["items"][0]["status"],
        "Draft"
    );
}

#[test]
fn back_returns_to_the_question_before_with_its_answer_as_the_default() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    tty.answer("Stream API name", "<");
    tty.wait_for("This is the first question.");
    full_details(&mut tty);
    tty.pick(END, "Save & Next");
    full_webhook(&mut tty);

    // From the last question back to the first.
    tty.pick(END, "Back");
    tty.answer("HTTP header name", "<");
    tty.pick("Webhook events", "Back");
    tty.answer("Webhook URL › https://example.com/in", "<");
    tty.asked("Webhook method");
    tty.offers("GET");
    tty.pick("Webhook method", "Back");
    let shown = tty.asked("Demo Sending");
    assert!(shown.contains("Step 1 of 3"), "{shown}");
    tty.offers("Yes");
    tty.key(Key::Esc);
    tty.pick("Default sender", "Back");
    tty.answer("Add tag", "<");
    tty.answer("Add IP", "<");
    tty.answer("Stream API description › What was ordered", " < ");
    tty.answer("Stream API name › Orders", "<");
    tty.wait_for("This is the first question.");

    // And forward again, with nothing changed.
    tty.answer("Stream API name › Orders", "");
    tty.answer("Stream API description › What was ordered", "");
    tty.answer("Add IP", "");
    tty.answer("Add tag", "");
    tty.accept("Default sender", "Add a new");
    tty.answer("New Sender ID › GLOBAL", "");
    tty.accept("Demo Sending", "Yes");
    tty.pick(END, "Save & Next");
    tty.accept("Webhook method", "GET");
    tty.answer("Webhook URL", "");
    tty.accept("Webhook events", "Delivery reports only");
    tty.answer("HTTP header name", "");
    tty.pick(END, "Save & Next");
    tty.pick(LAST, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    let whole = with(details(), "webhook", webhook());
    assert_eq!(kept(&env), with(whole, "resume_at", json!("summary")));
}

#[test]
fn back_skips_what_flags_have_answered() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--tag"));
    tty.answer("Add tag", "<");
    tty.wait_for("This is the first question.");
    tty.answer("Add tag", "");
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
}

#[test]
fn the_summary_leads_back_into_either_step() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    plain_details(&mut tty, "Orders");
    tty.pick(END, "Save & Next");
    no_webhook(&mut tty);
    tty.pick(LAST, "Edit step 1");
    tty.answer("Stream API name › Orders", "Renamed");
    for label in ["Stream API description", "Add IP", "Add tag"] {
        tty.answer(label, "");
    }
    tty.pick("Default sender", "Customized");
    tty.pick("Demo Sending", "No");
    tty.pick(END, "Save & Next");
    no_webhook(&mut tty);
    let shown = tty.pick(LAST, "Edit step 2");
    assert!(shown.contains("Renamed"), "{shown}");
    full_webhook(&mut tty);
    tty.pick(END, "Save & Next");
    tty.pick(LAST, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    let stream = kept(&env);
    assert_eq!(stream["name"], "Renamed");
    assert_eq!(stream["webhook"], webhook());
}

#[test]
fn what_others_did_to_a_draft_meanwhile_is_not_undone() {
    let env = TestEnv::new();
    let delete = ["streams", "delete", "Orders", "--yes"];
    let deleted = "Deleted “Orders” and its token.";
    for (words, note, said) in [
        (
            &["streams", "edit", "Orders", "--tag", "theirs"][..],
            "",
            "was changed in the meantime",
        ),
        (&delete, deleted, "was deleted in the meantime"),
    ] {
        let mut tty = Tty::new(&env, CREATE);
        plain_details(&mut tty, "Orders");
        tty.pick(END, "Save & Next");
        tty.asked("Webhook method");
        env.ok_saying(words, note);
        let theirs = env.state();
        tty.pick("Webhook method", "Skip");
        tty.wait_for(said);
        assert_eq!(tty.finish().code, 1);
        assert_eq!(env.state(), theirs);
        if note.is_empty() {
            env.ok_saying(&delete, deleted);
        }
    }
}

#[test]
fn s24_a_draft_that_is_created_comes_to_stand_on_top() {
    let env = TestEnv::new();
    env.ok_saying(
        &[
            "streams",
            "create",
            "--draft",
            "--name",
            "Orders",
            "--no-webhook",
            "--description",
            "",
            "--ip",
            "192.0.2.1",
            "--tag",
            "x",
            "--customized",
            "--live",
        ],
        "Saved as a draft.[..]",
    );
    env.ok(&["streams", "create", "--name", "Later"]);
    let mut tty = Tty::new(&env, RESUME);
    tty.pick(LAST, "Create stream");
    tty.answer("Copy the token?", "n");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state()["streams"][0]["name"], "Orders");
}
