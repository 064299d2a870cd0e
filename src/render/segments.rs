//! What a text needs on the air, in words.

use crate::domain::{Segments, escape};

/// Encoding, length and segments; for UCS-2, the characters that force it. An estimate: networks
/// may count differently.
pub fn segments(measured: &Segments) -> String {
    let Segments {
        encoding,
        units,
        segments,
        forced_by,
    } = measured;
    let (single, each) = encoding.room();
    let room = if *segments == 1 {
        single
    } else {
        each * segments
    };
    let mut text = format!(
        "{}, {}, {units} of {room} characters",
        counted(*segments, "segment"),
        encoding.name()
    );
    if !forced_by.is_empty() {
        text += &format!("; not in GSM-7: {}", forcing(forced_by));
    }
    text
}

pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

pub fn forcing(characters: &[char]) -> String {
    let forced: Vec<_> = characters
        .iter()
        .map(|c| format!("{} (U+{:04X})", escape(&c.to_string()), u32::from(*c)))
        .collect();
    forced.join(" ")
}
