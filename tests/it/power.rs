//! A power cut, simulated: every write and sync of `serve` is recorded by strace, and at each answer
//! the files are put together as a disk would have them that lost everything not synced by then, or
//! lost parts of it. Every message that had been answered has to be there.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::{eventually, exchange};

/// A file as a disk knows it: what is synced, and the writes that are not yet.
#[derive(Default, Clone)]
struct OnDisk {
    synced: Vec<u8>,
    waiting: Vec<(usize, Vec<u8>)>,
    /// Whether it was deleted: the disk knows when the folder is synced.
    deleted: bool,
}

impl OnDisk {
    /// The file after a cut that kept only the waiting writes that are chosen.
    fn after_cut(&self, keep: impl Fn(usize) -> bool) -> Vec<u8> {
        let mut bytes = self.synced.clone();
        for (n, (at, write)) in self.waiting.iter().enumerate() {
            if keep(n) {
                place(&mut bytes, *at, write);
            }
        }
        bytes
    }
}

fn place(bytes: &mut Vec<u8>, at: usize, write: &[u8]) {
    if bytes.len() < at + write.len() {
        bytes.resize(at + write.len(), 0);
    }
    bytes[at..at + write.len()].copy_from_slice(write);
}

/// The bytes of a string as strace writes it: `\x00\x01…`.
fn unescaped(text: &str) -> Vec<u8> {
    let digits = text.split("\\x").skip(1);
    digits
        .map(|two| u8::from_str_radix(&two[..2], 16).unwrap())
        .collect()
}

/// The file that a call is about, by its name.
fn file(call: &str) -> Option<String> {
    let path = String::from_utf8(unescaped(call.split('<').nth(1)?.split('>').next()?)).ok()?;
    Some(path.rsplit('/').next()?.to_owned())
}

#[test]
fn what_was_answered_survives_a_power_cut() {
    if !crate::support::installed("strace") {
        return;
    }
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let trace = env.folder().join("trace");
    let ready = env.folder().join("ready");
    let mut strace = std::process::Command::new("strace");
    strace
        .args(["-f", "-y", "-xx", "-s", "70000", "-o"])
        .arg(&trace);
    strace.args([
        "-e",
        "trace=pwrite64,ftruncate,fsync,fdatasync,unlink,unlinkat,writev,sendto",
    ]);
    strace
        .arg(crate::support::PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "-q"]);
    strace
        .env("TEXTPEAK_HOME", env.home())
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let mut child = strace
        .stdout(fs::File::create(&ready).unwrap())
        .spawn()
        .unwrap();
    let address = || {
        let text = fs::read_to_string(&ready).unwrap();
        text.trim()
            .strip_prefix("Listening on http://")?
            .parse()
            .ok()
    };
    eventually("it serves under strace", || {
        address().is_some() || child.try_wait().unwrap().is_some()
    });
    let Some(address) = address() else {
        println!("skipped: strace may not trace here");
        return;
    };
    for n in 0..25 {
        let messages: Vec<_> = (0..=(n % 4))
            .map(|m| json!({ "internal_id": format!("{n}-{m}"), "recipient_phone": "12025550143", "message_content": "x".repeat(40 * n + 1) }))
            .collect();
        let body = json!({ "messages": messages }).to_string();
        let head = format!(
            "POST /simple_send/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        assert_eq!(exchange(address, (head + &body).as_bytes()).status, 200);
    }
    // strace ends with what it traces, whose id opens the trace.
    let traced = || fs::read_to_string(&trace).unwrap();
    let id = traced().split(' ').next().unwrap().to_owned();
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &id])
        .status();
    assert!(killed.unwrap().success());
    child.wait().unwrap();
    let checked = replay(&env, &traced());
    assert_eq!(checked, 25, "every answer was looked at");
}

/// Goes through the calls in their order; how many answers were looked at.
fn replay(env: &TestEnv, trace: &str) -> usize {
    let mut files: HashMap<String, OnDisk> = HashMap::new();
    let mut begun: HashMap<&str, String> = HashMap::new();
    let mut answers = 0;
    for line in trace.lines() {
        let (process, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if call.starts_with("pwrite64(") {
            let Some(name) = file(call) else { continue };
            let bytes = unescaped(
                call.split(", \"")
                    .nth(1)
                    .unwrap()
                    .split('"')
                    .next()
                    .unwrap(),
            );
            let rest = call.rsplit("\", ").next().unwrap();
            let at = rest.split(", ").nth(1).unwrap();
            let at = at.split([')', ' ']).next().unwrap().parse().unwrap();
            files.entry(name).or_default().waiting.push((at, bytes));
        } else if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
            let Some(name) = file(call) else { continue };
            if call.contains("unfinished") {
                begun.insert(process, name);
            } else {
                sync(&mut files, &name);
            }
        } else if call.contains("sync resumed") {
            if let Some(name) = begun.remove(process) {
                sync(&mut files, &name);
            }
        } else if call.starts_with("unlink") {
            let path = call.split('"').nth(1).unwrap();
            let path = String::from_utf8(unescaped(path)).unwrap();
            let name = path.rsplit('/').next().unwrap();
            if let Some(file) = files.get_mut(name) {
                file.deleted = true;
            }
        } else if call.starts_with("writev(") || call.starts_with("sendto(") {
            let said = String::from_utf8(unescaped(call)).unwrap_or_default();
            let uuids: Vec<_> = said
                .split("\"message_uuid\":\"")
                .skip(1)
                .map(|rest| &rest[..36])
                .collect();
            if !uuids.is_empty() {
                answers += 1;
                look(env, &files, &uuids, answers);
            }
        }
    }
    answers
}

fn sync(files: &mut HashMap<String, OnDisk>, name: &str) {
    let Some(file) = files.get_mut(name) else {
        // The folder.
        files.retain(|_, file| !file.deleted);
        return;
    };
    let waiting = std::mem::take(&mut file.waiting);
    for (at, bytes) in waiting {
        place(&mut file.synced, at, &bytes);
    }
}

/// Which of the waiting writes come to the disk all the same.
type Kept = fn(usize) -> bool;

/// The power goes off here: with nothing that waits kept, with every other write, with the last.
fn look(env: &TestEnv, files: &HashMap<String, OnDisk>, uuids: &[&str], answer: usize) {
    let cuts: [(&str, Kept); 3] = [
        ("none", |_| false),
        ("odd", |n| n % 2 == 1),
        ("late", |n| n > 3),
    ];
    for (what, keep) in cuts {
        let home = env.folder().join(format!("cut-{answer}-{what}"));
        fs::create_dir(&home).unwrap();
        fs::copy(env.home().join("state.json"), home.join("state.json")).unwrap();
        for (name, file) in files
            .iter()
            .filter(|(name, _)| name.starts_with("messages.db"))
        {
            if !name.ends_with("-shm") {
                fs::write(home.join(name), file.after_cut(keep)).unwrap();
            }
        }
        for uuid in uuids {
            let path: &Path = &home;
            let found = env.json(&["messages", "show", uuid, "--home", path.to_str().unwrap()]);
            assert_eq!(found["message_uuid"], *uuid, "answer {answer}, kept {what}");
        }
        fs::remove_dir_all(&home).unwrap();
    }
}
