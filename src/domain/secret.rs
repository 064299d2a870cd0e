//! Text that may be stored and sent but not shown.

use std::fmt;

use serde::{Serialize, Serializer};

pub(super) const BASE62: &[u8; 62] =
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// So many letters and digits, each as likely as any other; `random` yields uniformly random bytes.
pub(super) fn base62(random: impl FnMut() -> u8, length: usize) -> String {
    // 248 is the largest multiple of 62 in a byte: beyond it some letters would be likelier.
    let bytes = std::iter::repeat_with(random).filter(|byte| *byte < 248);
    let letters = bytes.map(|byte| char::from(BASE62[usize::from(byte % 62)]));
    letters.take(length).collect()
}

/// `Debug`, `Display` and serde write a mask; [`Secret::expose`] is the only way out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub const MASK: &'static str = "********";

    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// For a request, a file of secrets, or a person who asked for it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(Self::MASK)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MASK)
    }
}
