//! The text of a message as octets. GSM-7 stands unpacked, a septet an octet.

use crate::domain::{ESCAPE, Gsm7};

pub const GSM_7: u8 = 0x00;
pub const ASCII: u8 = 0x01;
pub const LATIN_1: u8 = 0x03;
pub const UCS_2: u8 = 0x08;

/// The alphabets that a `data_coding` can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Gsm7,
    /// Also ASCII, and what cannot be shown as text: each octet is a character.
    Latin1,
    Ucs2,
}

/// In GSM-7 where it has all characters, else in UCS-2: the `data_coding`, and the octets.
pub fn encode(text: &str) -> (u8, Vec<u8>) {
    match gsm_7(text) {
        Some(octets) => (GSM_7, octets),
        None => (UCS_2, ucs_2(text)),
    }
}

/// `None` where it lacks a character.
pub fn gsm_7(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for c in text.chars() {
        match Gsm7::of(c)? {
            Gsm7::Basic(code) => octets.push(code),
            Gsm7::Extension(code) => octets.extend([ESCAPE, code]),
        }
    }
    Some(octets)
}

/// UTF-16, high octets first: characters outside the basic plane take two units.
pub fn ucs_2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// `None` where it lacks a character.
pub fn latin_1(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

/// Whatever the octets are. `default` is what 0 stands for: GSM-7, or what a carrier means by it.
pub fn decode(data_coding: u8, default: u8, octets: &[u8]) -> String {
    let coding = if data_coding == GSM_7 {
        default
    } else {
        data_coding
    };
    match alphabet(coding) {
        Alphabet::Gsm7 => from_gsm_7(octets),
        Alphabet::Latin1 => octets.iter().copied().map(char::from).collect(),
        Alphabet::Ucs2 => from_ucs_2(octets),
    }
}

/// Values from 0x10 are those of GSM 03.38: bits 2 and 3 name the alphabet, but from 0xF0 on bit 2
/// alone.
fn alphabet(coding: u8) -> Alphabet {
    match coding {
        GSM_7 => Alphabet::Gsm7,
        UCS_2 => Alphabet::Ucs2,
        0x10..=0x3F => match coding >> 2 & 3 {
            0 => Alphabet::Gsm7,
            2 => Alphabet::Ucs2,
            _ => Alphabet::Latin1,
        },
        0xF0.. if coding & 4 == 0 => Alphabet::Gsm7,
        _ => Alphabet::Latin1,
    }
}

/// Octets above the alphabet are taken for Latin-1, which some carriers send. After an escape, what
/// the extension lacks is what the alphabet has there.
fn from_gsm_7(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut escaped = false;
    for octet in octets.iter().copied() {
        if octet == ESCAPE {
            escaped = true;
            continue;
        }
        let extension = Gsm7::Extension(octet).char().filter(|_| escaped);
        let basic = || Gsm7::Basic(octet).char();
        text.push(extension.or_else(basic).unwrap_or(char::from(octet)));
        escaped = false;
    }
    text
}

fn from_ucs_2(octets: &[u8]) -> String {
    let (pairs, odd) = octets.as_chunks();
    let units = pairs.iter().copied().map(u16::from_be_bytes);
    let mut text: String = char::decode_utf16(units)
        .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_smaller_alphabet_is_chosen_where_it_suffices() {
        assert_eq!(encode("a@[€"), (GSM_7, b"a\x00\x1b\x3c\x1b\x65".to_vec()));
        assert_eq!(encode("ç"), (UCS_2, vec![0, 0xE7]));
        assert_eq!(encode("😀"), (UCS_2, vec![0xD8, 0x3D, 0xDE, 0]));
        assert_eq!(latin_1("é"), Some(vec![0xE9]));
        assert_eq!(latin_1("€"), None);
    }

    #[test]
    fn a_data_coding_names_its_alphabet() {
        let at_sign = |coding, default| decode(coding, default, b"\0\x40");
        for (coding, text) in [(0, "@¡"), (0x10, "@¡"), (0xF0, "@¡"), (8, "@"), (0x18, "@")] {
            assert_eq!(at_sign(coding, GSM_7), text, "{coding}");
        }
        for coding in [1, 2, 3, 4, 0x14, 0xF4, 0x40] {
            assert_eq!(at_sign(coding, GSM_7), "\0@", "{coding}");
        }
        assert_eq!(at_sign(0, LATIN_1), "\0@");
    }

    #[test]
    fn broken_octets_cost_no_more_than_themselves() {
        assert_eq!(decode(0, 0, b"a\x1b"), "a");
        assert_eq!(decode(0, 0, b"\x1ba\x1b\x1b\x65\xE9"), "a€é");
        assert_eq!(decode(UCS_2, 0, b"\0a\xD8\x3D\0b\0"), "a\u{fffd}b\u{fffd}");
    }

    proptest! {
        #[test]
        fn is_read_as_it_was_written(text in prop_oneof![any::<String>(), "[ -~€{}éΔ]*"]) {
            let (coding, octets) = encode(&text);
            prop_assert_eq!(decode(coding, GSM_7, &octets), text);
        }

        #[test]
        fn any_octets_are_a_text(coding in any::<u8>(), octets in any::<Vec<u8>>()) {
            let text = decode(coding, GSM_7, &octets);
            prop_assert!(text.chars().count() <= octets.len());
        }
    }
}
