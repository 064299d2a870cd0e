//! From what clap read to plain options. Here the argument structs end.

mod messages;
mod streams;

use super::options::{Everywhere, ReplyOptions, ServeOptions, StatusOptions, Task};
use super::{Command, Globals, gateway, senders};
use crate::domain::Retry;
use crate::terminal::Manner;

impl From<Globals> for Everywhere {
    fn from(globals: Globals) -> Self {
        let Globals {
            output,
            home,
            no_input,
            color,
            quiet,
            verbose,
        } = globals;
        let manner = Manner {
            output,
            colour: color,
            no_input,
            quiet,
            verbose,
            ..Manner::default()
        };
        Self {
            manner,
            home: home.filter(|home| !home.is_empty()).map(Into::into),
        }
    }
}

impl From<Command> for Task {
    fn from(command: Command) -> Self {
        match command {
            Command::Streams(streams) => streams.into(),
            Command::Senders(senders::Senders::List) => Self::SendersList,
            Command::Senders(senders::Senders::Remove { senders }) => {
                Self::SendersRemove { senders }
            }
            Command::Senders(senders::Senders::Import { file }) => Self::SendersImport { file },
            Command::Tags(senders::Tags::List) => Self::TagsList,
            Command::Tags(senders::Tags::Rename { old, new }) => Self::TagsRename { old, new },
            Command::Send(send) => Self::Send(Box::new((*send).into())),
            Command::Status(super::messages::Status {
                uuids,
                stream,
                internal_id,
                limit,
                gateway,
            }) => Self::Status(StatusOptions {
                uuids,
                stream,
                internal_id,
                limit,
                reach: gateway.into(),
            }),
            Command::Reply(super::messages::Reply {
                stream,
                from,
                text,
                to_sender,
            }) => Self::Reply(ReplyOptions {
                stream,
                from,
                text,
                to: to_sender,
            }),
            Command::Routes(routes) => routes.into(),
            Command::Messages(messages) => messages.into(),
            Command::Webhooks(webhooks) => webhooks.into(),
            Command::Serve(gateway::Serve {
                listen,
                trusted_proxies,
                delivery_delay,
                allow_any,
                retry,
                log,
            }) => Self::Serve(ServeOptions {
                retry: retry.unwrap_or(if listen.ip().to_canonical().is_loopback() {
                    Retry::Local
                } else {
                    Retry::Service
                }),
                listen,
                trusted_proxies,
                delivery_delay,
                allow_any,
                log,
            }),
            Command::Doctor { fix } => Self::Doctor { fix },
            Command::Senders(senders::Senders::Add { senders }) => Self::SendersAdd { senders },
            Command::Completions { shell } => Self::Completions(shell),
        }
    }
}
