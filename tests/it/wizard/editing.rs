//! The line editor: keys, pastes, suggestions, and what is left on the screen.

use serde_json::json;

use super::tty::{Key, Tty};
use super::{CREATE, END, LAST, all_but, simplest};
use crate::support::TestEnv;

#[test]
fn keys_edit_the_line_where_the_cursor_is() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--name"));
    tty.asked("Stream API name");
    tty.send("rders x yy");
    // Ctrl-W, Ctrl-W: the last two words; then a letter in front and one at the end.
    tty.send("\x17\x17");
    tty.key(Key::Home);
    tty.send("O");
    tty.key(Key::End);
    tty.send("EU!");
    // Left, Delete: the last letter; Ctrl-A, Ctrl-E: the ends.
    tty.key(Key::Left);
    tty.key(Key::Delete);
    tty.send("\x01x\x04");
    tty.send("\x05 2abc");
    for _ in 0..3 {
        tty.key(Key::Left);
    }
    // Ctrl-K: what follows.
    tty.send("\x0b");
    tty.sees("› xrders EU 2");
    // Ctrl-U: what stands before.
    tty.key(Key::Home);
    tty.key(Key::Delete);
    tty.send("O");
    tty.key(Key::Enter);
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state()["streams"][0]["name"], "Orders EU 2");
}

#[test]
fn ctrl_u_clears_and_ctrl_d_at_nothing_ends() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    tty.asked("Stream API name");
    tty.send("Orders\x15");
    tty.send("\x04");
    let ended = tty.finish();
    assert_eq!(ended.code, 130);
    assert!(
        ended.screen.contains("Nothing was saved"),
        "{}",
        ended.screen
    );
}

#[test]
fn wide_characters_and_marks_keep_the_cursor_where_it_is() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--name"));
    tty.asked("Stream API name");
    tty.send("文e\u{301}b");
    tty.key(Key::Left);
    tty.key(Key::Left);
    tty.send("a");
    tty.sees("› 文ae\u{301}b");
    tty.key(Key::Enter);
    tty.pick(END, "Save as draft");
    assert_eq!(tty.finish().code, 0);
    assert_eq!(env.state()["streams"][0]["name"], "文ae\u{301}b");
}

#[test]
fn lines_that_are_pasted_are_added_each_and_refused_where_one_is_asked_for() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    tty.asked("Stream API name");
    tty.paste("one\ntwo");
    tty.sees("The pasted text has line breaks.");
    // A line break at the end was copied with the line.
    tty.paste("Orders\n");
    tty.key(Key::Enter);
    tty.answer("Stream API description", "");
    tty.asked("Add IP");
    tty.paste("192.0.2.1\n192.0.2.2\r\n198.51.100.0/24\n");
    tty.key(Key::Enter);
    tty.sees("Added (3): 192.0.2.1, 192.0.2.2, 198.51.100.0/24");
    tty.key(Key::Enter);
    tty.asked("Add tag");
    tty.paste("otp\nGermany");
    tty.key(Key::Enter);
    tty.sees("Added (2): otp, Germany");
    tty.key(Key::CtrlC);
    assert_eq!(tty.finish().code, 130);
    let stream = &env.state()["streams"][0];
    assert_eq!(
        stream["allowed_ips"],
        json!(["192.0.2.1", "192.0.2.2", "198.51.100.0/24"])
    );
    assert_eq!(stream["tags"], json!(["otp", "Germany"]));
}

#[test]
fn a_refused_answer_is_corrected_in_its_place() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--ip"));
    tty.answer("Add IP", "192.0.2.300");
    tty.sees("is not an IP address");
    // What was typed is still there to be edited.
    tty.send("\x7f");
    tty.key(Key::Enter);
    tty.sees("Added (1): 192.0.2.30");
    tty.key(Key::Enter);
    tty.asked(END);
    let screen = tty.screen();
    assert_eq!(screen.matches("Add IP").count(), 1, "{screen}");
    assert!(screen.contains("✔ Add IP · 192.0.2.30\n"), "{screen}");
    assert!(!screen.contains("is not an IP address"), "{screen}");
}

#[test]
fn a_url_without_its_scheme_is_offered_with_it() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--no-webhook"));
    tty.pick("Webhook method", "POST");
    tty.answer("Webhook URL", "example.com/sms");
    tty.sees("› https://example.com/sms");
    tty.key(Key::Enter);
    tty.asked("Webhook events");
    tty.key(Key::CtrlC);
    assert_eq!(tty.finish().code, 130);
    assert_eq!(
        env.state()["streams"][0]["webhook"]["url"],
        "https://example.com/sms"
    );
}

#[test]
fn tab_completes_known_tags() {
    let env = TestEnv::new();
    env.ok(&[
        "streams",
        "create",
        "--name",
        "One",
        "--tag",
        "Germany,otp,orders",
        "--no-input",
    ]);
    let mut tty = Tty::new(&env, &all_but("--tag"));
    tty.asked("Add tag");
    tty.send("ger\t");
    tty.sees("› Germany");
    tty.key(Key::Enter);
    tty.sees("Added (1): Germany");
    tty.send("o\t");
    tty.sees("Tab: ");
    let first = tty.screen();
    tty.send("\t");
    let other = if first.contains("› otp") {
        "› orders"
    } else {
        "› otp"
    };
    tty.sees(other);
}

#[test]
fn the_simplest_stream_takes_a_name_and_six_presses() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    simplest(&mut tty);
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    assert!(!ended.raw.contains(END), "{}", ended.screen);
    assert_eq!(env.state()["streams"][0]["status"], "Ready");
}

#[test]
fn the_rest_of_a_step_can_be_skipped_but_for_what_it_needs() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, CREATE);
    tty.answer("Stream API name", ">");
    tty.sees("Stream API name is required.");
    tty.answer("Stream API name", "Orders");
    for label in ["Stream API description", "Add IP", "Add tag"] {
        tty.answer(label, "");
    }
    tty.pick("Default sender", "Skip the rest of this step");
    tty.pick("Webhook method", "POST");
    tty.answer("Webhook URL", ">");
    tty.sees("Webhook URL is required.");
    tty.answer("Webhook URL", "https://example.com/in");
    tty.pick("Webhook events", "Skip the rest of this step");
    tty.pick(LAST, "Save as draft");
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    assert!(!ended.raw.contains(END), "{}", ended.screen);
}
