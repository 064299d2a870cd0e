//! The wizard as the README shows it: what stands on the screen after a real run, simplest path first.

use super::tty::Tty;
use super::{create, simplest};
use crate::support::TestEnv;

/// The screen at the end, with the token that every run makes anew cut off.
fn recorded() -> String {
    let env = TestEnv::new();
    let mut tty = Tty::with_rows(&env, &create(&["--demo"]), (70, 60), &[]);
    simplest(&mut tty);
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    let token = env.ok(&["streams", "token", "show", "Orders"]);
    let screen = ended.screen.replace(token.trim(), "tp_…");
    let lines: Vec<_> = screen.trim().lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_readme_shows_the_wizard_as_it_looks_now() {
    let recorded = recorded();
    snapbox::assert_data_eq!(&recorded, snapbox::file!["recording.txt": Text].raw());
    let readme = include_str!("../../../README.md");
    assert!(
        readme.contains(&format!("```text\n{recorded}```")),
        "copy tests/it/wizard/recording.txt into the README"
    );
}
