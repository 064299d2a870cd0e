//! Ctrl-C, and terminals on which nobody can be asked.

use super::tty::{Ended, Key, Tty};
use super::{CREATE, END, all_but, create, no_webhook, plain_details};
use crate::support::TestEnv;

/// Often enough for a race to show.
const TIMES: usize = 5;

/// What must hold wherever the program was interrupted.
fn check(ended: &Ended, interrupt_message: &str) {
    let Ended {
        code, raw, modes, ..
    } = ended;
    assert_eq!(*code, 130, "{raw:?}");
    let last = raw.trim_end().lines().last().unwrap();
    assert_eq!(last, interrupt_message, "{raw:?}");
    let hidden = raw.rfind("\x1b[?25l");
    let shown = raw.rfind("\x1b[?25h");
    assert!(shown > hidden || hidden.is_none(), "no cursor: {raw:?}");
    let modes: Vec<_> = modes.split_whitespace().collect();
    for mode in ["icanon", "echo", "isig", "icrnl", "opost"] {
        assert!(modes.contains(&mode), "left without {mode}: {raw:?}");
    }
}

const NOTHING: &str = "Canceled. Nothing was saved.";

fn nothing_saved(env: &TestEnv, ended: &Ended) {
    check(ended, NOTHING);
    assert!(!env.home().join("state.json").exists());
}

#[test]
fn ctrl_c_at_a_text_question_saves_nothing() {
    for _ in 0..TIMES {
        let env = TestEnv::new();
        let mut tty = Tty::new(&env, CREATE);
        tty.asked("Stream API name");
        tty.send("Half a na");
        tty.wait_for("Half a na");
        tty.key(Key::CtrlC);
        nothing_saved(&env, &tty.finish());
    }
}

/// What the wizard had of the stream when it was interrupted, and that it goes on there.
fn draft_kept(env: &TestEnv, ended: &Ended, question: &str) {
    check(ended, KEPT);
    let stream = env.state()["streams"][0].clone();
    assert_eq!(stream["status"], "Draft");
    assert_eq!(stream["resume"]["question"], question);
}

const KEPT: &str = "Canceled. The draft is saved. To continue: textpeak streams resume Orders";

#[test]
fn ctrl_c_in_a_menu_keeps_what_the_flags_have_answered() {
    for _ in 0..TIMES {
        let env = TestEnv::new();
        let mut tty = Tty::new(&env, &all_but("--live"));
        tty.asked("Demo Sending");
        tty.key(Key::Down);
        tty.wait_for("Back");
        tty.key(Key::CtrlC);
        draft_kept(&env, &tty.finish(), "demo");
        assert_eq!(
            env.state()["streams"][0]["tags"],
            serde_json::json!(["otp"])
        );
    }
}

#[test]
fn ctrl_c_in_the_list_of_sender_ids_keeps_what_the_flags_have_answered() {
    for _ in 0..TIMES {
        let env = TestEnv::new();
        env.ok_saying(
            &["senders", "add", "GLOBAL", "INFO"],
            "Added GLOBAL to the catalog.\nAdded INFO to the catalog.",
        );
        let mut tty = Tty::new(&env, &all_but("--customized"));
        tty.pick("Default sender", "Select a Sender ID");
        tty.asked("Sender ID");
        tty.key(Key::CtrlC);
        draft_kept(&env, &tty.finish(), "default_sender");
    }
}

/// Between the drawing of a prompt and the reading of its keys, the terminal is not raw.
#[test]
fn ctrl_c_before_a_prompt_reads_its_keys_saves_nothing() {
    for text in ["Create a stream", "Step 1", "? Stream API name"] {
        for _ in 0..TIMES {
            let env = TestEnv::new();
            let mut tty = Tty::new(&env, CREATE);
            tty.wait_for(text);
            tty.key(Key::CtrlC);
            nothing_saved(&env, &tty.finish());
        }
    }
}

