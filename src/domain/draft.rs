//! The answers that make a [`Stream`]: flags, documents and prompts all end here.

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::AllowedIp;
use super::event_type::EventTypes;
use super::field::{Field, Step};
use super::header::Header;
use super::name::{Description, StreamId, StreamName, Tag, same_name};
use super::problem::Problem;
use super::sender::{DefaultSender, SenderId};
use super::stream::{Status, Stream, StreamKind};
use super::text::quote;
use super::unique::Unique;
use super::value::Invalid;
use super::webhook::{Incoming, Method, Webhook, WebhookUrl};

/// The type of an answer in a document, where it differs from the type in a draft.
macro_rules! in_document {
    ($type:ty) => {
        $type
    };
    ($type:ty, $there:ty) => {
        $there
    };
}

/// Declares the answers: the question, the field, its type, and for the parts of the webhook
/// their key in a document.
macro_rules! answers {
    (
        stream {
            $($field:ident => $name:ident: $type:ty $(, as $there:ty)?;)+
        }
        webhook {
            $($part:ident => $at:ident $key:literal: $value:ty $(, as $in:ty)?;)+
        }
    ) => {
        /// `None` is a question that was not answered.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct StreamDraft {
            $(#[doc = concat!("Answer to [`Field::", stringify!($field), "`].")]
            pub $name: Option<$type>,)+
            $(#[doc = concat!("Answer to [`Field::", stringify!($part), "`].")]
            pub $at: Option<$value>,)+
        }

        impl StreamDraft {
            pub fn answered(&self, field: Field) -> bool {
                match field {
                    $(Field::$field => self.$name.is_some(),)+
                    $(Field::$part => self.$at.is_some(),)+
                }
            }

            /// Takes `other`'s answers where these have none.
            pub fn or(self, other: Self) -> Self {
                Self {
                    $($name: self.$name.or(other.$name),)+
                    $($at: self.$at.or(other.$at),)+
                }
            }
        }

        /// A stream of a document in which every value by itself is good: decoding is the check.
        #[derive(Deserialize)]
        #[expect(dead_code, reason = "decoding is the check")]
        pub(crate) struct GoodDraft {
            $($name: Option<in_document!($type $(, $there)?)>,)+
            webhook: Option<GoodWebhook>,
        }

        #[derive(Deserialize)]
        #[expect(dead_code, reason = "decoding is the check")]
        struct GoodWebhook {
            $(#[serde(rename = $key)]
            $at: Option<in_document!($value $(, $in)?)>,)+
        }
    };
}

answers! {
    stream {
        Name => name: StreamName;
        Description => description: Description;
        AllowedIps => allowed_ips: Unique<AllowedIp>;
        Tags => tags: Unique<Tag>;
        DefaultSender => default_sender: DefaultSender, as SenderId;
        Demo => demo: bool;
    }
    webhook {
        WebhookMethod => webhook_method "method": Incoming, as Method;
        WebhookUrl => webhook_url "url": WebhookUrl;
        WebhookEvents => webhook_events "events": EventTypes;
        WebhookHeaders => webhook_headers "headers": Vec<Header>, as IgnoredAny;
    }
}

#[derive(Debug, Clone)]
pub struct StreamIdentity {
    pub id: StreamId,
    pub created_at: Timestamp,
    pub now: Timestamp,
}

impl StreamDraft {
    pub fn applies(&self, field: Field) -> bool {
        !field.needs_webhook() || matches!(self.webhook_method, Some(Incoming::Webhook(_)))
    }

