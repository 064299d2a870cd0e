//! Addresses from which API calls are accepted.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net};

use super::text::quote;
use super::value::{Invalid, display_value};

/// An IP address or a CIDR block.
///
/// An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) is the IPv4 address that it maps, and a block
/// of one address is that address, so that one thing has one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllowedIp(IpNet);

display_value!(AllowedIp);

impl AllowedIp {
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Who may call after a change of an allow list, where it lets everybody in who has an address: the
/// last entry goes, or a block of every address comes.
pub fn opened_to(before: &[AllowedIp], after: &[AllowedIp]) -> Option<&'static str> {
    const ANY: &str = "any address";
    if after.is_empty() {
        return (!before.is_empty()).then_some(ANY);
    }
    let comes = |is_family: fn(&IpNet) -> bool| {
        let is_whole = |one: &AllowedIp| one.0.prefix_len() == 0 && is_family(&one.0);
        after.iter().any(is_whole) && !before.iter().any(is_whole)
    };
    let v4 = comes(|net| matches!(net, IpNet::V4(_)));
    let v6 = comes(|net| matches!(net, IpNet::V6(_)));
    match (v4, v6) {
        (true, true) => Some(ANY),
        (true, false) => Some("any IPv4 address"),
        (false, true) => Some("any IPv6 address"),
        (false, false) => None,
    }
}

impl fmt::Display for AllowedIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            self.0.addr().fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

impl FromStr for AllowedIp {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.to_canonical().into()));
        }
        let net: IpNet = text.parse().map_err(|_| {
            Invalid::new(format_args!(
                "{} is not an IP address or CIDR block: write it like 192.0.2.10, \
                 198.51.100.0/24 or 2001:db8::/32",
                quote(text)
            ))
        })?;
        if net.trunc() != net {
            return Err(Invalid::new(format_args!(
                "{} has bits set after its prefix: the block is {}",
                quote(text),
                net.trunc()
            )));
        }
        Ok(Self(unmapped(net)))
    }
}

/// The IPv4 block behind an IPv4-mapped IPv6 block; any other block as it is.
fn unmapped(net: IpNet) -> IpNet {
    match (net.addr().to_canonical(), net.addr()) {
        (IpAddr::V4(v4), IpAddr::V6(_)) => net
            .prefix_len()
            .checked_sub(96)
            .and_then(|bits| Ipv4Net::new(v4, bits).ok())
            .map_or(net, IpNet::V4),
        _ => net,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str) -> String {
        text.parse::<AllowedIp>().unwrap().to_string()
    }

    #[test]
    fn one_thing_has_one_spelling() {
        assert_eq!(shown(" 192.0.2.1 "), "192.0.2.1");
        assert_eq!(shown("192.0.2.1/32"), "192.0.2.1");
        assert_eq!(shown("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(shown("::ffff:198.51.100.0/120"), "198.51.100.0/24");
        assert_eq!(shown("2001:DB8:0:0::1"), "2001:db8::1");
        assert_eq!(shown("2001:db8::/32"), "2001:db8::/32");
    }

    #[test]
    fn refuses_what_other_parsers_guess_at() {
        for bad in [
            "",
            "10.1",
            "010.0.0.1",
            "0x0a.0.0.1",
            "1.2.3.4/33",
            "256.1.1.1",
            "example.com",
            "1.2.3.4,5.6.7.8",
        ] {
            let sentence = bad.parse::<AllowedIp>().unwrap_err().to_string();
            assert!(
                sentence.contains("is not an IP address or CIDR block"),
                "{sentence}"
            );
        }
        assert_eq!(
            "198.51.100.7/24"
                .parse::<AllowedIp>()
                .unwrap_err()
                .to_string(),
            "“198.51.100.7/24” has bits set after its prefix: the block is 198.51.100.0/24"
        );
    }

    #[test]
    fn a_mapped_caller_is_its_ipv4_address() {
        let block: AllowedIp = "198.51.100.0/24".parse().unwrap();
        assert!(block.contains("::ffff:198.51.100.9".parse().unwrap()));
        assert!(!block.contains("198.51.101.9".parse().unwrap()));
    }

    #[test]
    fn a_list_that_lets_everybody_in_is_told_from_others() {
        let list = |text: &str| -> Vec<AllowedIp> {
            let one = |part: &str| part.parse().unwrap();
            text.split_whitespace().map(one).collect()
        };
        for (before, after, who) in [
            ("", "", None),
            ("192.0.2.1", "192.0.2.2", None),
            ("", "192.0.2.1", None),
            ("192.0.2.1", "", Some("any address")),
            ("0.0.0.0/0", "", Some("any address")),
            ("", "0.0.0.0/0", Some("any IPv4 address")),
            ("0.0.0.0/0", "0.0.0.0/0 192.0.2.1", None),
            ("192.0.2.1", "192.0.2.1 ::/0", Some("any IPv6 address")),
            ("", "0.0.0.0/0 ::/0", Some("any address")),
        ] {
            let told = opened_to(&list(before), &list(after));
            assert_eq!(told, who, "{before:?} → {after:?}");
        }
    }

    proptest! {
        #[test]
        fn prints_what_it_parses(bits in any::<u128>(), v4 in any::<u32>(), prefix in 0u8..=128) {
            let blocks: [IpNet; 2] = [
                ipnet::Ipv6Net::new(bits.into(), prefix).unwrap().trunc().into(),
                Ipv4Net::new(v4.into(), prefix.min(32)).unwrap().trunc().into(),
            ];
            for block in blocks {
                let ip: AllowedIp = block.to_string().parse().unwrap();
                prop_assert_eq!(ip.to_string().parse::<AllowedIp>().unwrap(), ip);
            }
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _ = text.parse::<AllowedIp>();
        }
    }
}
