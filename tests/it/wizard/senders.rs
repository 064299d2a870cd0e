//! The default sender: Customized, one of the catalogue, or a new one.

use serde_json::json;

use super::tty::{Key, Tty};
use super::{END, all_but};
use crate::support::TestEnv;

const LABEL: &str = "Default sender";
const SEARCH: &str = "Sender ID";

/// A catalogue of 350.
fn many() -> TestEnv {
    let env = TestEnv::new();
    let ids: Vec<_> = (0..350).map(|n| format!("BRAND{n:03}")).collect();
    let words: Vec<_> = ["senders", "add"]
        .into_iter()
        .chain(ids.iter().map(String::as_str))
        .collect();
    env.ok_saying(&words, "Added BRAND000 to the catalog.\n...");
    env
}

fn saved(env: &TestEnv, mut tty: Tty) -> serde_json::Value {
    tty.pick(END, "Save as draft");
    let ended = tty.finish();
    assert_eq!(ended.code, 0, "{}", ended.screen);
    env.state()["streams"][0]["default_sender"].clone()
}

#[test]
fn s08_customized_is_the_default() {
    let env = many();
    let mut tty = Tty::new(&env, &all_but("--customized"));
    tty.accept(LABEL, "Customized (chosen in each request, 350 available)");
    assert_eq!(saved(&env, tty), json!(null));
}

#[test]
fn s09_a_sender_id_is_picked_out_of_350_by_typing_a_part_of_it() {
    let env = many();
    let mut tty = Tty::new(&env, &all_but("--customized"));
    tty.pick(LABEL, "Select a Sender ID (350 available)");
    tty.asked(SEARCH);
    tty.send("d317");
    tty.offers("BRAND317");
    tty.key(Key::Enter);
    assert_eq!(saved(&env, tty), "BRAND317");
}

#[test]
fn s09_the_one_picked_before_is_in_sight_when_its_question_is_asked_again() {
    let env = many();
    let mut tty = Tty::new(&env, &all_but("--customized"));
    tty.pick(LABEL, "Select a Sender ID");
    tty.asked(SEARCH);
    tty.send("BRAND317\r");
    tty.pick(END, "Back");
    tty.accept(LABEL, "Select");
    tty.accept(SEARCH, "BRAND317");
    assert_eq!(saved(&env, tty), "BRAND317");
}

#[test]
fn s09_back_and_esc_lead_out_of_the_search() {
    let env = many();
    let mut tty = Tty::new(&env, &all_but("--customized"));
    tty.pick(LABEL, "Select");
    tty.asked(SEARCH);
    tty.key(Key::Esc);
    tty.pick(LABEL, "Select");
    tty.asked(SEARCH);
    tty.send("<\r");
    tty.pick(LABEL, "Customized");
    assert_eq!(saved(&env, tty), json!(null));
}

#[test]
fn s10_a_new_sender_id_is_added_on_the_spot_and_stands_in_the_catalogue_afterwards() {
    let env = TestEnv::new();
    let mut tty = Tty::sized(&env, &all_but("--customized"), 200);
    tty.pick(LABEL, "Select");
    tty.wait_for("There are no Sender IDs yet.");
    tty.pick(LABEL, "Add a new Sender ID");
    tty.answer("New Sender ID", "12");
    let flagged = env.fails(2, &["senders", "add", "12"]);
    let sentence = flagged.lines().next().unwrap();
    tty.wait_for(sentence.strip_prefix("error: ").unwrap());
    tty.answer("New Sender ID", "<");
    tty.pick(LABEL, "Add a new Sender ID");
    tty.answer("New Sender ID", "GLOBAL");
    // Asked again, it is the default.
    tty.pick(END, "Back");
    tty.accept(LABEL, "Add a new Sender ID");
    tty.answer("New Sender ID › GLOBAL", "");
    assert_eq!(saved(&env, tty), "GLOBAL");
    assert_eq!(env.json(&["senders", "list"])["items"][0]["id"], "GLOBAL");
}
