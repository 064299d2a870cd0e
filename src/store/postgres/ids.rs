//! Keys that a transaction took, and the ids that follow from them.

use deadpool_postgres::Transaction;
use uuid::Uuid;

use super::fault::Fault;
use super::statement::one;
use crate::store::ids::{PLACE, id};

/// Keys of a transaction that nobody else has. While it has them, no other one writes.
pub(super) struct Keys {
    next: i64,
    end: i64,
    random: Vec<u8>,
    now: i64,
}

impl Keys {
    /// Waits for the transaction that has them to end.
    pub async fn take(transaction: &Transaction<'_>, count: usize) -> Result<Self, Fault> {
        let take = "SELECT take_keys($1), now_ms()";
        let wanted = i64::try_from(count.max(1)).unwrap_or(i64::MAX);
        let row = one(transaction, take, &[&wanted]).await?;
        let next = row.get(0);
        let mut random = vec![0; count.max(1) * 10];
        getrandom::fill(&mut random)?;
        Ok(Self {
            next,
            end: next + wanted,
            random,
            now: row.get(1),
        })
    }

    /// What the database's clock said when they were taken, in milliseconds.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The next of them. There are as many as were taken.
    pub fn next(&mut self) -> (Uuid, i64) {
        debug_assert!(self.next < self.end, "more keys than were taken");
        let key = self.next;
        self.next += 1;
        let random: [u8; 10] = std::array::from_fn(|_| self.random.pop().unwrap_or_default());
        let moment = u64::try_from(key >> PLACE).unwrap_or_default();
        let place = u32::try_from(key & ((1 << PLACE) - 1)).unwrap_or_default();
        (id(moment, place, random), key)
    }
}