#[test]
fn ctrl_c_with_a_draft_names_the_command_that_goes_on() {
    let kept = "Canceled. The draft is saved. To continue: textpeak streams resume 'My orders'";
    for (end, next) in [
        ("Save & Next", "Webhook method"),
        ("Save as", "Stream API name"),
    ] {
        let env = TestEnv::new();
        let mut tty = Tty::new(&env, CREATE);
        plain_details(&mut tty, "My orders");
        tty.pick(END, end);
        tty.wait_for("Draft saved.");
        if end == "Save & Next" {
            tty.asked(next);
            tty.key(Key::CtrlC);
            check(&tty.finish(), kept);
        } else {
            assert_eq!(tty.finish().code, 0);
        }
        assert_eq!(env.state()["streams"][0]["status"], "Draft");

        // The command does so, and Ctrl-C before anything new still names it.
        let mut tty = Tty::new(&env, &["streams", "resume", "My orders"]);
        tty.asked(next);
        tty.key(Key::CtrlC);
        check(&tty.finish(), kept);
    }
}

#[test]
fn ctrl_c_at_the_offer_to_copy_leaves_the_stream_that_was_made() {
    let env = TestEnv::new();
    let mut tty = Tty::new(&env, &all_but("--no-webhook"));
    no_webhook(&mut tty);
    tty.pick("Create this stream?", "Create stream");
    tty.asked("Copy the token?");
    tty.key(Key::CtrlC);
    let ended = tty.finish();
    check(&ended, "The stream is created.");
    assert_eq!(env.state()["streams"][0]["status"], "Ready");
}

#[test]
fn nothing_is_asked_where_nobody_answers() {
    let missing = "error: --name: Required. ";
    let env = TestEnv::new();
    // No terminal.
    let said = env.fails(2, CREATE);
    assert!(said.starts_with(missing), "{said}");
    // A terminal, with --no-input, in CI, or too narrow for a prompt.
    for (flags, columns, more) in [
        (&["--no-input"][..], 100, &[][..]),
        (&[], 100, &[("CI", "true")]),
        (&[], 10, &[]),
    ] {
        let ended = Tty::with(&env, &create(flags), columns, more).finish();
        assert_eq!(ended.code, 2, "{}", ended.screen);
        let plain = console::strip_ansi_codes(&ended.raw);
        assert!(plain.starts_with(missing), "{plain}");
        assert!(!plain.contains('?'), "{plain}");
    }
    assert!(!env.home().exists());
}

#[test]
fn a_narrow_terminal_is_enough_for_the_whole_wizard() {
    let env = TestEnv::new();
    env.ok_saying(
        &["senders", "add", "GLOBAL", "INFO"],
        "Added GLOBAL to the catalog.\nAdded INFO to the catalog.",
    );
    let mut tty = Tty::sized(&env, CREATE, 24);
    tty.answer(
        "Stream API name",
        "A name that is longer than the terminal is wide",
    );
    tty.answer("Stream API description", "word ".repeat(80).trim());
    tty.answer("Add IP", "2001:db8:1:2:3:4:5:0/112");
    tty.answer("Add IP", "");
    tty.answer("Add tag", "");
    tty.pick("Default sender", "Select a Sender");
    tty.asked("Sender ID");
    tty.send("INF\r");
    tty.pick("Demo Sending", "Yes");
    tty.pick(END, "Save & Next");
    no_webhook(&mut tty);
    tty.pick("Create this stream?", "Create stream");
    tty.answer("Copy the token?", "n");
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    assert_eq!(env.state()["streams"][0]["default_sender"], "INFO");
}

#[test]
fn commands_that_ask_once_put_the_terminal_in_order_too() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "Orders"]);
    let before = env.state();
    let plan = env.folder().join("plan.yaml");
    std::fs::write(&plan, "name: Other\n").unwrap();
    for (words, label, said) in [
        (
            &["streams", "token", "rotate", "Orders"][..],
            "Stop the token of",
            "Canceled. The token was not rotated.",
        ),
        (
            &["streams", "apply", "-f", plan.to_str().unwrap()],
            "Apply this plan?",
            "Canceled. Nothing was changed.",
        ),
        (
            &["streams", "delete", "Orders"],
            "Type its name",
            "Canceled. Nothing was deleted.",
        ),
    ] {
        let mut tty = Tty::new(&env, words);
        tty.asked(label);
        tty.key(Key::CtrlC);
        tty.wait_for(said);
        check(&tty.finish(), said);
    }
    assert_eq!(env.state(), before);
}
