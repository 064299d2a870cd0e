//! The questions that make a stream, each declared once: its words, its flag, its place in files,
//! and how its answer is shown. Prompts, flags, tables and differences read them here.

use super::stream::Stream;
use super::value::{display_value, words};
use super::webhook::Webhook;

words! {
    #[derive(PartialOrd, Ord)]
    pub enum Step (exact, "is not a step") {
        Details = "details",
        /// May be skipped.
        Webhook = "webhook",
        Summary = "summary",
    }
}

display_value!(Step);

impl Step {
    /// Counts from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Details => "Stream API details",
            Self::Webhook => "Incoming messages webhook",
            Self::Summary => "Stream summary",
        }
    }

    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self.number()).copied()
    }

    pub fn fields(self) -> impl DoubleEndedIterator<Item = Field> {
        Field::ALL
            .into_iter()
            .filter(move |field| field.step() == self)
    }
}

macro_rules! about {
    ($($(#[$doc:meta])* $name:ident: $type:ty,)+) => {
        struct About {
            $($name: $type,)+
            /// Never shows a secret.
            show: fn(&Stream) -> String,
        }

        impl Field {
            $($(#[$doc])*
            pub fn $name(self) -> $type {
                self.about().$name
            })+
        }
    };
}

about! {
    step: Step,
    /// Where the answer stands in JSON: `tags`, `webhook.url`.
    key: &'static str,
    flag: &'static str,
    /// The question, in prompts and errors.
    label: &'static str,
    /// The label where a stream is shown.
    title: &'static str,
    /// What the answer may be, in one line for prompts and `--help`.
    help: &'static str,
    required: bool,
}

macro_rules! fields {
    ($($(#[$about:meta])* $field:ident = $declared:expr,)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Field {
            $($(#[$about])* $field,)+
        }

        impl Field {
            /// In the order in which they are asked.
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
    Name = About {
        step: Step::Details,
        key: "name",
        flag: "--name",
        label: "Stream API name",
        title: "Name",
        help: "A name you'll recognize later, 1 to 100 characters",
        required: true,
        show: |stream| stream.name.to_string(),
    },
    Description = About {
        step: Step::Details,
        key: "description",
        flag: "--description",
        label: "Stream API description",
        title: "Description",
        help: "Shown in the stream's details, up to 500 characters; optional",
        required: false,
        show: |stream| stream.description.to_string(),
    },
    AllowedIps = About {
        step: Step::Details,
        key: "allowed_ips",
        flag: "--ip",
        label: "Add IP",
        title: "Allowed IPs",
        help: "Allowed address or CIDR block, like 192.0.2.10; leave empty for any",
        required: false,
        show: |stream| stream.allowed_ips.to_string(),
    },
    Tags = About {
        step: Step::Details,
        key: "tags",
        flag: "--tag",
        label: "Add tag",
        title: "Tags",
        help: "Tag for grouping streams; new tags are created automatically",
        required: false,
        show: |stream| stream.tags.to_string(),
    },
    DefaultSender = About {
        step: Step::Details,
        key: "default_sender",
        flag: "--sender",
        label: "Default sender",
        title: "Default sender",
        help: "Used when a request doesn't specify a sender. Customized: each request specifies \
               one.",
        required: false,
        show: Stream::sender_name,
    },
    Demo = About {
        step: Step::Details,
        key: "demo",
        flag: "--demo",
        label: "Demo Sending",
        title: "Demo Sending",
        help: "Simulate message flows; no real messages are sent",
        required: false,
        show: |stream| stream.demo.to_string(),
    },
    WebhookMethod = About {
        step: Step::Webhook,
        key: "webhook.method",
        flag: "--webhook-method",
        label: "Webhook method",
        title: "Webhook method",
        help: "HTTP method for incoming messages: post or get",
        required: false,
        show: |stream| of_webhook(stream, |webhook| webhook.method.to_string()),
    },
    WebhookUrl = About {
        step: Step::Webhook,
        key: "webhook.url",
        flag: "--webhook-url",
        label: "Webhook URL",
        title: "Webhook URL",
        help: "Where incoming messages are delivered, like https://example.com/sms",
        required: true,
        show: |stream| of_webhook(stream, |webhook| webhook.url.to_string()),
    },
    WebhookEvents = About {
        step: Step::Webhook,
        key: "webhook.events",
        flag: "--webhook-event",
        label: "Webhook events",
        title: "Webhook events",
        help: "Events to deliver: received (incoming messages) or status (delivery reports)",
        required: false,
        show: |stream| of_webhook(stream, |webhook| webhook.events.to_string()),
    },
    WebhookHeaders = About {
        step: Step::Webhook,
        key: "webhook.headers",
        flag: "--webhook-header",
        label: "HTTP header name",
        title: "Header",
        help: "HTTP header sent with every delivery, like X-Api-Key; optional",
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
    /// In the order of documents and tables, where tags come before the allow list.
    pub fn as_written() -> [Self; Self::ALL.len()] {
        let mut all = Self::ALL;
        all.swap(Self::AllowedIps as usize, Self::Tags as usize);
        all
    }

    pub(super) fn needs_webhook(self) -> bool {
        self.step() == Step::Webhook && self != Self::WebhookMethod
    }

    /// Shows headers by name, without their secret values.
    pub fn show(self, stream: &Stream) -> String {
        (self.about().show)(stream)
    }
}
