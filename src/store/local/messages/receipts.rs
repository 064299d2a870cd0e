//! Receipts that carriers tell by themselves, until when a route was heard, and how its link is.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::fault::WriteError;
use super::reader::Reader;
use super::row::{self, status_number};
use super::settle::Target;
use super::writer::Writer;
use crate::domain::{MessageStatus, StreamId, canonical};
use crate::store::{Cursor, Lease, LinkState, NewReceipt, StoreError};

/// How long a receipt waits for its message, in milliseconds: the carrier has answered long before.
const HELD: i64 = 3_600_000;

struct Found {
    job: i64,
    stream: String,
    target: Target,
}

impl Writer {
    /// How many messages came to their end.
    pub fn learn(
        &self,
        receipts: &[NewReceipt],
        notify: &HashMap<StreamId, String>,
    ) -> Result<usize, WriteError> {
        let mut ended = 0;
        for receipt in receipts {
            let Some(found) = self.receipt_for(receipt)? else {
                if receipt.hold {
                    self.hold(receipt)?;
                }
                continue;
            };
            let stream = found.stream.parse().ok();
            let url = stream.and_then(|id: StreamId| notify.get(&id));
            let status = (receipt.status, receipt.details.as_deref());
            self.end(found.job, &found.target, status, url.map(String::as_str))?;
            ended += 1;
        }
        Ok(ended)
    }

    /// The message that a receipt speaks of: one that went to its handset, or the one with its
    /// likeliest id, which may have gone to another number than its recipient's.
    fn receipt_for(&self, receipt: &NewReceipt) -> rusqlite::Result<Option<Found>> {
        let mut other = None;
        for (place, id) in receipt.ids.iter().enumerate() {
            let mut find = self.connection.prepare_cached(
                "SELECT job.key, stream.id, job.stream, job.handset, target FROM job
                 JOIN message ON seq = target JOIN stream ON stream.key = job.stream
                 WHERE lower(ltrim(replace(upstream, '-', ''), '0')) = ?1
                 AND upstream IS NOT NULL AND kind = 2 AND route = ?2 ORDER BY job.key",
            )?;
            let mut rows = find.query([id, &receipt.route])?;
            while let Some(row) = rows.next()? {
                let found = Found {
                    job: row.get(0)?,
                    stream: row.get(1)?,
                    target: Target {
                        stream: row.get(2)?,
                        handset: row.get(3)?,
                        row: row.get(4)?,
                    },
                };
                let handset = receipt.handset.as_ref();
                if handset.is_none_or(|handset| *handset == found.target.handset) {
                    return Ok(Some(found));
                }
                other = other.or(Some(found).filter(|_| place == 0));
            }
        }
        Ok(other)
    }

    fn hold(&self, receipt: &NewReceipt) -> Result<(), WriteError> {
        let now = self.now().as_millisecond();
        self.connection
            .prepare_cached("DELETE FROM receipt WHERE at < ?1")?
            .execute([now - HELD])?;
        let (_, number) = self.id()?;
        for (place, id) in receipt.ids.iter().enumerate() {
            self.connection
                .prepare_cached(
                    "INSERT OR IGNORE INTO receipt
                        (route, id, number, place, handset, status, details, at)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    receipt.route,
                    id,
                    number,
                    i64::try_from(place).unwrap_or(i64::MAX),
                    receipt.handset,
                    status_number::<i64>(receipt.status),
                    receipt.details,
                    now,
                ])?;
        }
        Ok(())
    }

    /// A receipt may have come before the answer that it follows.
    pub(super) fn settle_held(
        &self,
        key: i64,
        route: Option<&str>,
        upstream: &str,
        notify: Option<&str>,
    ) -> Result<(), WriteError> {
        let waits = self
            .connection
            .prepare_cached("SELECT 1 FROM receipt LIMIT 1")?
            .exists([])?;
        let Some(target) = self
            .target(key, Lease { owner: 0, until: 0 })?
            .filter(|_| waits)
        else {
            return Ok(());
        };
        match self.held(route, upstream, &target.handset)? {
            Some((status, details)) => self.end(key, &target, (status, details.as_deref()), notify),
            None => Ok(()),
        }
    }

    /// What a receipt said of a message before its id was known here.
    fn held(
        &self,
        route: Option<&str>,
        upstream: &str,
        handset: &str,
    ) -> rusqlite::Result<Option<(MessageStatus, Option<String>)>> {
        let Some(route) = route else { return Ok(None) };
        let found: Option<(i64, i64, Option<String>)> = self
            .connection
            .prepare_cached(
                "SELECT number, status, details FROM receipt WHERE route = ?1 AND id = ?2
                 AND (handset IS NULL OR handset = ?3 OR place = 0)
                 ORDER BY handset = ?3 DESC, place, number LIMIT 1",
            )?
            .query_row([route, &canonical(upstream), handset], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((number, status, details)) = found else {
            return Ok(None);
        };
        self.connection
            .prepare_cached("DELETE FROM receipt WHERE number = ?1")?
            .execute([number])?;
        Ok(Some((row::status(status), details)))
    }

    pub fn set_heard_until(&self, route: &str, until: Timestamp) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "INSERT INTO heard (route, until) VALUES (?1, ?2)
                 ON CONFLICT DO UPDATE SET until = max(ifnull(until, 0), excluded.until)",
            )?
            .execute(params![route, until.as_millisecond()])?;
        Ok(())
    }

    pub fn set_listened(&self, stream: &StreamId, until: Cursor) -> Result<(), WriteError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO listened (stream, seq) VALUES (?1, ?2)")?
            .execute([self.key(stream)?, until.0])?;
        Ok(())
    }

    pub fn set_link(&self, route: &str, state: &str) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "INSERT INTO heard (route, link, link_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET link = excluded.link, link_at = excluded.link_at",
            )?
            .execute(params![route, state, self.now().as_millisecond()])?;
        Ok(())
    }
}

impl Reader {
    pub fn heard_until(&self, route: &str) -> Result<Option<Timestamp>, StoreError> {
        let find = || {
            self.connection
                .prepare_cached("SELECT until FROM heard WHERE route = ?1")?
                .query_row([route], |row| {
                    Ok(row.get::<_, Option<i64>>(0)?.map(row::time))
                })
                .optional()
        };
        Ok(self.ours(find())?.flatten())
    }

    pub fn listened(&self, stream: &StreamId) -> Result<Option<Cursor>, StoreError> {
        let find = || {
            self.connection
                .prepare_cached(
                    "SELECT seq FROM listened JOIN stream ON stream.key = listened.stream
                     WHERE stream.id = ?1",
                )?
                .query_row([stream.as_str()], |row| row.get(0).map(Cursor))
                .optional()
        };
        self.ours(find())
    }

    pub fn link(&self, route: &str) -> Result<Option<LinkState>, StoreError> {
        let find = || {
            self.connection
                .prepare_cached(
                    "SELECT link, link_at FROM heard WHERE route = ?1 AND link IS NOT NULL",
                )?
                .query_row([route], |row| {
                    Ok(LinkState {
                        state: row.get(0)?,
                        at: row::time(row.get(1)?),
                    })
                })
                .optional()
        };
        self.ours(find())
    }
}
