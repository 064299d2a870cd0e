//! A stream in the making: the one road from flags, documents and prompts to a [`Stream`].

use jiff::Timestamp;

use super::AllowedIp;
use super::field::{Field, Step};
use super::header::Header;
use super::name::{Description, StreamId, StreamName, Tag, same_name};
use super::problem::Problem;
use super::sender::{DefaultSender, SenderId};
use super::stream::{Status, Stream, StreamKind};
use super::text::quote;
use super::unique::Unique;
use super::value::Invalid;
use super::webhook::{Incoming, Webhook, WebhookUrl};

/// The answers so far. `None` is a question that was not answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StreamDraft {
    /// Answer to [`Field::Name`].
    pub name: Option<StreamName>,
    /// Answer to [`Field::Description`].
    pub description: Option<Description>,
    /// Answer to [`Field::AllowedIps`].
    pub allowed_ips: Option<Unique<AllowedIp>>,
    /// Answer to [`Field::Tags`].
    pub tags: Option<Unique<Tag>>,
    /// Answer to [`Field::DefaultSender`].
    pub default_sender: Option<DefaultSender>,
    /// Answer to [`Field::Demo`].
    pub demo: Option<bool>,
    /// Answer to [`Field::WebhookMethod`].
    pub webhook_method: Option<Incoming>,
    /// Answer to [`Field::WebhookUrl`].
    pub webhook_url: Option<WebhookUrl>,
    /// Answer to [`Field::WebhookHeaders`].
    pub webhook_headers: Option<Vec<Header>>,
}

/// What a stream gets at birth that nobody answers: its id and its times.
#[derive(Debug, Clone)]
pub struct Birth {
    /// Its id.
    pub id: StreamId,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl StreamDraft {
    /// Whether a question has its answer.
    #[must_use]
    pub fn answered(&self, field: Field) -> bool {
        match field {
            Field::Name => self.name.is_some(),
            Field::Description => self.description.is_some(),
            Field::AllowedIps => self.allowed_ips.is_some(),
            Field::Tags => self.tags.is_some(),
            Field::DefaultSender => self.default_sender.is_some(),
            Field::Demo => self.demo.is_some(),
            Field::WebhookMethod => self.webhook_method.is_some(),
            Field::WebhookUrl => self.webhook_url.is_some(),
            Field::WebhookHeaders => self.webhook_headers.is_some(),
        }
    }

    /// Whether a question makes sense after the answers so far.
    #[must_use]
    pub fn applies(&self, field: Field) -> bool {
        match field {
            Field::WebhookUrl | Field::WebhookHeaders => {
                matches!(self.webhook_method, Some(Incoming::Webhook(_)))
            }
            Field::Name
            | Field::Description
            | Field::AllowedIps
            | Field::Tags
            | Field::DefaultSender
            | Field::Demo
            | Field::WebhookMethod => true,
        }
    }

    /// The required answers that are missing, in the order of the questions.
    pub fn missing(&self) -> impl Iterator<Item = Field> + '_ {
        [Field::Name, Field::WebhookUrl]
            .into_iter()
            .filter(|field| self.applies(*field) && !self.answered(*field))
    }

    /// The step at which the wizard would go on: the first with a question left open.
    #[must_use]
    pub fn next_step(&self) -> Step {
        let open = |field: &Field| self.applies(*field) && !self.answered(*field);
        Field::ALL
            .into_iter()
            .find(open)
            .map_or(Step::Summary, Field::step)
    }

    /// As it can be kept before it is complete: a webhook without a URL is left open.
    #[must_use]
    pub fn unfinished(self) -> Self {
        if self.applies(Field::WebhookUrl) && self.webhook_url.is_none() {
            return Self {
                webhook_method: None,
                webhook_headers: None,
                ..self
            };
        }
        self
    }

    /// The webhook, when one is wanted and its URL is known.
    #[must_use]
    pub fn webhook(&self) -> Option<Webhook> {
        let Some(Incoming::Webhook(method)) = self.webhook_method else {
            return None;
        };
        Some(Webhook {
            method,
            url: self.webhook_url.clone()?,
            headers: self.webhook_headers.clone().unwrap_or_default(),
        })
    }

    /// The Sender ID that the catalogue gains with this stream.
    #[must_use]
    pub fn new_sender(&self) -> Option<&SenderId> {
        match &self.default_sender {
            Some(DefaultSender::New(id)) => Some(id),
            Some(DefaultSender::Customized | DefaultSender::Existing(_)) | None => None,
        }
    }

    /// The stream, a draft until it gets its token. Questions left open get their defaults.
    ///
    /// # Errors
    /// When a required answer is missing.
    pub fn build(self, birth: Birth) -> Result<Stream, Vec<Problem>> {
        let webhook = self.webhook();
        let missing: Vec<_> = self.missing().map(Problem::missing).collect();
        let Some(name) = self.name.filter(|_| missing.is_empty()) else {
            return Err(missing);
        };
        Ok(Stream {
            id: birth.id,
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
            created_at: birth.created_at,
            updated_at: birth.now,
        })
    }

    /// The answers that made a stream. A draft's open steps count as unanswered only where the
    /// stream kept nothing of them.
    #[must_use]
    pub fn of(stream: &Stream) -> Self {
        let webhook = stream.webhook.clone();
        let skipped = stream.resume_at.is_none_or(|step| step > Step::Webhook);
        let method = match &webhook {
            Some(webhook) => Some(Incoming::Webhook(webhook.method)),
            None => skipped.then_some(Incoming::Skip),
        };
        let (webhook_url, webhook_headers) = webhook.map(|w| (w.url, w.headers)).unzip();
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
            webhook_url,
            webhook_headers,
        }
    }
}

/// What else there is when a stream is made: the names taken, the Sender IDs to choose from.
#[derive(Debug, Clone, Default)]
pub struct Surroundings<'a> {
    /// The name of every other stream.
    pub names: Vec<&'a str>,
    /// The catalogue.
    pub senders: &'a [SenderId],
    /// The default sender that the stream has now, which it may keep in any case.
    pub own_sender: Option<SenderId>,
}

impl Surroundings<'_> {
    /// Whether a name is free.
    ///
    /// # Errors
    /// When another stream has it, in whatever case.
    pub fn check_name(&self, name: &StreamName) -> Result<(), Invalid> {
        if self
            .names
            .iter()
            .any(|other| same_name(other, name.as_str()))
        {
            return Err(Invalid::new(format_args!(
                "{} is the name of another stream: choose a new one",
                quote(name.as_str())
            )));
        }
        Ok(())
    }

    /// Everything about a draft that does not fit in here.
    #[must_use]
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
            let sentence = format!("no Sender ID {id} in the catalogue: add it with --add-sender");
            Problem::unknown(Field::DefaultSender, sentence)
        });
        taken.into_iter().chain(unknown).collect()
    }
}
