//! The rules: who may call, what is accepted, what is answered. Knows nothing of HTTP but its
//! status numbers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::checks::{self, Refused};
use super::served::{Served, Streams};
use crate::api::{SendAnswer, SendEntry, StatusAnswer, StatusEntry};
use crate::domain::{Course, MessageStatus, Route, Status, Stream, conversation};
use crate::error::Failure;
use crate::journal::{Accepted, Journal, NewMessage};

/// What the gateway goes by, beside the state file.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The caller is the owner of the home: allow lists are not applied.
    pub owner: bool,
    /// A stream without an allow list is served to any address.
    pub any_address: bool,
    /// After how long a simulated message is delivered.
    pub delivery_delay: Duration,
}

/// A request that is refused as a whole.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong, and how to mend it.
    pub message: String,
    /// What is wrong at our side, for its owner alone.
    pub fault: Option<Failure>,
}

impl From<(u16, String)> for Refusal {
    fn from((status, message): (u16, String)) -> Self {
        Self {
            status,
            message,
            fault: None,
        }
    }
}

/// The journal is out of order: nothing was stored, and trying later may help.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self {
            status: 503,
            message: "nothing can be stored or read at the moment: try again later".to_owned(),
            fault: Some(failure),
        }
    }
}

/// What became of a send request.
#[derive(Debug)]
pub struct Sent {
    /// The answer.
    pub answer: SendAnswer,
    /// Messages that were accepted, now or before.
    pub accepted: usize,
    /// Those among them that had been accepted before.
    pub repeated: usize,
}

/// A caller that may go on, and the streams as they were when it came.
#[derive(Debug)]
pub struct Admitted {
    pub stream: Arc<Stream>,
    streams: Arc<Streams>,
}

/// Streams, journal and policy.
#[derive(Debug)]
pub struct Engine {
    pub served: Arc<Served>,
    pub journal: Journal,
    pub policy: Policy,
}

impl Engine {
    /// The stream that a token opens to a caller.
    ///
    /// # Errors
    /// 401 for the token, 403 for the stream's status or the caller's address, in this order.
    pub fn admit(&self, token: Option<&[u8]>, caller: IpAddr) -> Result<Admitted, Refusal> {
        let refuse = |status, message: String| Err(Refusal::from((status, message)));
        let streams = self.served.streams();
        let stream = token.and_then(|token| streams.with_token(token));
        let Some(stream) = stream else {
            let why = match token {
                None => "; the token goes into the Authorization header",
                Some(token) if token.to_ascii_lowercase().starts_with(b"bearer") => {
                    "; the Authorization header is the token alone, without Bearer"
                }
                Some(_) => "",
            };
            return refuse(401, format!("Not Authenticated: invalid token{why}"));
        };
        if stream.status != Status::Ready {
            return refuse(403, format!("the stream is {}", stream.status));
        }
        let listed = stream.allowed_ips.iter().any(|net| net.contains(caller));
        let open = stream.allowed_ips.is_empty() && self.policy.any_address;
        if !(self.policy.owner || listed || open) {
            return refuse(403, "IP ACL restriction".to_owned());
        }
        Ok(Admitted { stream, streams })
    }

