//! The GSM 03.38 default alphabet and its extension.

/// Announces a character of the extension; no character by itself.
pub const ESCAPE: u8 = 0x1B;

/// Each character at its code.
const BASIC: [char; 128] = {
    let text = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
        ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    let (octets, mut table) = (text.as_bytes(), ['\0'; 128]);
    let (mut at, mut code) = (0, 0);
    // All of them take one octet of UTF-8, or two.
    while at < octets.len() {
        table[code] = if octets[at] < 0x80 {
            octets[at] as char
        } else {
            let point = (octets[at] as u32 & 0x1F) << 6 | octets[at + 1] as u32 & 0x3F;
            at += 1;
            match char::from_u32(point) {
                Some(c) => c,
                None => panic!(),
            }
        };
        (at, code) = (at + 1, code + 1);
    }
    assert!(code == 128);
    table
};

const EXTENSION: [(char, u8); 10] = [
    ('\u{c}', 0x0A),
    ('^', 0x14),
    ('{', 0x28),
    ('}', 0x29),
    ('\\', 0x2F),
    ('[', 0x3C),
    ('~', 0x3D),
    (']', 0x3E),
    ('|', 0x40),
    ('€', 0x65),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gsm7 {
    Basic(u8),
    /// After [`ESCAPE`].
    Extension(u8),
}

impl Gsm7 {
    /// `None` where GSM-7 lacks the character.
    pub fn of(c: char) -> Option<Self> {
        // Most characters of most texts: their codes are those of ASCII.
        if let 'a'..='z' | 'A'..='Z' | ' '..='#' | '%'..='?' | '\n' | '\r' = c {
            return u8::try_from(c).ok().map(Self::Basic);
        }
        let code = BASIC.iter().position(|one| *one == c && c != '\u{1b}');
        if let Some(code) = code {
            return u8::try_from(code).ok().map(Self::Basic);
        }
        let found = EXTENSION.iter().find(|(one, _)| *one == c);
        found.map(|(_, code)| Self::Extension(*code))
    }

    pub fn septets(self) -> usize {
        match self {
            Self::Basic(_) => 1,
            Self::Extension(_) => 2,
        }
    }

    /// The character of a code; `None` where the alphabet or the extension has none there.
    pub fn char(self) -> Option<char> {
        match self {
            Self::Basic(ESCAPE) => None,
            Self::Basic(code) => BASIC.get(usize::from(code)).copied(),
            Self::Extension(code) => {
                let found = EXTENSION.iter().find(|(_, one)| *one == code);
                found.map(|(c, _)| *c)
            }
        }
    }

    pub(super) fn is_basic(c: char) -> bool {
        matches!(Self::of(c), Some(Self::Basic(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_its_characters() {
        let basic = (0..=127).map(Gsm7::Basic);
        let all = basic.chain((0..=127).map(Gsm7::Extension));
        let known: Vec<_> = all.filter_map(|code| Some((code.char()?, code))).collect();
        assert_eq!(known.len(), 127 + 10);
        for (c, code) in known {
            assert_eq!(Gsm7::of(c), Some(code), "{c}");
        }
        for (c, code) in [('@', 0), ('Δ', 0x10), ('É', 0x1F), ('¤', 0x24), ('à', 0x7F)] {
            assert_eq!(Gsm7::of(c), Some(Gsm7::Basic(code)), "{c}");
        }
        for c in ['\u{1b}', '`', '\0', '\t', 'ç', '😀'] {
            assert_eq!(Gsm7::of(c), None, "{c}");
        }
    }
}
