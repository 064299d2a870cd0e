//! Optional parameters: a tag, a length, a value.

use super::pdu::octets::{Octets, text};

pub const USER_MESSAGE_REFERENCE: u16 = 0x0204;
pub const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
pub const SAR_MSG_REF_NUM: u16 = 0x020C;
pub const SAR_TOTAL_SEGMENTS: u16 = 0x020E;
pub const SAR_SEGMENT_SEQNUM: u16 = 0x020F;
pub const SC_INTERFACE_VERSION: u16 = 0x0210;
pub const NETWORK_ERROR_CODE: u16 = 0x0423;
pub const MESSAGE_PAYLOAD: u16 = 0x0424;
pub const MESSAGE_STATE: u16 = 0x0427;

/// In the order in which they came; unknown ones are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tlvs(Vec<(u16, Vec<u8>)>);

impl Tlvs {
    /// A value longer than a length can say is cut.
    pub fn push(&mut self, tag: u16, value: impl Into<Vec<u8>>) {
        let mut value = value.into();
        value.truncate(usize::from(u16::MAX));
        self.0.push((tag, value));
    }

    pub fn with(mut self, tag: u16, value: impl Into<Vec<u8>>) -> Self {
        self.push(tag, value);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (u16, &[u8])> {
        self.0.iter().map(|(tag, value)| (*tag, &**value))
    }

    /// The first with this tag.
    pub fn get(&self, tag: u16) -> Option<&[u8]> {
        let mut found = self.iter().filter(|(one, _)| *one == tag);
        found.next().map(|(_, value)| value)
    }

    pub fn octet(&self, tag: u16) -> Option<u8> {
        match self.get(tag)? {
            [octet] => Some(*octet),
            _ => None,
        }
    }

    /// Of one or two octets: some peers send a small number in one.
    pub fn number(&self, tag: u16) -> Option<u16> {
        match self.get(tag)? {
            [low] => Some(u16::from(*low)),
            [high, low] => Some(u16::from_be_bytes([*high, *low])),
            _ => None,
        }
    }

    /// Up to its NUL, where it has one.
    pub fn text(&self, tag: u16) -> Option<String> {
        let value = self.get(tag)?;
        let end = value.iter().position(|octet| *octet == 0);
        Some(text(&value[..end.unwrap_or(value.len())]))
    }

    /// What can be read, and whether that was all.
    pub(super) fn read(octets: &mut Octets) -> (Self, bool) {
        let mut tlvs = Self::default();
        while !octets.is_empty() {
            let (Some(tag), Some(length)) = (octets.u16(), octets.u16()) else {
                return (tlvs, false);
            };
            let Some(value) = octets.take(usize::from(length)) else {
                return (tlvs, false);
            };
            tlvs.push(tag, value);
        }
        (tlvs, true)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (tag, value) in self.iter() {
            write(out, tag, value);
        }
    }
}

pub(super) fn write(out: &mut Vec<u8>, tag: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    out.extend(tag.to_be_bytes());
    out.extend(length.to_be_bytes());
    out.extend(&value[..usize::from(length)]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_the_forms_that_peers_send() {
        let tlvs = Tlvs::default()
            .with(RECEIPTED_MESSAGE_ID, "abc\0")
            .with(RECEIPTED_MESSAGE_ID, "second")
            .with(USER_MESSAGE_REFERENCE, [7])
            .with(SAR_MSG_REF_NUM, [1, 2])
            .with(MESSAGE_STATE, [2, 0]);
        assert_eq!(tlvs.text(RECEIPTED_MESSAGE_ID).as_deref(), Some("abc"));
        assert_eq!(tlvs.number(USER_MESSAGE_REFERENCE), Some(7));
        assert_eq!(tlvs.number(SAR_MSG_REF_NUM), Some(258));
        assert_eq!(tlvs.octet(MESSAGE_STATE), None);
        assert_eq!(tlvs.get(MESSAGE_PAYLOAD), None);
    }
}
