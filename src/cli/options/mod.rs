//! What a command line says, as plain data: the interface between what is typed and what is done.

mod messages;
mod streams;

use std::path::PathBuf;

use crate::domain::GatewayUrl;
use crate::terminal::Manner;

pub use messages::{
    BulkOptions, DeliveriesOptions, LogFormat, Outgoing, Print, Reach, ReplyOptions, RouteOptions,
    SendOptions, ServeOptions, StatusOptions, WaitOptions, Which,
};
pub use streams::{
    CloneOptions, CreateOptions, DeleteOptions, EditOptions, ExportOptions, ListOptions,
    PlanOptions, PreviewOptions,
};

/// A command line, read.
#[derive(Debug)]
pub struct Invocation {
    /// What holds for every command.
    pub globals: Everywhere,
    /// The command.
    pub task: Task,
}

/// Answers to the flags that every command has.
#[derive(Debug)]
pub struct Everywhere {
    /// How to talk.
    pub manner: Manner,
    /// The home folder asked for.
    pub home: Option<PathBuf>,
}

/// One command with its options.
#[derive(Debug)]
pub enum Task {
    /// `streams create`
    Create(Box<CreateOptions>),
    /// `streams resume`
    Resume {
        /// Name or id.
        draft: String,
        /// Address in the previews.
        gateway: GatewayUrl,
    },
    /// `streams list`
    List(ListOptions),
    /// `streams show`
    Show {
        /// Name or id.
        stream: String,
        /// Show secrets.
        reveal: bool,
        /// Address in the previews.
        gateway: GatewayUrl,
    },
    /// `streams preview`
    Preview(PreviewOptions),
    /// `streams token show`
    TokenShow {
        /// Name or id.
        stream: String,
        /// Also to the clipboard.
        copy: bool,
    },
    /// `streams delete`
    Delete(DeleteOptions),
    /// `streams edit`
    Edit(Box<EditOptions>),
    /// `streams clone`
    Clone(CloneOptions),
    /// `streams enable` and `streams disable`
    SetEnabled {
        /// Names or ids.
        streams: Vec<String>,
        /// Which of the two.
        enabled: bool,
    },
    /// `streams token rotate`
    TokenRotate {
        /// Name or id.
        stream: String,
        /// Without asking.
        yes: bool,
        /// Also to the clipboard.
        copy: bool,
    },
    /// `streams export`
    Export(ExportOptions),
    /// `streams plan`
    Plan(PlanOptions),
    /// `streams apply`
    Apply {
        /// What to apply.
        plan: PlanOptions,
        /// Without asking.
        yes: bool,
        /// Where new tokens go instead of stdout.
        tokens_out: Option<PathBuf>,
    },
    /// `streams schema`
    Schema,
    /// `tags list`
    TagsList,
    /// `tags rename`
    TagsRename {
        /// The tag, as typed.
        old: String,
        /// Its new name, as typed.
        new: String,
    },
    /// `doctor`
    Doctor {
        /// Mend what can be mended safely.
        fix: bool,
    },
    /// `senders remove`
    SendersRemove {
        /// As typed.
        senders: Vec<String>,
    },
    /// `senders import`
    SendersImport {
        /// The file, or `-`.
        file: PathBuf,
    },
    /// `senders list`
    SendersList,
    /// `senders add`
    SendersAdd {
        /// As typed.
        senders: Vec<String>,
    },
    /// `send`
    Send(Box<SendOptions>),
    /// `status`
    Status(StatusOptions),
    /// `reply`
    Reply(ReplyOptions),
    /// `messages list`
    MessagesList {
        /// Which.
        which: Which,
        /// Most lines; 0 is all.
        limit: usize,
    },
    /// `messages show`
    MessagesShow {
        /// The message's id, as typed.
        uuid: String,
    },
    /// `messages wait`
    MessagesWait(WaitOptions),
    /// `messages follow`
    MessagesFollow(Which),
    /// `webhooks test`
    WebhooksTest {
        /// Name or id.
        stream: String,
    },
    /// `webhooks deliveries`
    WebhooksDeliveries(DeliveriesOptions),
    /// `webhooks redeliver`
    WebhooksRedeliver {
        /// Ids, as typed.
        ids: Vec<String>,
        /// Where no id is given: which.
        which: DeliveriesOptions,
    },
    /// `routes list`
    RoutesList,
    /// `routes add`
    RoutesAdd(RouteOptions),
    /// `routes test`
    RoutesTest {
        /// Its name, as typed.
        name: String,
    },
    /// `routes remove`
    RoutesRemove {
        /// Its name, as typed.
        name: String,
    },
    /// `serve`
    Serve(ServeOptions),
    /// `completions`
    Completions(super::Shell),
}
