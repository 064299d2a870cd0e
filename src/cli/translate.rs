//! From what clap read to plain options. Here the argument structs end.

use super::options::{
    BulkOptions, CloneOptions, CreateOptions, DeleteOptions, DeliveriesOptions, EditOptions,
    Everywhere, ExportOptions, ListOptions, Outgoing, PlanOptions, PreviewOptions, ReplyOptions,
    RouteOptions, SendOptions, ServeOptions, StatusOptions, Task, WaitOptions,
};
use super::{Command, Globals, gateway, messages, routes, senders, streams};
use crate::domain::{DeliveryState, Removals, Retry};
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
            Command::Status(messages::Status {
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
            Command::Reply(messages::Reply {
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

impl From<streams::Streams> for Task {
    fn from(streams: streams::Streams) -> Self {
        use streams::{Streams, Token};
        match streams {
            Streams::Create(create) => Self::Create(Box::new((*create).into())),
            Streams::Resume { draft, gateway } => Self::Resume {
                draft,
                gateway: gateway.gateway,
            },
            Streams::List {
                filter,
                sort,
                limit,
                page,
            } => Self::List(ListOptions {
                filter: filter.into(),
                order: sort,
                limit,
                page,
            }),
            Streams::Edit(edit) => Self::Edit(Box::new((*edit).into())),
            Streams::Clone {
                stream,
                name,
                gateway,
            } => Self::Clone(CloneOptions {
                stream,
                name,
                gateway: gateway.gateway,
            }),
            Streams::Enable { streams } => Self::SetEnabled {
                streams,
                enabled: true,
            },
            Streams::Disable { streams } => Self::SetEnabled {
                streams,
                enabled: false,
            },
            Streams::Export {
                filter,
                file,
                format,
            } => Self::Export(ExportOptions {
                filter: filter.into(),
                file,
                syntax: format,
            }),
            Streams::Plan(plan) => Self::Plan(plan.into()),
            Streams::Apply {
                plan,
                yes,
                tokens_out,
            } => Self::Apply {
                plan: plan.into(),
                yes,
                tokens_out,
            },
            Streams::Schema => Self::Schema,
            Streams::Token(Token::Rotate { stream, yes, copy }) => {
                Self::TokenRotate { stream, yes, copy }
            }
            Streams::Show {
                stream,
                reveal,
                gateway,
            } => Self::Show {
                stream,
                reveal,
                gateway: gateway.gateway,
            },
            Streams::Preview(streams::Preview {
                stream,
                request,
                r#as,
                part,
                reveal,
                copy,
                gateway,
            }) => Self::Preview(PreviewOptions {
                stream,
                request,
                format: r#as,
                part,
                reveal,
                copy,
                gateway: gateway.gateway,
            }),
            Streams::Token(Token::Show { stream, copy }) => Self::TokenShow { stream, copy },
            Streams::Delete { streams, yes } => Self::Delete(DeleteOptions { streams, yes }),
        }
    }
}

impl From<routes::Routes> for Task {
    fn from(routes: routes::Routes) -> Self {
        use routes::Routes;
        match routes {
            Routes::List => Self::RoutesList,
            Routes::Add(routes::Add {
                name,
                base_url,
                token_file,
                streams,
                replace,
            }) => Self::RoutesAdd(RouteOptions {
                name,
                base_url,
                token_file,
                streams,
                replace,
            }),
            Routes::Test { name } => Self::RoutesTest { name },
            Routes::Remove { name } => Self::RoutesRemove { name },
        }
    }
}

impl From<messages::Messages> for Task {
    fn from(messages: messages::Messages) -> Self {
        use messages::Messages;
        match messages {
            Messages::List { which, limit } => Self::MessagesList {
                which: which.into(),
                limit,
            },
            Messages::Show { uuid } => Self::MessagesShow { uuid },
            Messages::Wait {
                which,
                pattern,
                timeout,
                print,
            } => Self::MessagesWait(WaitOptions {
                which: which.into(),
                pattern,
                timeout,
                print,
            }),
            Messages::Follow { which } => Self::MessagesFollow(which.into()),
        }
    }
}

impl From<messages::Webhooks> for Task {
    fn from(webhooks: messages::Webhooks) -> Self {
        use messages::Webhooks;
        match webhooks {
            Webhooks::Test { stream } => Self::WebhooksTest { stream },
            Webhooks::Deliveries {
                stream,
                state,
                since,
                limit,
            } => Self::WebhooksDeliveries(DeliveriesOptions {
                stream,
                state,
                since,
                limit,
            }),
            Webhooks::Redeliver {
                ids,
                dead,
                since,
                stream,
            } => Self::WebhooksRedeliver {
                ids,
                which: DeliveriesOptions {
                    stream,
                    state: dead.then_some(DeliveryState::Dead),
                    since,
                    limit: 0,
                },
            },
        }
    }
}

impl From<messages::Send> for SendOptions {
    fn from(send: messages::Send) -> Self {
        let messages::Send {
            stream,
            to,
            text,
            sender,
            internal_id,
            dry_run,
            wait,
            timeout,
            bulk:
                messages::Bulk {
                    from_file,
                    skip_invalid,
                    results,
                    campaign,
                },
            gateway,
        } = send;
        // clap has seen to it that there are both, or a file.
        let what = match (to, text) {
            (Some(to), Some(text)) => Outgoing::One {
                to,
                text,
                internal_id,
            },
            _ => Outgoing::Rows(BulkOptions {
                file: from_file.unwrap_or_default(),
                skip_invalid,
                results,
                campaign,
            }),
        };
        Self {
            stream,
            what,
            sender,
            dry_run,
            wait: wait.then_some(timeout),
            reach: gateway.into(),
        }
    }
}

impl From<streams::Create> for CreateOptions {
    fn from(create: streams::Create) -> Self {
        let streams::Create {
            answers,
            from_file,
            draft,
            dry_run,
            copy,
            gateway,
        } = create;
        Self {
            answers: answers.into(),
            from_file,
            draft,
            dry_run,
            copy,
            gateway: gateway.gateway,
        }
    }
}

impl From<streams::Edit> for EditOptions {
    fn from(edit: streams::Edit) -> Self {
        let streams::Edit {
            stream,
            answers,
            remove_ip,
            remove_tag,
            remove_header,
            gateway,
        } = edit;
        let removals = Removals {
            ips: remove_ip,
            tags: remove_tag,
            headers: remove_header,
        };
        Self {
            stream,
            answers: answers.into(),
            removals,
            gateway: gateway.gateway,
        }
    }
}

impl From<streams::Plan> for PlanOptions {
    fn from(plan: streams::Plan) -> Self {
        let streams::Plan { file, prune } = plan;
        Self { file, prune }
    }
}
