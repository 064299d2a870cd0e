//! Files that are damaged: said, and left as they are.

use std::fs;

use super::effort;
use crate::serve::demo;
use crate::support::TestEnv;
use textpeak::store::LocalStore;

/// Bytes that are the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

fn home() -> TestEnv {
    let env = TestEnv::new();
    demo(
        &env,
        "OTP",
        &["--webhook-url", "http://127.0.0.1:1/sms", "--tag", "a"],
    );
    env
}

/// Damaged copies of a file: cut off, with a bit turned, with a hole, emptied.
fn damaged(whole: &[u8], n: usize) -> Vec<Vec<u8>> {
    let mut chance = Chance(7);
    let mut copies = vec![
        Vec::new(),
        vec![0; whole.len()],
        [b"\xef\xbb\xbf", whole].concat(),
    ];
    for _ in 0..n {
        copies.push(whole[..chance.below(whole.len())].to_vec());
        let mut turned = whole.to_vec();
        turned[chance.below(whole.len())] ^= 1 << chance.below(8);
        copies.push(turned);
        let mut holed = whole.to_vec();
        let at = chance.below(whole.len());
        let end = (at + chance.below(64)).min(whole.len());
        holed[at..end].fill(0);
        copies.push(holed);
    }
    copies
}

#[test]
fn a_damaged_state_file_is_never_overwritten() {
    let env = home();
    let path = env.home().join("state.json");
    let whole = fs::read(&path).unwrap();
    let mut refused = 0;
    for copy in damaged(&whole, 40 * effort()) {
        fs::write(&path, &copy).unwrap();
        let run = env.run(&["streams", "create", "--name", "new"]);
        assert!(!run.stderr.contains("panicked"), "{run:?}");
        if run.code == 0 {
            // The damage lies within the other stream, whose text stands as it was.
            let text = String::from_utf8(copy).unwrap();
            let other = text.split("\"streams\"").nth(1).unwrap();
            let other = &other[other.find('{').unwrap()..other.rfind('}').unwrap() - 4];
            let after = fs::read_to_string(&path).unwrap();
            assert!(after.contains(other.trim()), "{text}\n{after}");
            env.ok(&["streams", "show", "new"]);
        } else {
            refused += 1;
            assert_eq!(run.code, 1, "{run:?}");
            assert!(run.stderr.contains("state.json"), "{run:?}");
            assert_eq!(fs::read(&path).unwrap(), copy);
        }
    }
    assert!(refused > 40, "{refused}");
}

#[test]
fn no_turned_bit_and_no_depth_of_a_state_file_makes_it_panic() {
    let env = home();
    let whole = fs::read_to_string(env.home().join("state.json")).unwrap();
    let mut chance = Chance(11);
    for _ in 0..10_000 * effort() {
        let mut turned = whole.clone().into_bytes();
        turned[chance.below(whole.len())] ^= 1 << chance.below(8);
        if let Ok(text) = std::str::from_utf8(&turned)
            && let Ok(catalogue) = LocalStore::parse(text)
        {
            let _ = (catalogue.streams(), catalogue.tags());
        }
    }
    for brackets in ["[", "{\"streams\":[", "{\"a\":"] {
        assert!(LocalStore::parse(&brackets.repeat(1 << 20)).is_err());
    }
}

#[test]
fn a_damaged_journal_is_said_and_breaks_nothing_else() {
    let env = home();
    let words = ["send", "OTP", "--to", "12025550143", "--text", "Hi"];
    for _ in 0..30 {
        env.ok_saying(&words, "1 segment, GSM-7, 2 of 160 characters");
    }
    let path = env.home().join("messages.db");
    // The last one to let go of it brings everything into the file.
    rusqlite::Connection::open(&path)
        .and_then(|journal| journal.query_row("SELECT 1 FROM message", [], |_| Ok(())))
        .unwrap();
    let whole = fs::read(&path).unwrap();
    let mut said = 0;
    for copy in damaged(&whole, 10 * effort()) {
        fs::write(&path, &copy).unwrap();
        for beside in ["messages.db-wal", "messages.db-shm"] {
            let _ = fs::remove_file(env.home().join(beside));
        }
        for words in [&["messages", "list"][..], &words, &["streams", "list"]] {
            let run = env.run(words);
            assert!(
                [0, 1].contains(&run.code) && !run.stderr.contains("panicked"),
                "{run:?}"
            );
            if run.code == 1 {
                said += 1;
                let named = run.stderr.contains("messages.db") || run.stderr.contains("refused");
                assert!(named && run.stderr.contains("hint: "), "{words:?}: {run:?}");
            }
        }
    }
    assert!(said > 0);
    fs::write(&path, &whole).unwrap();
    for beside in ["messages.db-wal", "messages.db-shm"] {
        let _ = fs::remove_file(env.home().join(beside));
    }
    assert_eq!(env.json(&["messages", "list"])["total"], 30);
}
