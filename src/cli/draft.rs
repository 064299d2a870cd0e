//! The flags that answer a stream's questions, and the way back from answers to flags.

use std::fmt::Display;

use clap::Args;

use crate::domain::{
    DefaultSender, EventTypes, Field, Header, Incoming, RawDraft, RawHeader, RawSender, RawWebhook,
    Secret, StreamDraft, StreamKind,
};

/// One flag a question; their words come from [`Field`].
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[command(next_help_heading = "Step 1 · Stream API details")]
pub(crate) struct DraftFlags {
    #[arg(long, help = Field::Name.help())]
    name: Option<String>,
    #[arg(long, value_name = "TEXT", help = Field::Description.help())]
    description: Option<String>,
    #[arg(long, value_name = "IP", value_delimiter = ',', help = Field::AllowedIps.help())]
    ip: Option<Vec<String>>,
    #[arg(long, value_delimiter = ',', help = Field::Tags.help())]
    tag: Option<Vec<String>>,
    #[arg(long, value_name = "ID", help = Field::DefaultSender.help(), group = "default_sender")]
    sender: Option<String>,
    /// Like --sender, but adds the Sender ID to the catalog first
    #[arg(long, value_name = "ID", group = "default_sender")]
    add_sender: Option<String>,
    /// Require each request to specify a Sender ID
    #[arg(long, group = "default_sender")]
    customized: bool,
    #[arg(long, help = Field::Demo.help(), conflicts_with = "live")]
    demo: bool,
    /// Turn off Demo Sending
    #[arg(long)]
    live: bool,
    #[arg(long, value_name = "URL", help = Field::WebhookUrl.help())]
    #[arg(help_heading = "Step 2 · Incoming messages webhook")]
    webhook_url: Option<String>,
    #[arg(long, value_name = "METHOD", help = Field::WebhookMethod.help())]
    #[arg(help_heading = "Step 2 · Incoming messages webhook")]
    webhook_method: Option<String>,
    #[arg(long, value_name = "'NAME: VALUE'", help = Field::WebhookHeaders.help())]
    #[arg(help_heading = "Step 2 · Incoming messages webhook")]
    webhook_header: Option<Vec<String>>,
    #[arg(long, value_name = "EVENT", value_delimiter = ',', help = Field::WebhookEvents.help())]
    #[arg(help_heading = "Step 2 · Incoming messages webhook")]
    webhook_event: Option<Vec<String>>,
    /// Don't use a webhook
    #[arg(long, conflicts_with_all = ["webhook_url", "webhook_method", "webhook_header", "webhook_event"])]
    #[arg(help_heading = "Step 2 · Incoming messages webhook")]
    no_webhook: bool,
}

impl DraftFlags {
    pub fn into_raw(self) -> RawDraft {
        let DraftFlags {
            name,
            description,
            ip,
            tag,
            sender,
            add_sender,
            customized,
            demo,
            live,
            webhook_url,
            webhook_method,
            webhook_header,
            webhook_event,
            no_webhook,
        } = self;
        RawDraft {
            name,
            description,
            allowed_ips: ip,
            tags: tag,
            default_sender: customized
                .then_some(RawSender::Customized)
                .or(sender.map(RawSender::Existing))
                .or(add_sender.map(RawSender::New)),
            demo: demo.then_some(true).or(live.then_some(false)),
            webhook: RawWebhook {
                skip: no_webhook,
                method: webhook_method,
                url: webhook_url,
                headers: webhook_header
                    .map(|lines| lines.into_iter().map(RawHeader::Line).collect()),
                events: webhook_event,
            },
            kind: StreamKind::default(),
            status: None,
        }
    }
}

