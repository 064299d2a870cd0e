//! state.json as people and other versions may have written them.

#![no_main]

use textpeak::store::LocalStore;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(catalogue) = LocalStore::parse(text) {
        let _ = (catalogue.streams(), catalogue.tags());
    }
});
