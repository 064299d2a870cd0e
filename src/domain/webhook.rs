//! The incoming-messages webhook: where replies are delivered, and how.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use super::secret::Secret;
use super::text::quote;
use super::value::{Invalid, display_value, text_value};

/// Longest URL accepted, in bytes; a GET delivery appends its query to it.
const MAX_URL: usize = 2048;
/// Longest header name and value accepted, in bytes.
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

/// How a webhook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The fields as a JSON body.
    Post,
    /// The fields as query parameters.
    Get,
}

display_value!(Method);

impl Method {
    /// Both, in the order in which they are offered.
    pub const ALL: [Self; 2] = [Self::Post, Self::Get];

    /// The method as it stands in a request line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|method| method.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                Invalid::new(format_args!(
                    "{} is not a webhook method: use post or get",
                    quote(text)
                ))
            })
    }
}

/// Whether incoming messages are delivered at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming {
    /// No webhook for now.
    Skip,
    /// A webhook, called by this method.
    Webhook(Method),
}

/// An absolute `http` or `https` URL without user name, password or fragment, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(String);

text_value!(WebhookUrl);

impl WebhookUrl {
    /// Whether messages travel to it unencrypted beyond this machine and its own network.
    #[must_use]
    pub fn is_open_to_readers(&self) -> bool {
        let Ok(url) = url::Url::parse(&self.0) else {
            return false;
        };
        let near = match url.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
            Some(url::Host::Ipv6(ip)) => {
                ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
            }
            Some(url::Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                !name.contains('.')
                    || [".localhost", ".local", ".internal"]
                        .iter()
                        .any(|end| name.ends_with(end))
            }
            None => false,
        };
        url.scheme() == "http" && !near
    }
}

impl FromStr for WebhookUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let refuse = |why: &str| Err(Invalid::new(format_args!("{} {why}", quote(text))));
        if text.len() > MAX_URL {
            return refuse("is longer than 2,048 bytes, the most that a webhook URL may have");
        }
        // The URL standard drops tabs and newlines and reads a backslash as a slash: what is
        // shown would not be what is called.
        let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
        match url::Url::parse(text) {
            Ok(url) if clean && matches!(url.scheme(), "http" | "https") => {
                if !url.username().is_empty() || url.password().is_some() {
                    refuse("carries a user name or password: put it into a webhook header instead")
                } else if url.fragment().is_some() {
                    refuse("has a fragment (#…), which is never sent: remove it")
                } else {
                    Ok(Self(text.to_owned()))
                }
            }
            _ => refuse("is not a webhook URL: write it like https://example.com/sms"),
        }
    }
}

/// The blanks that HTTP allows around a header's parts. A line break is not one of them.
const BLANKS: [char; 2] = [' ', '\t'];

/// A header name that a webhook may add: an HTTP token, and not one that is set for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderName(String);

text_value!(HeaderName);

impl FromStr for HeaderName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim_matches(BLANKS);
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if text.is_empty() || text.len() > MAX_HEADER_NAME || !text.bytes().all(token) {
            return Err(Invalid::new(format_args!(
                "{} is not a header name: use letters, digits and -, like X-Api-Key",
                quote(text)
            )));
        }
        let lower = text.to_ascii_lowercase();
        if RESERVED.contains(&lower.as_str())
            || RESERVED_PREFIXES.iter().any(|p| lower.starts_with(p))
        {
            return Err(Invalid::new(format_args!(
                "{} is set by the delivery itself and cannot be a webhook header: choose another name",
                quote(text)
            )));
        }
        Ok(Self(text.to_owned()))
    }
}

/// One header that every delivery carries. Its value is a secret until shown to be otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawPair")]
pub struct Header {
    /// Its name, as typed.
    pub name: HeaderName,
    /// Its value.
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
    /// Most headers a webhook may have.
    pub const MOST: usize = 20;

    /// A header out of its two parts.
    ///
    /// # Errors
    /// When the name is not one that may be set, or the value could not be sent.
    pub fn new(name: &str, value: &str) -> Result<Self, Invalid> {
        let name: HeaderName = name.parse()?;
        let value = value.trim_matches(BLANKS);
        let sendable = |b: u8| b == b'\t' || (b' '..=b'~').contains(&b);
        if value.is_empty() || value.len() > MAX_HEADER_VALUE || !value.bytes().all(sendable) {
            return Err(Invalid::new(format_args!(
                "the value of header {name} cannot be sent: use 1 to 4,096 printable ASCII characters"
            )));
        }
        Ok(Self {
            name,
            value: Secret::new(value.to_owned()),
        })
    }

    /// Adds this header to a list, where a name may stand once.
    ///
    /// # Errors
    /// When the name is there already, in whatever case, or the list is full.
    pub fn add_to(self, list: &mut Vec<Self>) -> Result<(), Invalid> {
        let same = |other: &Self| other.name.0.eq_ignore_ascii_case(&self.name.0);
        if list.iter().any(same) {
            return Err(Invalid::new(format_args!(
                "header {} is given twice: a webhook sends each name once",
                self.name
            )));
        }
        if list.len() == Self::MOST {
            return Err(Invalid::new("a webhook has at most 20 headers"));
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
            None => Err(Invalid::new("a header is written 'Name: value'")),
        }
    }
}

/// Where incoming messages are delivered.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Webhook {
    /// How the URL is called.
    pub method: Method,
    /// What is called.
    pub url: WebhookUrl,
    /// Headers beside the delivery's own.
    #[serde(default)]
    pub headers: Vec<Header>,
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
                refused(&format!("{name}: x")).contains("set by the delivery itself"),
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
            assert!(refused(line).contains("cannot be sent"), "{line}");
        }
        for line in [": x", "X A: x", "X\r\n: x", "é: x"] {
            assert!(refused(line).contains("is not a header name"), "{line}");
        }
    }

    #[test]
    fn a_header_without_a_name_is_not_repeated_in_the_error() {
        assert_eq!(refused("hunter2"), "a header is written 'Name: value'");
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
                .contains("given twice")
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

    #[test]
    fn urls_are_kept_as_typed_or_refused() {
        for good in [
            "http://127.0.0.1:8080/in?a=1",
            "https://example.com",
            "https://m\u{fc}nchen.example/x",
        ] {
            assert_eq!(good.parse::<WebhookUrl>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            "example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "http://",
            "https://u:p@example.com",
            "https://example.com/#x",
            "https://exam\tple.com",
            "https:\\\\example.com",
        ] {
            assert!(bad.parse::<WebhookUrl>().is_err(), "{bad}");
        }
        assert!(
            format!("https://example.com/{}", "a".repeat(MAX_URL))
                .parse::<WebhookUrl>()
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn nothing_panics_and_what_parses_prints_back(text in any::<String>()) {
            if let Ok(url) = text.parse::<WebhookUrl>() {
                prop_assert_eq!(url.to_string().parse::<WebhookUrl>().unwrap(), url);
            }
            if let Ok(header) = text.parse::<Header>() {
                let line = format!("{}: {}", header.name, header.value.expose());
                prop_assert_eq!(line.parse::<Header>().unwrap(), header);
            }
        }
    }
}
