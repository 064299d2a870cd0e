//! What became of jobs that were claimed.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use uuid::Uuid;

use super::events::{GONE, NewEvent};
use super::fault::WriteError;
use super::row::{self, kind_number, state_number, status_number};
use super::writer::Writer;
use crate::domain::{DeliveryState, MessageStatus};
use crate::store::{Attempt, JobKind, Lease, Next, Outcome, Settlement};

pub(super) struct Target {
    pub stream: i64,
    pub handset: String,
    /// The row of the message, or of the event.
    pub row: i64,
}

impl Writer {
    pub fn settle(&self, settlement: &Settlement) -> Result<(), WriteError> {
        let Settlement {
            key,
            lease,
            outcome,
            notify,
            route,
        } = settlement;
        let notify = notify.as_deref();
        if let Some(route) = route {
            self.handed_to(*key, *lease, route)?;
        }
        match outcome {
            Outcome::Released => self.again(*key, *lease, None),
            Outcome::Attempted {
                attempt,
                next,
                gone,
            } => self.attempted(*key, *lease, attempt, *next, gone.as_deref()),
            Outcome::Submitted { upstream, ask_at } => {
                self.submitted(*key, *lease, upstream, ask_at.as_millisecond(), notify)?;
                self.settle_held(*key, route.as_deref(), upstream, notify)
            }
            Outcome::Unsent { at, details } => {
                self.unsent(*key, *lease, at.as_millisecond(), details)
            }
            Outcome::Open(at) => self.again(*key, *lease, Some(at.as_millisecond())),
            Outcome::Ended(status, details) => {
                self.ended(*key, *lease, *status, details.as_deref(), notify)
            }
            Outcome::Turned => self.turned(*key, *lease, notify),
        }
    }

