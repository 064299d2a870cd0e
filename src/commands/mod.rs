//! One verb per file: each introduces the layers to each other and has no rules of its own.

mod account;
mod advice;
mod bulk;
mod clone;
mod completions;
mod create;
mod delete;
mod doctor;
mod edit;
mod enable;
mod export;
mod failures;
mod follow;
mod home;
mod interrupt_message;
mod list;
mod listed;
mod listen;
mod making;
mod messages;
mod opened;
mod optouts;
mod place;
mod plan;
mod preview;
mod reply;
mod resume;
mod routes;
mod run_wizard;
mod send;
mod send_questions;
mod senders;
mod serve;
mod session;
mod show;
mod status;
mod tags;
mod token;
mod unmatched;
mod wait;
mod wanted;
mod webhooks;
mod wire;

use std::ffi::OsString;

use crate::cli::{
    self, AccountCommand, Cli, Command, HomeCommand, MessagesCommand, OptoutsCommand, Refusal,
    RoutesCommand, SendersCommand, StreamsCommand, TagsCommand, TokenCommand, WebhooksCommand,
};
use crate::error::{self, Code, Failure};
use crate::terminal::{Terminal, TerminalOptions};
use session::Session;

/// The program's name comes first.
pub fn run(words: &[OsString]) -> Code {
    if completions::answer_shell() {
        return Code::Done;
    }
    let (terminal, result) = match cli::parse(words) {
        Ok(Cli { globals, command }) => {
            let terminal = Terminal::new(session::with_environment(globals.terminal_options()));
            let result = Session::open(terminal, globals.home())
                .and_then(|session| dispatch(&session, command));
            (terminal, result)
        }
        Err(refusal) => {
            let output = match &refusal {
                Refusal::Wrong(_, output) => *output,
                Refusal::Text(_) => crate::terminal::Output::Table,
            };
            let terminal = Terminal::new(session::with_environment(TerminalOptions {
                output,
                ..TerminalOptions::default()
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

fn dispatch(session: &Session, command: Command) -> anyhow::Result<Code> {
    match command {
        Command::Streams(command) => return dispatch_streams(session, command),
        Command::Webhooks(command) => return dispatch_webhooks(session, command),
        Command::Messages(command) => return dispatch_messages(session, command),
        Command::Send(args) => return send::run(session, *args),
        Command::Account(AccountCommand::Pull(args)) => return account::pull(session, &args),
        Command::Doctor { fix } => return doctor::run(session, fix),
        Command::Senders(command) => dispatch_senders(session, command),
        Command::Tags(TagsCommand::List) => tags::list(session),
        Command::Tags(TagsCommand::Rename { old, new }) => tags::rename(session, &old, &new),
        Command::Status(args) => status::run(session, &args),
        Command::Reply(args) => reply::run(session, args),
        Command::Routes(command) => dispatch_routes(session, command),
        Command::Listen(args) => listen::run(session, &args),
        Command::Optouts(OptoutsCommand::List { stream }) => {
            optouts::list(session, stream.as_deref())
        }
        Command::Optouts(OptoutsCommand::Add(args)) => optouts::set(session, &args, true),
        Command::Optouts(OptoutsCommand::Remove(args)) => optouts::set(session, &args, false),
        Command::Serve(args) => serve::run(session, args),
        Command::Home(HomeCommand::Show) => home::show(session),
        Command::Home(HomeCommand::Init) => home::init(session),
        Command::Home(HomeCommand::Copy(args)) => home::copy(session, &args),
        Command::Completions { shell } => completions::run(session, shell),
    }
    .map(|()| Code::Done)
}

fn dispatch_streams(session: &Session, command: StreamsCommand) -> anyhow::Result<Code> {
    match command {
        StreamsCommand::Plan(args) => return plan::plan(session, &args),
        StreamsCommand::Create(args) => create::run(session, *args),
        StreamsCommand::Resume { draft, gateway } => {
            resume::run(session, draft.as_deref(), &gateway.gateway)
        }
        StreamsCommand::List(args) => list::run(session, args),
        StreamsCommand::Show {
            stream,
            reveal,
            gateway,
        } => show::run(session, &stream, reveal, &gateway.gateway),
        StreamsCommand::Preview(args) => preview::run(session, &args),
        StreamsCommand::Token(TokenCommand::Show { stream, copy }) => {
            token::show(session, &stream, copy)
        }
        StreamsCommand::Token(TokenCommand::Rotate { stream, yes, copy }) => {
            token::rotate(session, &stream, yes, copy)
        }
        StreamsCommand::Edit(args) => edit::run(session, *args),
        StreamsCommand::Clone(args) => clone::run(session, &args),
        StreamsCommand::Enable { streams } => enable::run(session, &streams, true),
        StreamsCommand::Disable { streams } => enable::run(session, &streams, false),
        StreamsCommand::Export(args) => export::run(session, args),
        StreamsCommand::Apply {
            plan,
            yes,
            tokens_out,
        } => plan::apply(session, &plan, yes, tokens_out.as_deref()),
        StreamsCommand::Schema => export::schema(session),
        StreamsCommand::Delete(args) => delete::run(session, &args),
    }
    .map(|()| Code::Done)
}

fn dispatch_senders(session: &Session, command: SendersCommand) -> anyhow::Result<()> {
    match command {
        SendersCommand::List => senders::list(session),
        SendersCommand::Remove { senders } => senders::remove(session, &senders),
        SendersCommand::Import { file } => senders::import(session, &file),
        SendersCommand::Add { senders } => senders::add(session, &senders),
    }
}

fn dispatch_messages(session: &Session, command: MessagesCommand) -> anyhow::Result<Code> {
    match command {
        MessagesCommand::Wait(args) => return wait::run(session, &args),
        MessagesCommand::List {
            limit,
            unmatched: true,
            ..
        } => unmatched::list(session, limit),
        MessagesCommand::List { filter, limit, .. } => messages::list(session, &filter, limit),
        MessagesCommand::Assign { uuid, stream } => unmatched::assign(session, &uuid, &stream),
        MessagesCommand::Show { uuid } => messages::show(session, &uuid),
        MessagesCommand::Follow { filter } => follow::run(session, &filter),
    }
    .map(|()| Code::Done)
}

fn dispatch_webhooks(session: &Session, command: WebhooksCommand) -> anyhow::Result<Code> {
    match command {
        WebhooksCommand::Test { stream } => return webhooks::test(session, &stream),
        WebhooksCommand::Verify(args) => return webhooks::verify(session, &args),
        WebhooksCommand::Listen(args) => webhooks::listen(session, &args),
        WebhooksCommand::Enable { stream } => webhooks::set_enabled(session, &stream, true),
        WebhooksCommand::Disable { stream } => webhooks::set_enabled(session, &stream, false),
        WebhooksCommand::Deliveries(args) => webhooks::deliveries(session, &args),
        WebhooksCommand::Redeliver(args) => webhooks::redeliver(session, &args),
    }
    .map(|()| Code::Done)
}

fn dispatch_routes(session: &Session, command: RoutesCommand) -> anyhow::Result<()> {
    match command {
        RoutesCommand::List => routes::list(session),
        RoutesCommand::Show { name, gateway } => {
            routes::show(session, name.as_deref(), &gateway.gateway)
        }
        RoutesCommand::Add(args) => routes::add(session, *args),
        RoutesCommand::Edit(args) => routes::edit(session, *args),
        RoutesCommand::Test { name } => routes::test(session, name.as_deref()),
        RoutesCommand::Remove { name } => routes::remove(session, &name),
    }
}
