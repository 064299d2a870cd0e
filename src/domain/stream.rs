//! A stream, its kind and its status.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::allow_list::AllowedIp;
use super::draft::{StreamDraft, StreamIdentity};
use super::field::Step;
use super::name::{Description, StreamId, StreamName, Tag};
use super::problem::Problem;
use super::resume::Resume;
use super::sender::SenderId;
use super::text::quote;
use super::token::TokenDigest;
use super::unique::Unique;
use super::value::{display_value, words};
use super::webhook::Webhook;

/// Serialized as anyone may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    pub id: StreamId,
    /// Unique without regard to case.
    pub name: StreamName,
    #[serde(rename = "type", default)]
    pub kind: StreamKind,
    #[serde(default)]
    pub description: Description,
    pub status: Status,
    #[serde(default)]
    pub tags: Unique<Tag>,
    /// Empty allows any address.
    #[serde(default)]
    pub allowed_ips: Unique<AllowedIp>,
    /// The Sender ID of requests that name none; `None` is *Customized*.
    #[serde(default)]
    pub default_sender: Option<SenderId>,
    #[serde(default)]
    pub demo: bool,
    #[serde(default)]
    pub webhook: Option<Webhook>,
    /// The last four characters; a draft has no token yet.
    #[serde(default)]
    pub token_hint: Option<String>,
    /// In hexadecimal.
    #[serde(default, skip_serializing)]
    pub token_sha256: Option<String>,
    /// For a draft, the step at which the wizard was left.
    #[serde(default, skip_serializing)]
    pub resume_at: Option<Step>,
    /// For a draft, what a step alone does not say.
    #[serde(default, skip_serializing)]
    pub resume: Option<Box<Resume>>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Stream {
    /// `None` while the stream is a draft.
    pub fn digest(&self) -> Option<TokenDigest> {
        let (sha256, hint) = self.token_sha256.clone().zip(self.token_hint.clone())?;
        Some(TokenDigest { sha256, hint })
    }

    /// The Sender ID, or *Customized*.
    pub fn sender_name(&self) -> String {
        self.default_sender
            .as_ref()
            .map_or_else(|| "Customized".to_owned(), ToString::to_string)
    }

    /// The same stream with other answers: id, creation time, token and status stay.
    pub fn revised(&self, draft: StreamDraft, now: Timestamp) -> Result<Self, Vec<Problem>> {
        let identity = StreamIdentity {
            id: self.id.clone(),
            created_at: self.created_at,
            now,
        };
        let mut stream = draft.build(identity)?;
        stream.status = self.status;
        stream.token_hint.clone_from(&self.token_hint);
        stream.token_sha256.clone_from(&self.token_sha256);
        stream.resume_at = self.resume_at;
        stream.resume.clone_from(&self.resume);
        Ok(stream)
    }

    pub fn accept(&mut self, digest: TokenDigest) {
        self.token_sha256 = Some(digest.sha256);
        self.token_hint = Some(digest.hint);
    }
}

words! {
    #[derive(Default)]
    pub enum StreamKind (exact, "is not a stream type: use sms_two_way") {
        #[default]
        SmsTwoWay = "sms_two_way",
    }
}

display_value!(StreamKind);

impl StreamKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::SmsTwoWay => "SMS Two-Way",
        }
    }
}

words! {
    pub enum Status (any_case, "is not a status: use Draft, Ready, Sending, or Disabled") {
        Draft = "Draft",
        Ready = "Ready",
        /// Ready, with messages whose status is not final: computed, never stored.
        Sending = "Sending",
        /// Paused by hand.
        Disabled = "Disabled",
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.name())
    }
}

/// Refuses the status that is computed and never stored.
impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        struct Word;
        impl de::Visitor<'_> for Word {
            type Value = Status;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Status, E> {
                let stored = text
                    .parse()
                    .ok()
                    .filter(|status| *status != Status::Sending);
                stored.ok_or_else(|| {
                    let sentence = "is not a status you can set: use Draft, Ready, or Disabled";
                    E::custom(format_args!("{} {sentence}", quote(text)))
                })
            }
        }
        input.deserialize_str(Word)
    }
}
