//! The user data header before a text: which part of a longer one it is.

/// Elements of the header: a reference of one octet, or of two.
const NARROW: u8 = 0x00;
const WIDE: u8 = 0x08;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Concat {
    /// The same in all parts of a text.
    pub reference: u16,
    /// Whether the reference takes two octets.
    pub wide: bool,
    pub total: u8,
    /// From 1.
    pub part: u8,
}

impl Concat {
    pub(super) fn is_possible(self) -> bool {
        self.part >= 1 && self.part <= self.total
    }

    /// The whole header.
    pub fn header(self) -> Vec<u8> {
        let [high, low] = self.reference.to_be_bytes();
        let (total, part) = (self.total, self.part);
        if self.wide {
            vec![6, WIDE, 4, high, low, total, part]
        } else {
            vec![5, NARROW, 3, low, total, part]
        }
    }

    /// Octets of [`Concat::header`].
    pub fn header_len(self) -> usize {
        if self.wide { 7 } else { 6 }
    }
}

/// Takes the header off. A header that is cut off is taken for text; an element that cannot be is
/// not looked at.
pub fn split(octets: &[u8]) -> (Option<Concat>, &[u8]) {
    let header = octets.split_first();
    let Some((mut header, text)) =
        header.and_then(|(length, rest)| rest.split_at_checked(usize::from(*length)))
    else {
        return (None, octets);
    };
    let mut concat = None;
    while let [element, length, rest @ ..] = header {
        let Some((value, rest)) = rest.split_at_checked(usize::from(*length)) else {
            break;
        };
        let read = match (*element, value) {
            (NARROW, [low, total, part]) => Some((0, *low, false, *total, *part)),
            (WIDE, [high, low, total, part]) => Some((*high, *low, true, *total, *part)),
            _ => None,
        };
        let read = read.map(|(high, low, wide, total, part)| Concat {
            reference: u16::from_be_bytes([high, low]),
            wide,
            total,
            part,
        });
        concat = concat.or(read.filter(|concat| concat.is_possible()));
        header = rest;
    }
    (concat, text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn other_elements_stand_beside_it() {
        let ports = b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x09\x03\x02text";
        let (concat, text) = split(ports);
        assert_eq!(text, b"text");
        assert_eq!(concat.unwrap().part, 2);
    }

    #[test]
    fn what_cannot_be_is_no_part() {
        for header in [
            &b"\x05\x00\x03\x01\x00\x00"[..],
            b"\x05\x00\x03\x01\x02\x03",
            b"\x05\x00\x03\x01\x02\x00",
            b"\x05\x00\x09\x01\x02\x01",
            b"\x00",
        ] {
            assert_eq!(split(header), (None, &b""[..]));
        }
        assert_eq!(split(b"\x05\x00\x03"), (None, &b"\x05\x00\x03"[..]));
        assert_eq!(split(b""), (None, &b""[..]));
    }

    proptest! {
        #[test]
        fn is_read_as_it_was_written(
            reference in any::<u16>(),
            wide in any::<bool>(),
            (part, total) in (1u8..).prop_flat_map(|total| (1..=total, Just(total))),
            text in any::<Vec<u8>>(),
        ) {
            let reference = if wide { reference } else { reference & 0xff };
            let concat = Concat { reference, wide, total, part };
            let octets = [concat.header(), text.clone()].concat();
            prop_assert_eq!(concat.header().len(), concat.header_len());
            prop_assert_eq!(split(&octets), (Some(concat), &*text));
        }

        #[test]
        fn any_octets_are_answered(octets in any::<Vec<u8>>()) {
            let (_, text) = split(&octets);
            prop_assert!(octets.ends_with(text));
        }
    }
}
