//! How a route reaches its carrier: a Streams API over HTTP, or SMPP 3.4.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::gateway::GatewayUrl;
use super::incoming_field::IncomingField;
use super::span::Span;
use super::text::quote;
use super::value::{Invalid, display_value, text_value, words};

/// The hosted account API, as public callers name it.
pub const HOSTED_ACCOUNT: &str = "https://gw.commpeak.com/textpeak";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Way {
    Smpp {
        smpp: SmppSettings,
    },
    StreamsApi {
        base_url: GatewayUrl,
        /// The account that is asked for incoming messages and statuses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountSettings>,
        /// What the other side calls the fields of an incoming message.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        incoming_fields: Vec<IncomingField>,
    },
}

impl Way {
    pub fn streams_api(base_url: GatewayUrl) -> Self {
        Self::StreamsApi {
            base_url,
            account: None,
            incoming_fields: Vec::new(),
        }
    }

    pub fn account(&self) -> Option<&AccountSettings> {
        match self {
            Self::StreamsApi { account, .. } => account.as_ref(),
            Self::Smpp { .. } => None,
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StreamsApi { base_url, .. } => base_url.fmt(f),
            Self::Smpp { smpp } => smpp.fmt(f),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSettings {
    pub url: GatewayUrl,
    pub poll: Span,
}

/// Where an SMSC listens: `host` or `host:port`. The port is 2775 unless it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmppAddress(String);

text_value!(SmppAddress);

impl SmppAddress {
    /// Without brackets around an IPv6 address, for a certificate's name.
    pub fn host(&self) -> &str {
        let host = self.0.rsplit_once(':').map_or(&*self.0, |(host, _)| host);
        host.trim_matches(['[', ']'])
    }
}

impl FromStr for SmppAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bare = text.strip_prefix("smpp://").unwrap_or(text);
        let with_port = if bare.ends_with(']') || !bare.contains(':') {
            format!("{bare}:2775")
        } else {
            bare.to_owned()
        };
        let is_good = with_port.rsplit_once(':').is_some_and(|(host, port)| {
            let port = port.parse::<NonZeroU16>().is_ok();
            let inner = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
            port && match inner {
                Some(inner) => inner.parse::<std::net::Ipv6Addr>().is_ok(),
                None => url::Host::parse(host).is_ok(),
            }
        });
        if is_good {
            return Ok(Self(with_port));
        }
        Err(Invalid::new(format_args!(
            "{} is not the address of an SMSC: use a form like smsc.example.com:2775",
            quote(text)
        )))
    }
}

words! {
    /// How many connections carry messages both ways.
    pub enum Bind (exact, "is not a bind mode: use transceiver or transmitter+receiver") {
        Transceiver = "transceiver",
        TransmitterAndReceiver = "transmitter+receiver",
    }
}

display_value!(Bind);

words! {
    /// How a text leaves that does not fit into one part.
    pub enum LongTexts (exact, "is not a way for long texts: use udh or payload") {
        /// In parts, with a user data header.
        Udh = "udh",
        /// Whole, in `message_payload`.
        Payload = "payload",
    }
}

display_value!(LongTexts);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SmppSettings {
    pub address: SmppAddress,
    pub system_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub system_type: String,
    #[serde(default)]
    pub tls: bool,
    pub bind: Bind,
    /// Most parts that wait for their answers.
    pub window: NonZeroU16,
    /// Parts a second.
    pub rate: NonZeroU16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ton: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_npi: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest_ton: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dest_npi: Option<u8>,
    /// What the SMSC means by `data_coding` 0: 0 is GSM-7, 1 ASCII, 3 Latin-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_coding_default: Option<u8>,
    pub long_texts: LongTexts,
}

impl SmppSettings {
    pub const WINDOW: NonZeroU16 = at_least_one(10);
    pub const RATE: NonZeroU16 = at_least_one(50);
}

const fn at_least_one(n: u16) -> NonZeroU16 {
    match NonZeroU16::new(n) {
        Some(n) => n,
        None => NonZeroU16::MIN,
    }
}

impl fmt::Display for SmppSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "smpps" } else { "smpp" };
        write!(f, "{scheme}://{}", self.address)
    }
}

/// How often an account is asked unless it is said.
pub const POLL: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port() {
        let read = |text: &str| text.parse::<SmppAddress>().map(|one| one.to_string());
        assert_eq!(read("smsc.example.com").unwrap(), "smsc.example.com:2775");
        assert_eq!(read("192.0.2.7:3000").unwrap(), "192.0.2.7:3000");
        assert_eq!(read("[2001:db8::1]").unwrap(), "[2001:db8::1]:2775");
        assert_eq!(
            "[2001:db8::1]:9".parse::<SmppAddress>().unwrap().host(),
            "2001:db8::1"
        );
        for bad in [
            "",
            ":2775",
            "a b",
            "host:0",
            "host:x",
            "2001:db8::1",
            "http://x",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let smpp = SmppSettings {
            address: "smsc.example.com".parse().unwrap(),
            system_id: "acme".to_owned(),
            system_type: String::new(),
            tls: true,
            bind: Bind::TransmitterAndReceiver,
            window: NonZeroU16::MIN,
            rate: NonZeroU16::MAX,
            source_ton: Some(5),
            source_npi: None,
            dest_ton: None,
            dest_npi: None,
            data_coding_default: Some(3),
            long_texts: LongTexts::Payload,
        };
        let account = AccountSettings {
            url: HOSTED_ACCOUNT.parse().unwrap(),
            poll: Span::from(POLL),
        };
        let http = Way::StreamsApi {
            base_url: "https://api.example.com".parse().unwrap(),
            account: Some(account),
            incoming_fields: vec!["text=body".parse().unwrap()],
        };
        for way in [Way::Smpp { smpp }, http] {
            let text = serde_json::to_string(&way).unwrap();
            assert_eq!(serde_json::from_str::<Way>(&text).unwrap(), way, "{text}");
        }
    }
}
