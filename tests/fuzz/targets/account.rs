//! What a hosted account answers.

#![no_main]

use textpeak::api;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let status = [200, 200, 200, 401, 429, 503][usize::from(*first) % 6];
    if let Ok(page) = api::read_incoming_page(status, body, &[]) {
        assert!(page.items.iter().all(|one| !one.from.is_empty()));
        assert!(status == 200 && page.len() >= page.items.len());
    }
    if let Ok(page) = api::read_sent_page(status, body) {
        assert!(page.items.iter().all(|one| !one.ids.is_empty()));
    }
    for stream in api::read_streams(status, body).map(|page| page.items).unwrap_or_default() {
        assert!(!stream.id.is_empty() && !stream.name.is_empty());
        assert!(stream.token_path().is_ascii());
    }
    for sender in api::read_senders(status, body).map(|page| page.items).unwrap_or_default() {
        assert!(!sender.candidates.is_empty());
    }
    let _ = api::read_stream_token(status, body);
});
