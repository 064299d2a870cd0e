//! The secret with which a stream's webhook deliveries are signed (Standard Webhooks 1.0).

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::secret::Secret;
use super::value::Invalid;

const PREFIX: &str = "whsec_";
/// Bytes of a secret that we issue; the standard allows 24 to 64.
const LENGTH: usize = 32;

/// `whsec_` and the base64 of 24 to 64 random bytes. `Debug` and `Display` are masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecret(Secret);

impl WebhookSecret {
    /// `random` yields uniformly random bytes.
    pub fn issue(mut random: impl FnMut() -> u8) -> Self {
        let bytes: Vec<u8> = (0..LENGTH).map(|_| random()).collect();
        Self(Secret::new(format!("{PREFIX}{}", STANDARD.encode(bytes))))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The value of `webhook-signature`: `v1,` and the base64 of the HMAC-SHA256 over
    /// `id.timestamp.content`. The timestamp is in seconds since 1970.
    pub fn sign(&self, id: &str, timestamp: i64, content: &str) -> String {
        let tag = hmac::sign(&self.key(), &signed(id, timestamp, content));
        format!("v1,{}", STANDARD.encode(tag))
    }

    pub(crate) fn is_signature(&self, id: &str, timestamp: i64, content: &str, tag: &[u8]) -> bool {
        hmac::verify(&self.key(), &signed(id, timestamp, content), tag).is_ok()
    }

    fn key(&self) -> hmac::Key {
        let key = self.expose().strip_prefix(PREFIX).unwrap_or_default();
        hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(key).unwrap_or_default())
    }
}

fn signed(id: &str, timestamp: i64, content: &str) -> Vec<u8> {
    format!("{id}.{timestamp}.{content}").into_bytes()
}

impl fmt::Display for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0)
    }
}

impl FromStr for WebhookSecret {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bytes = text
            .strip_prefix(PREFIX)
            .and_then(|key| STANDARD.decode(key).ok());
        match bytes {
            Some(bytes) if (24..=64).contains(&bytes.len()) => {
                Ok(Self(Secret::new(text.to_owned())))
            }
            // The text is not repeated: it may be a secret with a slip in it.
            _ => Err(Invalid::new(
                "that is not a webhook secret: a secret is whsec_ followed by 24 to 64 bytes in \
                 base64",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_the_standard_s_own_example() {
        // The example of the Standard Webhooks specification's reference libraries.
        let secret: WebhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        assert_eq!(
            secret.sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                r#"{"test": 2432232314}"#
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn an_issued_secret_reads_back_and_is_never_shown() {
        let secret = WebhookSecret::issue(|| 7);
        assert_eq!(secret.expose().parse::<WebhookSecret>().unwrap(), secret);
        let shown = format!("{secret} {secret:?}");
        assert!(!shown.contains(&secret.expose()[PREFIX.len()..]), "{shown}");
        for bad in [
            "",
            "whsec_",
            "whsec_!!!!",
            "whsec_AAAA",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ] {
            let sentence = bad.parse::<WebhookSecret>().unwrap_err().to_string();
            assert!(bad.len() < 8 || !sentence.contains(&bad[6..]), "{sentence}");
        }
    }
}
