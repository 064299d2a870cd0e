//! `textpeak reply`

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::listed::{self, Names, outcome};
use super::session::{Session, ask, block_on, zone};
use crate::cli::ReplyArgs;
use crate::domain::{DeliveryState, Message, RetryPolicy, Stream, quote};
use crate::error::Failure;
use crate::render::time;
use crate::service::log::Log;
use crate::service::streams::CurrentStreams;
use crate::service::{Dispatcher, POLL, ReceiveError, receive};
use crate::store::{Attempt, Delivery, Store};

/// A little longer than an attempt may take.
const LONGEST: Duration = Duration::from_secs(17);

pub fn run(session: &Session, args: ReplyArgs) -> anyhow::Result<()> {
    let ReplyArgs {
        stream,
        from,
        text,
        to_sender,
    } = args;
    let stream = session.find(&stream)?;
    let (message, delivery, attempts) = block_on(async {
        let store = session.shared_store();
        let received = receive(&*store, &stream, from.clone(), text, to_sender).await;
        let received = received.map_err(|error| refused(session, &stream, from.as_str(), error))?;
        let Some((event, due)) = received.event else {
            return Ok((received.message, None, Vec::new()));
        };
        if due {
            first_attempt(session, &store, event).await?;
        }
        let delivery = store.delivery(event).await?;
        Ok((received.message, delivery, store.attempts(event).await?))
    })?;
    tell(session, &message, delivery.as_ref(), &attempts)
}

fn refused(session: &Session, stream: &Stream, from: &str, error: ReceiveError) -> Failure {
    let name = stream.name.as_str();
    match error {
        ReceiveError::Store(error) => error.into(),
        ReceiveError::Draft => {
            Failure::usage(format_args!("{} is a draft: create it first", quote(name)))
                .hint(session.paste(&["streams", "resume", name]))
        }
        ReceiveError::Live => Failure::usage(format_args!(
            "{} is a live stream: replies come from real phones",
            quote(name)
        ))
        .hint(session.paste(&["streams", "edit", name, "--demo"])),
        ReceiveError::NeverWrittenTo => Failure::usage(format_args!(
            "{from} has not received a message from this stream"
        ))
        .hint("specify the Sender ID to reply to, for example --to 12025550100"),
    }
}

/// Waits for the first attempt; makes it where no gateway of this home does. Another command may
/// have the handset's turn, or a gateway may just end: both are looked at again.
async fn first_attempt(
    session: &Session,
    store: &Arc<dyn Store>,
    event: Uuid,
) -> anyhow::Result<()> {
    let give_up = Instant::now() + LONGEST;
    let streams = CurrentStreams::open(Arc::clone(store), Log::nowhere()).await?;
    let dispatcher = Dispatcher::new(Arc::clone(store), Arc::new(streams), RetryPolicy::Local);
    loop {
        let attempts = store.attempts(event).await?;
        if !attempts.is_empty() || Instant::now() >= give_up {
            return Ok(());
        }
        let served = session.home.is_served().await?;
        if !served && dispatcher.attempt_now(event).await?.is_some() {
            return Ok(());
        }
        if is_disabled(store, event).await? {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Nobody attempts deliveries of a disabled webhook.
async fn is_disabled(store: &Arc<dyn Store>, event: Uuid) -> anyhow::Result<bool> {
    let Some(delivery) = store.delivery(event).await? else {
        return Ok(false);
    };
    let pause = store.webhook_pause(delivery.stream, String::new()).await?;
    Ok(pause.is_some())
}

fn tell(
    session: &Session,
    message: &Message,
    delivery: Option<&Delivery>,
    attempts: &[Attempt],
) -> anyhow::Result<()> {
    let terminal = session.terminal;
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
        terminal.note("Saved. The stream has no webhook.");
        return Ok(());
    };
    let disabled = ask(session
        .store
        .webhook_pause(delivery.stream.clone(), String::new()))?
    .is_some();
    let last = attempts.last().map(outcome).unwrap_or_default();
    terminal.note(&match (delivery.state, attempts.last()) {
        (DeliveryState::Delivered, _) => format!("Saved and delivered: {last}"),
        (DeliveryState::Dead, None) => {
            format!(
                "Saved, but not delivered: {}",
                delivery.details.clone().unwrap_or_default()
            )
        }
        (DeliveryState::Dead, Some(_)) => format!(
            "Saved, but not delivered: {last}. To try again: {}",
            session.paste(&["webhooks", "redeliver", &delivery.id.to_string()])
        ),
        (DeliveryState::Waiting, None) if disabled => format!(
            "Saved. The webhook is disabled. To deliver the reply: {}",
            session.paste(&["webhooks", "enable", delivery.stream.as_str()])
        ),
        (DeliveryState::Waiting, None) => "Saved. The running gateway delivers it.".to_owned(),
        (DeliveryState::Waiting, Some(_)) => format!(
            "Saved, but not delivered yet: {last}. textpeak serve tries again at {}.",
            time(delivery.next_at, &zone())
        ),
    });
    Ok(())
}
