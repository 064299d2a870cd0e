//! Ids of messages and events: UUIDs of version 7, and the numbers of their rows, which follow from
//! them. Those of one process stand in the order in which they were made, also while the clock is
//! set back, and none is made twice.

use jiff::Timestamp;
use uuid::Uuid;

use crate::store::ids::{PLACE, id, key};

/// Random bytes fetched at one time: asking the system for those of each id by themselves costs more
/// than all else that makes it.
const PORTION: usize = 1_024;

#[derive(Debug)]
pub struct Ids {
    portion: [u8; PORTION],
    used: usize,
    /// The moment of the last id, in milliseconds since 1970, and its place among those of it.
    last: (u64, u32),
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            portion: [0; PORTION],
            used: PORTION,
            last: (0, 0),
        }
    }
}

impl Ids {
    pub fn next(&mut self, now: Timestamp) -> Result<(Uuid, i64), getrandom::Error> {
        let now = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let random = self.random()?;
        let (moment, place) = self.last;
        // The places of a moment begin somewhere in the lower half of their bits.
        let begin =
            u32::from_be_bytes([random[0], random[1], random[2], random[3]]) >> (33 - PLACE);
        self.last = if now > moment {
            (now, begin)
        } else if place + 1 < 1 << PLACE {
            (moment, place + 1)
        } else {
            (moment + 1, begin)
        };
        let (moment, place) = self.last;
        Ok((id(moment, place, random), key(moment, place)))
    }

    /// From now on, ids come after the row with this number.
    pub fn come_after(&mut self, key: i64) {
        let Ok(key) = u64::try_from(key) else { return };
        let place = u32::try_from(key & ((1 << PLACE) - 1)).unwrap_or_default();
        self.last = self.last.max((key >> PLACE, place));
    }

    fn random(&mut self) -> Result<[u8; 10], getrandom::Error> {
        if self.used + 10 > PORTION {
            getrandom::fill(&mut self.portion)?;
            self.used = 0;
        }
        let mut random = [0; 10];
        random.copy_from_slice(&self.portion[self.used..self.used + 10]);
        self.used += 10;
        Ok(random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ids::key_of;

    #[test]
    fn ids_stand_in_their_order_whatever_the_clock_does() {
        let mut ids = Ids::default();
        let times = [5, 5, 7, 3, -9, 7, 1_767_225_600_000, 8];
        let times = times.iter().flat_map(|time| [time; 1_000]);
        let made: Vec<(Uuid, i64)> = times
            .map(|time| {
                ids.next(Timestamp::from_millisecond(*time).unwrap())
                    .unwrap()
            })
            .collect();
        assert!(made.is_sorted_by(|one, next| one.0 < next.0 && one.1 < next.1));
        assert!(made.iter().all(|(id, key)| key_of(*id) == *key));
        let made: Vec<Uuid> = made.into_iter().map(|(id, _)| id).collect();
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        let moment = |id: &Uuid| id.get_timestamp().unwrap().to_unix().0;
        assert_eq!(moment(&made[6_500]), 1_767_225_600);
    }

    #[test]
    fn two_processes_make_no_id_twice() {
        let (mut one, mut other) = (Ids::default(), Ids::default());
        let mut all: Vec<Uuid> = Vec::new();
        for _ in 0..10_000 {
            all.push(one.next(Timestamp::UNIX_EPOCH).unwrap().0);
            all.push(other.next(Timestamp::UNIX_EPOCH).unwrap().0);
        }
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] != two[1]));
    }

    #[test]
    fn ids_come_after_those_of_another_process() {
        let (mut one, mut other) = (Ids::default(), Ids::default());
        let late = Timestamp::from_millisecond(1_767_225_600_000).unwrap();
        let (_, key) = one.next(late).unwrap();
        other.come_after(key);
        let (_, next) = other.next(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(next, key + 1);
        // Those of older versions are below this one.
        assert!(next > 1 << 40);
    }
}
