//! Many writers, killed writers, full disks: nothing is lost, nothing is half there.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::TestEnv;

fn names(env: &TestEnv) -> Vec<String> {
    let listed = env.json(&["streams", "list"]);
    let name = |item: &serde_json::Value| item["name"].as_str().unwrap().to_owned();
    listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(name)
        .collect()
}

fn start(env: &TestEnv, name: &str) -> Child {
    let mut command = env.command();
    command.args(["streams", "create", "--name", name, "-o", "json"]);
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn sixteen_writers_at_once_lose_nothing_and_make_nothing_twice() {
    let env = TestEnv::new();
    let writer = |n: usize| {
        for m in 0..25 {
            env.ok(&["streams", "create", "--name", &format!("{n}-{m}")]);
        }
    };
    thread::scope(|scope| {
        for n in 0..16 {
            scope.spawn(move || writer(n));
        }
    });
    let names = names(&env);
    assert_eq!(names.len(), 400);
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 400);
    let tokens = fs::read_to_string(env.home().join("tokens.json")).unwrap();
    assert_eq!(tokens.matches("tp_").count(), 400);
}

#[test]
fn killed_at_any_moment_the_state_is_the_old_or_the_new() {
    let env = TestEnv::new();
    // A file large enough for the kill to find every part of the write.
    env.ok(&[
        "streams",
        "create",
        "--name",
        "seed",
        "--description",
        &"d".repeat(500),
    ]);
    for n in 0..60 {
        env.ok(&[
            "streams",
            "create",
            "--name",
            &format!("filler {n}"),
            "--description",
            &"d".repeat(500),
        ]);
    }
    let begun = Instant::now();
    start(&env, "measure").wait().unwrap();
    let whole = begun.elapsed();
    let (mut acknowledged, mut unsaid) = (vec!["measure".to_owned()], 0);
    for n in 0..200 {
        let name = format!("killed {n}");
        let mut child = start(&env, &name);
        thread::sleep(whole.mul_f64(f64::from(n) / 100.0));
        child.kill().unwrap();
        let mut said = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        child.wait().unwrap();
        let there = names(&env).contains(&name);
        if said.ends_with("}\n") {
            assert!(there, "{name} was acknowledged and is lost");
            acknowledged.push(name);
        } else if there {
            unsaid += 1;
        }
    }
    let found = names(&env);
    assert_eq!(found.len(), 61 + acknowledged.len() + unsaid);
    assert!(
        found.len() < 262,
        "no kill came before its write: the test proves nothing"
    );
    // Every stream that is there has its token, and what killed writers left is swept away.
    for name in &found {
        env.ok(&["streams", "token", "show", name]);
    }
    env.ok(&["streams", "create", "--name", "after"]);
    let left: Vec<_> = fs::read_dir(env.home())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_writer_that_holds_the_lock_is_waited_for_and_named() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "one"]);
    let lock = fs::OpenOptions::new()
        .write(true)
        .open(env.home().join(".lock"))
        .unwrap();
    lock.lock().unwrap();
    lock.set_len(0).unwrap();
    (&lock).write_all(b"4242\n").unwrap();
    let begun = Instant::now();
    let stderr = env.fails(1, &["streams", "create", "--name", "two"]);
    assert!(begun.elapsed() >= Duration::from_secs(5));
    assert!(
        stderr.contains("process 4242 is changing the streams"),
        "{stderr}"
    );
    // Readers do not wait.
    assert_eq!(names(&env), ["one"]);
    drop(lock);
    env.ok(&["streams", "create", "--name", "two"]);
}

/// A file system of 256 KiB, where this machine lets the test mount one.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(at: std::path::PathBuf) -> Option<Self> {
        fs::create_dir_all(&at).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
            .arg(&at)
            .stderr(Stdio::null());
        if mount.status().is_ok_and(|status| status.success()) {
            return Some(Self(at));
        }
        println!("skipped: this user may not mount a small disk");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_leaves_the_old_files_and_says_so() {
    let env = TestEnv::new();
    let Some(_disk) = SmallDisk::mount(env.home()) else {
        return;
    };
    env.ok(&["streams", "create", "--name", "one"]);
    let filler = vec![b'x'; 220 * 1024];
    fs::write(env.home().join("filler"), filler).unwrap();
    let mut full = None;
    for n in 0..60 {
        let before = fs::read(env.home().join("state.json")).unwrap();
        let run = env.run(&[
            "streams",
            "create",
            "--name",
            &format!("n{n}"),
            "--description",
            &"d".repeat(450),
        ]);
        if run.code != 0 {
            assert_eq!(fs::read(env.home().join("state.json")).unwrap(), before);
            full = Some(run);
            break;
        }
    }
    let run = full.unwrap();
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stderr.contains("No space left") && run.stderr.contains("hint: "),
        "{run:?}"
    );
    let temporary = |entry: fs::DirEntry| entry.file_name().to_string_lossy().ends_with(".tmp");
    assert!(
        !fs::read_dir(env.home())
            .unwrap()
            .any(|entry| temporary(entry.unwrap()))
    );
    fs::remove_file(env.home().join("filler")).unwrap();
    env.ok(&["streams", "create", "--name", "room again"]);
}
