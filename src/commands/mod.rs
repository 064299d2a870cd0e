//! One verb per file: each introduces the layers to each other and has no rules of its own.

mod completions;
mod create;
mod delete;
mod desk;
mod list;
mod making;
mod preview;
mod resume;
mod senders;
mod session;
mod show;
mod token;

use std::ffi::OsString;

use crate::cli::{self, Refusal, Task};
use crate::error::{self, Code, Failure};
use crate::terminal::{Manner, Terminal};
use session::Session;

/// Runs one command line, program name first, and says how it went.
#[must_use]
pub fn run(words: &[OsString]) -> Code {
    if completions::answer_shell() {
        return Code::Done;
    }
    let (terminal, result) = match cli::parse(words) {
        Ok(invocation) => {
            let terminal = Terminal::new(session::surroundings(invocation.globals.manner));
            let result = Session::open(terminal, invocation.globals.home)
                .and_then(|session| dispatch(&session, invocation.task));
            (terminal, result)
        }
        Err(refusal) => {
            let output = match &refusal {
                Refusal::Wrong(_, output) => *output,
                Refusal::Text(_) => crate::terminal::Output::Table,
            };
            let terminal = Terminal::new(session::surroundings(Manner {
                output,
                ..Manner::default()
            }));
            let result = match refusal {
                Refusal::Text(text) => terminal.answer(&text),
                Refusal::Wrong(failure, _) => Err(failure.into()),
            };
            (terminal, result)
        }
    };
    match result {
        Ok(()) => Code::Done,
        Err(error) if error::is_broken_pipe(&error) => Code::Done,
        Err(error) => {
            let failure = Failure::from(&error);
            terminal.report(&failure);
            failure.code
        }
    }
}

fn dispatch(session: &Session, task: Task) -> anyhow::Result<()> {
    match task {
        Task::Create(options) => create::run(session, *options),
        Task::Resume { draft, gateway } => resume::run(session, &draft, &gateway),
        Task::List(options) => list::run(session, &options),
        Task::Show {
            stream,
            reveal,
            gateway,
        } => show::run(session, &stream, reveal, &gateway),
        Task::Preview(options) => preview::run(session, &options),
        Task::TokenShow { stream, copy } => token::show(session, &stream, copy),
        Task::Delete(options) => delete::run(session, &options),
        Task::SendersList => senders::list(session),
        Task::SendersAdd { senders } => senders::add(session, &senders),
        Task::Completions(shell) => completions::run(session, shell),
    }
}
