//! A document of streams, YAML or JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = textpeak::document::read(text, "fuzz");
    let _ = textpeak::document::read_one(text, "fuzz");
});
