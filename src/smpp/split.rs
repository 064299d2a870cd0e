//! A text as what one `submit_sm` after another carries of it.

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::{self, GSM_7, UCS_2};
use super::udh::Concat;
use crate::domain::{Encoding, Gsm7};

/// How a text leaves that is too long for one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Long {
    /// In parts with a reference of one octet, or of two.
    Parts { wide: bool },
    /// Whole: the carrier splits it.
    Payload,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub concat: Option<Concat>,
    /// Without the header.
    pub octets: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    pub data_coding: u8,
    /// At least one.
    pub parts: Vec<Part>,
    /// Whether the one part belongs into `message_payload`.
    pub payload: bool,
}

/// `default` is what the carrier means by `data_coding` 0: GSM-7, ASCII or Latin-1. `reference` is of
/// this text among others to the same handset.
pub fn split(text: &str, default: u8, long: Long, reference: u16) -> Split {
    let whole = default_coding(text, default);
    let (encoding, data_coding) = match whole {
        Some(_) => (Encoding::Gsm7, GSM_7),
        None => (Encoding::Ucs2, UCS_2),
    };
    let octets = |text: &str| match encoding {
        Encoding::Gsm7 => default_coding(text, default).unwrap_or_default(),
        Encoding::Ucs2 => text::ucs_2(text),
    };
    let one = |payload| Split {
        data_coding,
        parts: vec![Part {
            concat: None,
            octets: octets(text),
        }],
        payload,
    };
    let units = |c: char| match encoding {
        Encoding::Gsm7 => Gsm7::of(c).map_or(1, Gsm7::septets),
        Encoding::Ucs2 => c.len_utf16(),
    };
    let (single, each) = encoding.room();
    if text.chars().map(units).sum::<usize>() <= single {
        return one(false);
    }
    let Long::Parts { wide } = long else {
        return one(true);
    };
    // A header of one octet more takes the room of a septet or of a unit.
    let pieces = pieces(text, each - usize::from(wide), units);
    // More than a header can number: no caller has such a text.
    let Ok(total) = u8::try_from(pieces.len()) else {
        return one(true);
    };
    let concat = |part| Concat {
        reference: if wide { reference } else { reference & 0xFF },
        wide,
        total,
        part,
    };
    let parts = (1..=total).zip(pieces).map(|(part, piece)| Part {
        concat: Some(concat(part)),
        octets: octets(piece),
    });
    Split {
        data_coding,
        parts: parts.collect(),
        payload: false,
    }
}

/// In what the carrier's default stands for; `None` where that, or GSM-7, in which it goes on from
/// there, lacks a character.
fn default_coding(text: &str, default: u8) -> Option<Vec<u8>> {
    let septets = text::gsm_7(text)?;
    match default {
        text::ASCII => text.is_ascii().then(|| text.as_bytes().to_vec()),
        text::LATIN_1 => text::latin_1(text),
        _ => Some(septets),
    }
}

