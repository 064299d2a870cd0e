//! Many writers, killed writers, full disks: nothing is lost, nothing is half there.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::effort;
use crate::support::{TestEnv, ability, succeeds};

fn names(env: &TestEnv) -> Vec<String> {
    named(&env.json(&["streams", "list"]))
}

fn named(listed: &Value) -> Vec<String> {
    let name = |item: &Value| item["name"].as_str().unwrap().to_owned();
    let items = listed["items"].as_array().unwrap();
    items.iter().map(name).collect()
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

/// How many of these streams are missing after so many writers at once made so many each.
fn missing(env: &TestEnv, each: usize, write: impl Fn(&str) + Sync) -> usize {
    let write = &write;
    thread::scope(|scope| {
        for n in 0..16 {
            scope.spawn(move || (0..each).for_each(|m| write(&format!("{n}-{m}"))));
        }
    });
    let found: BTreeSet<_> = names(env).into_iter().collect();
    let all = (0..16).flat_map(|n| (0..each).map(move |m| format!("{n}-{m}")));
    all.filter(|name| !found.contains(name)).count()
}

#[test]
fn sixteen_writers_at_once_lose_nothing_and_make_nothing_twice() {
    let env = TestEnv::new();
    let each = 5 * effort();
    let lost = missing(&env, each, |name| {
        env.ok(&["streams", "create", "--name", name]);
    });
    assert_eq!((lost, names(&env).len()), (0, 16 * each));
    let tokens = fs::read_to_string(env.home().join("tokens.json")).unwrap();
    assert_eq!(tokens.matches("tp_").count(), 16 * each);
}

#[test]
fn writers_that_do_not_wait_for_each_other_are_caught() {
    let env = TestEnv::new();
    env.ok(&["streams", "create", "--name", "seed"]);
    let path = env.home().join("state.json");
    let lost = missing(&env, 10, |name| {
        let words = ["no-lock", path.to_str().unwrap(), name];
        let _ = super::bad_writer(&env, &words)
            .stderr(Stdio::null())
            .stdout(Stdio::null())
            .status();
    });
    assert!(lost > 0, "nobody was overtaken: the test proves nothing");
}

/// What kills at random moments did to a writer's work.
#[derive(Debug, Default)]
struct Killed {
    /// Streams whose writer claimed to have made them.
    acknowledged: Vec<String>,
    /// Those that are there although their writer had no time to say so.
    unsaid: usize,
    /// Those that were claimed and are not there, or whose file cannot be read.
    lost: usize,
}

/// Starts writers and kills each at a moment of its own, through twice the time that one takes.
fn kill(env: &TestEnv, kills: usize, start: impl Fn(&str) -> Child) -> Killed {
    let begun = Instant::now();
    start("measure").wait().unwrap();
    let whole = begun.elapsed();
    let mut killed = Killed {
        acknowledged: vec!["measure".to_owned()],
        ..Killed::default()
    };
    let mut good = fs::read(env.home().join("state.json")).unwrap();
    for n in 0..kills {
        let name = format!("killed {n}");
        let mut child = start(&name);
        #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
        thread::sleep(whole.mul_f64(2.0 * n as f64 / kills as f64));
        child.kill().unwrap();
        let mut said = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        child.wait().unwrap();
        let listed = env.run(&["-o", "json", "streams", "list"]);
        if listed.code != 0 {
            assert!(
                listed.stderr.contains("state.json is damaged"),
                "{listed:?}"
            );
            killed.lost += 1;
            fs::write(env.home().join("state.json"), &good).unwrap();
            continue;
        }
        good = fs::read(env.home().join("state.json")).unwrap();
        let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
        let there = named(&listed).contains(&name);
        if said.ends_with("}\n") {
            killed.lost += usize::from(!there);
            killed.acknowledged.push(name);
        } else {
            killed.unsaid += usize::from(there);
        }
    }
    killed
}

/// A file large enough for a kill to find every part of its write.
fn large(env: &TestEnv) -> usize {
    let stream = |n: usize| format!("{{name: filler {n}, description: {}}}", "d".repeat(500));
    let streams: Vec<_> = (0..61).map(stream).collect();
    let document = format!("streams: [{}]", streams.join(", "));
    let made = env.run_with_input(&["streams", "apply", "-f", "-", "--yes"], &document);
    made.ok_saying("...\n61 to create, 0 to change, 0 to delete, 0 unchanged");
    streams.len()
}

#[test]
fn killed_at_any_moment_the_state_is_the_old_or_the_new() {
    let env = TestEnv::new();
    let fillers = large(&env);
    let kills = 40 * effort();
    let killed = kill(&env, kills, |name| start(&env, name));
    assert_eq!(killed.lost, 0, "{killed:?}");
    let found = names(&env);
    assert_eq!(
        found.len(),
        fillers + killed.acknowledged.len() + killed.unsaid
    );
    assert!(
        found.len() < fillers + 1 + kills,
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
fn a_writer_in_place_that_is_killed_is_caught() {
    let env = TestEnv::new();
    large(&env);
    let path = env.home().join("state.json");
    let killed = kill(&env, 60, |name| {
        let mut bad = super::bad_writer(&env, &["in-place", path.to_str().unwrap(), name]);
        bad.stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    });
    assert!(killed.lost > 0, "{killed:?}: the test proves nothing");
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
        stderr.contains("Process 4242 is changing the streams"),
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
        let words = ["-t", "tmpfs", "-o", "size=256k", "tmpfs"];
        let words = [&words[..], &[at.to_str().unwrap()]].concat();
        ability("mounting a small disk", succeeds("mount", &words)).then_some(Self(at))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        succeeds("umount", &[self.0.to_str().unwrap()]);
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
