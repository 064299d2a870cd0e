//! The same wizard on a large screen, an ordinary one, a small one, and one that only prints lines.

use super::tty::{Key, Tty};
use super::{CREATE, END, LAST, create};
use crate::support::TestEnv;

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (50, 20)];

const FULL: &[&str] = &[
    "--name",
    "Orders",
    "--description",
    "What was ordered",
    "--ip",
    "192.0.2.10,198.51.100.0/24",
    "--tag",
    "otp,Germany",
    "--add-sender",
    "12025550143",
    "--demo",
    "--webhook-method",
    "post",
    "--webhook-url",
    "https://example.com/in",
    "--webhook-event",
    "received",
    "--webhook-header",
    "X-Key: s3cret",
    "--webhook-header",
    "X-Other: s3cret",
];

fn on(env: &TestEnv, words: &[&str], size: (u16, u16)) -> Tty {
    Tty::with_rows(env, words, size, &[])
}

#[test]
fn five_mistakes_leave_one_line() {
    for size in SIZES {
        let env = TestEnv::new();
        let mut tty = on(&env, CREATE, size);
        tty.answer("Stream API name", "Orders");
        tty.answer("Stream API description", "");
        for bad in ["a", "b", "192.0.2.300", "192.0.2.10/24", "example.com"] {
            tty.answer("Add IP", bad);
            tty.sees(&format!("“{bad}”"));
        }
        tty.answer("Add IP", "192.0.2.10");
        tty.sees("Added (1): 192.0.2.10");
        tty.key(Key::Enter);
        tty.asked("Add tag");
        let screen = tty.screen();
        let lines: Vec<_> = screen
            .lines()
            .filter(|line| line.contains("Add IP"))
            .collect();
        assert_eq!(lines, ["✔ Add IP · 192.0.2.10"], "{size:?}\n{screen}");
        assert!(!screen.contains("CIDR"), "{size:?}\n{screen}");
    }
}

#[test]
fn the_summary_and_its_question_stand_on_one_screen() {
    for size in SIZES {
        let env = TestEnv::new();
        let mut tty = on(&env, &create(FULL), size);
        tty.asked(LAST);
        tty.offers("Create stream");
        let screen = tty.screen();
        for text in [
            "Name            Orders",
            "otp, Germany",
            "12025550143",
            "X-Other: ********",
        ] {
            assert!(screen.contains(text), "{text} {size:?}\n{screen}");
        }
        let preview = screen.contains("/simple_send/");
        assert_eq!(preview, size.0 == 120, "{size:?}\n{screen}");
        // The entries that a small screen has no room for are further down.
        tty.pick(LAST, "Show Send Request");
        tty.wait_for("/simple_send/");
        tty.pick(LAST, "Copy…");
        tty.pick("Copy", "Back");
        tty.pick(LAST, "Save as draft");
        assert_eq!(tty.finish().code, 0);
    }
}

#[test]
fn the_list_of_sender_ids_says_how_many_match() {
    for size in SIZES {
        let env = TestEnv::new();
        let file = env.folder().join("ids.txt");
        let ids: String = (0..350).map(|n| format!("BRAND{n:03}\n")).collect();
        std::fs::write(&file, ids).unwrap();
        let (words, note) = (["senders", "import", file.to_str().unwrap()], "[..]350[..]");
        env.ok_saying(&words, note);
        let mut tty = on(&env, CREATE, size);
        tty.answer("Stream API name", "Orders");
        for label in ["Stream API description", "Add IP", "Add tag"] {
            tty.answer(label, "");
        }
        tty.pick("Default sender", "Select a Sender ID");
        tty.asked("Sender ID");
        tty.sees("350 of 350");
        tty.send("d31");
        tty.sees("17 of 350");
        tty.send("7");
        tty.sees("1 of 350");
        tty.send("zz");
        tty.sees("No matches.");
        tty.key(Key::Esc);
        tty.asked("Default sender");
    }
}

#[test]
fn a_terminal_that_only_prints_lines_gets_lines() {
    let env = TestEnv::new();
    let mut tty = Tty::with(&env, CREATE, 80, &[("TERM", "dumb")]);
    tty.wait_for("Stream API name: ");
    tty.send("Orders\r");
    tty.wait_for("Stream API description: ");
    tty.send("\r");
    tty.wait_for("Add IP: ");
    tty.send("192.0.2.300\r");
    tty.wait_for("is not an IP address");
    tty.send("192.0.2.10\r");
    tty.wait_for("Added (1): 192.0.2.10");
    tty.send("\r");
    tty.wait_for("Add tag: ");
    tty.send(">\r");
    tty.wait_for("  3. Skip this step for now");
    tty.send("7\r");
    tty.wait_for("Enter a number from 1 to 4.");
    tty.send("\r");
    tty.wait_for("  1. Create stream");
    tty.send("1\r");
    tty.wait_for("Copy the token? [y/N]: ");
    tty.send("n\r");
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    assert!(!ended.raw.contains('\x1b'), "{:?}", ended.raw);
    assert!(!ended.raw.contains(END), "{}", ended.screen);
    assert_eq!(env.state()["streams"][0]["status"], "Ready");
}
