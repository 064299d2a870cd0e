//! X-Forwarded-For, as a caller and the proxies in between may have written it.

#![no_main]

use textpeak::domain::AllowedIp;
use textpeak::gateway::caller;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let trusted: Vec<AllowedIp> = vec!["10.0.0.0/8".parse().unwrap()];
    let (proxy, stranger) = ("10.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap());
    // Who is not trusted is not read; what a trusted proxy saw last is what counts.
    assert_eq!(caller(stranger, text.lines(), &trusted), stranger);
    let seen = text.lines().chain(["198.51.100.7"]).collect::<Vec<_>>();
    assert_eq!(caller(proxy, seen.into_iter(), &trusted).to_string(), "198.51.100.7");
});
