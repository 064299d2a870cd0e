//! `textpeak listen`

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::listed::{self, Names};
use super::serve::stop_signal;
use super::session::{Session, block_on, zone};
use crate::api::{Signing, WebhookBody, webhook_request};
use crate::cli::ForwardArgs;
use crate::client::{Answer, Client, Unanswered};
use crate::domain::{
    Direction, Event, EventTypes, Message, Method, Status, Stream, StreamId, Webhook, WebhookUrl,
    escape, quote,
};
use crate::error::Failure;
use crate::render::time;
use crate::service::log::Log;
use crate::service::streams::CurrentStreams;
use crate::service::{Carriers, LIMITS, POLL, ServiceError, webhook_secret, work_listen};
use crate::store::{Cursor, MessageFilter};
use crate::terminal::json_line;

/// The pause before an address is called again that takes no connections.
const AGAIN: Duration = Duration::from_secs(1);

pub fn run(session: &Session, args: &ForwardArgs) -> anyhow::Result<()> {
    let streams = args.streams.iter().map(|wanted| ready(session, wanted));
    let streams: Vec<_> = streams.collect::<Result<_, _>>()?;
    if let Some(url) = args
        .forward_to
        .as_ref()
        .filter(|url| !url.is_on_this_machine())
    {
        return Err(Failure::usage(format_args!(
            "{} is not an address of this machine",
            quote(&url.to_string())
        ))
        .hint("use a URL like http://localhost:3000/sms, or the stream's webhook for others")
        .into());
    }
    block_on(async {
        let stop = stop_signal().context("cannot listen for signals")?;
        let (running, seen) = watch::channel(());
        let hearing = hear(session, seen).await?;
        let mut listener = Listener::new(session, streams, args.forward_to.clone()).await?;
        listener.introduce();
        let heard = tokio::select! {
            heard = listener.listen() => heard,
            () = stop => Ok(()),
        };
        drop(running);
        if let Some(hearing) = hearing {
            let _ = hearing.await;
        }
        heard
    })
}

fn ready(session: &Session, wanted: &str) -> anyhow::Result<Stream> {
    let stream = session.find(wanted)?;
    if stream.status == Status::Draft {
        return Err(ServiceError::IsDraft(stream.name.to_string()).into());
    }
    Ok(stream)
}

/// Where no gateway of this home does, hears the routes of live streams.
async fn hear(
    session: &Session,
    running: watch::Receiver<()>,
) -> anyhow::Result<Option<JoinHandle<()>>> {
    if session.home.is_served().await? || session.store.snapshot().await?.routes().is_empty() {
        return Ok(None);
    }
    let (store, terminal) = (session.shared_store(), session.terminal);
    let log = Log::new(move |entry| {
        if entry.is_fault() {
            terminal.say(&entry.line(Timestamp::now()));
        }
    });
    let streams = Arc::new(CurrentStreams::open(Arc::clone(&store), log.clone()).await?);
    let carriers = Carriers::new(Arc::clone(&store), Arc::clone(&streams), log.clone());
    let carriers = Arc::new(carriers);
    Ok(Some(tokio::spawn(async move {
        work_listen(Arc::clone(&carriers), store, streams, log, running).await;
        carriers.close().await;
    })))
}

struct Listener<'a> {
    session: &'a Session,
    streams: HashMap<StreamId, Stream>,
    /// How far each stream was listened to.
    until: HashMap<StreamId, Cursor>,
    forward_to: Option<WebhookUrl>,
    client: Client,
}

impl<'a> Listener<'a> {
    async fn new(
        session: &'a Session,
        streams: Vec<Stream>,
        forward_to: Option<WebhookUrl>,
    ) -> anyhow::Result<Self> {
        let newest = session.store.newest().await?;
        let mut until = HashMap::new();
        for stream in &streams {
            let id = &stream.id;
            let before = session.store.listened(id.clone()).await?;
            let place = before.unwrap_or(newest);
            // The next time counts from here, also where nothing comes meanwhile.
            if before.is_none() {
                session.store.set_listened(id.clone(), newest).await?;
            }
            until.insert(id.clone(), place);
        }
        let streams = streams.into_iter().map(|one| (one.id.clone(), one));
        Ok(Self {
            session,
            streams: streams.collect(),
            until,
            forward_to,
            client: Client::new(LIMITS),
        })
    }

