//! The body of a send request.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    match textpeak::api::read_messages(data) {
        Ok(messages) => assert!((1..=250).contains(&messages.len())),
        Err(refusal) => assert!([400, 422].contains(&refusal.status())),
    }
});
