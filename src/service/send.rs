//! Sending: who may, what is accepted, and what is answered.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::limits::{allowed, daily_limit};
use super::log::{Log, LogEntry};
use super::streams::{CurrentStreams, StreamIndex, notify};
use crate::api::{ReceivedMessage, Refusal, RefusedMessage, SendAnswer, SendEntry};
use crate::domain::{
    Course, EventType, Invalid, MessageStatus, Route, SenderId, Status, Stream, conversation,
    escape,
};
use crate::store::{Accepted, AcceptedBatch, NewMessage, NewMessages, Store, StoreError};

#[derive(Debug, Clone)]
pub struct Policy {
    /// The caller is the owner of the home: allow lists are not applied.
    pub owner: bool,
    /// A stream without an allow list is served to any address.
    pub any_address: bool,
    /// After how long a simulated message is delivered.
    pub delivery_delay: Duration,
}

#[derive(Debug)]
pub struct Context {
    pub store: Arc<dyn Store>,
    pub streams: Arc<CurrentStreams>,
    pub policy: Policy,
    pub log: Log,
}

impl Context {
    /// A fault of ours: the owner learns what it is, the caller that there is one.
    pub fn unavailable(&self, error: StoreError) -> Refusal {
        self.log.write(LogEntry::StoreFailed(error));
        Refusal::Unavailable
    }
}

/// A caller that may go on, and the streams as they were when it came.
#[derive(Debug)]
pub struct Admitted {
    pub stream: Arc<Stream>,
    streams: Arc<StreamIndex>,
}

#[derive(Debug)]
pub struct Sent {
    pub answer: SendAnswer,
    /// Now or before.
    pub accepted: usize,
    /// Those among them that had been accepted before.
    pub repeated: usize,
}

/// The stream that a token opens to a caller: the token, the stream's status and the caller's
/// address are checked in this order.
pub async fn admit(
    context: &Context,
    token: Option<&[u8]>,
    caller: IpAddr,
) -> Result<Admitted, Refusal> {
    let streams = context.streams.get().await;
    let Some(stream) = token.and_then(|token| streams.with_token(token)) else {
        return Err(Refusal::InvalidToken(match token {
            None => "; put the token in the Authorization header",
            Some(token) if token.to_ascii_lowercase().starts_with(b"bearer") => {
                "; put only the token in the Authorization header, without Bearer"
            }
            Some(_) => "",
        }));
    };
    if stream.status != Status::Ready {
        return Err(Refusal::StreamNotReady(stream.status));
    }
    let listed = stream.allowed_ips.iter().any(|net| net.contains(caller));
    let open = stream.allowed_ips.is_empty() && context.policy.any_address;
    if !(context.policy.owner || listed || open) {
        return Err(Refusal::NotAllowed);
    }
    Ok(Admitted { stream, streams })
}

/// Accepts each message for itself. What is accepted is durable.
pub async fn send(
    context: &Context,
    admitted: &Admitted,
    received: Vec<Result<ReceivedMessage, RefusedMessage>>,
) -> Result<Sent, Refusal> {
    let Admitted { stream, streams } = admitted;
    let route = Route::of(streams.routes(), &stream.id).filter(|_| !stream.demo);
    let leaves = route.is_some();
    let mut entries = Vec::with_capacity(received.len());
    let mut messages = Vec::with_capacity(received.len());
    for one in received {
        let (internal_id, checked) = match one {
            Ok(mut message) => {
                let internal_id = message.internal_id.take();
                let checked = check(&message, internal_id.as_deref(), admitted);
                (internal_id, checked.and_then(|one| allowed(route, one)))
            }
            Err(refused) => (None, Err(refused)),
        };
        match checked {
            Ok(mut message) => {
                message.course = course(context, stream, &message, leaves);
                message.leaves = leaves;
                entries.push((internal_id, Ok(message.recipient.to_string())));
                messages.push(message);
            }
            Err(refused) => entries.push((internal_id, Err(refused))),
        }
    }
    let accepted = if messages.is_empty() {
        AcceptedBatch {
            id: uuid::Uuid::now_v7(),
            accepted: Vec::new(),
        }
    } else {
        let new = NewMessages {
            stream: stream.id.clone(),
            messages,
            notify: notify(stream, EventType::Status),
            limit: route.and_then(daily_limit),
        };
        let accepted = context.store.accept(new).await;
        accepted.map_err(|error| context.unavailable(error))?
    };
    Ok(answer(stream, route, entries, accepted))
}