    /// Accepts the messages of a body. What is accepted is on disk.
    ///
    /// # Errors
    /// When the body as a whole is wrong, or nothing can be stored.
    pub async fn send(
        &self,
        Admitted { stream, streams }: &Admitted,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Sent, Refusal> {
        let raw = checks::read(body)?;
        let mut entries = Vec::with_capacity(raw.len());
        let mut new = Vec::with_capacity(raw.len());
        for message in raw {
            let (internal_id, checked) = match message {
                Ok(mut raw) => {
                    let checked = checks::check(&mut raw, stream, streams);
                    (raw.internal_id, checked)
                }
                Err(refused) => (None, Err(refused)),
            };
            match checked {
                Ok(checked) => {
                    entries.push((internal_id, None));
                    let leaves = !stream.demo && Route::of(streams.routes(), &stream.id).is_some();
                    new.push(NewMessage {
                        course: self.course(stream, &checked, leaves, now),
                        leaves,
                        internal_id: checked.internal_id,
                        recipient: checked.recipient,
                        sender: checked.sender,
                        text: checked.text,
                    });
                }
                Err(refused) => entries.push((internal_id, Some(refused))),
            }
        }
        let (task, accepted) = self.accept(stream, new, now).await?;
        Ok(answer(stream, task, entries, accepted))
    }

    fn course(
        &self,
        stream: &Stream,
        message: &checks::Checked,
        leaves: bool,
        now: Timestamp,
    ) -> Course {
        if stream.demo {
            Course::of(&message.recipient, now, self.policy.delivery_delay)
        } else if leaves {
            Course::waiting()
        } else {
            Course::ended(now, MessageStatus::NoRoutes)
        }
    }

    /// The request's id, and each message's fate with the handset that it goes to.
    async fn accept(
        &self,
        stream: &Arc<Stream>,
        new: Vec<NewMessage>,
        now: Timestamp,
    ) -> Result<(Uuid, Vec<(String, Accepted)>), Failure> {
        if new.is_empty() {
            return Ok((Uuid::now_v7(), Vec::new()));
        }
        let stream = Arc::clone(stream);
        self.journal
            .write(move |writer| {
                let accepted = writer.accept(&stream.id, &new, now)?;
                let handsets = new.into_iter().map(|message| message.recipient.to_string());
                Ok((writer.uuid(now)?, handsets.zip(accepted).collect()))
            })
            .await
    }

    /// The status of messages of a stream. Those that it does not have are left out.
    ///
    /// # Errors
    /// When the body as a whole is wrong, or the journal cannot be read.
    pub async fn status(
        &self,
        Admitted { stream, .. }: &Admitted,
        body: &[u8],
        now: Timestamp,
    ) -> Result<StatusAnswer, Refusal> {
        let message_uuids = checks::read_uuids(body)?;
        let stream = Arc::clone(stream);
        let messages = self
            .journal
            .read(move |reader| {
                let mut entries = Vec::with_capacity(message_uuids.len());
                for asked in message_uuids {
                    let Ok(uuid) = asked.parse::<Uuid>() else {
                        continue;
                    };
                    let found = reader.message(uuid)?;
                    let own = found.filter(|message| message.stream == stream.id);
                    entries.extend(own.and_then(|message| {
                        Some(StatusEntry {
                            internal_id: message.internal_id.clone(),
                            message_uuid: asked,
                            status: message.status_at(now)?.name().to_owned(),
                            sent_at: message.course.sent_at,
                            delivered_at: message.course.delivered_at(now),
                            details: message.details,
                        })
                    }));
                }
                Ok(entries)
            })
            .await?;
        Ok(StatusAnswer {
            status: true,
            messages,
        })
    }
}

/// Puts the fates of the good messages back among the refused ones.
fn answer(
    stream: &Stream,
    task: Uuid,
    entries: Vec<(Option<String>, Option<Refused>)>,
    accepted: Vec<(String, Accepted)>,
) -> Sent {
    let repeated = accepted
        .iter()
        .filter(|(_, fate)| matches!(fate, Accepted::Repeated(_)))
        .count();
    let mut fates = accepted.into_iter();
    let mut sent = Sent {
        answer: SendAnswer {
            status: false,
            task_id: task.to_string(),
            messages: Vec::with_capacity(entries.len()),
        },
        accepted: 0,
        repeated,
    };
    for (internal_id, refused) in entries {
        let refused = match refused {
            Some(refused) => refused,
            None => match fates.next() {
                Some((handset, Accepted::New(uuid) | Accepted::Repeated(uuid))) => {
                    sent.accepted += 1;
                    let talk = conversation(&stream.id, &handset);
                    sent.answer.messages.push(SendEntry {
                        internal_id,
                        message_uuid: Some(uuid.to_string()),
                        conversation_uuid: Some(talk.to_string()),
                        error: None,
                        details: None,
                    });
                    continue;
                }
                Some((_, Accepted::Taken)) | None => Refused {
                    error: "internal_id_taken",
                    details: "another message was accepted under this internal_id: give each \
                        message its own"
                        .to_owned(),
                },
            },
        };
        sent.answer.messages.push(SendEntry {
            internal_id,
            message_uuid: None,
            conversation_uuid: None,
            error: Some(refused.error.to_owned()),
            details: Some(refused.details),
        });
    }
    sent.answer.status = sent.accepted > 0;
    sent
}
