//! A PDU: encoded for a connection, decoded from a frame.

mod bind;
pub(in crate::smpp) mod octets;
#[cfg(test)]
mod tests;

pub use bind::{Bind, BindKind, BindResp};

use self::octets::{Octets, write_text};
use super::short_message::ShortMessage;
use super::tlv::Tlvs;
use super::{command, frame, status};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdu {
    /// 0 in requests; see [`status`].
    pub status: u32,
    pub sequence: u32,
    pub body: Body,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Bind(BindKind, Box<Bind>),
    BindResp(BindKind, BindResp),
    SubmitSm(Box<ShortMessage>),
    SubmitSmResp(Taken),
    DeliverSm(Box<ShortMessage>),
    DeliverSmResp(Taken),
    DataSm(Box<ShortMessage>),
    DataSmResp(Taken),
    EnquireLink,
    EnquireLinkResp,
    Unbind,
    UnbindResp,
    GenericNack,
    /// A command that is not spoken here.
    Other {
        command: u32,
        octets: Vec<u8>,
    },
}

/// The response to a message. A response that says no may have no body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    pub message_id: Option<String>,
    pub tlvs: Tlvs,
}

impl Taken {
    pub fn new(message_id: impl Into<String>) -> Self {
        Self {
            message_id: Some(message_id.into()),
            tlvs: Tlvs::default(),
        }
    }
}

/// A whole frame whose body cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("command 0x{command:08X} cannot be read: {}", status::name(*.status))]
pub struct Unreadable {
    pub command: u32,
    pub sequence: u32,
    /// What it is answered with.
    pub status: u32,
}

impl Pdu {
    pub fn request(sequence: u32, body: Body) -> Self {
        Self {
            status: status::ESME_ROK,
            sequence,
            body,
        }
    }

    pub fn response(status: u32, sequence: u32, body: Body) -> Self {
        Self {
            status,
            sequence,
            body,
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(128);
        self.encode_into(&mut out);
        out
    }

    /// Appends it.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend([0; 4]);
        out.extend(self.body.command().to_be_bytes());
        out.extend(self.status.to_be_bytes());
        out.extend(self.sequence.to_be_bytes());
        self.body.write(out);
        let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// Of a frame that [`frame::first`] has found.
    pub fn decode(frame: &[u8]) -> Result<Self, Unreadable> {
        let mut octets = Octets(frame);
        let mut header = || Some((octets.u32()?, octets.u32()?, octets.u32()?, octets.u32()?));
        let (length, command, status, sequence) = header().unwrap_or_default();
        let unreadable = |status| Unreadable {
            command,
            sequence,
            status,
        };
        if frame.len() < frame::HEADER || usize::try_from(length) != Ok(frame.len()) {
            return Err(unreadable(status::ESME_RINVCMDLEN));
        }
        let body = Body::read(command, &mut octets).map_err(unreadable)?;
        Ok(Self {
            status,
            sequence,
            body,
        })
    }
}

impl Body {
    pub fn command(&self) -> u32 {
        match self {
            Self::Bind(kind, _) => kind.command(),
            Self::BindResp(kind, _) => command::response(kind.command()),
            Self::SubmitSm(_) => command::SUBMIT_SM,
            Self::SubmitSmResp(_) => command::response(command::SUBMIT_SM),
            Self::DeliverSm(_) => command::DELIVER_SM,
            Self::DeliverSmResp(_) => command::response(command::DELIVER_SM),
            Self::DataSm(_) => command::DATA_SM,
            Self::DataSmResp(_) => command::response(command::DATA_SM),
            Self::EnquireLink => command::ENQUIRE_LINK,
            Self::EnquireLinkResp => command::response(command::ENQUIRE_LINK),
            Self::Unbind => command::UNBIND,
            Self::UnbindResp => command::response(command::UNBIND),
            Self::GenericNack => command::GENERIC_NACK,
            Self::Other { command, .. } => *command,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Bind(_, bind) => bind.write(out),
            Self::BindResp(_, bound) => bound.write(out),
            Self::SubmitSm(message) | Self::DeliverSm(message) => message.write(out),
            Self::DataSm(message) => message.write_data(out),
            Self::SubmitSmResp(taken) | Self::DeliverSmResp(taken) | Self::DataSmResp(taken) => {
                if let Some(id) = &taken.message_id {
                    write_text(out, id);
                    taken.tlvs.write(out);
                }
            }
            Self::Other { octets, .. } => out.extend(octets),
            Self::EnquireLink
            | Self::EnquireLinkResp
            | Self::Unbind
            | Self::UnbindResp
            | Self::GenericNack => {}
        }
    }

    /// Or the status that it is answered with.
    fn read(command: u32, octets: &mut Octets) -> Result<Self, u32> {
        const SUBMIT_SM_RESP: u32 = command::SUBMIT_SM | 1 << 31;
        const DELIVER_SM_RESP: u32 = command::DELIVER_SM | 1 << 31;
        const DATA_SM_RESP: u32 = command::DATA_SM | 1 << 31;
        const ENQUIRE_LINK_RESP: u32 = command::ENQUIRE_LINK | 1 << 31;
        const UNBIND_RESP: u32 = command::UNBIND | 1 << 31;
        if let Some(kind) = BindKind::of(command & !(1 << 31)) {
            return Ok(if command::is_response(command) {
                Self::BindResp(kind, BindResp::read(octets))
            } else {
                Self::Bind(kind, Bind::read(octets)?)
            });
        }
        Ok(match command {
            command::SUBMIT_SM => Self::SubmitSm(ShortMessage::read(octets)?),
            command::DELIVER_SM => Self::DeliverSm(ShortMessage::read(octets)?),
            command::DATA_SM => Self::DataSm(ShortMessage::read_data(octets)?),
            SUBMIT_SM_RESP => Self::SubmitSmResp(Taken::read(octets)),
            DELIVER_SM_RESP => Self::DeliverSmResp(Taken::read(octets)),
            DATA_SM_RESP => Self::DataSmResp(Taken::read(octets)),
            // What stands in a body that has none is not looked at.
            command::ENQUIRE_LINK => Self::EnquireLink,
            ENQUIRE_LINK_RESP => Self::EnquireLinkResp,
            command::UNBIND => Self::Unbind,
            UNBIND_RESP => Self::UnbindResp,
            command::GENERIC_NACK => Self::GenericNack,
            command => Self::Other {
                command,
                octets: octets.0.to_vec(),
            },
        })
    }
}

impl Taken {
    /// An unreadable parameter does not cost the id before it.
    fn read(octets: &mut Octets) -> Self {
        let message_id = (!octets.is_empty()).then(|| octets.last_text());
        let (tlvs, _) = Tlvs::read(octets);
        Self { message_id, tlvs }
    }
}
