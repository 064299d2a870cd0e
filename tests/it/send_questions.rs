//! `send` on a terminal asks for what its line leaves out.

use crate::routes::live;
use crate::serve::demo;
use crate::support::TestEnv;
use crate::wizard::tty::{Key, Tty};

fn home() -> TestEnv {
    let env = TestEnv::new();
    demo(&env, "OTP", &[]);
    env
}

const TO: &str = "To (phone number)";

#[test]
fn the_number_and_the_text_are_asked_for() {
    let env = home();
    let mut tty = Tty::new(&env, &["send", "OTP"]);
    tty.answer(TO, "<");
    tty.wait_for("This is the first question.");
    tty.answer(TO, "555");
    tty.wait_for("is not a phone number");
    tty.answer(TO, "+1 202-555-0143");
    tty.answer("Text", "<");
    tty.answer(TO, "");
    tty.answer("Text", "Hello");
    assert_eq!(tty.finish().code, 0);
    let kept = &env.json(&["messages", "list"])["items"][0];
    assert_eq!(
        (&kept["to"], &kept["text"]),
        (&"12025550143".into(), &"Hello".into())
    );
}

#[test]
fn what_the_line_gives_is_not_asked_for() {
    let env = home();
    let words = ["send", "OTP", "--to", "1.202.555.0143", "--dry-run"];
    let mut tty = Tty::new(&env, &words);
    tty.answer("Text", "Hello");
    let ended = tty.finish();
    assert!(ended.screen.contains("12025550143"), "{}", ended.screen);
    assert!(!ended.screen.contains(TO), "{}", ended.screen);
}

#[test]
fn an_interrupted_question_sends_nothing() {
    let env = home();
    let mut tty = Tty::new(&env, &["send", "OTP"]);
    tty.asked(TO);
    tty.key(Key::CtrlC);
    tty.wait_for("Nothing was sent.");
    assert_eq!(tty.finish().code, 130);
    assert_eq!(env.json(&["messages", "list"])["total"], 0);
}

#[test]
fn without_a_terminal_the_missing_flags_are_named() {
    let env = home();
    snapbox::assert_data_eq!(
        env.fails(2, &["send", "OTP"]),
        "error: --to <NUMBER> and --text <TEXT> are missing.\nhint: textpeak send --help\n"
    );
    snapbox::assert_data_eq!(
        env.fails(2, &["send", "OTP", "--to", "12025550143"]),
        "error: --text <TEXT> is missing.\nhint: textpeak send --help\n"
    );
}

#[test]
fn many_real_messages_leave_only_when_their_number_was_typed() {
    let env = live();
    let file = env.folder().join("rows.csv");
    let rows = "12025550143,Hi\n12025550144,Hi\n13035550143,Hi\n";
    std::fs::write(&file, rows).unwrap();
    let words = ["send", "live", "--from-file", file.to_str().unwrap()];
    let label = "Type the number of rows to send them";
    let mut tty = Tty::new(&env, &words);
    tty.wait_for("3 real messages (3 segments) to 1202… (2), 1303… (1).");
    tty.answer(label, "2");
    tty.wait_for("Nothing was sent");
    assert_eq!(tty.finish().code, 130);
    assert_eq!(env.json(&["messages", "list"])["total"], 0);
    let mut tty = Tty::new(&env, &words);
    tty.answer(label, "3");
    tty.finish();
    assert_eq!(env.json(&["messages", "list"])["total"], 3);
    // Elsewhere nobody is asked, nor with --yes.
    let more = "13035550144,Hi\n";
    std::fs::write(&file, more).unwrap();
    let mut tty = Tty::new(&env, &[&words[..], &["--yes"]].concat());
    tty.wait_for("1 message");
    let ended = tty.finish();
    assert!(!ended.screen.contains(label), "{}", ended.screen);
    assert_eq!(env.json(&["messages", "list"])["total"], 4);
}
