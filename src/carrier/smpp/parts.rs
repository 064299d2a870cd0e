//! A message as the parts that are submitted.

use crate::domain::{LongTexts, Message, SmppSettings};
use crate::smpp::split::{Long, split};
use crate::smpp::{Address, Concat, ShortMessage, UDHI, text, tlv, ton};

/// A receipt is asked for of the last part, which comes last; of others, only where they fail.
const ALWAYS: u8 = 1;
const WHERE_IT_FAILS: u8 = 2;

/// Digits of a short code, at most.
const SHORT: usize = 8;

/// `reference` is of this text among others.
pub fn parts(message: &Message, settings: &SmppSettings, reference: u16) -> Vec<ShortMessage> {
    let long = match settings.long_texts {
        LongTexts::Udh => Long::Parts { wide: false },
        LongTexts::Payload => Long::Payload,
    };
    let default = settings.data_coding_default.unwrap_or(text::GSM_7);
    let split = split(&message.text, default, long, reference);
    let last = split.parts.len() - 1;
    let part = |(at, part): (usize, crate::smpp::split::Part)| {
        let header = part.concat.map(Concat::header);
        let mut short_message = ShortMessage {
            source: address(&message.sender, settings.source_ton, settings.source_npi),
            destination: address(&message.handset, settings.dest_ton, settings.dest_npi),
            esm_class: if header.is_some() { UDHI } else { 0 },
            registered_delivery: if at == last { ALWAYS } else { WHERE_IT_FAILS },
            data_coding: split.data_coding,
            ..ShortMessage::default()
        };
        if split.payload {
            short_message.tlvs.push(tlv::MESSAGE_PAYLOAD, part.octets);
        } else {
            short_message.short_message = [header.unwrap_or_default(), part.octets].concat();
        }
        short_message
    };
    split.parts.into_iter().enumerate().map(part).collect()
}

fn address(number: &str, set_ton: Option<u8>, set_npi: Option<u8>) -> Address {
    let (own_ton, own_npi) = if number.bytes().any(|byte| !byte.is_ascii_digit()) {
        (ton::ALPHANUMERIC, 0)
    } else if number.len() <= SHORT {
        (ton::NETWORK, 0)
    } else {
        (ton::INTERNATIONAL, ton::ISDN)
    };
    Address {
        ton: set_ton.unwrap_or(own_ton),
        npi: set_npi.unwrap_or(own_npi),
        number: number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{message, settings};
    use super::*;

    #[test]
    fn numbers_are_told_apart_by_what_they_look_like() {
        let of = |number, ton| {
            let address = address(number, ton, None);
            (address.ton, address.npi)
        };
        assert_eq!(of("ACME", None), (5, 0));
        assert_eq!(of("54321", None), (3, 0));
        assert_eq!(of("12025550143", None), (1, 1));
        assert_eq!(of("12025550143", Some(0)), (0, 1));
    }

    #[test]
    fn a_long_text_leaves_as_it_was_set() {
        let long = message(1, &"a".repeat(200));
        let all = parts(&long, &settings(), 7);
        let asked: Vec<_> = all.iter().map(|part| part.registered_delivery).collect();
        assert_eq!(asked, [WHERE_IT_FAILS, ALWAYS]);
        assert_eq!(all[0].esm_class, UDHI);
        assert_eq!(all[0].content().concat.unwrap().total, 2);
        assert_eq!(all[1].content().octets.len(), 47);
        let payload = SmppSettings {
            long_texts: LongTexts::Payload,
            ..settings()
        };
        let [whole] = &parts(&long, &payload, 7)[..] else {
            panic!("it is one")
        };
        assert_eq!((whole.esm_class, whole.content().octets.len()), (0, 200));
        assert!(whole.short_message.is_empty());
        let short = parts(&message(1, "Hi"), &payload, 7);
        assert_eq!(short[0].short_message, b"Hi");
    }
}
