//! Which messages are refused although they are right: their handset wants no more of them, or a
//! day's limit is reached. Within the transaction that accepts them, so that it holds exactly.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::fault::WriteError;
use super::reader::Reader;
use super::row;
use super::writer::Writer;
use crate::domain::{Consent, StreamId};
use crate::store::{Accepted, DailyLimit, NewMessage, OptOut, StoreError};

/// In milliseconds.
const DAY: i64 = 86_400_000;

pub struct Screen {
    has_opt_outs: bool,
    limit: Option<Limit>,
}

struct Limit {
    route: String,
    day: i64,
    left: u32,
    accepted: u32,
}

impl Screen {
    /// A message was accepted.
    pub fn counts(&mut self) {
        if let Some(limit) = &mut self.limit {
            limit.left -= 1;
            limit.accepted += 1;
        }
    }
}

impl Writer {
    /// `None` where nothing can be refused.
    pub fn screen(
        &self,
        limit: Option<&DailyLimit>,
        now: Timestamp,
    ) -> Result<Option<Screen>, WriteError> {
        let has_opt_outs = self.has_opt_outs()?;
        let limit = limit.map(|limit| self.limit(limit, now)).transpose()?;
        Ok((has_opt_outs || limit.is_some()).then_some(Screen {
            has_opt_outs,
            limit,
        }))
    }

    fn limit(&self, limit: &DailyLimit, now: Timestamp) -> rusqlite::Result<Limit> {
        let day = now.as_millisecond().div_euclid(DAY);
        let accepted: Option<i64> = self
            .connection
            .prepare_cached("SELECT n FROM sent_in_day WHERE route = ?1 AND day = ?2")?
            .query_row(params![limit.route, day], |row| row.get(0))
            .optional()?;
        let accepted = u32::try_from(accepted.unwrap_or_default()).unwrap_or(u32::MAX);
        Ok(Limit {
            route: limit.route.clone(),
            day,
            left: limit.most.saturating_sub(accepted),
            accepted: 0,
        })
    }

    pub fn refusal(
        &self,
        screen: &Screen,
        stream: i64,
        message: &NewMessage,
    ) -> rusqlite::Result<Option<Accepted>> {
        let opted_out = screen.has_opt_outs
            && self
                .connection
                .prepare_cached("SELECT 1 FROM opt_out WHERE stream = ?1 AND handset = ?2")?
                .exists(params![stream, message.recipient.as_str()])?;
        if opted_out {
            return Ok(Some(Accepted::OptedOut));
        }
        let over = screen.limit.as_ref().is_some_and(|limit| limit.left == 0);
        Ok(over.then_some(Accepted::OverLimit))
    }

    /// Yesterday's count is of no use any more.
    pub fn count_day(&self, screen: &Screen) -> rusqlite::Result<()> {
        let Some(limit) = screen.limit.as_ref().filter(|limit| limit.accepted > 0) else {
            return Ok(());
        };
        self.connection
            .prepare_cached("DELETE FROM sent_in_day WHERE route = ?1 AND day < ?2 - 1")?
            .execute(params![limit.route, limit.day])?;
        self.connection
            .prepare_cached(
                "INSERT INTO sent_in_day (route, day, n) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET n = n + excluded.n",
            )?
            .execute(params![limit.route, limit.day, limit.accepted])?;
        Ok(())
    }

    pub fn set_opted_out(
        &self,
        stream: &StreamId,
        handset: &str,
        out: bool,
    ) -> Result<bool, WriteError> {
        self.set_consent(self.key(stream)?, handset, out, false)
    }

    pub(super) fn reply_consent(
        &self,
        stream: i64,
        handset: &str,
        consent: Option<Consent>,
    ) -> Result<(), WriteError> {
        let Some(consent) = consent else {
            return Ok(());
        };
        self.set_consent(stream, handset, consent == Consent::OptsOut, true)
            .map(drop)
    }

    fn set_consent(
        &self,
        stream: i64,
        handset: &str,
        out: bool,
        by_reply: bool,
    ) -> Result<bool, WriteError> {
        let now = self.now().as_millisecond();
        let changed = if out {
            self.connection
                .prepare_cached(
                    "INSERT INTO opt_out (stream, handset, at, by_reply) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![stream, handset, now, by_reply])?
        } else {
            self.connection
                .prepare_cached("DELETE FROM opt_out WHERE stream = ?1 AND handset = ?2")?
                .execute(params![stream, handset])?
        };
        self.opt_outs_change();
        Ok(changed > 0)
    }
}

impl Reader {
    pub fn opt_outs(&self, stream: Option<&StreamId>) -> Result<Vec<OptOut>, StoreError> {
        let list = || {
            self.connection
                .prepare_cached(
                    "SELECT stream.id, handset, at, by_reply FROM opt_out
                     JOIN stream ON stream.key = opt_out.stream
                     WHERE ?1 IS NULL OR stream.id = ?1 ORDER BY 1, 2",
                )?
                .query_map([stream.map(StreamId::as_str)], |row| {
                    Ok(OptOut {
                        stream: row::stream_id(&row.get::<_, String>(0)?, 0)?,
                        handset: row.get(1)?,
                        at: row::time(row.get(2)?),
                        by_reply: row.get(3)?,
                    })
                })?
                .collect()
        };
        self.ours(list())
    }
}
