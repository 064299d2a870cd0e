//! `textpeak webhooks test`

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::super::listed::{moment, webhook_pause};
use super::super::session::{Session, ask, block_on, webhook_secret};
use crate::api::{HttpRequest, ReceivedEvent, Signing, StatusEvent, WebhookBody, webhook_request};
use crate::client::{Answer, Client, Unanswered};
use crate::domain::{EventType, MessageStatus, SenderKind, Stream, conversation, escape, quote};
use crate::error::{Code, Failure};
use crate::render::http;
use crate::service::{LIMITS, Verdict, verdict};

/// How much of an answer is shown, in characters.
const SHOWN: usize = 500;

pub fn test(session: &Session, wanted: &str) -> anyhow::Result<Code> {
    let stream = session.find(wanted)?;
    let webhook = stream
        .webhook
        .as_ref()
        .ok_or_else(|| no_webhook(session, &stream))?;
    let secret = webhook_secret(session, &stream)?;
    let now = Timestamp::now();
    let id = Uuid::now_v7().to_string();
    let signing = Signing {
        id: &id,
        timestamp: now.as_second(),
        secret: Some(&secret),
    };
    let request = webhook_request(webhook, &example(&stream, &id, now, true), signing)
        .map_err(|error| Failure::usage(error).hint("shorten the URL, or use POST"))?;
    let answered = block_on(async { Ok(Client::new(LIMITS).execute(&request).await) })?;
    let verdict = verdict(&answered);
    if verdict == Verdict::Taken
        && webhook_pause(session, &stream)?.is_some()
        && ask(session.store.forget_gone(stream.id.clone()))?
    {
        session
            .terminal
            .note("The webhook was turned off by 410 (Gone). It is on again.");
    }
    tell(session, &request, &answered, &verdict)?;
    Ok(match (&verdict, &answered) {
        (Verdict::Taken, _) => Code::Done,
        (_, Err(_)) => Code::Unreachable,
        (_, Ok(_)) => Code::Refused,
    })
}

pub fn no_webhook(session: &Session, stream: &Stream) -> Failure {
    let name = stream.name.as_str();
    let words = [
        "streams",
        "edit",
        name,
        "--webhook-url",
        "https://example.com/sms",
    ];
    Failure::usage(format_args!("{} has no webhook", quote(name))).hint(session.paste(&words))
}

/// A dummy event of the first type that the webhook is told of; `test` marks it.
pub fn example(stream: &Stream, id: &str, now: Timestamp, test: bool) -> WebhookBody {
    let numeric = |id: &&crate::domain::SenderId| id.kind() == SenderKind::Numeric;
    let sender = stream.default_sender.as_ref().filter(numeric);
    let sender = sender.map_or_else(|| "12025550100".to_owned(), ToString::to_string);
    let handset = "12025550143".to_owned();
    let events = stream.webhook.as_ref().map(|webhook| &webhook.events);
    if events.is_none_or(|events| events.contains(&EventType::Received)) {
        return WebhookBody::Received(ReceivedEvent {
            kind: EventType::Received.name(),
            event_id: id.to_owned(),
            sequence: 1,
            message_uuid: id.to_owned(),
            stream: stream.id.clone(),
            from: handset,
            to: sender,
            text: "Yes, please".to_owned(),
            received_at: moment(now),
            in_reply_to: None,
            conversation_uuid: None,
            test,
        });
    }
    WebhookBody::Status(StatusEvent {
        kind: EventType::Status.name(),
        event_id: id.to_owned(),
        sequence: 1,
        occurred_at: moment(now),
        message_uuid: id.to_owned(),
        internal_id: None,
        conversation_uuid: conversation(&stream.id, &handset).to_string(),
        stream: stream.id.clone(),
        from: sender,
        to: handset,
        status: MessageStatus::Delivered,
        is_final: true,
        details: None,
        test,
    })
}

fn tell(
    session: &Session,
    request: &HttpRequest,
    answered: &Result<Answer, Unanswered>,
    verdict: &Verdict,
) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let remedy = remedy(verdict, answered);
    if terminal.json() {
        let answer = answered.as_ref().ok().map(|answer| {
            json!({
                "status": answer.status,
                "elapsed_ms": u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX),
                "body": body(answer),
            })
        });
        return terminal.answer_json(&json!({
            "delivered": *verdict == Verdict::Taken,
            "request": request.to_json(false),
            "answer": answer,
            "error": answered.as_ref().err().map(ToString::to_string),
            "remedy": remedy,
        }));
    }
    let mut text = http(request, false) + "\n\n";
    match answered {
        Ok(answer) => {
            text += &format!(
                "HTTP {} in {} ms\n",
                answer.status,
                answer.elapsed.as_millis()
            );
            let body = body(answer);
            if !body.is_empty() {
                text += &format!("{}\n", escape(&body));
            }
        }
        Err(error) => text += &format!("{}\n", escape(&error.to_string())),
    }
    terminal.answer(&text)?;
    match remedy {
        None => terminal.note("Delivered."),
        Some(remedy) => terminal.note(&format!("Not delivered: {remedy}")),
    }
    Ok(())
}

fn body(answer: &Answer) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() || answer.cut {
        shown.push('…');
    }
    shown
}

fn remedy(verdict: &Verdict, answered: &Result<Answer, Unanswered>) -> Option<&'static str> {
    if *verdict == Verdict::Taken {
        return None;
    }
    Some(match answered {
        Err(Unanswered::NotConnected { .. }) => {
            "nothing is listening there: start the receiver, or fix the host and port in the URL"
        }
        Err(Unanswered::TimedOut { .. }) => {
            "respond within 15 s: accept the message first, then process it"
        }
        Err(Unanswered::BrokeOff { .. }) => {
            "the receiver must respond with a status before it closes the connection"
        }
        Err(Unanswered::Unsendable(_)) => "fix the webhook's URL and headers",
        Ok(answer) => match answer.status {
            300..=399 => "redirects are not followed: use the final URL in the webhook",
            401 | 403 => "the receiver refused it: check the webhook's headers and the signature",
            404 => "the receiver doesn't know this path: fix the webhook's URL",
            405 => "the receiver expects another method: use --webhook-method post or get",
            410 => "410 (Gone) turns a webhook off: respond with 2xx to get messages",
            413 => "the receiver must accept bodies of a few kilobytes",
            415 => "the receiver must accept application/json",
            429 | 503 => "the receiver is busy; deliveries are retried later",
            500..=599 => "the receiver returned an error; check its log",
            _ => "respond with a status from 200 to 299",
        },
    })
}
