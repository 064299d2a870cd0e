//! The body of a status request.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    match textpeak::api::read_uuids(data) {
        Ok(uuids) => assert!((1..=250).contains(&uuids.len())),
        Err(refusal) => assert!([400, 422].contains(&refusal.status())),
    }
});
