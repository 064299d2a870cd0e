//! A message on its way: the body of `submit_sm`, `deliver_sm` and `data_sm`.

use super::pdu::octets::{Octets, write_text};
use super::tlv::{self, Tlvs};
use super::udh::{self, Concat};
use super::{status, tlv::MESSAGE_PAYLOAD};

/// In `esm_class`: the text begins with a user data header.
pub const UDHI: u8 = 0x40;

/// Octets of a text that fit without a `message_payload`.
const MOST: usize = 254;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Type of number.
    pub ton: u8,
    /// Numbering plan.
    pub npi: u8,
    pub number: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShortMessage {
    pub service_type: String,
    pub source: Address,
    pub destination: Address,
    pub esm_class: u8,
    // A `data_sm` has none of these five.
    pub protocol_id: u8,
    pub priority: u8,
    pub schedule_delivery_time: String,
    pub validity_period: String,
    pub replace_if_present: u8,
    pub registered_delivery: u8,
    pub data_coding: u8,
    /// Also not in a `data_sm`.
    pub sm_default_msg_id: u8,
    /// Longer than 254 octets, or in a `data_sm`, it leaves as `message_payload`.
    pub short_message: Vec<u8>,
    pub tlvs: Tlvs,
}

/// The text of a message without its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content<'a> {
    pub concat: Option<Concat>,
    pub octets: &'a [u8],
}

impl ShortMessage {
    /// Its text, wherever it stands, and whether it is a part of a longer one, by a user data header
    /// or by parameters.
    pub fn content(&self) -> Content<'_> {
        let payload = self.tlvs.get(MESSAGE_PAYLOAD);
        let octets = match payload {
            Some(payload) if self.short_message.is_empty() => payload,
            _ => &self.short_message,
        };
        let (concat, octets) = if self.esm_class & UDHI == 0 {
            (None, octets)
        } else {
            udh::split(octets)
        };
        Content {
            concat: concat.or_else(|| self.sar()),
            octets,
        }
    }

    fn sar(&self) -> Option<Concat> {
        let concat = Concat {
            reference: self.tlvs.number(tlv::SAR_MSG_REF_NUM)?,
            wide: true,
            total: self.tlvs.octet(tlv::SAR_TOTAL_SEGMENTS)?,
            part: self.tlvs.octet(tlv::SAR_SEGMENT_SEQNUM)?,
        };
        concat.is_possible().then_some(concat)
    }

    pub(super) fn read(octets: &mut Octets) -> Result<Box<Self>, u32> {
        let mut mandatory = || {
            let (service_type, source, destination) = addressed(octets)?;
            let mut message = Self {
                service_type,
                source,
                destination,
                esm_class: octets.u8()?,
                protocol_id: octets.u8()?,
                priority: octets.u8()?,
                schedule_delivery_time: octets.text()?,
                validity_period: octets.text()?,
                registered_delivery: octets.u8()?,
                replace_if_present: octets.u8()?,
                data_coding: octets.u8()?,
                sm_default_msg_id: octets.u8()?,
                ..Self::default()
            };
            let length = octets.u8()?;
            message.short_message = octets.take(usize::from(length))?.to_vec();
            Some(message)
        };
        let message = mandatory().ok_or(status::ESME_RINVCMDLEN)?;
        message.with_tlvs(octets)
    }

    pub(super) fn read_data(octets: &mut Octets) -> Result<Box<Self>, u32> {
        let mut mandatory = || {
            let (service_type, source, destination) = addressed(octets)?;
            Some(Self {
                service_type,
                source,
                destination,
                esm_class: octets.u8()?,
                registered_delivery: octets.u8()?,
                data_coding: octets.u8()?,
                ..Self::default()
            })
        };
        let message = mandatory().ok_or(status::ESME_RINVCMDLEN)?;
        message.with_tlvs(octets)
    }

    fn with_tlvs(self, octets: &mut Octets) -> Result<Box<Self>, u32> {
        let (tlvs, whole) = Tlvs::read(octets);
        if !whole {
            return Err(status::ESME_RINVOPTPARSTREAM);
        }
        Ok(Box::new(Self { tlvs, ..self }))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        self.write_addressed(out);
        out.extend([self.esm_class, self.protocol_id, self.priority]);
        write_text(out, &self.schedule_delivery_time);
        write_text(out, &self.validity_period);
        out.extend([
            self.registered_delivery,
            self.replace_if_present,
            self.data_coding,
            self.sm_default_msg_id,
        ]);
        match u8::try_from(self.short_message.len()) {
            Ok(length) if usize::from(length) <= MOST => {
                out.push(length);
                out.extend(&self.short_message);
            }
            _ => {
                out.push(0);
                tlv::write(out, MESSAGE_PAYLOAD, &self.short_message);
            }
        }
        self.tlvs.write(out);
    }

    pub(super) fn write_data(&self, out: &mut Vec<u8>) {
        self.write_addressed(out);
        out.extend([self.esm_class, self.registered_delivery, self.data_coding]);
        if !self.short_message.is_empty() {
            tlv::write(out, MESSAGE_PAYLOAD, &self.short_message);
        }
        self.tlvs.write(out);
    }

    fn write_addressed(&self, out: &mut Vec<u8>) {
        write_text(out, &self.service_type);
        for address in [&self.source, &self.destination] {
            out.extend([address.ton, address.npi]);
            write_text(out, &address.number);
        }
    }
}

