//! `textpeak serve`

use std::sync::mpsc::{Sender, channel};
use std::thread;

use anyhow::Context as _;
use jiff::Timestamp;

use super::session::Session;
use crate::cli::{LogFormat, ServeOptions};
use crate::domain::quote;
use crate::error::Failure;
use crate::gateway::{Event, Gateway, Options, Tell};
use crate::terminal::{Terminal, json_line};

pub fn run(session: &Session, options: ServeOptions) -> anyhow::Result<()> {
    let ServeOptions {
        listen,
        trusted_proxies,
        delivery_delay,
        allow_any,
        retry,
        log,
    } = options;
    let options = Options {
        listen,
        trusted: trusted_proxies,
        delivery_delay: delivery_delay.as_duration(),
        allow_any,
        owner: false,
        retry: Some(retry),
    };
    raise_the_limit_of_files();
    let (tell, log) = logging(session.terminal, log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let served = runtime.block_on(async {
        let stop = stop_signal().context("cannot listen for signals")?;
        let gateway = Gateway::open(&session.home, options, tell)?;
        if let Some(stream) = gateway.without_allow_list().first() {
            return Err(open_to_all(session, stream.name.as_str()).into());
        }
        let _serving = session.home.announce_serving()?;
        let url = format!("http://{}", gateway.address());
        if session.terminal.json() {
            session
                .terminal
                .answer_json(&serde_json::json!({ "listening": url }))?;
        } else {
            session.terminal.answer(&format!("Listening on {url}"))?;
        }
        gateway.serve(stop).await;
        Ok(())
    });
    // Everything that tells is gone with the runtime, so that the log comes to its end.
    drop(runtime);
    let _ = log.join();
    served
}

fn open_to_all(session: &Session, name: &str) -> Failure {
    Failure::usage(format_args!(
        "{} has no allow list, and this address is not loopback: anyone could try to use it",
        quote(name)
    ))
    .hint(format_args!(
        "{}, or serve with --allow-any",
        session.paste(&["streams", "edit", name, "--ip", "192.0.2.10"])
    ))
}

/// A thread that writes the log, and who tells it what to write. Lines that wait are written
/// together, so that no request waits for a slow terminal.
fn logging(terminal: Terminal, format: LogFormat) -> (Tell, thread::JoinHandle<()>) {
    let (lines, waiting): (Sender<(Timestamp, Event)>, _) = channel();
    let writer = thread::spawn(move || {
        let line = |(at, event): (Timestamp, Event)| match format {
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
        }
    });
    let tell = Tell::new(move |event| {
        if event.is_fault() || !terminal.is_quiet() {
            let _ = lines.send((Timestamp::now(), event));
        }
    });
    (tell, writer)
}

/// Resolves when the process is asked to end.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
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
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
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
