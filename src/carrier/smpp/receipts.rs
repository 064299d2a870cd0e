//! A receipt out of a `deliver_sm`, and what tells it from the words of a handset.

use crate::domain::MessageStatus;
use crate::smpp::{ReceiptText, ShortMessage, State, text, tlv};

/// The bits of `esm_class` that say what a message is, and two of their values.
const KIND: u8 = 0x3C;
const RECEIPT: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipted {
    /// The id beside the text, and that in it.
    pub parameter: Option<String>,
    pub text: Option<String>,
    /// In digits.
    pub handset: Option<String>,
    /// `None` where the message is still on its way.
    pub status: Option<MessageStatus>,
    pub details: Option<String>,
}

/// `None` where a handset said it. Some carriers set no bit, but name the message beside the text.
pub fn receipted(message: &ShortMessage, default: u8) -> Option<Receipted> {
    let content = message.content();
    let written = ReceiptText::read(&text::decode(message.data_coding, default, content.octets));
    let parameter = message.tlvs.text(tlv::RECEIPTED_MESSAGE_ID);
    let state = message.tlvs.octet(tlv::MESSAGE_STATE);
    let says_so = matches!(message.esm_class & KIND, RECEIPT | INTERMEDIATE);
    let looks_so = parameter.is_some() && (state.is_some() || written.is_some());
    if !says_so && !looks_so {
        return None;
    }
    let written = written.unwrap_or_default();
    let state = written.state().or_else(|| State::from_number(state?));
    let status = state.and_then(State::status);
    let word = match state {
        Some(state) if written.stat.is_empty() => state.word(),
        _ => &written.stat,
    };
    let failed = status.is_some_and(|status| status != MessageStatus::Delivered);
    let details = failed.then(|| match error(message, &written) {
        Some(error) => format!("{word}, error {error}"),
        None => word.to_owned(),
    });
    Some(Receipted {
        parameter,
        text: Some(written.id).filter(|id| !id.is_empty()),
        handset: handset(&message.source.number),
        status,
        details,
    })
}

/// The carrier's or the network's number of what went wrong.
fn error(message: &ShortMessage, written: &ReceiptText) -> Option<String> {
    let is_error = |text: &&String| text.bytes().any(|byte| byte != b'0');
    if let Some(error) = Some(&written.err).filter(is_error) {
        return Some(error.clone());
    }
    match message.tlvs.get(tlv::NETWORK_ERROR_CODE)? {
        [_, high, low] => Some(u16::from_be_bytes([*high, *low]).to_string()),
        _ => None,
    }
}

/// A phone number as it is kept here.
pub fn digits(number: &str) -> String {
    let number = number.trim();
    number.strip_prefix('+').unwrap_or(number).to_owned()
}

fn handset(number: &str) -> Option<String> {
    let number = digits(number);
    let is_number = number.len() >= 8 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::text::GSM_7;
    use crate::smpp::{Address, Tlvs};

    fn message(esm_class: u8, text: &str, tlvs: Tlvs) -> ShortMessage {
        ShortMessage {
            source: Address {
                number: "+12025550143".to_owned(),
                ..Address::default()
            },
            esm_class,
            short_message: text.as_bytes().to_vec(),
            tlvs,
            ..ShortMessage::default()
        }
    }

    fn id(id: &str) -> Tlvs {
        Tlvs::default().with(tlv::RECEIPTED_MESSAGE_ID, id)
    }

    #[test]
    fn a_receipt_is_told_from_the_words_of_a_handset() {
        let read = |message| receipted(&message, GSM_7).is_some();
        let none = Tlvs::default;
        assert!(read(message(RECEIPT, "id:7 stat:DELIVRD", none())));
        assert!(read(message(RECEIPT, "", none())));
        assert!(read(message(INTERMEDIATE, "id:7 stat:ENROUTE", none())));
        // With a header before it.
        assert!(read(message(0x40 | RECEIPT, "id:7 stat:DELIVRD", none())));
        assert!(read(message(0, "id:7 stat:DELIVRD", id("7"))));
        assert!(read(message(0, "", id("7").with(tlv::MESSAGE_STATE, [2]))));
        assert!(!read(message(0, "id:7 stat:DELIVRD", none())));
        assert!(!read(message(0, "Yes", id("7"))));
        assert!(!read(message(0x40, "Yes", none())));
    }

    #[test]
    fn says_what_became_of_the_message_and_why() {
        let said = |text: &str, tlvs| {
            let receipted = receipted(&message(RECEIPT, text, tlvs), GSM_7).unwrap();
            (receipted.status.map(MessageStatus::name), receipted.details)
        };
        let none = Tlvs::default;
        let why = |text: &str| Some(text.to_owned());
        assert_eq!(
            said("stat:DELIVRD err:000", none()),
            (Some("delivered"), None)
        );
        assert_eq!(
            said("stat:UNDELIV err:034", none()),
            (Some("undelivered"), why("UNDELIV, error 034"))
        );
        assert_eq!(
            said("stat:EXPIRED err:000", none()),
            (Some("undelivered"), why("EXPIRED"))
        );
        assert_eq!(said("stat:ENROUTE", none()), (None, None));
        assert_eq!(said("stat:BUFFRED", none()), (None, None));
        let tlvs = none()
            .with(tlv::MESSAGE_STATE, [8])
            .with(tlv::NETWORK_ERROR_CODE, [3, 1, 2]);
        assert_eq!(
            said("", tlvs),
            (Some("rejected"), why("REJECTD, error 258"))
        );
    }

    #[test]
    fn names_the_message_and_the_handset() {
        let found = receipted(&message(RECEIPT, "id:16 stat:DELIVRD", id("10")), GSM_7).unwrap();
        assert_eq!(found.parameter.as_deref(), Some("10"));
        assert_eq!(found.text.as_deref(), Some("16"));
        assert_eq!(found.handset.as_deref(), Some("12025550143"));
        assert_eq!(handset("ACME"), None);
        assert_eq!(handset("54321"), None);
    }
}
