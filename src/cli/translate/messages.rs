//! Flags of what sends, receives and serves, as options.

use super::super::options::{
    BulkOptions, DeliveriesOptions, Outgoing, RouteOptions, SendOptions, Task, WaitOptions,
};
use super::super::{messages, routes};
use crate::domain::DeliveryState;

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
