//! A stream's name.

#![no_main]

use textpeak::domain::StreamName;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match text.parse::<StreamName>() {
        Ok(value) => assert_eq!(value.to_string().parse::<StreamName>().as_ref(), Ok(&value)),
        Err(invalid) => assert!(!invalid.to_string().chars().any(char::is_control)),
    }
});
