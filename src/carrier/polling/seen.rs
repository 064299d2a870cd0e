//! What was handed over before, for as long as it may be in a list again.

use std::collections::HashMap;

use ring::digest::{SHA256, digest};

/// Most entries remembered; what goes beyond is handed over again, which does no harm.
const MOST: usize = 200_000;

/// Of something that was told. 128 bits of a digest: two are never the same by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 16]);

impl Key {
    pub fn of(parts: &[&str]) -> Self {
        let joined = parts.join("\n");
        let mut key = [0; 16];
        key.copy_from_slice(&digest(&SHA256, joined.as_bytes()).as_ref()[..16]);
        Self(key)
    }
}

/// In two generations: what is not seen again until the next but one turn is forgotten.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The round in which each was handed over.
    young: HashMap<Key, u64>,
    old: HashMap<Key, u64>,
}

impl Seen {
    /// The round in which it was handed over first; whatever is asked for stays young.
    pub fn handed_over(&mut self, key: Key) -> Option<u64> {
        if let Some(round) = self.young.get(&key) {
            return Some(*round);
        }
        let round = self.old.remove(&key)?;
        self.remember(key, round);
        Some(round)
    }

    pub fn remember(&mut self, key: Key, round: u64) {
        if self.young.len() < MOST {
            self.young.insert(key, round);
        }
    }

    pub fn turn(&mut self) {
        self.old = std::mem::take(&mut self.young);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_seen_at_every_turn_is_remembered_and_the_rest_forgotten() {
        let mut seen = Seen::default();
        let (one, other) = (Key::of(&["a", "b"]), Key::of(&["a", "c"]));
        seen.remember(one, 1);
        seen.remember(other, 1);
        for _ in 0..5 {
            seen.turn();
            assert_eq!(seen.handed_over(one), Some(1));
        }
        assert_eq!(seen.handed_over(other), None);
    }
}