/// The command line that makes the same stream without asking. Answers that are the default are
/// left out; header values stand masked in it unless they are to be revealed.
pub fn echo(draft: &StreamDraft, reveal: bool) -> Vec<String> {
    let mut words = ["textpeak", "streams", "create"]
        .map(str::to_owned)
        .to_vec();
    let mut flag = |name: &str, value: &dyn Display| {
        let value = value.to_string();
        // A value that looks like a flag is only taken for one where it stands alone.
        if value.starts_with('-') {
            words.push(format!("{name}={value}"));
        } else {
            words.extend([name.to_owned(), value]);
        }
    };
    // By name: an answer that has no flag here does not compile.
    let StreamDraft {
        name,
        description,
        allowed_ips,
        tags,
        default_sender,
        demo,
        webhook_method,
        webhook_url,
        webhook_events,
        webhook_headers,
    } = draft;
    let described = description.iter().filter(|text| !text.as_str().is_empty());
    if let Some(name) = name {
        flag("--name", name);
    }
    described.for_each(|text| flag("--description", text));
    allowed_ips.iter().flatten().for_each(|ip| flag("--ip", ip));
    tags.iter().flatten().for_each(|tag| flag("--tag", tag));
    match default_sender {
        None | Some(DefaultSender::Customized) => {}
        Some(DefaultSender::Existing(id)) => flag("--sender", id),
        Some(DefaultSender::New(id)) => flag("--add-sender", id),
    }
    if let Some(Incoming::Webhook(method)) = webhook_method {
        flag("--webhook-method", &method.name().to_lowercase());
        if let Some(url) = webhook_url {
            flag("--webhook-url", url);
        }
        let events = webhook_events.iter();
        let asked_for = events.filter(|events| **events != EventTypes::default());
        for event in asked_for.flat_map(|events| events.iter()) {
            flag("--webhook-event", &event.word());
        }
        for Header { name, value } in webhook_headers.iter().flatten() {
            let value = if reveal { value.expose() } else { Secret::MASK };
            flag("--webhook-header", &format_args!("{name}: {value}"));
        }
    }
    if *demo == Some(true) {
        words.push("--demo".to_owned());
    }
    words.push("--no-input".to_owned());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Command, StreamsCommand, parse};
    use crate::domain::{Description, EventType, Unique};
    use proptest::prelude::*;

    /// The answers with every open question at its default, as `build` would have them.
    fn settled(draft: StreamDraft) -> StreamDraft {
        let webhook = matches!(draft.webhook_method, Some(Incoming::Webhook(_)));
        StreamDraft {
            description: draft.description.or(Some(Description::default())),
            allowed_ips: draft.allowed_ips.or(Some(Unique::default())),
            tags: draft.tags.or(Some(Unique::default())),
            default_sender: draft.default_sender.or(Some(DefaultSender::Customized)),
            demo: draft.demo.or(Some(false)),
            webhook_method: draft.webhook_method.or(Some(Incoming::Skip)),
            webhook_url: draft.webhook_url.filter(|_| webhook),
            webhook_events: draft
                .webhook_events
                .or(Some(EventTypes::default()))
                .filter(|_| webhook),
            webhook_headers: draft
                .webhook_headers
                .or(Some(Vec::new()))
                .filter(|_| webhook),
            ..draft
        }
    }

    fn read(words: &[String]) -> StreamDraft {
        let words: Vec<_> = words.iter().map(Into::into).collect();
        let Command::Streams(StreamsCommand::Create(args)) = parse(&words).unwrap().command else {
            panic!("{words:?} creates nothing");
        };
        let (draft, wrong) = args.answers.into_raw().read();
        assert_eq!(wrong, []);
        draft
    }

    prop_compose! {
        fn answers()(
            name in "\\PC{1,30}", description in prop::option::of("\\PC{0,30}"),
            ips in prop::option::of(prop::collection::vec(any::<std::net::IpAddr>(), 0..4)),
            tags in prop::option::of(prop::collection::vec("[^,\\pC]{1,9}", 0..4)),
            sender in prop::option::of(("[A-Za-z&][A-Z0-9._-]{0,9}", any::<bool>())),
            demo in any::<Option<bool>>(), get in any::<Option<bool>>(),
            url in "https://example\\.com/[a-z0-9?&=%-]{0,20}",
            headers in prop::collection::btree_map("X-[A-Z]{1,5}", "[!-~]{1,20}", 0..3),
            events in prop::option::of(prop::sample::subsequence(EventType::ALL.to_vec(), 1..=2)),
        ) -> RawDraft {
            RawDraft {
                name: Some(name), description, demo, tags,
                allowed_ips: ips.map(|ips| ips.iter().map(ToString::to_string).collect()),
                default_sender: sender.map(|(id, new)| if new { RawSender::New(id) } else { RawSender::Existing(id) }),
                webhook: get.map_or_else(RawWebhook::default, |get| RawWebhook {
                    method: Some(if get { "GET" } else { "post" }.to_owned()),
                    url: Some(url),
                    headers: Some(headers.into_iter().map(|(name, value)| RawHeader::Pair { name, value }).collect()),
                    events: events.map(|events| events.iter().map(ToString::to_string).collect()),
                    ..RawWebhook::default()
                }),
                ..RawDraft::default()
            }
        }
    }

    proptest! {
        #[test]
        fn the_echoed_command_line_makes_the_same_stream(raw in answers()) {
            let (draft, wrong) = raw.read();
            prop_assume!(wrong.is_empty());
            prop_assert_eq!(settled(read(&echo(&draft, true))), settled(draft));
        }
    }

    #[test]
    fn the_echo_keeps_header_values_to_itself() {
        let raw = RawDraft {
            webhook: RawWebhook {
                url: Some("https://example.com".into()),
                headers: Some(vec![RawHeader::Line("X-Key: s3cret".into())]),
                ..RawWebhook::default()
            },
            ..RawDraft::default()
        };
        let words = echo(&raw.read().0, false).join(" ");
        assert!(
            words.contains("X-Key: ********") && !words.contains("s3cret"),
            "{words}"
        );
    }
}
