//! The questions that make a stream, each declared once: its words, its flag, its place in files,
//! and how its answer is shown. Prompts, flags, tables and differences read them here.

use super::stream::Stream;
use super::value::{display_value, words};
use super::webhook::Webhook;

words! {
    /// The wizard's steps.
    #[derive(PartialOrd, Ord)]
    pub enum Step (exact, "is not a step") {
        /// What the stream is.
        Details = "details",
        /// Where replies go; may be skipped.
        Webhook = "webhook",
        /// A last look.
        Summary = "summary",
    }
}

display_value!(Step);

impl Step {
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

macro_rules! about {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => {
        /// All that is said of a question.
        struct About {
            $($name: $type,)+
            /// A stream's answer as text; never a secret.
            show: fn(&Stream) -> String,
        }

        impl Field {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(self) -> $type {
                self.about().$name
            })+
        }
    };
}

about! {
    /// The step in which it is asked.
    step: Step,
    /// Where its answer stands in JSON: `tags`, `webhook.url`.
    key: &'static str,
    /// The flag that answers it.
    flag: &'static str,
    /// The question, in prompts and errors.
    label: &'static str,
    /// What its answer is called where a stream is shown.
    title: &'static str,
    /// What it accepts, in one line for prompts and `--help`.
    help: &'static str,
    /// Whether a stream cannot be without it.
    required: bool,
}

macro_rules! fields {
    ($($(#[$about:meta])* $field:ident = $declared:expr,)+) => {
        /// One question about a stream.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$about])* $field,)+
        }

        impl Field {
            /// Every question, in the order in which they are asked.
            pub const ALL: [Self; [$(stringify!($field)),+].len()] = [$(Self::$field),+];

            const fn about(self) -> About {
                match self {
                    $(Self::$field => $declared,)+
                }
            }
        }
    };
}

fields! {
    /// Its name.
    Name = About {
        step: Step::Details,
        key: "name",
        flag: "--name",
        label: "Stream API name",
        title: "Name",
        help: "a meaningful name to find the stream by: 1 to 100 characters",
        required: true,
        show: |stream| stream.name.to_string(),
    },
    /// Its description.
    Description = About {
        step: Step::Details,
        key: "description",
        flag: "--description",
        label: "Stream API description",
        title: "Description",
        help: "shown when the stream is opened: up to 500 characters, optional",
        required: false,
        show: |stream| stream.description.to_string(),
    },
    /// Its allow list.
    AllowedIps = About {
        step: Step::Details,
        key: "allowed_ips",
        flag: "--ip",
        label: "Add IP",
        title: "Allowed IPs",
        help: "an address or CIDR block that may call the API, like 192.0.2.10 or 198.51.100.0/24; \
               without one, any may",
        required: false,
        show: |stream| stream.allowed_ips.to_string(),
    },
    /// Its tags.
    Tags = About {
        step: Step::Details,
        key: "tags",
        flag: "--tag",
        label: "Add tag",
        title: "Tags",
        help: "a tag to categorize the stream by, optional; a new one is made as you type it",
        required: false,
        show: |stream| stream.tags.to_string(),
    },
    /// Its default sender.
    DefaultSender = About {
        step: Step::Details,
        key: "default_sender",
        flag: "--sender",
        label: "Default sender",
        title: "Default sender",
        help: "the Sender ID of requests that name none; Customized lets each request choose",
        required: false,
        show: Stream::sender_name,
    },
    /// Whether it is simulated.
    Demo = About {
        step: Step::Details,
        key: "demo",
        flag: "--demo",
        label: "Demo Sending",
        title: "Demo Sending",
        help: "simulate message flows on a demo channel: no real messages are sent",
        required: false,
        show: |stream| stream.demo.to_string(),
    },
    /// Whether and how its webhook is called.
    WebhookMethod = About {
        step: Step::Webhook,
        key: "webhook.method",
        flag: "--webhook-method",
        label: "Webhook method",
        title: "Webhook method",
        help: "how incoming messages are delivered: post or get",
        required: false,
        show: |stream| of_webhook(stream, |webhook| webhook.method.to_string()),
    },
    /// What is called.
    WebhookUrl = About {
        step: Step::Webhook,
        key: "webhook.url",
        flag: "--webhook-url",
        label: "Webhook URL",
        title: "Webhook URL",
        help: "where incoming messages are delivered, like https://example.com/sms",
        required: true,
        show: |stream| of_webhook(stream, |webhook| webhook.url.to_string()),
    },
    /// What is delivered.
    WebhookEvents = About {
        step: Step::Webhook,
        key: "webhook.events",
        flag: "--webhook-event",
        label: "Webhook events",
        title: "Webhook events",
        help: "what is delivered: received (incoming messages), status (delivery reports) or both",
        required: false,
        show: |stream| of_webhook(stream, |webhook| webhook.events.to_string()),
    },
    /// The headers of a delivery.
    WebhookHeaders = About {
        step: Step::Webhook,
        key: "webhook.headers",
        flag: "--webhook-header",
        label: "HTTP header name",
        title: "Header",
        help: "a header that every delivery carries, like X-Api-Key; optional",
        required: false,
        show: |stream| of_webhook(stream, |webhook| {
            let names: Vec<_> = webhook.headers.iter().map(|h| h.name.to_string()).collect();
            names.join(", ")
        }),
    },
}

fn of_webhook(stream: &Stream, show: fn(&Webhook) -> String) -> String {
    stream.webhook.as_ref().map(show).unwrap_or_default()
}

impl Field {
    /// In the order in which streams are written and shown: there, tags stand before the allow
    /// list.
    #[must_use]
    pub fn as_written() -> [Self; Self::ALL.len()] {
        let mut all = Self::ALL;
        all.swap(Self::AllowedIps as usize, Self::Tags as usize);
        all
    }

    /// Whether it is a part of the webhook, asked only where there is one.
    #[must_use]
    pub fn needs_webhook(self) -> bool {
        self.step() == Step::Webhook && self != Self::WebhookMethod
    }

    /// A stream's answer as text: of headers the names alone.
    #[must_use]
    pub fn show(self, stream: &Stream) -> String {
        (self.about().show)(stream)
    }
}
