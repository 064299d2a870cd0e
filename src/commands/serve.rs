//! `textpeak serve`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use jiff::Timestamp;

use super::session::Session;
use super::wire::unopened;
use crate::cli::{LogFormat, ServeArgs};
use crate::domain::{Status, Stream, escape, quote};
use crate::error::Failure;
use crate::files::{input_name, read_limited_input};
use crate::gateway::{Gateway, Options, SmppOptions, Tls, TlsError};
use crate::render::counted;
use crate::service::log::{Log, LogEntry};
#[cfg(feature = "postgres")]
use crate::store::AnyHome;
use crate::terminal::{Terminal, json_line};

pub fn run(session: &Session, args: ServeArgs) -> anyhow::Result<()> {
    let retry = args.retry();
    let tls = tls(&args)?;
    let is_encrypted = tls.is_some();
    let ServeArgs {
        listen,
        smpp,
        trusted_proxies,
        delivery_delay,
        allow_any,
        log,
        ..
    } = args;
    let options = Options {
        listen,
        smpp: smpp.map(|listen| SmppOptions { listen, tls }),
        trusted: trusted_proxies,
        delivery_delay: delivery_delay.as_duration(),
        allow_any,
        owner: false,
        relay: true,
        retry: Some(retry),
    };
    let scheme = if is_encrypted { "smpps" } else { "smpp" };
    raise_the_limit_of_files();
    let is_read = matches!(log, LogFormat::Text);
    let (log, ended) = logging(session.terminal, log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers())
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let served = runtime.block_on(async {
        check_server(session).await?;
        let stop = stop_signal().context("cannot listen for signals")?;
        let gateway = Gateway::open(session.shared_store(), options, log)
            .await
            .map_err(unopened)?;
        if let Some(stream) = gateway.without_allow_list().await.first() {
            return Err(open_to_all(session, stream.name.as_str()).into());
        }
        let serving = session.home.announce_serving().await?;
        let http = format!("http://{}", gateway.address());
        let smpp = gateway.smpp_address();
        let smpp = smpp.map(|address| format!("{scheme}://{address}"));
        announce(session, std::iter::once(http).chain(smpp))?;
        if is_read {
            introduce(session, &gateway.streams().await);
        }
        gateway.serve(stop).await;
        serving.end().await;
        Ok(())
    });
    // Everything that tells is gone with the runtime, so that the log comes to its end; who does
    // not read it is not waited for.
    drop(runtime);
    let _ = ended.recv_timeout(LAST_LINES);
    served
}

/// A database must keep what it says it keeps.
#[cfg(feature = "postgres")]
async fn check_server(session: &Session) -> anyhow::Result<()> {
    let AnyHome::Database(store) = &session.home else {
        return Ok(());
    };
    if let Some(level) = store.weakness().await? {
        session.terminal.note(&format!(
            "Warning: the database runs with synchronous_commit {level}: messages that were \
             accepted last can be lost when it fails."
        ));
    }
    Ok(())
}

#[cfg(not(feature = "postgres"))]
#[expect(
    clippy::unused_async,
    reason = "a database is asked in the other build"
)]
async fn check_server(_: &Session) -> anyhow::Result<()> {
    Ok(())
}

/// One line for each address that answers from here on.
fn announce(session: &Session, urls: impl Iterator<Item = String>) -> anyhow::Result<()> {
    for url in urls {
        if session.terminal.json() {
            let listening = serde_json::json!({ "listening": url });
            session.terminal.answer_json(&listening)?;
        } else {
            session.terminal.answer(&format!("Listening on {url}"))?;
        }
    }
    Ok(())
}

/// Most bytes of a certificate chain or a key.
const LARGEST_PEM: u64 = 1 << 20;

fn tls(args: &ServeArgs) -> anyhow::Result<Option<Tls>> {
    let (Some(certificate), Some(key)) = (&args.smpp_tls_cert, &args.smpp_tls_key) else {
        return Ok(None);
    };
    let chain = read_limited_input(certificate, LARGEST_PEM)?;
    let secret = read_limited_input(key, LARGEST_PEM)?;
    let tls = Tls::new(chain.as_bytes(), secret.as_bytes()).map_err(|error| {
        let file = match &error {
            TlsError::Key => key,
            TlsError::Certificate | TlsError::Pair(_) => certificate,
        };
        let name = input_name(file);
        Failure::usage(format_args!(
            "can't serve TLS with {}: {error}",
            quote(&name)
        ))
        .hint("use PEM files: --smpp-tls-cert chain.pem --smpp-tls-key key.pem")
    })?;
    Ok(Some(tls))
}

/// Most streams that are named.
const NAMED: usize = 5;

/// For people: whom it serves, out of which home, and until when.
fn introduce(session: &Session, streams: &[Arc<Stream>]) {
    let ready = streams.iter().filter(|one| one.status == Status::Ready);
    let mut names: Vec<_> = ready.map(|one| quote(one.name.as_str())).collect();
    names.sort();
    let count = match names.len() {
        0 => "none Ready".to_owned(),
        ready => format!("{ready} Ready"),
    };
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let mut listed = names.join(", ");
    if more > 0 {
        listed += &format!(" and {more} more");
    }
    let colon = if listed.is_empty() { "" } else { ": " };
    session.terminal.note(&format!(
        "Home: {}\n{}, {count}{colon}{listed}\nPress Ctrl-C to stop.",
        escape(&session.home.to_string()),
        counted(streams.len(), "stream"),
    ));
}

fn open_to_all(session: &Session, name: &str) -> Failure {
    Failure::usage(format_args!(
        "{} has no IP allow list, and this address is not loopback: anyone could try to use it",
        quote(name)
    ))
    .hint(format_args!(
        "use --allow-any, or add an allow list: {}",
        session.paste(&["streams", "edit", name, "--ip", "192.0.2.10"])
    ))
}

/// Lines of the log that may wait to be written; what comes on top is counted and left out.
const LINES: usize = 10_000;

const LAST_LINES: Duration = Duration::from_secs(2);

/// A thread that writes the log, who tells it what to write, and when it is done. Lines that wait
/// are written together, so that no request waits for a slow terminal.
fn logging(terminal: Terminal, format: LogFormat) -> (Log, Receiver<()>) {
    let (lines, waiting) = sync_channel::<(Timestamp, LogEntry)>(LINES);
    let (done, ended) = channel();
    let left_out = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&left_out);
    thread::spawn(move || {
        let line = |(at, event): (Timestamp, LogEntry)| match format {
            LogFormat::Text => event.line(at),
            LogFormat::Json => json_line(&event.json(at)),
        };
        while let Ok(first) = waiting.recv() {
            let mut text = line(first);
            for more in waiting.try_iter() {
                text.push('\n');
                text += &line(more);
            }
            terminal.say(&text);
            let missing = count.swap(0, Ordering::Relaxed);
            if missing > 0 {
                terminal.say(&format!("{missing} log lines were dropped"));
            }
        }
        let _ = done.send(());
    });
    let log = Log::new(move |event| {
        if event.is_fault() || !terminal.is_quiet() {
            let sent = lines.try_send((Timestamp::now(), event));
            left_out.fetch_add(usize::from(sent.is_err()), Ordering::Relaxed);
        }
    });
    (log, ended)
}

#[cfg(unix)]
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

/// A core is left to the thread that writes messages, which every accepted request waits for.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

/// Every connection is a file: as many as the system allows this user.
#[cfg(unix)]
fn raise_the_limit_of_files() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // With fewer files it serves all the same.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(not(unix))]
fn raise_the_limit_of_files() {}
