//! `textpeak reply`

use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::listed::{self, Names, outcome};
use super::session::{Session, webhook_secret, zone};
use super::wire::block_on;
use crate::cli::ReplyArgs;
use crate::domain::{DeliveryState, Retry, Status, Stream, quote};
use crate::error::Failure;
use crate::gateway::{Courier, Streams};
use crate::journal::{Attempt, Delivery, Journal, NewReply, Received};
use crate::render::time;

/// How often it looks whether a gateway has made the attempt.
const GLANCE: Duration = Duration::from_millis(20);

/// A little longer than an attempt may take.
const PATIENCE: Duration = Duration::from_secs(17);

pub fn run(session: &Session, args: ReplyArgs) -> anyhow::Result<()> {
    let ReplyArgs {
        stream,
        from,
        text,
        to_sender: to,
    } = args;
    let file = session.home.read()?;
    let stream = file.state()?.find(&stream)?;
    check(session, &stream)?;
    if stream.webhook.is_some() {
        webhook_secret(session, &stream)?;
    }
    let reply = NewReply {
        stream: stream.id.clone(),
        from: from.clone(),
        to: to.or(stream.default_sender.clone()),
        text,
        webhook: stream
            .webhook
            .as_ref()
            .map(|webhook| webhook.url.to_string()),
    };
    let path = session.home.prepare_journal()?;
    let (received, delivery, attempts) = block_on(async {
        let journal = Journal::open(&path)?;
        let now = Timestamp::now();
        let received = journal
            .write(move |writer| writer.receive(&reply, now))
            .await?;
        let received = received.ok_or_else(|| {
            Failure::usage(format_args!("{from} never got a message of this stream"))
                .hint("say which Sender ID it answers, as with --to 12025550100")
        })?;
        let id = received.message.uuid;
        if received.delivery == Some(true) {
            first_attempt(session, &journal, id).await?;
        }
        let (delivery, attempts) = journal
            .read(move |reader| Ok((reader.delivery(id)?, reader.attempts(id)?)))
            .await?;
        Ok((received, delivery, attempts))
    })?;
    tell(session, &received, delivery.as_ref(), &attempts)
}

fn check(session: &Session, stream: &Stream) -> Result<(), Failure> {
    let name = stream.name.as_str();
    if stream.status == Status::Draft {
        return Err(Failure::usage(format_args!(
            "{} is a draft: it has to be created first",
            quote(name)
        ))
        .hint(session.paste(&["streams", "resume", name])));
    }
    if !stream.demo {
        return Err(Failure::usage(format_args!(
            "{} is live: its replies come from handsets",
            quote(name)
        ))
        .hint(session.paste(&["streams", "edit", name, "--demo"])));
    }
    Ok(())
}

/// Waits for the first attempt; makes it where no gateway of this home does. Another command may
/// have the handset's turn, or a gateway may just end: both are looked at again.
async fn first_attempt(session: &Session, journal: &Journal, id: Uuid) -> anyhow::Result<()> {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let attempts = journal.read(move |reader| reader.attempts(id)).await?;
        if !attempts.is_empty() || Instant::now() >= give_up {
            return Ok(());
        }
        if !session.home.is_served() {
            let streams = Streams::read(&session.home)?;
            let courier = Courier::new(session.home.clone(), journal.clone(), Retry::Local);
            if courier.attempt_now(id, &streams).await?.is_some() {
                return Ok(());
            }
        }
        tokio::time::sleep(GLANCE).await;
    }
}

fn tell(
    session: &Session,
    received: &Received,
    delivery: Option<&Delivery>,
    attempts: &[Attempt],
) -> anyhow::Result<()> {
    let terminal = session.terminal;
    let message = &received.message;
    if terminal.json() {
        let names = Names::read(session)?;
        let delivery = delivery.map(|one| listed::delivery(one, attempts, &names));
        return terminal.answer_json(&json!({
            "message": listed::message(message, &names, Timestamp::now()),
            "delivery": delivery.unwrap_or(Value::Null),
        }));
    }
    terminal.answer(&message.uuid.to_string())?;
    let Some(delivery) = delivery else {
        terminal.note("Kept. The stream has no webhook that it could be delivered to.");
        return Ok(());
    };
    let last = attempts.last().map(outcome).unwrap_or_default();
    terminal.note(&match (delivery.state, attempts.last()) {
        (DeliveryState::Delivered, _) => format!("Kept and delivered: {last}"),
        (DeliveryState::Dead, None) => {
            format!(
                "Kept, not delivered: {}",
                delivery.details.clone().unwrap_or_default()
            )
        }
        (DeliveryState::Dead, Some(_)) => format!(
            "Kept, not delivered: {last}. To try again: {}",
            session.paste(&["webhooks", "redeliver", &delivery.id.to_string()])
        ),
        (DeliveryState::Waiting, None) => {
            "Kept. A gateway of this home goes on with its delivery.".to_owned()
        }
        (DeliveryState::Waiting, Some(_)) => format!(
            "Kept, not delivered yet: {last}. textpeak serve goes on with it at {}.",
            time(delivery.next_at, &zone())
        ),
    });
    Ok(())
}
