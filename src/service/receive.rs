//! A handset answers a demo stream: the reply is kept, and its webhook is told.

use super::streams::notify;
use super::webhook_secret;
use crate::domain::{Consent, EventType, MessageText, Phone, SenderId, Status, Stream};
use crate::store::{NewReply, Received, Store, StoreError};

#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The stream takes no replies before it is created.
    #[error("the stream is a draft")]
    Draft,
    /// The replies to a live stream come from handsets.
    #[error("the stream is live")]
    Live,
    /// The handset never got a message, and the reply does not say which Sender ID it answers.
    #[error("the handset has not received a message from this stream")]
    NeverWrittenTo,
}

pub async fn receive(
    store: &dyn Store,
    stream: &Stream,
    from: Phone,
    text: MessageText,
    to: Option<SenderId>,
) -> Result<Received, ReceiveError> {
    if stream.status == Status::Draft {
        return Err(ReceiveError::Draft);
    }
    if !stream.demo {
        return Err(ReceiveError::Live);
    }
    let notify = notify(stream, EventType::Received);
    if notify.is_some() {
        webhook_secret(store, &stream.id).await?;
    }
    let reply = NewReply {
        stream: stream.id.clone(),
        from,
        to: to.or_else(|| stream.default_sender.clone()),
        consent: Consent::of_reply(text.as_str()),
        text,
        notify,
    };
    let received = store.receive(reply).await?;
    received.ok_or(ReceiveError::NeverWrittenTo)
}

#[cfg(test)]
mod tests;
