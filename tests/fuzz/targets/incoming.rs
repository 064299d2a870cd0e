//! What a carrier tells of an incoming message, in a body or a query.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let kinds = [None, Some("application/json"), Some("application/x-www-form-urlencoded")];
    let kind = kinds[usize::from(*first) % 3];
    let query = std::str::from_utf8(body).ok().filter(|_| first & 128 > 0);
    let fields = ["text=payload.0.words".parse().unwrap()];
    if let Ok(read) = textpeak::api::read_incoming(kind, body, query, &fields) {
        assert!(!read.from.trim().is_empty() && read.id_or_fingerprint().len() <= 200);
    }
});
