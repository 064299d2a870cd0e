//! A Sender ID.

#![no_main]

use textpeak::domain::SenderId;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match text.parse::<SenderId>() {
        Ok(value) => assert_eq!(value.to_string().parse::<SenderId>().as_ref(), Ok(&value)),
        Err(invalid) => assert!(!invalid.to_string().chars().any(char::is_control)),
    }
});