    pub fn missing(&self) -> impl Iterator<Item = Field> + '_ {
        let missing =
            |field: &Field| field.required() && self.applies(*field) && !self.answered(*field);
        Field::ALL.into_iter().filter(missing)
    }

    /// The first question left open. Documents and scripts that are older than the question about
    /// events are complete without it.
    pub fn next_question(&self) -> Option<Field> {
        let open = |field: &Field| {
            let needed = *field != Field::WebhookEvents;
            needed && self.applies(*field) && !self.answered(*field)
        };
        Field::ALL.into_iter().find(open)
    }

    pub fn next_step(&self) -> Step {
        self.next_question().map_or(Step::Summary, Field::step)
    }

    /// Leaves a webhook without a URL open, so that the draft can be stored.
    pub fn unfinished(self) -> Self {
        if self.applies(Field::WebhookUrl) && self.webhook_url.is_none() {
            return Self {
                webhook_method: None,
                webhook_events: None,
                webhook_headers: None,
                ..self
            };
        }
        self
    }

    /// `None` also where the URL is not known yet.
    pub fn webhook(&self) -> Option<Webhook> {
        let Some(Incoming::Webhook(method)) = self.webhook_method else {
            return None;
        };
        Some(Webhook {
            method,
            url: self.webhook_url.clone()?,
            headers: self.webhook_headers.clone().unwrap_or_default(),
            events: self.webhook_events.clone().unwrap_or_default(),
        })
    }

    /// The Sender ID that this stream adds to the catalogue.
    pub fn new_sender(&self) -> Option<&SenderId> {
        match &self.default_sender {
            Some(DefaultSender::New(id)) => Some(id),
            Some(DefaultSender::Customized | DefaultSender::Existing(_)) | None => None,
        }
    }

    /// The stream is a draft until it gets its token. Questions left open get their defaults.
    pub fn build(self, identity: StreamIdentity) -> Result<Stream, Vec<Problem>> {
        let webhook = self.webhook();
        let missing: Vec<_> = self.missing().map(Problem::missing).collect();
        let Some(name) = self.name.filter(|_| missing.is_empty()) else {
            return Err(missing);
        };
        Ok(Stream {
            id: identity.id,
            name,
            kind: StreamKind::SmsTwoWay,
            description: self.description.unwrap_or_default(),
            status: Status::Draft,
            tags: self.tags.unwrap_or_default(),
            allowed_ips: self.allowed_ips.unwrap_or_default(),
            default_sender: self.default_sender.and_then(|sender| sender.id().cloned()),
            demo: self.demo.unwrap_or_default(),
            webhook,
            token_hint: None,
            token_sha256: None,
            resume_at: None,
            resume: None,
            created_at: identity.created_at,
            updated_at: identity.now,
        })
    }

    /// The answers that made a stream. A draft's open steps count as unanswered only where the
    /// stream kept nothing of them.
    pub fn of(stream: &Stream) -> Self {
        let webhook = stream.webhook.clone();
        let open = stream.resume.as_deref().filter(|_| webhook.is_none());
        let skipped = stream.resume_at.is_none_or(|step| step > Step::Webhook);
        let method = match (&webhook, open.and_then(|open| open.method)) {
            (Some(webhook), _) => Some(Incoming::Webhook(webhook.method)),
            (None, Some(method)) => Some(Incoming::Webhook(method)),
            (None, None) => skipped.then_some(Incoming::Skip),
        };
        let headers = open.map(|open| open.headers.clone());
        let headers = headers.filter(|headers| !headers.is_empty());
        Self {
            name: Some(stream.name.clone()),
            description: Some(stream.description.clone()),
            allowed_ips: Some(stream.allowed_ips.clone()),
            tags: Some(stream.tags.clone()),
            default_sender: Some(match stream.default_sender.clone() {
                None => DefaultSender::Customized,
                Some(id) => DefaultSender::Existing(id),
            }),
            demo: Some(stream.demo),
            webhook_method: method,
            webhook_url: webhook.as_ref().map(|webhook| webhook.url.clone()),
            webhook_events: match &webhook {
                Some(webhook) => Some(webhook.events.clone()),
                None => open.and_then(|open| open.events.clone()),
            },
            webhook_headers: webhook.map(|webhook| webhook.headers).or(headers),
        }
    }
}

#[derive(Debug, Clone, Default)]
pub struct DraftConstraints<'a> {
    /// The names of all other streams.
    pub names: Vec<&'a str>,
    pub senders: &'a [SenderId],
    /// The current default sender, which the stream may keep even if the catalogue lost it.
    pub own_sender: Option<SenderId>,
}

impl DraftConstraints<'_> {
    pub fn check_name(&self, name: &StreamName) -> Result<(), Invalid> {
        if self
            .names
            .iter()
            .any(|other| same_name(other, name.as_str()))
        {
            return Err(Invalid::new(format_args!(
                "{} is already the name of another stream: choose a different name",
                quote(name.as_str())
            )));
        }
        Ok(())
    }

    pub fn conflicts(&self, draft: &StreamDraft) -> Vec<Problem> {
        let taken = draft
            .name
            .as_ref()
            .and_then(|name| self.check_name(name).err());
        let taken = taken.map(|error| Problem::new(Field::Name, error));
        let missing =
            |id: &&SenderId| !self.senders.contains(id) && self.own_sender.as_ref() != Some(id);
        let unknown = match &draft.default_sender {
            Some(DefaultSender::Existing(id)) => Some(id).filter(missing),
            Some(DefaultSender::Customized | DefaultSender::New(_)) | None => None,
        };
        let unknown = unknown.map(|id| {
            let id = quote(id.as_str());
            let sentence = format!(
                "Sender ID {id} is not in the catalog: add it with \
                                    --add-sender"
            );
            Problem::unknown(Field::DefaultSender, sentence)
        });
        taken.into_iter().chain(unknown).collect()
    }
}
