//! state.json as people and other versions may have written it.

#![no_main]

use std::path::Path;

use textpeak::state::State;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(state) = State::parse(Path::new("state.json"), text) {
        let _ = (state.streams(), state.tags());
        let again: String = state.to_text().concat();
        assert!(text.is_empty() || State::parse(Path::new("state.json"), &again).is_ok());
    }
});
