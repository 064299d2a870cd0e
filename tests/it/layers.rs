//! The arrows between the rooms of `src/`, and who alone may name what.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// A room and the rooms that it may use.
const ARROWS: [(&str, &[&str]); 14] = [
    ("domain", &[]),
    ("api", &["domain"]),
    ("error.rs", &[]),
    ("document", &["domain", "error"]),
    ("terminal", &["domain", "error"]),
    ("state", &["domain", "error"]),
    ("store", &["domain"]),
    ("journal", &["domain", "error"]),
    ("client.rs", &["api", "domain"]),
    (
        "gateway",
        &["api", "client", "domain", "error", "journal", "state"],
    ),
    ("receiver.rs", &["api", "domain"]),
    ("render", &["api", "domain"]),
    ("cli", &["api", "domain", "error", "terminal"]),
    ("wizard", &["domain", "error"]),
    (
        "commands",
        &[
            "api", "cli", "client", "document", "domain", "error", "gateway", "journal",
            "receiver", "render", "state", "terminal", "wizard",
        ],
    ),
];

/// A name and a room that may speak it; nobody else may.
const ALONE: [(&str, &str); 12] = [
    ("clap", "cli"),
    ("dialoguer", "wizard"),
    ("comfy_table", "render"),
    ("yaml_serde", "document"),
    ("tempfile", "state"),
    ("dirs", "state"),
    ("axum", "gateway"),
    ("axum", "receiver.rs"),
    ("hyper", "gateway"),
    ("reqwest", "client.rs"),
    ("rustls", "client.rs"),
    ("indicatif", "terminal"),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// The code of a file, without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn arrows_point_one_way() {
    for (room, may) in ARROWS {
        let path = Path::new(ROOT).join(room);
        let room_name = room.trim_end_matches(".rs");
        for file in if path.is_dir() {
            files(&path)
        } else {
            vec![path]
        } {
            for used in code(&file).split("crate::").skip(1) {
                let used = used
                    .split(|c: char| !c.is_alphanumeric() && c != '_')
                    .next()
                    .unwrap();
                assert!(
                    used == room_name || may.contains(&used),
                    "{} uses {used}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn each_dependency_stays_in_its_rooms() {
    for (name, _) in ALONE {
        let rooms: Vec<_> = ALONE
            .into_iter()
            .filter(|(other, _)| *other == name)
            .map(|(_, room)| Path::new(ROOT).join(room))
            .collect();
        for file in files(Path::new(ROOT))
            .into_iter()
            .filter(|file| !rooms.iter().any(|room| file.starts_with(room)))
        {
            let spoken = code(&file).lines().any(|line| {
                !line.trim_start().starts_with("//") && line.contains(&format!("{name}::"))
            });
            assert!(!spoken, "{} names {name}", file.display());
        }
    }
}

#[test]
fn every_file_opens_with_what_it_is() {
    for file in files(Path::new(ROOT)) {
        assert!(
            fs::read_to_string(&file).unwrap().starts_with("//! "),
            "{}",
            file.display()
        );
    }
}
