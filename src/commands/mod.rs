//! One verb per file: each introduces the layers to each other and has no rules of its own.

mod bulk;
mod clone;
mod completions;
mod create;
mod delete;
mod desk;
mod doctor;
mod edit;
mod enable;
mod export;
mod last_word;
mod list;
mod listed;
mod making;
mod messages;
mod plan;
mod preview;
mod reply;
mod resume;
mod routes;
mod send;
mod senders;
mod serve;
mod session;
mod show;
mod status;
mod tags;
mod token;
mod wait;
mod wanted;
mod webhooks;
mod wire;

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
                Refusal::Text(text) => terminal.answer(&text).map(|()| Code::Done),
                Refusal::Wrong(failure, _) => Err(failure.into()),
            };
            (terminal, result)
        }
    };
    match result {
        Ok(code) => code,
        Err(error) if error::is_broken_pipe(&error) => Code::Done,
        Err(error) => {
            let failure = Failure::from(&error);
            terminal.report(&failure);
            failure.code
        }
    }
}

fn dispatch(session: &Session, task: Task) -> anyhow::Result<Code> {
    match task {
        Task::MessagesWait(options) => return wait::run(session, &options),
        Task::WebhooksTest { stream } => return webhooks::test(session, &stream),
        Task::Send(options) => return send::run(session, *options),
        Task::Plan(options) => return plan::plan(session, &options),
        Task::Doctor { fix } => return doctor::run(session, fix),
        Task::Edit(options) => edit::run(session, *options),
        Task::Clone(options) => clone::run(session, &options),
        Task::SetEnabled { streams, enabled } => enable::run(session, &streams, enabled),
        Task::TokenRotate { stream, yes, copy } => token::rotate(session, &stream, yes, copy),
        Task::Export(options) => export::run(session, &options),
        Task::Apply {
            plan,
            yes,
            tokens_out,
        } => plan::apply(session, &plan, yes, tokens_out.as_deref()),
        Task::Schema => export::schema(session),
        Task::TagsList => tags::list(session),
        Task::TagsRename { old, new } => tags::rename(session, &old, &new),
        Task::SendersRemove { senders } => senders::remove(session, &senders),
        Task::SendersImport { file } => senders::import(session, &file),
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
        Task::Status(options) => status::run(session, &options),
        Task::RoutesList => routes::list(session),
        Task::RoutesAdd(options) => routes::add(session, options),
        Task::RoutesTest { name } => routes::test(session, &name),
        Task::RoutesRemove { name } => routes::remove(session, &name),
        Task::Reply(options) => reply::run(session, options),
        Task::MessagesList { which, limit } => messages::list(session, &which, limit),
        Task::MessagesShow { uuid } => messages::show(session, &uuid),
        Task::MessagesFollow(which) => wait::follow(session, &which),
        Task::WebhooksDeliveries(options) => webhooks::deliveries(session, &options),
        Task::WebhooksRedeliver { ids, which } => webhooks::redeliver(session, &ids, &which),
        Task::Serve(options) => serve::run(session, options),
        Task::Completions(shell) => completions::run(session, shell),
    }
    .map(|()| Code::Done)
}
