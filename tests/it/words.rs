//! Every sentence that users can meet, in one file, so that a change of wording is seen in a diff.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::TestEnv;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Their texts are in the help, are programs, or are an alphabet.
const LEFT_OUT: [&str; 4] = [
    "cli/examples.rs",
    "cli/help.rs",
    "domain/gsm7.rs",
    "render/sample.rs",
];

/// What tells conditions and statements of the database from sentences.
const SQL: [&str; 18] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "CREATE ",
    "DROP ",
    "ALTER ",
    "PRAGMA ",
    "BEGIN ",
    "SAVEPOINT ",
    "RELEASE ",
    "ROLLBACK ",
    " AND ",
    "ORDER BY",
    " NULL",
    "= ?",
    " :since",
    " :after",
];

#[test]
fn the_words_are_those_of_the_committed_file() {
    let mut words = String::from("# Help\n");
    let env = TestEnv::new();
    for command in commands(&env) {
        let help = help(&env, &command);
        write!(words, "\n## textpeak {}\n{help}", command.join(" ")).unwrap();
    }
    words += "\n# In the code\n";
    let mut files = Vec::new();
    collect(&Path::new(ROOT).join("src"), &mut files);
    files.sort();
    for file in files {
        let name = file.strip_prefix(Path::new(ROOT).join("src")).unwrap();
        let name = name.to_str().unwrap().replace('\\', "/");
        let sentences = sentences(&fs::read_to_string(&file).unwrap());
        if !sentences.is_empty() && !LEFT_OUT.contains(&name.as_str()) {
            write!(words, "\n## {name}\n{}\n", sentences.join("\n")).unwrap();
        }
    }
    snapbox::assert_data_eq!(words, snapbox::file!["words.txt": Text].raw());
}

/// The lines of a help that begin with two spaces and a word, as the list of commands has them.
fn commands(env: &TestEnv) -> Vec<Vec<String>> {
    let mut found = BTreeSet::new();
    for line in env.ok(&["--help"]).lines() {
        let Some(row) = line.strip_prefix("  ").filter(|row| row.len() > 21) else {
            continue;
        };
        let path: Vec<_> = row[..20].split_whitespace().map(str::to_owned).collect();
        let is_name = |word: &String| word.bytes().all(|b| b.is_ascii_lowercase());
        if !path.is_empty() && path.iter().all(is_name) && path[0] != "textpeak" {
            found.extend((1..=path.len()).map(|length| path[..length].to_vec()));
        }
    }
    let mut all = vec![Vec::new()];
    all.extend(found);
    all
}

/// Without the options that every command has, which the main help lists.
fn help(env: &TestEnv, command: &[String]) -> String {
    let mut words: Vec<_> = command.iter().map(String::as_str).collect();
    words.push("--help");
    let help = env.ok(&words);
    let sections = help.split("\n\n");
    let own: Vec<_> = sections
        .filter(|section| !section.starts_with("Global options:"))
        .collect();
    own.join("\n\n").trim_end().to_owned() + "\n"
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if matches!(name, "tests" | "testing") {
            continue;
        }
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// In the order of the file, each on one line.
fn sentences(code: &str) -> Vec<String> {
    let code = code.split("#[cfg(test)]\nmod ").next().unwrap();
    let literals = literals(code).into_iter();
    let sentences =
        literals.filter(|text| is_sentence(text) && !SQL.iter().any(|word| text.contains(word)));
    sentences.collect()
}

/// At least two words, one of them outside of the places for values.
fn is_sentence(text: &str) -> bool {
    let mut depth = 0_i32;
    let fixed: String = text
        .chars()
        .filter(|c| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            depth == 0 && *c != '}'
        })
        .collect();
    let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).count();
    text.trim().contains(' ') && fixed.split(' ').any(|word| letters(word) > 1)
}

/// The string literals of Rust code, with escapes as they are written; no reasons of attributes.
fn literals(code: &str) -> Vec<String> {
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(c) = code[at..].chars().next() {
        let rest = &code[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if c == '\'' {
            at += char_literal(rest);
        } else if let Some(hashes) = raw_start(&code[..at], rest) {
            let start = at + hashes + 2;
            let end = format!("\"{}", "#".repeat(hashes));
            let length = code[start..].find(&end).unwrap();
            found.push(code[start..start + length].replace('\n', "\\n"));
            at = start + length + end.len();
        } else if c == '"' {
            let length = closing_quote(&rest[1..]);
            if !code[..at].ends_with("reason = ") {
                found.push(one_line(&rest[1..=length]));
            }
            at += length + 2;
        } else {
            at += c.len_utf8();
        }
    }
    found
}

/// The bytes of a character in quotes, or of the tick of a lifetime.
fn char_literal(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, _))) => at + 1 + rest[at + 1..].find('\'').unwrap() + 1,
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The number of hashes of a raw string that begins here.
fn raw_start(before: &str, rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let in_a_word = before.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    (after[hashes..].starts_with('"') && !in_a_word).then_some(hashes)
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    text.find(|c| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })
    .unwrap()
}

/// A literal that goes on in the next line begins there with its first letter.
fn one_line(literal: &str) -> String {
    let mut parts = literal.split("\\\n");
    let first = parts.next().unwrap_or_default().to_owned();
    let line = parts.fold(first, |line, part| line + part.trim_start());
    line.replace('\n', "\\n")
}

#[test]
fn a_string_literal_is_told_from_what_looks_like_one() {
    let code = r#"
        // "a comment"
        let quote = '"'; let tick = '\''; fn f<'a>(x: &'a str) {}
        #[expect(x, reason = "no words")]
        say("one \"word\" \
             goes on"); say(r"raw \ words"); say("");
    "#;
    assert_eq!(
        literals(code),
        [r#"one \"word\" goes on"#, r"raw \ words", ""]
    );
    assert!(is_sentence("line {}: {what}") && !is_sentence("{a} {b}") && !is_sentence("word"));
}
