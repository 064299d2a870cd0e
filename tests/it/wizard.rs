//! The wizard on a real terminal: a pseudo-terminal, a keyboard, a screen.

mod answers;
mod cancel;
mod drafts;
mod edit;
mod editing;
mod kept;
mod recording;
mod resume;
mod senders;
mod sizes;
mod summary;
pub(crate) mod tty;

use tty::Tty;

/// The command that asks everything.
const CREATE: &[&str] = &["streams", "create"];
/// Labels of the menus that end a step and the wizard.
const END: &str = "Continue?";
const LAST: &str = "Create this stream?";

/// `create` with some answers given by flags.
fn create<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [CREATE, flags].concat()
}

/// Answers step 1 with a name and defaults, up to its end.
fn plain_details(tty: &mut Tty, name: &str) {
    tty.answer("Stream API name", name);
    for label in ["Stream API description", "Add IP", "Add tag"] {
        tty.answer(label, "");
    }
    tty.pick("Default sender", "Customized");
    tty.pick("Demo Sending", "No");
}

/// Answers step 2 with no webhook and goes on to the summary.
fn no_webhook(tty: &mut Tty) {
    tty.pick("Webhook method", "Skip");
}

/// Name, Enter, `>`, Enter, and Enter at each of the three menus that follow.
fn simplest(tty: &mut Tty) {
    tty.answer("Stream API name", "Orders");
    tty.answer("Stream API description", ">");
    tty.accept("Webhook method", "Skip");
    tty.accept(LAST, "Create stream");
    tty.answer("Copy the token?", "");
}

/// Flags that leave only the question of this flag open.
fn all_but(open: &str) -> Vec<&'static str> {
    let flags: &[&[&str]] = &[
        &["--name", "Orders"],
        &["--description", ""],
        &["--ip", "192.0.2.1"],
        &["--tag", "otp"],
        &["--customized"],
        &["--live"],
        &["--no-webhook"],
    ];
    let given = flags.iter().filter(|words| words[0] != open);
    CREATE
        .iter()
        .chain(given.flat_map(|words| *words))
        .copied()
        .collect()
}
