//! What every write has at hand, within a transaction that somebody else begins and commits.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::fault::WriteError;
use super::ids::Ids;
use super::schema;
use super::tally::Tally;
use crate::domain::StreamId;
use crate::store::Clock;

#[derive(Debug)]
pub struct Writer {
    pub(super) connection: Connection,
    pub(super) tally: RefCell<Tally>,
    clock: Clock,
    keys: RefCell<HashMap<StreamId, i64>>,
    ids: RefCell<Ids>,
    /// The database as it was when it was last written to from here.
    edition: Cell<Option<i64>>,
    queued: Cell<bool>,
    /// Whether any handset wants no more messages; `None` where it must be looked up.
    opt_outs: Cell<Option<bool>>,
}

impl Writer {
    pub fn new(connection: Connection, clock: Clock) -> Self {
        Self {
            connection,
            clock,
            tally: RefCell::default(),
            keys: RefCell::default(),
            ids: RefCell::default(),
            edition: Cell::new(None),
            queued: Cell::new(false),
            opt_outs: Cell::new(None),
        }
    }

    pub fn has_opt_outs(&self) -> rusqlite::Result<bool> {
        if let Some(known) = self.opt_outs.get() {
            return Ok(known);
        }
        let any = self
            .connection
            .prepare_cached("SELECT 1 FROM opt_out LIMIT 1")?
            .exists([])?;
        self.opt_outs.set(Some(any));
        Ok(any)
    }

    pub fn opt_outs_change(&self) {
        self.opt_outs.set(None);
    }

    /// Where another process has written, ids come after its own.
    pub fn begin(&self) -> rusqlite::Result<()> {
        let edition = self
            .connection
            .prepare_cached("PRAGMA data_version")?
            .query_row([], |row| row.get(0))?;
        if self.edition.replace(Some(edition)) == Some(edition) {
            return Ok(());
        }
        self.opt_outs.set(None);
        let newest = self
            .connection
            .prepare_cached(
                "SELECT max((SELECT ifnull(max(seq), 0) FROM message),
                    (SELECT ifnull(max(key), 0) FROM event), (SELECT ifnull(max(key), 0) FROM job),
                    (SELECT ifnull(max(seq), 0) FROM unmatched))",
            )?
            .query_row([], |row| row.get(0))?;
        self.ids.borrow_mut().come_after(newest);
        Ok(())
    }

    /// Forgets what a failed transaction did.
    pub fn reset(&self) {
        self.tally.borrow_mut().clear();
        self.keys.borrow_mut().clear();
        self.queued.set(false);
        self.opt_outs.set(None);
    }

    /// Work that leaves nothing behind if it fails by itself.
    pub fn alone(
        &self,
        work: impl FnOnce() -> Result<(), WriteError>,
    ) -> Result<Option<WriteError>, WriteError> {
        let sql = |text: &str| -> rusqlite::Result<()> {
            self.connection.prepare_cached(text)?.execute([]).map(drop)
        };
        let (tally, queued) = (self.tally.borrow().clone(), self.queued.get());
        sql("SAVEPOINT own")?;
        match work() {
            Ok(()) => sql("RELEASE own")?,
            Err(error) if error.concerns_all() => return Err(error),
            Err(error) => {
                sql("ROLLBACK TO own")?;
                sql("RELEASE own")?;
                self.reset();
                *self.tally.borrow_mut() = tally;
                self.queued.set(queued);
                return Ok(Some(error));
            }
        }
        Ok(None)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn id(&self) -> Result<(Uuid, i64), WriteError> {
        self.id_at(self.now())
    }

    /// As [`Writer::id`], at a moment that is known already.
    pub fn id_at(&self, now: Timestamp) -> Result<(Uuid, i64), WriteError> {
        Ok(self.ids.borrow_mut().next(now)?)
    }

    pub fn key(&self, stream: &StreamId) -> rusqlite::Result<i64> {
        if let Some(key) = self.keys.borrow().get(stream) {
            return Ok(*key);
        }
        self.connection
            .prepare_cached("INSERT INTO stream (id) VALUES (?1) ON CONFLICT DO NOTHING")?
            .execute([stream.as_str()])?;
        let key = self
            .connection
            .prepare_cached("SELECT key FROM stream WHERE id = ?1")?
            .query_row([stream.as_str()], |row| row.get(0))?;
        self.keys.borrow_mut().insert(stream.clone(), key);
        Ok(key)
    }

    /// Somebody is to be told that there is a job.
    pub fn has_queued(&self) {
        self.queued.set(true);
    }

    pub fn take_queued(&self) -> bool {
        self.queued.take()
    }

    /// Writes a page that changes nothing.
    pub fn touch(&self) -> Result<(), WriteError> {
        Ok(schema::touch(&self.connection)?)
    }
}
