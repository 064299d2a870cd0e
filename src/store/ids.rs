//! What an id tells: UUIDs of version 7, and the keys of their rows, which follow from them.

use jiff::Timestamp;
use uuid::{Builder, Uuid};

/// Bits that tell the ids of one millisecond apart.
pub(super) const PLACE: u32 = 20;

pub(super) fn key(moment: u64, place: u32) -> i64 {
    i64::try_from(moment << PLACE | u64::from(place)).unwrap_or(i64::MAX)
}

/// The least key of a row that was kept at a moment or later.
pub(super) fn key_at(moment: Timestamp) -> i64 {
    key(
        u64::try_from(moment.as_millisecond()).unwrap_or_default(),
        0,
    )
}

/// The id of a moment, in milliseconds since 1970, and a place among those of it.
pub(super) fn id(moment: u64, place: u32, mut random: [u8; 10]) -> Uuid {
    // Version and variant take the bits in between.
    let [_, high, middle, low] = place.to_be_bytes();
    random[0] = high;
    random[1] = middle;
    random[2] = low >> 2;
    random[3] = low << 6 | random[3] >> 2;
    Builder::from_unix_timestamp_millis(moment, &random).into_uuid()
}

/// The key of the row of an id, if the id was made here.
pub(super) fn key_of(id: Uuid) -> i64 {
    let bytes = id.as_bytes();
    let moment = bytes[..6]
        .iter()
        .fold(0, |all, byte| all << 8 | u64::from(*byte));
    let place = u32::from_be_bytes([0, bytes[6] & 0x0f, bytes[7], bytes[8] << 2 | bytes[9] >> 6]);
    key(moment & ((1 << 43) - 1), place)
}