/// What `submit_sm`, `deliver_sm` and `data_sm` begin with.
fn addressed(octets: &mut Octets) -> Option<(String, Address, Address)> {
    let service_type = octets.text()?;
    let mut address = || {
        Some(Address {
            ton: octets.u8()?,
            npi: octets.u8()?,
            number: octets.text()?,
        })
    };
    Some((service_type, address()?, address()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::{Body, Pdu};

    #[test]
    fn a_text_stands_in_one_of_two_places() {
        let short = ShortMessage {
            short_message: b"short".to_vec(),
            ..ShortMessage::default()
        };
        assert_eq!(short.content().octets, b"short");
        let payload = Tlvs::default().with(MESSAGE_PAYLOAD, "payload");
        let long = ShortMessage {
            tlvs: payload,
            ..ShortMessage::default()
        };
        assert_eq!(long.content().octets, b"payload");
    }

    #[test]
    fn parts_are_known_by_header_and_by_parameters() {
        let header = ShortMessage {
            esm_class: UDHI,
            short_message: b"\x05\x00\x03\x07\x02\x01text".to_vec(),
            ..ShortMessage::default()
        };
        let content = header.content();
        assert_eq!(content.octets, b"text");
        let concat = content.concat.unwrap();
        assert_eq!((concat.reference, concat.total, concat.part), (7, 2, 1));
        let sar = |part: u8| ShortMessage {
            short_message: b"text".to_vec(),
            tlvs: Tlvs::default()
                .with(tlv::SAR_MSG_REF_NUM, [1, 7])
                .with(tlv::SAR_TOTAL_SEGMENTS, [2])
                .with(tlv::SAR_SEGMENT_SEQNUM, [part]),
            ..ShortMessage::default()
        };
        assert_eq!(sar(2).content().concat.unwrap().reference, 263);
        assert_eq!(sar(3).content().concat, None);
    }

    #[test]
    fn a_text_too_long_for_its_length_octet_leaves_as_payload() {
        let message = ShortMessage {
            short_message: vec![b'a'; 255],
            ..ShortMessage::default()
        };
        for body in [Body::SubmitSm, Body::DataSm] {
            let sent = Pdu::request(1, body(Box::new(message.clone()))).encode();
            let read = Pdu::decode(&sent).unwrap().body;
            let (Body::SubmitSm(read) | Body::DataSm(read)) = read else {
                panic!("{read:?}")
            };
            assert_eq!(read.content().octets, message.short_message);
        }
    }
}
