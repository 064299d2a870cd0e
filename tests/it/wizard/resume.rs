//! `streams resume` without a name.

use super::tty::Tty;
use crate::support::TestEnv;

const RESUME: &[&str] = &["streams", "resume"];

fn with_drafts(names: &[&str]) -> TestEnv {
    let env = TestEnv::new();
    for name in names {
        let words = ["streams", "create", "--draft", "--name", name];
        env.ok_saying(&words, "Saved as a draft.[..]");
    }
    env
}

#[test]
fn the_only_draft_is_taken() {
    let env = with_drafts(&["Orders"]);
    let mut tty = Tty::new(&env, RESUME);
    let shown = tty.asked("Stream API description");
    assert!(shown.contains("✔ Stream API name · Orders"), "{shown}");
}

#[test]
fn one_of_several_is_chosen() {
    let env = with_drafts(&["Orders", "Codes", "News"]);
    let mut tty = Tty::new(&env, RESUME);
    tty.asked("Draft");
    tty.send("cod\r");
    let shown = tty.asked("Stream API description");
    assert!(shown.contains("✔ Stream API name · Codes"), "{shown}");
}

#[test]
fn without_a_terminal_they_are_named_and_none_is_an_error() {
    let env = with_drafts(&["Orders", "Codes"]);
    let said = env.fails(2, RESUME);
    assert!(said.contains("“Codes”, “Orders”"), "{said}");
    assert!(
        said.contains("hint: textpeak streams resume Codes"),
        "{said}"
    );
    let env = TestEnv::new();
    let said = env.fails(3, RESUME);
    assert!(said.contains("hint: textpeak streams create"), "{said}");
}