/// Pieces of at most so many units. A character that a reader sees as one is cut only where it alone
/// is longer than a piece, and what takes two units never.
fn pieces(text: &str, room: usize, units: impl Fn(char) -> usize) -> Vec<&str> {
    let size = |piece: &str| piece.chars().map(&units).sum::<usize>();
    let mut ends = Vec::new();
    let mut used = 0;
    let mut place = |at: usize, size: usize| {
        if used + size > room {
            ends.push(at);
            used = 0;
        }
        used += size;
    };
    for (at, seen) in text.grapheme_indices(true) {
        if size(seen) <= room {
            place(at, size(seen));
            continue;
        }
        for (within, c) in seen.char_indices() {
            place(at + within, units(c));
        }
    }
    ends.push(text.len());
    let begins = std::iter::once(0).chain(ends.iter().copied());
    let mut pieces: Vec<&str> = begins
        .zip(&ends)
        .map(|(from, to)| &text[from..*to])
        .collect();
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Segments;

    const NARROW: Long = Long::Parts { wide: false };

    fn lengths(text: &str, long: Long) -> Vec<usize> {
        let parts = split(text, GSM_7, long, 7).parts;
        parts.iter().map(|part| part.octets.len()).collect()
    }

    #[test]
    fn a_text_that_fits_is_one_part() {
        for (text, octets) in [
            ("a".repeat(160), 160),
            ("é".repeat(160), 160),
            ("ж".repeat(70), 140),
        ] {
            let split = split(&text, GSM_7, NARROW, 7);
            assert!(!split.payload);
            assert_eq!(split.parts[0].concat, None);
            assert_eq!(split.parts[0].octets.len(), octets);
        }
    }

    #[test]
    fn a_longer_one_is_cut_beside_what_takes_two_units() {
        assert_eq!(lengths(&"a".repeat(161), NARROW), [153, 8]);
        assert_eq!(
            lengths(&"a".repeat(161), Long::Parts { wide: true }),
            [152, 9]
        );
        assert_eq!(
            lengths(&format!("{}€{}", "a".repeat(152), "b".repeat(9)), NARROW),
            [152, 11]
        );
        assert_eq!(lengths(&"ж".repeat(71), NARROW), [134, 8]);
        assert_eq!(
            lengths(&"ж".repeat(71), Long::Parts { wide: true }),
            [132, 10]
        );
        let surrogates = format!("{}😀{}", "ж".repeat(66), "ж".repeat(5));
        assert_eq!(lengths(&surrogates, NARROW), [132, 14]);
        // A flag is two characters of two units each.
        let flag = format!("{}🇪🇺{}", "ж".repeat(64), "ж".repeat(5));
        assert_eq!(lengths(&flag, NARROW), [128, 18]);
        let endless = format!("e{}", "\u{301}".repeat(100));
        assert_eq!(lengths(&endless, NARROW), [134, 68]);
    }

    #[test]
    fn all_parts_name_their_text_and_their_place() {
        let parts = split(&"a".repeat(400), GSM_7, NARROW, 0x0107).parts;
        let concats: Vec<_> = parts.iter().filter_map(|part| part.concat).collect();
        let numbers = concats
            .iter()
            .map(|one| (one.reference, one.total, one.part));
        let numbers: Vec<_> = numbers.collect();
        assert_eq!(numbers, [(7, 3, 1), (7, 3, 2), (7, 3, 3)]);
    }

    #[test]
    fn a_payload_is_whole() {
        let split = split(&"a".repeat(161), GSM_7, Long::Payload, 7);
        assert_eq!((split.payload, split.parts.len()), (true, 1));
        assert_eq!(split.parts[0].octets.len(), 161);
    }

    #[test]
    fn what_the_carriers_own_alphabet_lacks_goes_as_ucs_2() {
        let coding = |text, default| split(text, default, NARROW, 7).data_coding;
        let octets = |text, default| split(text, default, NARROW, 7).parts[0].octets.clone();
        assert_eq!(octets("@é", GSM_7), [0, 5]);
        assert_eq!(octets("@é", text::LATIN_1), [0x40, 0xE9]);
        assert_eq!(octets("@", text::ASCII), [0x40]);
        assert_eq!(coding("é", text::ASCII), UCS_2);
        assert_eq!(coding("€", text::LATIN_1), UCS_2);
        // The carrier would have to send it as UCS-2, in parts of another length.
        assert_eq!(coding("ç", text::LATIN_1), UCS_2);
        assert_eq!(coding("€", GSM_7), GSM_7);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_part_is_too_long(
            text in prop_oneof!["[a{€]{1,1530}", "[a😀é\u{301}ж]{1,335}", "\\PC{1,300}"],
            wide in any::<bool>(),
        ) {
            let split = split(&text, GSM_7, Long::Parts { wide }, 7);
            let segments = Segments::of(&text);
            let (single, each) = segments.encoding.room();
            let width = if split.data_coding == UCS_2 { 2 } else { 1 };
            let room = if split.parts.len() == 1 { single } else { each - usize::from(wide) };
            for part in &split.parts {
                prop_assert!(!part.octets.is_empty() && part.octets.len() <= room * width);
                // Decoded by itself: no pair is cut.
                let alone = text::decode(split.data_coding, GSM_7, &part.octets);
                let lost = char::REPLACEMENT_CHARACTER;
                prop_assert!(!alone.contains(lost) || text.contains(lost));
            }
            let parts = split.parts.iter();
            let read: String = parts
                .map(|part| text::decode(split.data_coding, GSM_7, &part.octets))
                .collect();
            prop_assert_eq!(read, text);
        }
    }
}
