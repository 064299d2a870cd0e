//! Explains a webhook signature: whether it is valid, and if not, what most likely went wrong.

mod change;
mod delivery;
mod rewrite;

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::domain::WebhookSecret;

pub use change::{Change, Signature};
pub use delivery::Delivery;
use delivery::SIGNING_HEADERS;

/// The most seconds between timestamp and clock, as Standard Webhooks libraries have it.
const TOLERANCE: i64 = 300;

/// Bytes of an HMAC-SHA256.
const TAG: usize = 32;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Valid,
    /// Missing or empty.
    HeadersMissing(Vec<&'static str>),
    HeaderRepeated(&'static str),
    TimestampUnreadable {
        /// Whether it would be right in milliseconds.
        milliseconds: bool,
    },
    /// No `v1` signature could be compared.
    SignatureUnreadable,
    TimestampOff {
        /// From the clock to the timestamp: negative is in the past.
        seconds: i64,
        /// What the signature says apart from the timestamp.
        signature: Signature,
    },
    /// The timestamp is fresh, and the signature is of content that a known change explains.
    Changed(Change),
    /// The timestamp is fresh, and the signature is of another secret or another body.
    Foreign,
}

/// Decides as a Standard Webhooks library would at this moment, and says why it fails.
pub fn verify(secret: &WebhookSecret, delivery: &Delivery, now: Timestamp) -> Verdict {
    if let Some(name) = delivery.repeated_header() {
        return Verdict::HeaderRepeated(name);
    }
    let values = SIGNING_HEADERS.map(|name| delivery.values(name).next().unwrap_or_default());
    let missing: Vec<_> = SIGNING_HEADERS
        .into_iter()
        .zip(values)
        .filter_map(|(name, value)| value.is_empty().then_some(name))
        .collect();
    if !missing.is_empty() {
        return Verdict::HeadersMissing(missing);
    }
    let [id, timestamp, signatures] = values;
    let now = now.as_second();
    let Some(at) = seconds(timestamp) else {
        return Verdict::TimestampUnreadable {
            milliseconds: false,
        };
    };
    if is_near(at / 1000, now) {
        return Verdict::TimestampUnreadable { milliseconds: true };
    }
    let tags = tags(signatures);
    if tags.is_empty() {
        return Verdict::SignatureUnreadable;
    }
    let signature = change::explain(delivery, |content| {
        tags.iter()
            .any(|tag| secret.is_signature(id, at, content, tag))
    });
    match signature {
        signature if !is_near(at, now) => Verdict::TimestampOff {
            seconds: at.saturating_sub(now),
            signature,
        },
        Signature::Right => Verdict::Valid,
        Signature::Changed(change) => Verdict::Changed(change),
        Signature::Foreign => Verdict::Foreign,
    }
}

/// Seconds since 1970, as they are signed: digits alone.
fn seconds(text: &str) -> Option<i64> {
    let seconds: i64 = text.parse().ok()?;
    (seconds.to_string() == text).then_some(seconds)
}

fn is_near(at: i64, now: i64) -> bool {
    at.saturating_sub(now).saturating_abs() <= TOLERANCE
}

/// The `v1` signatures of a header that may hold several, separated by spaces.
fn tags(signatures: &str) -> Vec<Vec<u8>> {
    signatures
        .split_whitespace()
        .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
        .filter(|tag| tag.len() == TAG)
        .collect()
}

impl Verdict {
    pub fn is_valid(&self) -> bool {
        *self == Self::Valid
    }

    /// One word for programs.
    fn reason(&self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::HeadersMissing(_) => "header_missing",
            Self::HeaderRepeated(_) => "header_repeated",
            Self::TimestampUnreadable { .. } => "timestamp_unreadable",
            Self::SignatureUnreadable => "signature_unreadable",
            Self::TimestampOff { seconds, .. } if *seconds < 0 => "timestamp_expired",
            Self::TimestampOff { .. } => "timestamp_in_future",
            Self::Changed(Change::SignedAsPost | Change::SignedAsGet) => "method_mixed_up",
            Self::Changed(_) => "body_changed",
            Self::Foreign => "secret_or_body",
        }
    }

    /// `{"valid","reason","message"}`
    pub fn to_json(&self) -> Value {
        json!({
            "valid": self.is_valid(), "reason": self.reason(), "message": self.to_string(),
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Valid => f.write_str("The signature is valid."),
            Self::HeadersMissing(names) => {
                let are = if names.len() == 1 { "is" } else { "are" };
                write!(
                    f,
                    "{} {are} missing. Pass on all three signing headers: webhook-id, \
                     webhook-timestamp, and webhook-signature.",
                    names.join(" and ")
                )
            }
            Self::HeaderRepeated(name) => write!(
                f,
                "{name} appears more than once. A delivery has it once; multiple signatures are \
                 separated by spaces."
            ),
            Self::TimestampUnreadable { milliseconds: true } => {
                f.write_str("webhook-timestamp is in milliseconds. Write it in seconds since 1970.")
            }
            Self::TimestampUnreadable { .. } => f.write_str(
                "webhook-timestamp is not a number of seconds since 1970. Pass the header on \
                 unchanged.",
            ),
            Self::SignatureUnreadable => f.write_str(
                "webhook-signature has no complete v1 signature. Pass the header on unchanged: \
                 v1, followed by 44 characters of base64.",
            ),
            Self::TimestampOff { seconds, signature } => timestamp_off(f, *seconds, *signature),
            Self::Changed(change) => changed(f, *change),
            Self::Foreign => foreign(f),
        }
    }
}

fn timestamp_off(f: &mut fmt::Formatter<'_>, seconds: i64, signature: Signature) -> fmt::Result {
    let (direction, cause) = if seconds < 0 {
        (
            "past",
            "If the delivery is new, this machine's clock is ahead or the sender's is behind; \
             otherwise it arrived late or was replayed.",
        )
    } else {
        (
            "future",
            "This machine's clock is behind, or the sender's is ahead.",
        )
    };
    write!(
        f,
        "The timestamp is {} in the {direction}; receivers accept {}. {cause} ",
        spoken(seconds.unsigned_abs()),
        spoken(TOLERANCE.unsigned_abs()),
    )?;
    match signature {
        Signature::Right => f.write_str("Otherwise, the signature is valid."),
        Signature::Changed(change) => {
            f.write_str("The signature does not match either. ")?;
            changed(f, change)
        }
        Signature::Foreign => {
            f.write_str("The signature does not match either. ")?;
            foreign(f)
        }
    }
}

fn changed(f: &mut fmt::Formatter<'_>, change: Change) -> fmt::Result {
    let sentence = change.sentence();
    match change {
        Change::SignedAsPost | Change::SignedAsGet => write!(
            f,
            "The secret is correct, but the method is wrong: {sentence}. For POST, verify the \
             raw body; for GET, the raw query string."
        ),
        Change::Query | Change::QueryWithPrefix => write!(
            f,
            "The secret is correct, but the query string was changed in transit: {sentence}. \
             Verify the query string exactly as it appears in the request line."
        ),
        Change::NewlineAdded
        | Change::NewlineRemoved
        | Change::LineEndings
        | Change::ByteOrderMark
        | Change::Json => write!(
            f,
            "The secret is correct, but the body was changed in transit: {sentence}. Verify the \
             raw bytes before anything parses or rewrites them."
        ),
    }
}

fn foreign(f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(
        "The signature was made with a different secret, body, or webhook-id. To find out which, \
         compare the secret with the one that textpeak streams show --reveal prints; if they \
         match, something changed the request in transit.",
    )
}

/// In the two largest units.
fn spoken(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 if seconds.is_multiple_of(60) => format!("{minutes} min"),
        60..3_600 => format!("{minutes} min {} s", seconds % 60),
        3_600..86_400 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests;
