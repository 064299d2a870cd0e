//! What a route proves itself with, and what proves itself to it.

use std::fmt;
use std::str::FromStr;

use super::secret::{Secret, base62};
use super::value::Invalid;

/// A token that another API issued: 1 to 4,096 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteToken(Secret);

impl RouteToken {
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Display for RouteToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RouteToken {
    type Err = Invalid;

    /// White space around it, as at the end of a file, is not part of it.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        let visible = text.bytes().all(|b| b.is_ascii_graphic());
        if (1..=4096).contains(&text.len()) && visible && text != Secret::MASK {
            return Ok(Self(Secret::new(text.to_owned())));
        }
        Err(Invalid::new(
            "that is not a token: a token is one line of visible ASCII characters without spaces",
        ))
    }
}

/// What stands at the end of the address that a carrier is told to call with incoming messages: 32
/// characters, 190 bits of chance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingSecret(Secret);

const LENGTH: usize = 32;

impl IncomingSecret {
    /// `random` yields uniformly random bytes.
    pub fn issue(random: impl FnMut() -> u8) -> Self {
        Self(Secret::new(base62(random, LENGTH)))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// Takes as long whatever is wrong with it.
    pub fn is(&self, text: &str) -> bool {
        let digest = |text: &str| ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
        let (own, other) = (digest(self.expose()), digest(text));
        let different = own.as_ref().iter().zip(other.as_ref());
        different.fold(0, |all, (one, other)| all | (one ^ other)) == 0
    }
}

impl FromStr for IncomingSecret {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        if text.len() == LENGTH && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Ok(Self(Secret::new(text.to_owned())));
        }
        Err(Invalid::new("that is not the secret of an address"))
    }
}

/// Everything about a route that must not be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteSecrets {
    /// The token of a stream of another API, or an SMPP password. A route that only names an
    /// account, whose streams are pulled, has none.
    pub token: Option<RouteToken>,
    /// The key of the hosted account.
    pub account_key: Option<RouteToken>,
    pub incoming: Option<IncomingSecret>,
}

/// Of them, what a carrier proves itself with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierSecrets {
    pub token: RouteToken,
    pub account_key: Option<RouteToken>,
}

impl RouteSecrets {
    /// `None` where nothing can be sent.
    pub fn for_carrier(&self) -> Option<CarrierSecrets> {
        Some(CarrierSecrets {
            token: self.token.clone()?,
            account_key: self.account_key.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_from_a_file_and_never_shown() {
        let token: RouteToken = "hunter2-hunter2\n".parse().unwrap();
        assert_eq!(token.expose(), "hunter2-hunter2");
        assert!(!format!("{token} {token:?}").contains("hunter2"));
        for bad in ["", "two words", "caf\u{e9}", "a\r\nb"] {
            assert!(bad.parse::<RouteToken>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_secret_of_an_address_reads_back_and_knows_itself() {
        let mut byte = 0_u8;
        let secret = IncomingSecret::issue(|| {
            byte = byte.wrapping_add(37);
            byte
        });
        assert_eq!(secret.expose().parse::<IncomingSecret>().unwrap(), secret);
        assert!(secret.is(secret.expose()));
        assert!(!secret.is(&secret.expose()[1..]) && !secret.is(""));
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
