//! Webhook headers: names that may be set, values that can be sent.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::secret::Secret;
use super::text::quote;
use super::value::{Invalid, text_value};

/// In bytes.
const MAX_HEADER_NAME: usize = 100;
const MAX_HEADER_VALUE: usize = 4096;

/// Header names that the HTTP client or the delivery itself sets (RFC 9110 §7.6.1 and our own).
const RESERVED: [&str; 12] = [
    "connection",
    "content-length",
    "content-type",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "http2-settings",
];
const RESERVED_PREFIXES: [&str; 2] = ["proxy-", "webhook-"];

/// The blanks that HTTP allows around a header's parts. A line break is not one of them.
const BLANKS: [char; 2] = [' ', '\t'];

/// An HTTP token, and not a name that the delivery sets itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderName(String);

text_value!(HeaderName);

impl HeaderName {
    /// Case does not tell two names apart.
    pub fn is(&self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name)
    }
}

/// The grammar of a header name (RFC 9110 §5.6.2).
pub(crate) fn is_http_token(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    !text.is_empty() && text.bytes().all(allowed)
}

impl FromStr for HeaderName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim_matches(BLANKS);
        if text.len() > MAX_HEADER_NAME || !is_http_token(text) {
            return Err(Invalid::new(format_args!(
                "{} is not a header name: use letters, digits, and -, like X-Api-Key",
                quote(text)
            )));
        }
        let lower = text.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str())
            || RESERVED_PREFIXES.iter().any(|p| lower.starts_with(p))
        {
            return Err(Invalid::new(format_args!(
                "{} is set by textpeak and can't be a webhook header: choose another name",
                quote(text)
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

/// The value is a secret until shown to be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawPair")]
pub struct Header {
    pub name: HeaderName,
    pub value: Secret,
}

#[derive(Deserialize)]
struct RawPair {
    name: String,
    value: String,
}

impl TryFrom<RawPair> for Header {
    type Error = Invalid;

    fn try_from(raw: RawPair) -> Result<Self, Invalid> {
        Self::new(&raw.name, &raw.value)
    }
}

impl Header {
    pub const MOST: usize = 20;

    pub fn new(name: &str, value: &str) -> Result<Self, Invalid> {
        let name: HeaderName = name.parse()?;
        let value = value.trim_matches(BLANKS);
        let sendable = |b: u8| b == b'\t' || (b' '..=b'~').contains(&b);
        if value == Secret::MASK {
            return Err(Invalid::new(format_args!(
                "the value of header {name} is masked: enter the actual value"
            )));
        }
        if value.is_empty() || value.len() > MAX_HEADER_VALUE || !value.bytes().all(sendable) {
            return Err(Invalid::new(format_args!(
                "the value of header {name} can't be sent: use 1 to 4,096 printable ASCII \
                 characters"
            )));
        }
        Ok(Self {
            name,
            value: Secret::new(value.to_owned()),
        })
    }

    /// Adds this header to a list, where a name may stand once, in whatever case.
    pub fn add_to(self, list: &mut Vec<Self>) -> Result<(), Invalid> {
        if list.iter().any(|other| other.name.is(self.name.as_str())) {
            return Err(Invalid::new(format_args!("{} is already set", self.name)));
        }
        if list.len() == Self::MOST {
            return Err(Invalid::new("a webhook can have at most 20 headers"));
        }
        list.push(self);
        Ok(())
    }
}

impl FromStr for Header {
    type Err = Invalid;

    fn from_str(line: &str) -> Result<Self, Invalid> {
        match line.split_once(':') {
            Some((name, value)) => Self::new(name, value),
            // The line is not repeated: it may be a secret that lost its name.
            None => Err(Invalid::new("write the header as 'Name: value'")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(line: &str) -> String {
        line.parse::<Header>().unwrap_err().to_string()
    }

    #[test]
    fn headers_are_name_and_value() {
        let header: Header = "X-Api-Key:  s3cret: yes ".parse().unwrap();
        assert_eq!(
            (header.name.as_str(), header.value.expose()),
            ("X-Api-Key", "s3cret: yes")
        );
        assert_eq!(format!("{header:?}").matches("s3cret").count(), 0);
    }

    #[test]
    fn headers_that_would_break_the_request_are_refused_when_configured() {
        for name in [
            "Host",
            "content-length",
            "Transfer-Encoding",
            "Connection",
            "TE",
            "Trailer",
            "Upgrade",
            "Expect",
            "Proxy-Authorization",
            "webhook-id",
            "User-Agent",
            "Content-Type",
        ] {
            assert!(
                refused(&format!("{name}: x")).contains("is set by textpeak"),
                "{name}"
            );
        }
        for line in [
            "X-A: a\r\nX-B: b",
            "X-A: a\nb",
            "X-A: \0",
            "X-A: ",
            "X-A: caf\u{e9}",
        ] {
            assert!(refused(line).contains("can't be sent"), "{line}");
        }
        for line in [": x", "X A: x", "X\r\n: x", "é: x"] {
            assert!(refused(line).contains("is not a header name"), "{line}");
        }
    }

    #[test]
    fn a_header_without_a_name_is_not_repeated_in_the_error() {
        assert_eq!(refused("hunter2"), "Write the header as 'Name: value'.");
        assert!(!refused("X-Key: hunter2\u{1}").contains("hunter2"));
    }

    #[test]
    fn a_name_stands_once_and_twenty_are_enough() {
        let mut list = Vec::new();
        for n in 0..Header::MOST {
            Header::new(&format!("X-{n}"), "v")
                .unwrap()
                .add_to(&mut list)
                .unwrap();
        }
        assert!(
            Header::new("x-0", "v")
                .unwrap()
                .add_to(&mut list)
                .unwrap_err()
                .to_string()
                .contains("is already set")
        );
        assert!(
            Header::new("Y", "v")
                .unwrap()
                .add_to(&mut list)
                .unwrap_err()
                .to_string()
                .contains("at most 20")
        );
    }

    proptest! {
        #[test]
        fn what_parses_prints_back_and_nothing_panics(text in any::<String>()) {
            if let Ok(header) = text.parse::<Header>() {
                let line = format!("{}: {}", header.name, header.value.expose());
                prop_assert_eq!(line.parse::<Header>().unwrap(), header);
            }
        }
    }
}
