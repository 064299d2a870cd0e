//! Shell completion: the registration scripts, and values that are looked up while typing.

use std::ffi::OsStr;
use std::io;

use clap::Command;
use clap_complete::CompleteEnv;
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};
use clap_complete::env::Shells;

use super::{Shell, command};
use crate::domain::Method;

/// The variable by which a script says that it asks for completions, and for which shell.
const VARIABLE: &str = "COMPLETE";

/// A value and its description.
pub type Candidate = (String, String);

/// Where live values come from. Each answers with nothing rather than with an error.
#[derive(Debug, Clone, Copy)]
pub struct Live {
    /// Names and ids of streams.
    pub streams: fn() -> Vec<Candidate>,
    /// Tags in use.
    pub tags: fn() -> Vec<Candidate>,
    /// The catalogue.
    pub senders: fn() -> Vec<Candidate>,
}

/// Answers a completion script and says `true`; `false` on an ordinary run.
#[must_use]
pub fn complete(live: Live) -> bool {
    if std::env::var_os(VARIABLE).is_none() {
        return false;
    }
    let words = std::env::args_os();
    let folder = std::env::current_dir().ok();
    CompleteEnv::with_factory(|| with_live_values(command(), live))
        .var(VARIABLE)
        .try_complete(words, folder.as_deref())
        .unwrap_or(true)
}

/// The script that a shell loads.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn script(shell: Shell) -> io::Result<String> {
    let mut script = Vec::new();
    if let Some(writer) = Shells::builtins().completer(shell.name()) {
        writer.write_registration(VARIABLE, "textpeak", "textpeak", "textpeak", &mut script)?;
    }
    String::from_utf8(script).map_err(io::Error::other)
}

fn with_live_values(command: Command, live: Live) -> Command {
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "stream" | "streams" | "draft_stream" => arg.add(source(live.streams)),
            "tag" => arg.add(source(live.tags)),
            "sender" => arg.add(source(live.senders)),
            "webhook_method" => arg.add(ArgValueCandidates::new(|| {
                Method::ALL
                    .into_iter()
                    .map(|method| CompletionCandidate::new(method.name().to_lowercase()))
                    .collect()
            })),
            _ => arg,
        })
        .mut_subcommands(|sub| with_live_values(sub, live))
}

fn source(candidates: fn() -> Vec<Candidate>) -> ArgValueCompleter {
    let quoted = std::env::var(VARIABLE).is_ok_and(|shell| shell == "bash");
    ArgValueCompleter::new(move |typed: &OsStr| {
        let typed = typed.to_string_lossy();
        let matching = |(value, about): Candidate| {
            let value = if quoted { escaped(&value) } else { value };
            value
                .starts_with(typed.as_ref())
                .then(|| CompletionCandidate::new(value).help(Some(about.into())))
        };
        candidates().into_iter().filter_map(matching).collect()
    })
}

/// bash takes a candidate for text that was typed: what it would act on needs a backslash.
fn escaped(value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        if !plain(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}
