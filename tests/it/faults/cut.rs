//! Power cuts of a real file system: a disk in an image of its own, copied as it is at one moment,
//! while a gateway works on it. What was answered by then has to be in the copy. The disk's own cache
//! is taken to survive, as it does where the battery is good.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{bad_writer, effort};
use crate::serve::message;
use crate::support::gateway::{Served, signal};
use crate::support::{TestEnv, ability, installed, succeeds};

/// A mounted image; unmounted with the value.
struct Disk {
    image: PathBuf,
    at: PathBuf,
}

impl Disk {
    /// A new and empty one, where this machine lets a test have it.
    fn new(env: &TestEnv) -> Option<Self> {
        let image = env.folder().join("disk.img");
        let made = std::fs::File::create(&image).and_then(|file| file.set_len(64 << 20));
        made.unwrap();
        if !installed("mkfs.ext4") {
            return None;
        }
        assert!(succeeds("mkfs.ext4", &["-q", image.to_str().unwrap()]));
        let disk = Self::mount(image, env.folder().join("disk"));
        ability("mounting an image", disk.is_some());
        disk
    }

    fn mount(image: PathBuf, at: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let words = ["-o", "loop", image.to_str().unwrap(), at.to_str().unwrap()];
        succeeds("mount", &words).then_some(Self { image, at })
    }

    /// The disk as it would be found after a cut at this moment.
    fn cut(&self, env: &TestEnv, name: &str) -> Self {
        let (copy, at) = (
            env.folder().join(format!("{name}.img")),
            env.folder().join(name),
        );
        let words = [
            "--sparse=always",
            self.image.to_str().unwrap(),
            copy.to_str().unwrap(),
        ];
        assert!(succeeds("cp", &words));
        Self::mount(copy, at).unwrap()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        succeeds("umount", &[self.at.to_str().unwrap()]);
    }
}

#[test]
fn what_was_answered_is_on_a_disk_that_loses_its_power() {
    let env = TestEnv::new();
    let Some(disk) = Disk::new(&env) else { return };
    let home = disk.at.join("home");
    let home = home.to_str().unwrap();
    let made = env.json(&[
        "streams",
        "create",
        "--name",
        "OTP",
        "--demo",
        "--add-sender",
        "12025550100",
        "--home",
        home,
    ]);
    let token = made["token"].as_str().unwrap().to_owned();
    for round in 0..2 * effort() {
        let mut gateway = Served::start(&env, &["-q", "--home", home]);
        let address = gateway.address;
        let answered: Mutex<Vec<String>> = Mutex::default();
        let over = AtomicBool::new(false);
        let (by_then, found) = std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    while !over.load(Ordering::SeqCst) {
                        let gateway = Served::elsewhere(address);
                        let sent = gateway.try_send(&token, &[message("12025550143")]);
                        let Some(uuid) = sent else { return };
                        answered.lock().unwrap().push(uuid);
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(300 + 170 * (round as u64 % 7)));
            signal(gateway.child(), "STOP");
            let by_then = answered.lock().unwrap().clone();
            let cut = disk.cut(&env, "cut");
            over.store(true, Ordering::SeqCst);
            gateway.kill();
            let at = cut.at.join("home");
            let listed = env.json(&[
                "messages",
                "list",
                "--limit",
                "0",
                "--home",
                at.to_str().unwrap(),
            ]);
            (by_then, ids(&listed))
        });
        let lost: Vec<_> = by_then
            .iter()
            .filter(|uuid| !found.contains(uuid))
            .collect();
        assert_eq!(lost, Vec::<&String>::new(), "{} answered", by_then.len());
        assert!(by_then.len() > 20, "{}", by_then.len());
    }
}

fn ids(listed: &serde_json::Value) -> Vec<String> {
    let id = |one: &serde_json::Value| one["message_uuid"].as_str().unwrap().to_owned();
    listed["items"].as_array().unwrap().iter().map(id).collect()
}

#[test]
fn a_journal_that_was_not_synced_is_missed_on_a_disk_that_lost_its_power() {
    let env = TestEnv::new();
    let Some(disk) = Disk::new(&env) else { return };
    let rows = |path: &Path| -> i64 {
        let journal = rusqlite::Connection::open(path).unwrap();
        let count = "SELECT count(*) FROM message";
        journal.query_row(count, [], |row| row.get(0)).unwrap_or(0)
    };
    let path = disk.at.join("messages.db");
    let bad = bad_writer(&env, &["lazy-journal", path.to_str().unwrap(), "500"]).output();
    let said = String::from_utf8(bad.unwrap().stdout).unwrap();
    assert_eq!(said.matches("message_uuid").count(), 500);
    let cut = disk.cut(&env, "cut");
    let kept = rows(&cut.at.join("messages.db"));
    assert!(kept < 500, "{kept}: the test proves nothing");
}
