//! How a session begins.

use std::fmt;

use super::super::tlv::Tlvs;
use super::super::{command, status};
use super::octets::{Octets, write_text};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindKind {
    Receiver,
    Transmitter,
    Transceiver,
}

impl BindKind {
    pub const ALL: [Self; 3] = [Self::Receiver, Self::Transmitter, Self::Transceiver];

    pub fn command(self) -> u32 {
        match self {
            Self::Receiver => command::BIND_RECEIVER,
            Self::Transmitter => command::BIND_TRANSMITTER,
            Self::Transceiver => command::BIND_TRANSCEIVER,
        }
    }

    pub fn submits(self) -> bool {
        self != Self::Receiver
    }

    pub fn receives(self) -> bool {
        self != Self::Transmitter
    }

    pub(super) fn of(command: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.command() == command)
    }
}

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bind {
    pub system_id: String,
    pub password: String,
    pub system_type: String,
    /// 0x34 for SMPP 3.4.
    pub interface_version: u8,
    pub addr_ton: u8,
    pub addr_npi: u8,
    pub address_range: String,
    pub tlvs: Tlvs,
}

/// The password is nobody's to read.
impl fmt::Debug for Bind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bind")
            .field("system_id", &self.system_id)
            .field("system_type", &self.system_type)
            .field("interface_version", &self.interface_version)
            .finish_non_exhaustive()
    }
}

impl Bind {
    pub(super) fn read(octets: &mut Octets) -> Result<Box<Self>, u32> {
        let mut mandatory = || {
            Some(Self {
                system_id: octets.text()?,
                password: octets.text()?,
                system_type: octets.text()?,
                interface_version: octets.u8()?,
                addr_ton: octets.u8()?,
                addr_npi: octets.u8()?,
                address_range: octets.text()?,
                tlvs: Tlvs::default(),
            })
        };
        let mut bind = mandatory().ok_or(status::ESME_RINVCMDLEN)?;
        let (tlvs, whole) = Tlvs::read(octets);
        bind.tlvs = tlvs;
        if !whole {
            return Err(status::ESME_RINVOPTPARSTREAM);
        }
        Ok(Box::new(bind))
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write_text(out, &self.system_id);
        write_text(out, &self.password);
        write_text(out, &self.system_type);
        out.extend([self.interface_version, self.addr_ton, self.addr_npi]);
        write_text(out, &self.address_range);
        self.tlvs.write(out);
    }
}

/// A refusal may have no body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BindResp {
    pub system_id: Option<String>,
    pub tlvs: Tlvs,
}

impl BindResp {
    pub fn new(system_id: impl Into<String>) -> Self {
        Self {
            system_id: Some(system_id.into()),
            tlvs: Tlvs::default(),
        }
    }

    pub(super) fn read(octets: &mut Octets) -> Self {
        let system_id = (!octets.is_empty()).then(|| octets.last_text());
        let (tlvs, _) = Tlvs::read(octets);
        Self { system_id, tlvs }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if let Some(id) = &self.system_id {
            write_text(out, id);
            self.tlvs.write(out);
        }
    }
}
