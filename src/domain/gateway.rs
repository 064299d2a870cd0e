//! The address of a Streams API.

use std::str::FromStr;

use super::text::quote;
use super::value::{Invalid, text_value};

/// Base URL of a gateway, without a slash at its end; the API's paths are appended to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayUrl(String);

text_value!(GatewayUrl);

impl Default for GatewayUrl {
    fn default() -> Self {
        Self("http://127.0.0.1:4680".to_owned())
    }
}

impl GatewayUrl {
    /// Whether tokens travel to it unencrypted beyond this machine and its own network.
    pub fn is_open_to_readers(&self) -> bool {
        is_open_to_readers(&self.0)
    }

    /// Appends a path that begins with a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// Whether what is sent to a URL travels unencrypted beyond this machine and its own network.
pub(super) fn is_open_to_readers(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else {
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

impl FromStr for GatewayUrl {
    type Err = Invalid;

    /// Empty text is the default, as an environment variable that is set to nothing.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let base = text.trim_end_matches('/');
        let clean = !base.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
        let url = url::Url::parse(base).ok().filter(|url| {
            clean
                && matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        match url {
            Some(_) => Ok(Self(base.to_owned())),
            // What stands before an @ may be a password.
            None => Err(Invalid::new(format_args!(
                "{} is not a gateway address: use a form like http://127.0.0.1:4680 or \
                 https://sms.example.com",
                if text.contains('@') {
                    "that".to_owned()
                } else {
                    quote(text)
                }
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_http_addresses_and_joins_paths() {
        let url: GatewayUrl = "https://sms.example.com/api/".parse().unwrap();
        assert_eq!(
            url.join("/simple_send/"),
            "https://sms.example.com/api/simple_send/"
        );
    }

    #[test]
    fn refuses_what_is_not_one() {
        for bad in [
            "sms.example.com",
            "ftp://example.com",
            "http://u:p@example.com",
            "http://example.com/?q=1",
            "http://exa mple.com",
        ] {
            assert!(bad.parse::<GatewayUrl>().is_err(), "{bad}");
        }
    }
}
