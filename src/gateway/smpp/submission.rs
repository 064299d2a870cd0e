//! A message as a caller submits it, and how it is answered.

use uuid::Uuid;

use super::Smpp;
use super::bind::Credentials;
use crate::api::{ReceivedMessage, Refusal, SendEntry};
use crate::service::{self, WantedNotices};
use crate::smpp::{Body, Pdu, ShortMessage, Taken, command, status, text};

/// What of `registered_delivery` says which receipts are wanted.
const RECEIPT: u8 = 0b11;

/// A request that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) command: u32,
    pub(super) sequence: u32,
}

#[derive(Debug)]
pub(super) struct Submission {
    /// More than one where parts were joined.
    pub(super) requests: Vec<Request>,
    pub(super) receipt: Option<WantedNotices>,
    /// Or the status of the answer.
    pub(super) message: Result<ReceivedMessage, u32>,
}

impl Submission {
    pub(super) fn refused(request: Request, status: u32) -> Self {
        Self {
            requests: vec![request],
            receipt: None,
            message: Err(status),
        }
    }

    pub(super) fn new(request: Request, message: &ShortMessage) -> Self {
        if !message.schedule_delivery_time.is_empty() {
            return Self::refused(request, status::ESME_RINVSCHED);
        }
        Self {
            requests: vec![request],
            receipt: receipt(message.registered_delivery),
            message: Ok(ReceivedMessage {
                internal_id: None,
                sender: Some(number(&message.source.number)).filter(|sender| !sender.is_empty()),
                recipient_phone: number(&message.destination.number),
                message_content: text::decode(
                    message.data_coding,
                    text::GSM_7,
                    message.content().octets,
                ),
            }),
        }
    }
}

fn receipt(registered_delivery: u8) -> Option<WantedNotices> {
    match registered_delivery & RECEIPT {
        0 => None,
        2 => Some(WantedNotices::Failures),
        3 => Some(WantedNotices::Successes),
        _ => Some(WantedNotices::All),
    }
}

/// Numbers are written without `+` here; many callers write it.
fn number(text: &str) -> String {
    match text.strip_prefix('+') {
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.to_owned(),
        _ => text.to_owned(),
    }
}

impl Request {
    pub(super) fn answer(self, status: u32, message_id: Option<&str>) -> Pdu {
        let taken = message_id.map_or_else(Taken::default, Taken::new);
        let body = match self.command {
            command::SUBMIT_SM => Body::SubmitSmResp(taken),
            command::DATA_SM => Body::DataSmResp(taken),
            command::DELIVER_SM => Body::DeliverSmResp(taken),
            _ => Body::GenericNack,
        };
        Pdu::response(status, self.sequence, body)
    }
}

/// What became of each message: its id, or the status of the answer. Accepted is durable.
pub(super) async fn submit(
    smpp: &Smpp,
    credentials: &Credentials,
    messages: Vec<ReceivedMessage>,
) -> Result<Vec<Result<Uuid, u32>>, Refusal> {
    let admitted = credentials.admit(smpp).await?;
    let messages = messages.into_iter().map(Ok).collect();
    let sent = service::send(&smpp.context, &admitted, messages).await?;
    Ok(sent.answer.messages.iter().map(fate).collect())
}

fn fate(entry: &SendEntry) -> Result<Uuid, u32> {
    let uuid = entry.message_uuid.as_ref().and_then(|id| id.parse().ok());
    uuid.ok_or(match entry.error.as_deref() {
        Some("invalid_recipient") => status::ESME_RINVDSTADR,
        Some("sender_missing" | "sender_not_allowed") => status::ESME_RINVSRCADR,
        Some("invalid_text") => status::ESME_RINVMSGLEN,
        _ => status::ESME_RSUBMITFAIL,
    })
}

/// Of a whole batch that nobody could take.
pub(super) fn status_of(refusal: &Refusal) -> u32 {
    if matches!(refusal, Refusal::Unavailable) {
        status::ESME_RSYSERR
    } else {
        status::ESME_RSUBMITFAIL
    }
}
