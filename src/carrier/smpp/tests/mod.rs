//! The carrier against an SMSC of a few lines, on a clock that stands still.

mod hearing;
mod linking;
mod long_texts;
mod sending;
mod smsc;

use std::num::NonZeroU16;

use uuid::Uuid;

use crate::carrier::Submitted;
use crate::domain::{Bind, Course, Direction, LongTexts, Message, SmppSettings};

pub fn settings() -> SmppSettings {
    SmppSettings {
        address: "smsc.example.com".parse().unwrap(),
        system_id: "acme".to_owned(),
        system_type: String::new(),
        tls: false,
        bind: Bind::Transceiver,
        window: NonZeroU16::new(10).unwrap(),
        rate: NonZeroU16::new(1_000).unwrap(),
        source_ton: None,
        source_npi: None,
        dest_ton: None,
        dest_npi: None,
        data_coding_default: None,
        long_texts: LongTexts::Udh,
    }
}

pub fn message(n: u128, text: &str) -> Message {
    Message {
        uuid: Uuid::from_u128(n),
        stream: "st_000000000001".parse().unwrap(),
        direction: Direction::Outgoing,
        internal_id: None,
        handset: "12025550143".to_owned(),
        sender: "ACME".to_owned(),
        text: text.to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
        course: Course::waiting(),
        details: None,
        in_reply_to: None,
    }
}

pub fn taken(id: &str) -> Submitted {
    Submitted::Taken(id.to_owned())
}

pub fn window(window: u16) -> SmppSettings {
    SmppSettings {
        window: NonZeroU16::new(window).unwrap(),
        ..settings()
    }
}

pub fn is_not_now(one: &Submitted, because: &str) -> bool {
    matches!(one, Submitted::NotNow { why, .. } if why.contains(because))
}

pub fn is_unknown(one: &Submitted, because: &str) -> bool {
    matches!(one, Submitted::Unknown(why) if why.contains(because))
}
