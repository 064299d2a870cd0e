//! A notice as a `deliver_sm`.

use jiff::Timestamp;

use crate::domain::{Message, MessageStatus, SenderId, SenderKind};
use crate::service::Notice;
use crate::smpp::{Address, ReceiptText, ShortMessage, State, Tlvs, text, tlv, ton};

/// In `esm_class`: a receipt.
const RECEIPT: u8 = 0x04;

/// Digits of the shortest number with a country code.
const SHORTEST: usize = 8;

/// From the handset to the Sender ID, a receipt too.
pub(super) fn deliver_sm(notice: Notice, message: &Message, now: Timestamp) -> ShortMessage {
    let addressed = ShortMessage {
        source: address(&message.handset),
        destination: address(&message.sender),
        ..ShortMessage::default()
    };
    match notice {
        Notice::Incoming(_) => {
            let (data_coding, short_message) = text::encode(&message.text);
            ShortMessage {
                data_coding,
                short_message,
                ..addressed
            }
        }
        Notice::Final(uuid) => {
            let state = state(message.course.status_at(now));
            let id = uuid.to_string();
            let done = message.course.final_at.unwrap_or(now);
            let receipt = ReceiptText::new(&id, state, message.at, done);
            ShortMessage {
                esm_class: RECEIPT,
                short_message: receipt.to_string().into_bytes(),
                tlvs: Tlvs::default()
                    .with(tlv::RECEIPTED_MESSAGE_ID, format!("{id}\0"))
                    .with(tlv::MESSAGE_STATE, [state.number()]),
                ..addressed
            }
        }
    }
}

fn state(status: MessageStatus) -> State {
    match status {
        MessageStatus::Sent => State::Enroute,
        MessageStatus::Delivered => State::Delivered,
        MessageStatus::Undelivered | MessageStatus::SentFailed => State::Undeliverable,
        MessageStatus::NoRoutes | MessageStatus::Rejected => State::Rejected,
    }
}

fn address(number: &str) -> Address {
    let kind = number.parse().map(|id: SenderId| id.kind());
    let (own_ton, own_npi) = match kind {
        Ok(SenderKind::Alphanumeric) => (ton::ALPHANUMERIC, 0),
        _ if number.len() >= SHORTEST => (ton::INTERNATIONAL, ton::ISDN),
        // A short code.
        _ => (ton::NATIONAL, ton::ISDN),
    };
    Address {
        ton: own_ton,
        npi: own_npi,
        number: number.to_owned(),
    }
}
