//! The rows of a bulk send, CSV or JSON Lines.

#![no_main]

use textpeak::document::{RowSyntax, fill_ids, read_rows};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for syntax in [RowSyntax::Csv, RowSyntax::JsonLines] {
        let mut rows = read_rows(text, syntax);
        fill_ids(&mut rows.good, "");
        assert!(rows.good.iter().all(|row| row.internal_id.is_some()));
    }
});
