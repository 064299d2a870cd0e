//! `textpeak send`

use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;

use super::advice;
use super::bulk;
use super::routes::add_command;
use super::send_questions::recipient_and_text;
use super::session::{Session, block_on};
use super::wire::{Wire, shown, token_of};
use crate::api::{MOST_MESSAGES, MessageBody, SendBody, StatusReport};
use crate::cli::{GatewayOptions, SendArgs};
use crate::domain::{
    InternalId, MessageStatus, MessageText, Phone, Segments, SenderId, Span, Stream, Token, escape,
};
use crate::error::{Code, Failure};
use crate::render::{counted, http, segments};

/// The first pause between two questions for a status; each is longer, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LAST_PAUSE: Duration = Duration::from_secs(1);

pub fn run(session: &Session, args: SendArgs) -> anyhow::Result<Code> {
    let wait = args.wait_limit();
    let SendArgs {
        stream,
        to,
        text,
        sender,
        internal_id,
        dry_run,
        bulk,
        gateway,
        ..
    } = args;
    let stream = session.find(&stream)?;
    if bulk.from_file.is_some() {
        let order = bulk::Order {
            stream: &stream,
            sender,
            dry_run,
            wait,
            gateway: &gateway,
        };
        return bulk::run(session, bulk, &order);
    }
    let (to, text) = recipient_and_text(session, to, text)?;
    let one = One {
        to,
        text,
        sender,
        internal_id: internal_id.map_or_else(
            || Uuid::now_v7().to_string(),
            |id: InternalId| id.to_string(),
        ),
    };
    one.run(session, &stream, dry_run, wait, &gateway)
}

/// One message.
struct One {
    to: Phone,
    text: MessageText,
    sender: Option<SenderId>,
    internal_id: String,
}

impl One {
    fn body(&self) -> SendBody {
        SendBody {
            messages: vec![MessageBody {
                internal_id: self.internal_id.clone(),
                sender: self.sender.as_ref().map(ToString::to_string),
                recipient_phone: self.to.to_string(),
                message_content: self.text.to_string(),
            }],
        }
    }

    fn run(
        &self,
        session: &Session,
        stream: &Stream,
        dry_run: bool,
        wait: Option<Span>,
        gateway: &GatewayOptions,
    ) -> anyhow::Result<Code> {
        let terminal = session.terminal;
        let body = self.body();
        let measured = self.text.segments();
        if dry_run {
            let request = shown(gateway, stream, &body);
            if terminal.json() {
                terminal.answer_json(&request.to_json(false))?;
            } else {
                terminal.answer(&http(&request, false))?;
                terminal.note(&segments(&measured));
            }
            return Ok(Code::Done);
        }
        let token = token_of(session, stream)?;
        terminal.note(&segments(&measured));
        say_whose_gateway(session, stream, gateway);
        let (uuid, last) = block_on(async {
            let wire = Wire::connect(session, gateway, !stream.demo).await?;
            let sent = wire.send(&token, &body).await;
            let (mut reports, _) = sent.map_err(|error| wire.failure(&error))?;
            let outcome = reports.pop().map(|report| report.outcome);
            let uuid = match outcome {
                Some(Ok(uuid)) => uuid,
                Some(Err(why)) => return Err(refused(&why).into()),
                None => return Err(refused("it is not in the answer").into()),
            };
            // At once: whoever stops waiting has it.
            if !terminal.json() {
                terminal.answer(&escape(&uuid))?;
            }
            let ids = std::slice::from_ref(&uuid);
            let give_up = Instant::now() + wait.map_or(SUBMIT, Span::as_duration);
            if !stream.demo {
                say_what_is_left(session, wire.unsubmitted(ids, give_up).await?);
            }
            // What is known without waiting is told: a live message may have failed by now.
            let last = match wait {
                None if stream.demo || gateway.url().is_some() => None,
                None => follow(&wire, &token, ids, Instant::now()).await?.pop(),
                Some(_) => follow(&wire, &token, ids, give_up).await?.pop(),
            };
            wire.close().await;
            Ok((uuid, last))
        })?;
        self.tell(session, stream, gateway, (&measured, &uuid, last.as_ref()))?;
        Ok(match (wait, last) {
            (None, _) => Code::Done,
            (Some(_), Some(last)) if last.status == MessageStatus::Delivered.name() => Code::Done,
            (Some(_), _) => Code::NotHappened,
        })
    }

