//! What an SMPP peer sends.

#![no_main]

use textpeak::smpp::{Body, Pdu, frame, text};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut rest = data;
    while let Ok(Some((frame, more))) = frame::first(rest) {
        rest = more;
        let Ok(pdu) = Pdu::decode(frame) else { continue };
        let again = Pdu::decode(&pdu.encode());
        // A text in two places, or with octets that are no UTF-8, is written in another way.
        assert!(again.is_ok());
        if let Body::SubmitSm(message) | Body::DeliverSm(message) | Body::DataSm(message) = pdu.body {
            let content = message.content();
            let _ = text::decode(message.data_coding, 0, content.octets);
        }
    }
});
