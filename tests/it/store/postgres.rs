//! The engine in a database as the suite meets it: a database for each test, whose clock stands
//! still until the test moves it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use textpeak::store::{Clock, DatabaseAddress, PostgresStore};
use uuid::Uuid;

use super::harness::{Handle, Home};
use crate::support::postgres::{Admin, Cluster, Database};

/// When every test begins: 1 January 2026.
const BEGIN: i64 = 1_767_225_600_000;

pub struct PostgresHome {
    now: Arc<AtomicI64>,
    admin: Admin,
    database: Database,
}

impl PostgresHome {
    /// `None`, and said, where `PostgreSQL` is missing.
    pub fn new() -> Option<Self> {
        let database = Cluster::shared()?.database();
        let admin = database.admin();
        admin.execute(&format!(
            "CREATE TABLE test_clock (now bigint);
             INSERT INTO test_clock VALUES ({BEGIN});
             CREATE OR REPLACE FUNCTION now_ms() RETURNS bigint LANGUAGE sql
                AS 'SELECT now FROM textpeak.test_clock'"
        ));
        Some(Self {
            now: Arc::new(AtomicI64::new(BEGIN)),
            admin,
            database,
        })
    }

    pub fn store(&self) -> PostgresStore {
        let now = Arc::clone(&self.now);
        let clock = Clock::new(move || {
            Timestamp::from_millisecond(now.load(Ordering::SeqCst)).unwrap_or_default()
        });
        let address = DatabaseAddress::parse(&self.database.url).unwrap();
        PostgresStore::new(address, Some(clock))
    }

    fn moves(&self, by: i64) {
        let now = self.now.fetch_add(by, Ordering::SeqCst) + by;
        self.admin
            .execute(&format!("UPDATE test_clock SET now = {now}"));
    }
}

impl Home for PostgresHome {
    fn open(&self) -> Handle {
        Arc::new(self.store())
    }

    fn advance(&self, by: Duration) {
        self.moves(i64::try_from(by.as_millis()).unwrap());
    }

    fn set_back(&self, by: Duration) {
        self.moves(-i64::try_from(by.as_millis()).unwrap());
    }

    fn delete_message(&self, uuid: Uuid) {
        self.admin
            .execute(&format!("DELETE FROM message WHERE uuid = '{uuid}'"));
    }

    fn delete_event(&self, id: Uuid) {
        self.admin
            .execute(&format!("DELETE FROM event WHERE id = '{id}'"));
    }

    fn break_event(&self, id: Uuid) {
        self.admin
            .execute(&format!("UPDATE event SET stream = '?' WHERE id = '{id}'"));
    }

    fn refuse(&self, word: &str) {
        self.admin.execute(&format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION 'refused'; END $$;
             CREATE TRIGGER no_message BEFORE INSERT ON message FOR EACH ROW
                WHEN (new.text = '{word}') EXECUTE FUNCTION refuse();
             CREATE TRIGGER no_attempt BEFORE INSERT ON attempt FOR EACH ROW
                WHEN (new.error = '{word}') EXECUTE FUNCTION refuse();"
        ));
    }
}