fn course(context: &Context, stream: &Stream, message: &NewMessage, leaves: bool) -> Course {
    let now = context.store.now();
    if stream.demo {
        Course::of(&message.recipient, now, context.policy.delivery_delay)
    } else if leaves {
        Course::waiting()
    } else {
        Course::ended(now, MessageStatus::NoRoutes)
    }
}

/// Checks a message for a stream: internal id, recipient, text, sender, in this order.
fn check(
    message: &ReceivedMessage,
    internal_id: Option<&str>,
    admitted: &Admitted,
) -> Result<NewMessage, RefusedMessage> {
    let refuse = |error: &'static str| {
        move |invalid: Invalid| RefusedMessage {
            error,
            details: invalid.to_string(),
        }
    };
    Ok(NewMessage {
        internal_id: internal_id
            .map(str::parse)
            .transpose()
            .map_err(refuse("invalid_internal_id"))?,
        recipient: message
            .recipient_phone
            .parse()
            .map_err(refuse("invalid_recipient"))?,
        text: message
            .message_content
            .parse()
            .map_err(refuse("invalid_text"))?,
        sender: sender(message.sender.as_deref(), admitted)?,
        course: Course::waiting(),
        leaves: false,
    })
}

fn sender(
    named: Option<&str>,
    Admitted { stream, streams }: &Admitted,
) -> Result<SenderId, RefusedMessage> {
    let allowed = |id: &SenderId| match &stream.default_sender {
        Some(default) => default == id,
        None => streams.has_sender(id),
    };
    let id = match (named, &stream.default_sender) {
        (None, Some(default)) => return Ok(default.clone()),
        (None, None) => {
            return Err(RefusedMessage {
                error: "sender_missing",
                details: "sender is missing: this stream has no default sender".to_owned(),
            });
        }
        (Some(named), _) => named,
    };
    let known = id.parse::<SenderId>().ok().filter(allowed);
    known.ok_or_else(|| RefusedMessage {
        error: "sender_not_allowed",
        // The hosted service's own sentence.
        details: format!("sender \"{}\" is not allowed sender", escape(id)),
    })
}

/// An internal id as it came, and the recipient or why the message is refused.
type Entry = (Option<String>, Result<String, RefusedMessage>);

fn refusal(accepted: &Accepted, route: Option<&Route>) -> RefusedMessage {
    let (error, details) = match accepted {
        Accepted::OptedOut => (
            "opted_out",
            "the recipient opted out of messages from this stream".to_owned(),
        ),
        Accepted::OverLimit => (
            "daily_limit_reached",
            format!(
                "the daily limit of {} messages is reached; it starts again at midnight UTC",
                route
                    .and_then(|route| route.daily_limit)
                    .map_or(0, NonZeroU32::get)
            ),
        ),
        Accepted::Taken | Accepted::New(_) | Accepted::Repeated(_) => (
            "internal_id_taken",
            "another message was accepted with this internal_id: use a different one for each \
             message"
                .to_owned(),
        ),
    };
    RefusedMessage { error, details }
}

/// Puts the fates of the good messages back among the refused ones.
fn answer(
    stream: &Stream,
    route: Option<&Route>,
    entries: Vec<Entry>,
    batch: AcceptedBatch,
) -> Sent {
    let is_repeated = |one: &&Accepted| matches!(one, Accepted::Repeated(_));
    let mut sent = Sent {
        repeated: batch.accepted.iter().filter(is_repeated).count(),
        accepted: 0,
        answer: SendAnswer {
            status: false,
            task_id: batch.id.to_string(),
            messages: Vec::with_capacity(entries.len()),
        },
    };
    let mut fates = batch.accepted.into_iter();
    for (internal_id, checked) in entries {
        let accepted = checked.and_then(|handset| match fates.next() {
            Some(Accepted::New(uuid) | Accepted::Repeated(uuid)) => Ok((handset, uuid)),
            Some(refused) => Err(refusal(&refused, route)),
            None => Err(refusal(&Accepted::Taken, route)),
        });
        sent.accepted += usize::from(accepted.is_ok());
        sent.answer.messages.push(match accepted {
            Ok((handset, uuid)) => SendEntry {
                internal_id,
                message_uuid: Some(uuid.to_string()),
                conversation_uuid: Some(conversation(&stream.id, &handset).to_string()),
                error: None,
                details: None,
            },
            Err(refused) => SendEntry {
                internal_id,
                message_uuid: None,
                conversation_uuid: None,
                error: Some(refused.error.to_owned()),
                details: Some(refused.details),
            },
        });
    }
    sent.answer.status = sent.accepted > 0;
    sent
}

#[cfg(test)]
mod tests;