    fn introduce(&self) {
        let mut names: Vec<_> = self
            .streams
            .values()
            .map(|stream| quote(stream.name.as_str()))
            .collect();
        names.sort();
        self.session.terminal.note(&format!(
            "Listening to {}. Press Ctrl-C to stop.",
            names.join(", ")
        ));
    }

    /// Until it is dropped, or something cannot be read or written.
    async fn listen(&mut self) -> anyhow::Result<()> {
        let mut edition = None;
        loop {
            let now = Some(self.session.store.edition_lately().await?);
            if now != edition {
                edition = now;
                for (place, message) in self.fresh().await? {
                    self.hand_on(place, &message).await?;
                }
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Oldest first.
    async fn fresh(&self) -> anyhow::Result<Vec<(Cursor, Message)>> {
        let filter = MessageFilter {
            direction: Some(Direction::Incoming),
            after: self.until.values().min().copied(),
            ..MessageFilter::default()
        };
        let mut fresh = self.session.store.messages(filter, usize::MAX).await?;
        let is_new = |(place, message): &(Cursor, Message)| {
            let until = self.until.get(&message.stream);
            until.is_some_and(|until| place > until)
        };
        fresh.retain(is_new);
        fresh.reverse();
        Ok(fresh)
    }

    /// The place is kept only when the message was handed on.
    async fn hand_on(&mut self, place: Cursor, message: &Message) -> anyhow::Result<()> {
        let mut told = false;
        let answered = loop {
            let Some(url) = &self.forward_to else {
                break None;
            };
            match self.call(url, message).await? {
                Err(error @ Unanswered::NotConnected { .. }) => {
                    if !std::mem::replace(&mut told, true) {
                        let terminal = self.session.terminal;
                        terminal.say(&format!("Waiting: {}", escape(&error.to_string())));
                    }
                    tokio::time::sleep(AGAIN).await;
                }
                answered => break Some(answered),
            }
        };
        let stream = message.stream.clone();
        self.session
            .store
            .set_listened(stream.clone(), place)
            .await?;
        self.until.insert(stream, place);
        self.show(message, answered.as_ref())
    }

    async fn call(
        &self,
        url: &WebhookUrl,
        message: &Message,
    ) -> anyhow::Result<Result<Answer, Unanswered>> {
        let webhook = Webhook {
            method: Method::Post,
            url: url.clone(),
            headers: Vec::new(),
            events: EventTypes::default(),
        };
        let event = Event {
            id: message.uuid,
            // The stream's own events count; these need only grow.
            sequence: message.at.as_millisecond().unsigned_abs(),
            at: message.at,
            status: None,
            message: message.clone(),
        };
        let secret = webhook_secret(&*self.session.store, &message.stream).await?;
        let id = event.id.to_string();
        let signing = Signing {
            id: &id,
            timestamp: Timestamp::now().as_second(),
            secret: Some(&secret),
        };
        let request = webhook_request(&webhook, &WebhookBody::from(&event), signing)?;
        Ok(self.client.execute(&request).await)
    }

    fn show(
        &self,
        message: &Message,
        answered: Option<&Result<Answer, Unanswered>>,
    ) -> anyhow::Result<()> {
        let terminal = self.session.terminal;
        if terminal.json() {
            let names = Names::read(self.session)?;
            let mut json = listed::message(message, &names, Timestamp::now());
            json["forwarded"] = answered.map_or(Value::Null, forwarded);
            return terminal.answer(&json_line(&json));
        }
        let stream = self.streams.get(&message.stream);
        let name = stream.map_or_else(String::new, |stream| stream.name.to_string());
        let (from, to) = message.from_and_to();
        let line = format!(
            "{}  {name}  {from} → {to}  {}",
            time(message.at, &zone()),
            message.text
        );
        let outcome = match answered {
            Some(Ok(answer)) => {
                let elapsed = answer.elapsed.as_millis();
                format!("\n  HTTP {} in {elapsed} ms", answer.status)
            }
            Some(Err(error)) => format!("\n  {}", escape(&error.to_string())),
            None => String::new(),
        };
        terminal.answer(&(escape(&line).into_owned() + &outcome))
    }
}

fn forwarded(answered: &Result<Answer, Unanswered>) -> Value {
    match answered {
        Ok(answer) => {
            let elapsed = u64::try_from(answer.elapsed.as_millis()).unwrap_or(u64::MAX);
            json!({ "status": answer.status, "elapsed_ms": elapsed, "error": null })
        }
        Err(error) => json!({ "status": null, "elapsed_ms": null, "error": error.to_string() }),
    }
}
