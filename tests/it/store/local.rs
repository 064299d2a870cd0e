//! The local engine as the suite meets it. Files and SQL are known here and in `upgrade.rs` alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use textpeak::store::Clock;
use textpeak::store::LocalStore;
use uuid::Uuid;

use super::harness::{Handle, Home};

/// When every test begins: 1 January 2026.
const BEGIN: i64 = 1_767_225_600_000;

pub struct LocalHome {
    folder: tempfile::TempDir,
    now: Arc<AtomicI64>,
}

impl LocalHome {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            now: Arc::new(AtomicI64::new(BEGIN)),
        }
    }

    pub fn store(&self) -> LocalStore {
        let now = Arc::clone(&self.now);
        let clock = Clock::new(move || {
            Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap_or_default()
        });
        LocalStore::new(
            textpeak::store::Home::locate(Some(self.folder().to_owned())).unwrap(),
            clock,
        )
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self) -> PathBuf {
        self.folder().join("messages.db")
    }

    fn change(&self, sql: &str, id: Uuid) {
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        connection.busy_timeout(Duration::from_secs(30)).unwrap();
        connection
            .pragma_update(None, "synchronous", "off")
            .unwrap();
        assert_eq!(
            connection.execute(sql, [id.as_bytes()]).unwrap(),
            1,
            "{sql}"
        );
    }
}

impl Home for LocalHome {
    fn open(&self) -> Handle {
        Arc::new(self.store())
    }

    fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.now.fetch_add(by, Ordering::SeqCst);
    }

    fn set_back(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.now.fetch_sub(by, Ordering::SeqCst);
    }

    fn delete_message(&self, uuid: Uuid) {
        self.change("DELETE FROM message WHERE uuid = ?1", uuid);
    }

    fn delete_event(&self, id: Uuid) {
        self.change("DELETE FROM event WHERE id = ?1", id);
    }

    fn break_event(&self, id: Uuid) {
        self.change("UPDATE event SET message = x'00' WHERE id = ?1", id);
    }

    fn refuse(&self, word: &str) {
        let connection = rusqlite::Connection::open(self.file()).unwrap();
        let triggers = format!(
            "CREATE TRIGGER no_message BEFORE INSERT ON message WHEN new.text = '{word}'
             BEGIN SELECT raise(ABORT, 'refused'); END;
             CREATE TRIGGER no_attempt BEFORE INSERT ON attempt WHEN new.error = '{word}'
             BEGIN SELECT raise(ABORT, 'refused'); END;"
        );
        connection.execute_batch(&triggers).unwrap();
    }
}
