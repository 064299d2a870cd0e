//! The arrows between the rooms of `src/`, and who alone may name what.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// A room and the rooms that it may use.
const ARROWS: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("atomic.rs", &[]),
    ("api", &["domain"]),
    ("smpp", &["domain"]),
    ("client", &["api", "domain"]),
    ("carrier", &["api", "client", "domain", "smpp"]),
    ("store", &["atomic", "domain"]),
    ("service", &["api", "carrier", "client", "domain", "store"]),
    ("gateway", &["api", "domain", "service", "smpp", "store"]),
    ("receiver.rs", &["api", "domain"]),
    ("error", &["domain", "service", "store"]),
    ("document", &["domain", "error"]),
    ("terminal", &["domain", "error"]),
    ("files", &["atomic", "error"]),
    ("render", &["api", "domain"]),
    ("cli", &["api", "domain", "error", "terminal"]),
    ("wizard", &["domain", "error"]),
    (
        "commands",
        &[
            "api", "cli", "client", "document", "domain", "error", "files", "gateway", "receiver",
            "render", "service", "store", "terminal", "wizard",
        ],
    ),
];

/// A name and the rooms that alone may speak it.
const ALONE: [(&str, &[&str]); 15] = [
    ("clap", &["cli"]),
    ("dialoguer", &["wizard"]),
    ("comfy_table", &["render"]),
    ("yaml_serde", &["document"]),
    ("tempfile", &["atomic.rs", "files", "store"]),
    ("dirs", &["store"]),
    ("std::fs", &["atomic.rs", "files", "store"]),
    ("axum", &["gateway", "receiver.rs"]),
    ("hyper", &["gateway"]),
    ("rusqlite", &["store"]),
    ("reqwest", &["client"]),
    ("rustls", &["client", "gateway", "store"]),
    ("tokio_postgres", &["store"]),
    ("deadpool_postgres", &["store"]),
    ("indicatif", &["terminal"]),
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
    let within = path.strip_prefix(ROOT).unwrap().with_extension("");
    if within
        .iter()
        .any(|part| part == "tests" || part == "testing")
    {
        return String::new();
    }
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
fn each_dependency_has_one_room() {
    for (name, rooms) in ALONE {
        let within = |file: &PathBuf| {
            let mut rooms = rooms.iter().map(|room| Path::new(ROOT).join(room));
            rooms.any(|room| file.starts_with(room))
        };
        for file in files(Path::new(ROOT))
            .into_iter()
            .filter(|file| !within(file))
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

#[test]
fn the_drawing_is_told_in_the_same_way_and_has_every_room() {
    let drawing = |path: &str| {
        let text = fs::read_to_string(format!("{ROOT}/{path}")).unwrap();
        let line = text.lines().find(|line| line.contains("main → ")).unwrap();
        line.trim_start_matches("//! ").to_owned()
    };
    assert_eq!(drawing("lib.rs"), drawing("../CONTRIBUTING.md"));
    let order: Vec<String> = drawing("lib.rs")
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    // What both the store and the files are written with stands below the drawing.
    let place = |room: &str| order.iter().position(|one| one == room);
    for (room, may) in ARROWS.iter().filter(|(room, _)| *room != "atomic.rs") {
        let room = place(room.trim_end_matches(".rs")).unwrap();
        for used in may.iter().filter(|used| **used != "atomic") {
            assert!(place(used).unwrap() > room, "{}: {used}", order[room]);
        }
    }
}
