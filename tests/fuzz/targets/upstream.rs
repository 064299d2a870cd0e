//! What another Streams API answers.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some((first, body)) = data.split_first() else { return };
    let status = [200, 201, 307, 401, 429, 503][usize::from(*first) % 6];
    for report in textpeak::api::read_send(status, body).unwrap_or_default() {
        assert!(report.outcome.is_err() || status < 300);
    }
    for report in textpeak::api::read_status(status, body).unwrap_or_default() {
        assert!(report.message_uuid.len() < 1_000 && report.status.len() < 1_000);
    }
});
