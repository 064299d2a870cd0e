//! `streams edit` without flags: the same wizard, filled in with what is there.

use super::END;
use super::tty::Tty;
use crate::support::TestEnv;

const SAVE: &str = "Save these changes?";

fn with_stream() -> TestEnv {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "Orders",
        "--ip",
        "192.0.2.1",
        "--tag",
        "otp",
        "--demo",
        "--add-sender",
        "12025550143",
        "--webhook-url",
        "https://example.com/in",
        "--webhook-header",
        "X-Key: s3cret",
    ]);
    env
}

/// Enter at every question of step 1 but those answered here.
fn details(tty: &mut Tty, name: &str, tag: &str) {
    tty.answer("Stream API name", name);
    tty.answer("Stream API description", "");
    tty.answer("Add IP", "");
    tty.answer("Add tag", tag);
    if !tag.is_empty() {
        tty.answer("Add tag", "");
    }
    tty.pick("Default sender", "Select");
    tty.pick("Sender ID", "12025550143");
    tty.pick("Demo Sending", "Yes");
}

fn webhook(tty: &mut Tty) {
    tty.pick("Webhook method", "POST");
    tty.answer("Webhook URL", "");
    tty.accept("Webhook events", "Incoming messages");
    tty.answer("HTTP header name", "");
}

#[test]
fn enter_alone_keeps_every_answer_and_nothing_is_written() {
    let env = with_stream();
    let before = env.state();
    let mut tty = Tty::new(&env, &["streams", "edit", "orders"]);
    tty.wait_for("Edit a stream · SMS Two-Way");
    details(&mut tty, "", "");
    tty.pick(END, "Next");
    webhook(&mut tty);
    tty.pick(END, "Next");
    tty.pick(SAVE, "Save changes");
    tty.wait_for("No changes to");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state(), before);
}

#[test]
fn what_is_changed_is_told_and_the_rest_kept() {
    let env = with_stream();
    let token = env.ok(&["streams", "token", "show", "Orders"]);
    let mut tty = Tty::new(&env, &["streams", "edit", "Orders"]);
    details(&mut tty, "Orders 2", "new");
    tty.pick(END, "Next");
    webhook(&mut tty);
    tty.pick(END, "Next");
    tty.pick(SAVE, "Save changes");
    tty.wait_for("tags: otp → otp, new");
    assert_eq!(tty.finish().code, 0);
    let after = env.json(&["streams", "show", "Orders 2", "--reveal"]);
    assert_eq!(after["status"], "Ready");
    assert_eq!(after["webhook"]["headers"][0]["value"], "s3cret");
    assert_eq!(env.ok(&["streams", "token", "show", "Orders 2"]), token);
}

#[test]
fn leaving_at_a_step_changes_nothing() {
    let env = with_stream();
    let before = env.state();
    let mut tty = Tty::new(&env, &["streams", "edit", "Orders"]);
    details(&mut tty, "Other", "");
    tty.pick(END, "Quit without saving");
    tty.wait_for("Nothing was changed.");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state(), before);
}

#[test]
fn what_others_changed_meanwhile_is_not_undone() {
    let env = with_stream();
    let mut tty = Tty::new(&env, &["streams", "edit", "Orders"]);
    details(&mut tty, "", "");
    env.ok(&["streams", "edit", "Orders", "--ip", "192.0.2.7"]);
    let theirs = env.state();
    tty.pick(END, "Next");
    webhook(&mut tty);
    tty.pick(END, "Next");
    tty.pick(SAVE, "Save changes");
    tty.wait_for("was changed in the meantime");
    assert_eq!(tty.finish().code, 1);
    assert_eq!(env.state(), theirs);
}
