//! Ids of messages: UUIDs of version 7. Those of one process stand in the order in which they were
//! made, also while the clock is set back.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// Random bytes fetched at one time: asking the system for those of each id by themselves costs more
/// than all else that makes it.
const PORTION: usize = 1_024;

/// Makes ids.
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
    /// The next id.
    ///
    /// # Errors
    /// Where the system has no randomness to give.
    pub fn next(&mut self, now: Timestamp) -> Result<Uuid, getrandom::Error> {
        let now = u64::try_from(now.as_millisecond()).unwrap_or_default();
        let mut random = self.random()?;
        let (moment, place) = self.last;
        // The places of a moment begin somewhere in the lower half of their 26 bits.
        let begin = u32::from_be_bytes([random[0], random[1], random[2], random[3]]) >> 7;
        self.last = if now > moment {
            (now, begin)
        } else if place + 1 < 1 << 26 {
            (moment, place + 1)
        } else {
            (moment + 1, begin)
        };
        // Version and variant take the bits in between.
        let (moment, place) = self.last;
        let [_, _, high, low] = (place >> 14).to_be_bytes();
        let [_, _, more, rest] = (place & 0x3fff).to_be_bytes();
        random[..4].copy_from_slice(&[high, low, more, rest]);
        Ok(Builder::from_unix_timestamp_millis(moment, &random).into_uuid())
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

    #[test]
    fn ids_stand_in_their_order_whatever_the_clock_does() {
        let mut ids = Ids::default();
        let times = [5, 5, 7, 3, -9, 7, 1_767_225_600_000, 8];
        let times = times.iter().flat_map(|time| [time; 1_000]);
        let made: Vec<Uuid> = times
            .map(|time| {
                ids.next(Timestamp::from_millisecond(*time).unwrap())
                    .unwrap()
            })
            .collect();
        assert!(made.is_sorted_by(|one, next| one < next));
        assert!(made.iter().all(|id| id.get_version_num() == 7));
        let moment = |id: &Uuid| id.get_timestamp().unwrap().to_unix().0;
        assert_eq!(moment(&made[6_500]), 1_767_225_600);
    }

    #[test]
    fn two_processes_make_no_id_twice() {
        let (mut one, mut other) = (Ids::default(), Ids::default());
        let mut all: Vec<Uuid> = Vec::new();
        for _ in 0..10_000 {
            all.push(one.next(Timestamp::UNIX_EPOCH).unwrap());
            all.push(other.next(Timestamp::UNIX_EPOCH).unwrap());
        }
        all.sort_unstable();
        assert!(all.windows(2).all(|two| two[0] != two[1]));
    }
}
