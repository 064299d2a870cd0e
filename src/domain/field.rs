//! The questions that make a stream: their order, their words, their flags. Prompts and flags
//! both read them here.

use std::fmt;
use std::str::FromStr;

use super::value::{Invalid, display_value};

/// The wizard's steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// What the stream is.
    Details,
    /// Where replies go; may be skipped.
    Webhook,
    /// A last look.
    Summary,
}

display_value!(Step);

impl Step {
    /// All three, in order.
    pub const ALL: [Self; 3] = [Self::Details, Self::Webhook, Self::Summary];

    /// Its number, from 1.
    #[must_use]
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Details => "Stream API details",
            Self::Webhook => "Incoming messages webhook",
            Self::Summary => "Stream summary",
        }
    }

    /// The step after this one; the last has none.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self.number()).copied()
    }

    /// Its questions, in order.
    #[must_use = "an iterator does nothing by itself"]
    pub fn fields(self) -> impl DoubleEndedIterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(move |field| field.step() == self)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Details => "details",
            Self::Webhook => "webhook",
            Self::Summary => "summary",
        })
    }
}

impl FromStr for Step {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::ALL
            .into_iter()
            .find(|step| step.to_string() == text)
            .ok_or_else(|| Invalid::new(format_args!("{} is not a step", super::quote(text))))
    }
}

/// One question about a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Its name.
    Name,
    /// Its description.
    Description,
    /// Its allow list.
    AllowedIps,
    /// Its tags.
    Tags,
    /// Its default sender.
    DefaultSender,
    /// Whether it is simulated.
    Demo,
    /// Whether and how replies are delivered.
    WebhookMethod,
    /// Where replies are delivered.
    WebhookUrl,
    /// The headers of a delivery.
    WebhookHeaders,
}

impl Field {
    /// Every question, in the order in which they are asked.
    pub const ALL: [Self; 9] = [
        Self::Name,
        Self::Description,
        Self::AllowedIps,
        Self::Tags,
        Self::DefaultSender,
        Self::Demo,
        Self::WebhookMethod,
        Self::WebhookUrl,
        Self::WebhookHeaders,
    ];

    /// The step in which it is asked.
    #[must_use]
    pub fn step(self) -> Step {
        match self {
            Self::Name
            | Self::Description
            | Self::AllowedIps
            | Self::Tags
            | Self::DefaultSender
            | Self::Demo => Step::Details,
            Self::WebhookMethod | Self::WebhookUrl | Self::WebhookHeaders => Step::Webhook,
        }
    }

    /// The question's name, in prompts, tables and errors.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Stream API name",
            Self::Description => "Stream API description",
            Self::AllowedIps => "Add IP",
            Self::Tags => "Add tag",
            Self::DefaultSender => "Default sender",
            Self::Demo => "Demo Sending",
            Self::WebhookMethod => "Webhook method",
            Self::WebhookUrl => "Webhook URL",
            Self::WebhookHeaders => "HTTP header name",
        }
    }

    /// The flag that answers it.
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Name => "--name",
            Self::Description => "--description",
            Self::AllowedIps => "--ip",
            Self::Tags => "--tag",
            Self::DefaultSender => "--sender",
            Self::Demo => "--demo",
            Self::WebhookMethod => "--webhook-method",
            Self::WebhookUrl => "--webhook-url",
            Self::WebhookHeaders => "--webhook-header",
        }
    }

    /// What it accepts, in one line for prompts and `--help`.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::Name => "a meaningful name to find the stream by: 1 to 100 characters",
            Self::Description => "shown when the stream is opened: up to 500 characters, optional",
            Self::AllowedIps => {
                "an address or CIDR block that may call the API, like 192.0.2.10 or \
                 198.51.100.0/24; without one, any may"
            }
            Self::Tags => {
                "a tag to categorize the stream by, optional; a new one is made as you type it"
            }
            Self::DefaultSender => {
                "the Sender ID of requests that name none; Customized lets each request choose"
            }
            Self::Demo => "simulate message flows on a demo channel: no real messages are sent",
            Self::WebhookMethod => "how incoming messages are delivered: post or get",
            Self::WebhookUrl => {
                "where incoming messages are delivered, like https://example.com/sms"
            }
            Self::WebhookHeaders => {
                "a header that every delivery carries, like X-Api-Key; optional"
            }
        }
    }
}
