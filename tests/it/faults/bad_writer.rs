//! Writers as they should not be, for the fault tests to catch: a test that lets one of these pass
//! proves nothing.
//!
//! - `bad_writer in-place FILE NAME`: writes the file anew in its place, piece by piece;
//! - `bad_writer no-lock FILE NAME`: whole and synced, but without waiting for others;
//! - `bad_writer no-sync FILE NAME`: renames a file over it that is not synced;
//! - `bad_writer lazy-journal FILE N`: commits N rows that nobody has synced, and says so.
//!
//! Each adds a stream of that name to a state file and prints `{}` when it claims to have done so.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool of the tests"
)]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

fn with_stream(path: &Path, name: &str) -> String {
    let mut state: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let streams = state["streams"].as_array_mut().unwrap();
    let mut stream = streams[0].clone();
    stream["name"] = name.into();
    stream["id"] = format!("st_{:012}", streams.len()).into();
    streams.insert(0, stream);
    serde_json::to_string_pretty(&state).unwrap()
}

fn in_place(path: &Path, name: &str) {
    let text = with_stream(path, name);
    let mut file = fs::File::create(path).unwrap();
    for piece in text.as_bytes().chunks(256) {
        file.write_all(piece).unwrap();
        std::thread::sleep(std::time::Duration::from_micros(20));
    }
    file.sync_all().unwrap();
}

fn replace(path: &Path, name: &str, sync: bool) {
    let text = with_stream(path, name);
    let temp = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut file = fs::File::create(&temp).unwrap();
    file.write_all(text.as_bytes()).unwrap();
    if sync {
        file.sync_all().unwrap();
    }
    fs::rename(temp, path).unwrap();
    if sync {
        fs::File::open(path.parent().unwrap())
            .unwrap()
            .sync_all()
            .unwrap();
    }
}

fn lazy_journal(path: &Path, rows: usize) {
    let journal = rusqlite::Connection::open(path).unwrap();
    journal.pragma_update(None, "journal_mode", "wal").unwrap();
    journal
        .pragma_update(None, "synchronous", "normal")
        .unwrap();
    journal
        .execute_batch("CREATE TABLE message (uuid TEXT)")
        .unwrap();
    for row in 0..rows {
        let uuid = format!("01890a5d-ac96-774b-bcce-{row:012}");
        journal
            .execute("INSERT INTO message VALUES (?1)", [&uuid])
            .unwrap();
        println!("{{\"message_uuid\":\"{uuid}\"}}");
    }
    // Closed in good order it would be synced after all.
    std::mem::forget(journal);
}

#[test]
#[expect(
    clippy::exit,
    reason = "what the harness of the tests would say is no answer"
)]
#[ignore = "a bad writer, which the tests that have to catch it start"]
fn works() {
    let words = std::env::var("BAD_WRITER").unwrap_or_default();
    let [how, file, rest] = words.split('\n').collect::<Vec<_>>()[..] else {
        return;
    };
    let path = Path::new(file);
    match how {
        "in-place" => in_place(path, rest),
        "no-lock" => replace(path, rest, true),
        "no-sync" => replace(path, rest, false),
        _ => lazy_journal(path, rest.parse().unwrap()),
    }
    println!("\n{{}}");
    std::process::exit(0);
}
