//! Whom a request comes from: the peer, or whom a trusted proxy names.

use std::net::{IpAddr, SocketAddr};

use crate::domain::AllowedIp;

/// The caller's address. `forwarded` are the values of `X-Forwarded-For` in their order.
///
/// Each proxy appends the address that it saw, so that the list is read from its end: the first
/// address that is not a trusted proxy's is the caller's. What stands before it may be invented.
/// From a peer that is not trusted the header is not read at all.
pub fn caller<'a>(
    peer: IpAddr,
    forwarded: impl DoubleEndedIterator<Item = &'a str>,
    trusted: &[AllowedIp],
) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|net| net.contains(address));
    let mut nearest = peer.to_canonical();
    if !is_trusted(nearest) {
        return nearest;
    }
    for entry in forwarded.rev().flat_map(|value| value.rsplit(',')) {
        // What a trusted proxy could not name stays unknown: it is not skipped.
        let Some(address) = address(entry.trim()) else {
            return nearest;
        };
        nearest = address.to_canonical();
        if !is_trusted(nearest) {
            return nearest;
        }
    }
    nearest
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    text.parse()
        .ok()
        .or_else(|| bare?.parse().ok())
        .or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<AllowedIp> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        caller(peer.parse().unwrap(), forwarded.iter().copied(), &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_the_trust_goes() {
        let proxy = &["10.0.0.0/8", "2001:db8:ffff::/48"][..];
        let cases: &[(&str, &[&str], &[&str], &str)] = &[
            // Nobody is trusted: the header is nothing.
            ("192.0.2.1", &["198.51.100.7"], &[], "192.0.2.1"),
            ("127.0.0.1", &["198.51.100.7"], proxy, "127.0.0.1"),
            ("::ffff:192.0.2.1", &[], &[], "192.0.2.1"),
            // One proxy.
            ("10.0.0.1", &["198.51.100.7"], proxy, "198.51.100.7"),
            ("::ffff:10.0.0.1", &["198.51.100.7"], proxy, "198.51.100.7"),
            ("10.0.0.1", &["::ffff:198.51.100.7"], proxy, "198.51.100.7"),
            ("10.0.0.1", &["198.51.100.7:4711"], proxy, "198.51.100.7"),
            ("10.0.0.1", &["[2001:db8::7]:443"], proxy, "2001:db8::7"),
            ("10.0.0.1", &["[2001:db8::7]"], proxy, "2001:db8::7"),
            ("10.0.0.1", &["2001:db8::7"], proxy, "2001:db8::7"),
            // What the caller wrote stands further left.
            (
                "10.0.0.1",
                &["192.0.2.9, 198.51.100.7"],
                proxy,
                "198.51.100.7",
            ),
            (
                "10.0.0.1",
                &["192.0.2.9", "198.51.100.7"],
                proxy,
                "198.51.100.7",
            ),
            (
                "10.0.0.1",
                &["10.9.9.9, 198.51.100.7"],
                proxy,
                "198.51.100.7",
            ),
            (
                "10.0.0.1",
                &["nonsense, 198.51.100.7"],
                proxy,
                "198.51.100.7",
            ),
            // Two proxies.
            (
                "10.0.0.1",
                &["192.0.2.9, 198.51.100.7, 10.0.0.2"],
                proxy,
                "198.51.100.7",
            ),
            (
                "2001:db8:ffff::1",
                &["198.51.100.7,10.0.0.2"],
                proxy,
                "198.51.100.7",
            ),
            // Only proxies, or nothing that can be read: no better address than the last proxy's.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], proxy, "10.0.0.3"),
            ("10.0.0.1", &[], proxy, "10.0.0.1"),
            ("10.0.0.1", &[""], proxy, "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.9, unknown"], proxy, "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.9, "], proxy, "10.0.0.1"),
            ("10.0.0.1", &["010.0.0.1"], proxy, "10.0.0.1"),
        ];
        for (peer, forwarded, trusted, expected) in cases {
            assert_eq!(
                seen(peer, forwarded, trusted),
                *expected,
                "{peer} {forwarded:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn whatever_a_caller_writes_it_cannot_hide_behind_it(
            written in proptest::collection::vec(".{0,40}", 0..4),
        ) {
            let trusted: Vec<AllowedIp> = vec!["10.0.0.0/8".parse().unwrap()];
            let seen = "198.51.100.7";
            let lines = written.iter().map(String::as_str).chain([seen]);
            let lines: Vec<_> = lines.collect();
            let found = caller("10.0.0.1".parse().unwrap(), lines.into_iter(), &trusted);
            prop_assert_eq!(found.to_string(), seen);
        }
    }
}
