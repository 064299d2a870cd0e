//! The webhook of a stream: its URL, and how it is called.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::event_type::EventTypes;
use super::gateway::is_open_to_readers;
use super::header::Header;
use super::text::quote;
use super::value::{Invalid, display_value, text_value, words};

/// In bytes; a GET delivery appends its query to it.
const MAX_URL: usize = 2048;

words! {
    pub enum Method (any_case, "is not a webhook method: use post or get") {
        /// The fields as a JSON body.
        Post = "POST",
        /// The fields as query parameters.
        Get = "GET",
    }
}

display_value!(Method);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming {
    Skip,
    Webhook(Method),
}

/// An absolute `http` or `https` URL without user name, password or fragment, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookUrl(String);

text_value!(WebhookUrl);

impl WebhookUrl {
    /// The URL that may have been meant where the scheme was left out.
    pub fn meant_by(text: &str) -> Option<String> {
        let text = text.trim();
        let host = text.split(['/', '?', ':']).next().unwrap_or_default();
        if !host.contains('.') || text.contains("://") {
            return None;
        }
        let url = format!("https://{text}");
        url.parse::<Self>().is_ok().then_some(url)
    }

    /// Whether messages travel to it unencrypted beyond this machine and its own network.
    pub fn is_open_to_readers(&self) -> bool {
        is_open_to_readers(&self.0)
    }

    pub fn is_on_this_machine(&self) -> bool {
        let url = url::Url::parse(&self.0);
        match url.as_ref().ok().and_then(url::Url::host) {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.to_canonical().is_loopback(),
            Some(url::Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            None => false,
        }
    }
}

impl FromStr for WebhookUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        // What stands before an @ may be a password.
        let shown = if text.contains('@') {
            "the URL".to_owned()
        } else {
            quote(text)
        };
        let refuse = |why: &str| Err(Invalid::new(format_args!("{shown} {why}")));
        if text.len() > MAX_URL {
            return refuse("is longer than the limit of 2,048 bytes");
        }
        // The URL standard drops tabs and newlines and reads a backslash as a slash: what is
        // shown would not be what is called.
        let clean = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
        match url::Url::parse(text) {
            Ok(url) if clean && matches!(url.scheme(), "http" | "https") => {
                if !url.username().is_empty() || url.password().is_some() {
                    refuse("contains a username or password: use a webhook header instead")
                } else if url.fragment().is_some() {
                    refuse("has a fragment (#…), which is never sent: remove the fragment")
                } else {
                    Ok(Self(text.to_owned()))
                }
            }
            _ => match Self::meant_by(text) {
                Some(meant) => refuse(&format!("is not a webhook URL: did you mean {meant}?")),
                None => refuse("is not a webhook URL: use a form like https://example.com/sms"),
            },
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    pub method: Method,
    pub url: WebhookUrl,
    /// In addition to those that a delivery sets itself.
    #[serde(default)]
    pub headers: Vec<Header>,
    #[serde(default)]
    pub events: EventTypes,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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

    #[test]
    fn only_what_leaves_the_network_unencrypted_is_open_to_readers() {
        let open = |text: &str| text.parse::<WebhookUrl>().unwrap().is_open_to_readers();
        for near in [
            "http://127.0.0.1/",
            "http://[::1]:1/",
            "http://10.1.2.3/",
            "http://nas.local/",
            "http://hooks/",
            "https://example.com",
        ] {
            assert!(!open(near), "{near}");
        }
        for far in [
            "http://example.com",
            "http://192.0.2.1:80/x",
            "http://[2001:db8::1]/",
        ] {
            assert!(open(far), "{far}");
        }
    }

    proptest! {
        #[test]
        fn what_parses_prints_back_and_nothing_panics(text in any::<String>()) {
            if let Ok(url) = text.parse::<WebhookUrl>() {
                prop_assert_eq!(url.to_string().parse::<WebhookUrl>().unwrap(), url);
            }
        }
    }
}