    fn tell(
        &self,
        session: &Session,
        stream: &Stream,
        gateway: &GatewayOptions,
        (measured, uuid, last): (&Segments, &str, Option<&StatusReport>),
    ) -> anyhow::Result<()> {
        let terminal = session.terminal;
        let status = last.map(|report| report.status.as_str());
        if terminal.json() {
            let sender = self.sender.as_ref().or(stream.default_sender.as_ref());
            return terminal.answer_json(&json!({
                "message_uuid": uuid,
                "internal_id": self.internal_id,
                "stream": stream.id,
                "to": self.to,
                "sender": sender,
                "status": status,
                "details": last.and_then(|report| report.details.as_ref()),
                "encoding": measured.encoding.name(),
                "segments": measured.segments,
                "units": measured.units,
            }));
        }
        if let Some(report) = last {
            let why = report.details.as_ref().map(|why| format!(": {why}"));
            let said = format!("{}{}", report.status, why.unwrap_or_default());
            terminal.note(&escape(&said));
        }
        say_how_to_add_a_route(session, stream, gateway)
    }
}

fn refused(why: &str) -> Failure {
    Failure::new(
        Code::Refused,
        format_args!("the message was refused: {why}"),
    )
    .hint("Fix the problem above, then send again.")
}

/// Says that a gateway of the command's own does not apply the stream's allow list.
pub fn say_whose_gateway(session: &Session, stream: &Stream, gateway: &GatewayOptions) {
    if gateway.url().is_none() && !stream.allowed_ips.is_empty() {
        session
            .terminal
            .note("Sent by the owner through a gateway of its own: the allow list is not applied.");
    }
}

/// Names the way out of `no_routes`, where the routes of this home decide.
pub fn say_how_to_add_a_route(
    session: &Session,
    stream: &Stream,
    gateway: &GatewayOptions,
) -> anyhow::Result<()> {
    if gateway.url().is_none()
        && let Some(note) = advice::no_route(stream, session.catalogue()?.routes())
    {
        let command = add_command(session);
        session
            .terminal
            .note(&format!("{note} To add one: {command}"));
    }
    Ok(())
}

/// Says that messages of a live stream are kept and not submitted yet.
pub fn say_what_is_left(session: &Session, left: usize) {
    if left > 0 {
        let kept = counted(left, "message");
        session.terminal.note(&format!(
            "{kept} kept and not submitted yet: textpeak serve goes on with it."
        ));
    }
}

/// How long one message of a live stream is waited for until it is submitted: a few tries.
const SUBMIT: Duration = Duration::from_secs(10);

/// Asks until every status is final, or the time is over; the last answers.
pub async fn follow(
    wire: &Wire,
    token: &Token,
    uuids: &[String],
    give_up: Instant,
) -> anyhow::Result<Vec<StatusReport>> {
    let mut open = uuids.to_vec();
    let mut last = Vec::new();
    let mut pause = FIRST_PAUSE;
    loop {
        let mut still = Vec::new();
        let mut unfinished = Vec::new();
        for batch in open.chunks(MOST_MESSAGES) {
            let answered = wire.status(token, batch).await;
            for report in answered.map_err(|error| wire.failure(&error))? {
                let known = report.status.parse::<MessageStatus>();
                if known.is_ok_and(MessageStatus::is_final) {
                    last.push(report);
                } else {
                    still.push(report.message_uuid.clone());
                    unfinished.push(report);
                }
            }
        }
        if still.is_empty() || Instant::now() + pause > give_up {
            last.extend(unfinished);
            return Ok(last);
        }
        open = still;
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_PAUSE);
    }
}
