//! A draft's answers, in the words in which questions are settled.

use super::draft::StreamDraft;
use super::field::Field;
use super::sender::DefaultSender;
use super::webhook::Incoming;

impl StreamDraft {
    /// Without secrets; what was left empty says so.
    pub fn shown(&self, field: Field) -> String {
        let text = match field {
            Field::Name => self.name.as_ref().map(ToString::to_string),
            Field::Description => self.description.as_ref().map(ToString::to_string),
            Field::AllowedIps => self.allowed_ips.as_ref().map(ToString::to_string),
            Field::Tags => self.tags.as_ref().map(ToString::to_string),
            Field::DefaultSender => self
                .default_sender
                .as_ref()
                .map(|sender| match sender.id() {
                    None => "Customized".to_owned(),
                    Some(id) if matches!(sender, DefaultSender::New(_)) => format!("{id} (new)"),
                    Some(id) => id.to_string(),
                }),
            Field::Demo => self
                .demo
                .map(|demo| if demo { "on" } else { "off" }.to_owned()),
            Field::WebhookMethod => self.webhook_method.as_ref().map(|incoming| match incoming {
                Incoming::Skip => "none".to_owned(),
                Incoming::Webhook(method) => method.to_string(),
            }),
            Field::WebhookUrl => self.webhook_url.as_ref().map(ToString::to_string),
            Field::WebhookEvents => self.webhook_events.as_ref().map(ToString::to_string),
            Field::WebhookHeaders => self.webhook_headers.as_ref().map(|headers| {
                let names: Vec<_> = headers.iter().map(|header| header.name.as_str()).collect();
                names.join(", ")
            }),
        };
        match (text.unwrap_or_default(), field) {
            (text, Field::AllowedIps) if text.is_empty() => "any".to_owned(),
            (text, _) if text.is_empty() => "none".to_owned(),
            (text, _) => text,
        }
    }
}
