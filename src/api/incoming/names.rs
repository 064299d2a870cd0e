//! What the fields of an incoming message are called.

use crate::domain::{IncomingField, IncomingKey};

/// Those of the route first.
pub(super) fn names(
    key: IncomingKey,
    fields: &[IncomingField],
) -> impl Iterator<Item = &str> + Clone {
    let given = fields.iter().filter(move |field| field.ours == key);
    given
        .map(|field| field.theirs.as_str())
        .chain(known(key).iter().copied())
}

/// In the lists of public callers of the hosted service, and in our own webhook.
fn known(key: IncomingKey) -> &'static [&'static str] {
    match key {
        IncomingKey::Uuid => &["message_uuid", "uuid", "id", "message_id"],
        IncomingKey::Stream => &[
            "stream_id",
            "stream_uid",
            "stream",
            "stream.id",
            "stream.streamUid",
            "stream.name",
        ],
        IncomingKey::From => &[
            "from",
            "source_number",
            "phone",
            "sender",
            "from_number",
            "source",
            "msisdn",
        ],
        IncomingKey::To => &[
            "to",
            "destination_number",
            "destination",
            "to_number",
            "recipient",
        ],
        IncomingKey::Text => &[
            "content.body",
            "content.text",
            "text",
            "body",
            "message_content",
            "message",
            "content",
        ],
        IncomingKey::ReceivedAt => &[
            "received_at",
            "created_at",
            "date",
            "timestamp",
            "time",
            "sent_at",
        ],
    }
}