    /// Lets go of a job; one that was worked on is due again at a moment.
    pub(super) fn again(&self, key: i64, lease: Lease, at: Option<i64>) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "UPDATE job SET lease_until = 0, owner = 0, next_at = ifnull(?3, next_at),
                    attempts = attempts + (?3 IS NOT NULL)
                 WHERE key = ?1 AND owner = ?2",
            )?
            .execute(params![key, lease.owner, at])?;
        Ok(())
    }

    /// Where the lease was over and somebody else has the delivery, only a success counts; so it is
    /// where the webhook was switched off meanwhile.
    fn attempted(
        &self,
        key: i64,
        lease: Lease,
        attempt: &Attempt,
        next: Next,
        gone: Option<&str>,
    ) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "INSERT INTO attempt (job, at, elapsed, status, error)
                 SELECT key, ?2, ?3, ?4, ?5 FROM job WHERE key = ?1",
            )?
            .execute(params![
                key,
                attempt.at.as_millisecond(),
                attempt.elapsed,
                attempt.status,
                attempt.error,
            ])?;
        let (state, at) = match next {
            Next::Delivered => (DeliveryState::Delivered, attempt.at),
            Next::At(at) => (DeliveryState::Waiting, at),
            Next::Dead => (DeliveryState::Dead, attempt.at),
        };
        self.connection
            .prepare_cached(
                "UPDATE job SET state = ?2, next_at = ?3, lease_until = 0, owner = 0,
                    attempts = attempts + 1, details = iif(?2 = 1, NULL, details)
                 WHERE key = ?1 AND (?2 = 1 OR owner = ?4)",
            )?
            .execute([
                key,
                state_number::<i64>(state),
                at.as_millisecond(),
                lease.owner,
            ])?;
        // Another delivery of the same handset may have waited for this one.
        self.has_queued();
        match gone {
            Some(url) => self.switch_off(key, url, attempt.at.as_millisecond()),
            None => Ok(()),
        }
    }

    /// The webhook of a delivery's stream is not called any more: what waits for it is dead, whoever has
    /// claimed it.
    fn switch_off(&self, key: i64, url: &str, now: i64) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "INSERT OR REPLACE INTO webhook_off (stream, url, at)
                 SELECT stream, ?2, ?3 FROM job WHERE key = ?1",
            )?
            .execute(params![key, url, now])?;
        self.connection
            .prepare_cached(
                "UPDATE job SET state = 2, details = ?2, lease_until = 0, owner = 0
                 WHERE kind = 0 AND state = 0
                 AND stream = (SELECT stream FROM job WHERE key = ?1)",
            )?
            .execute(params![key, GONE])?;
        Ok(())
    }

    fn submitted(
        &self,
        key: i64,
        lease: Lease,
        upstream: &str,
        ask_at: i64,
        notify: Option<&str>,
    ) -> Result<(), WriteError> {
        let Some(target) = self.target(key, lease)? else {
            return Ok(());
        };
        self.connection
            .prepare_cached(
                "UPDATE job SET kind = ?2, upstream = ?3, next_at = ?4, attempts = 0,
                    lease_until = 0, owner = 0 WHERE key = ?1",
            )?
            .execute(params![
                key,
                kind_number::<i64>(JobKind::Ask),
                upstream,
                ask_at
            ])?;
        let now = self.now();
        let uuid = self
            .connection
            .prepare_cached(
                "UPDATE message SET sent_at = ?2, details = NULL, remote_id = ?3 WHERE seq = ?1
                 RETURNING uuid",
            )?
            .query_row(params![target.row, now.as_millisecond(), upstream], |row| {
                row.get(0)
            })
            .optional()?;
        self.has_queued();
        self.tell_status(&target, uuid, (MessageStatus::Sent, None), now, notify)
    }

    fn handed_to(&self, key: i64, lease: Lease, route: &str) -> Result<(), WriteError> {
        self.connection
            .prepare_cached(
                "UPDATE message SET route = ?3
                 WHERE seq = (SELECT target FROM job WHERE key = ?1 AND owner = ?2)",
            )?
            .execute(params![key, lease.owner, route])?;
        Ok(())
    }

    fn unsent(&self, key: i64, lease: Lease, at: i64, details: &str) -> Result<(), WriteError> {
        let Some(target) = self.target(key, lease)? else {
            return Ok(());
        };
        self.connection
            .prepare_cached("UPDATE message SET details = ?2 WHERE seq = ?1")?
            .execute(params![target.row, details])?;
        self.again(key, lease, Some(at))
    }

    fn ended(
        &self,
        key: i64,
        lease: Lease,
        status: MessageStatus,
        details: Option<&str>,
        notify: Option<&str>,
    ) -> Result<(), WriteError> {
        let Some(target) = self.target(key, lease)? else {
            return Ok(());
        };
        self.end(key, &target, (status, details), notify)
    }

    pub(super) fn end(
        &self,
        key: i64,
        target: &Target,
        (status, details): (MessageStatus, Option<&str>),
        notify: Option<&str>,
    ) -> Result<(), WriteError> {
        self.forget(key)?;
        let now = self.now();
        let uuid = self
            .connection
            .prepare_cached(
                "UPDATE message SET outcome = ?2, final_at = ?3, details = ?4 WHERE seq = ?1
                 RETURNING uuid",
            )?
            .query_row(
                params![
                    target.row,
                    status_number::<i64>(status),
                    now.as_millisecond(),
                    details
                ],
                |row| row.get(0),
            )
            .optional()?;
        self.tally
            .borrow_mut()
            .ended(target.stream, status_number::<i64>(status));
        self.tell_status(target, uuid, (status, details), now, notify)
    }

    fn turned(&self, key: i64, lease: Lease, notify: Option<&str>) -> Result<(), WriteError> {
        let Some(target) = self.target(key, lease)? else {
            return Ok(());
        };
        let found: Option<([u8; 16], i64, Option<i64>)> = self
            .connection
            .prepare_cached("SELECT uuid, outcome, final_at FROM message WHERE seq = ?1")?
            .query_row([target.row], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        let Some((uuid, status, final_at)) = found else {
            return self.forget(key);
        };
        // The clock was set back.
        if final_at.is_some_and(|at| at > self.now().as_millisecond()) {
            return self.again(key, lease, final_at);
        }
        self.forget(key)?;
        // It is told late where no gateway ran.
        let at = final_at.map_or_else(|| self.now(), row::time);
        self.tell_status(&target, Some(uuid), (row::status(status), None), at, notify)
    }

    fn tell_status(
        &self,
        target: &Target,
        message: Option<[u8; 16]>,
        status: (MessageStatus, Option<&str>),
        at: Timestamp,
        notify: Option<&str>,
    ) -> Result<(), WriteError> {
        if let (Some(message), Some(url)) = (message, notify) {
            let event = NewEvent {
                stream: target.stream,
                handset: &target.handset,
                message: Uuid::from_bytes(message),
                status: Some(status),
                at,
            };
            self.tell(&event, url)?;
        }
        Ok(())
    }

    /// What a job is about; `None` where it is not this lease's any more.
    pub(super) fn target(&self, key: i64, lease: Lease) -> Result<Option<Target>, WriteError> {
        Ok(self
            .connection
            .prepare_cached(
                "SELECT stream, handset, target FROM job
                 WHERE key = ?1 AND owner = ?2",
            )?
            .query_row([key, lease.owner], |row| {
                Ok(Target {
                    stream: row.get(0)?,
                    handset: row.get(1)?,
                    row: row.get(2)?,
                })
            })
            .optional()?)
    }

    fn forget(&self, key: i64) -> Result<(), WriteError> {
        self.connection
            .prepare_cached("DELETE FROM job WHERE key = ?1")?
            .execute([key])?;
        Ok(())
    }
}
