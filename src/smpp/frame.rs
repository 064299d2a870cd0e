//! Where a PDU ends in the bytes of a connection: its first four octets say how long it is.

/// Of every PDU: length, command, status, sequence number.
pub const HEADER: usize = 16;

/// Largest PDU that is read, in octets. The largest payload of one parameter, with room for the rest.
pub const LARGEST: usize = 64 * 1024 + 1024;

/// What follows cannot be told apart any more: the connection must be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PDU of {0} octets; between {HEADER} and {LARGEST} are read")]
pub struct BadLength(pub u32);

/// A whole PDU, and what follows it.
pub type Cut<'a> = (&'a [u8], &'a [u8]);

/// The first PDU; `None` while it is not whole.
pub fn first(bytes: &[u8]) -> Result<Option<Cut<'_>>, BadLength> {
    let Some(claimed) = bytes.first_chunk() else {
        return Ok(None);
    };
    let claimed = u32::from_be_bytes(*claimed);
    let length = usize::try_from(claimed).unwrap_or(usize::MAX);
    if !(HEADER..=LARGEST).contains(&length) {
        return Err(BadLength(claimed));
    }
    Ok(bytes.split_at_checked(length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::{Body, Pdu};

    #[test]
    fn pdus_are_found_however_they_are_cut() {
        let one = Pdu::request(7, Body::EnquireLink).encode();
        let two = Pdu::request(8, Body::Unbind).encode();
        let both = [one.clone(), two.clone()].concat();
        for end in 0..both.len() {
            let found = first(&both[..end]).unwrap();
            assert_eq!(found.is_some(), end >= one.len());
        }
        let (frame, rest) = first(&both).unwrap().unwrap();
        assert_eq!((frame, rest), (&*one, &*two));
    }

    #[test]
    fn a_length_that_cannot_be_is_an_error_at_once() {
        for claimed in [0, 15, 66_561, 0x4745_5420, u32::MAX] {
            assert_eq!(first(&claimed.to_be_bytes()), Err(BadLength(claimed)));
        }
        assert_eq!(first(&66_560_u32.to_be_bytes()), Ok(None));
    }
}
