//! What a command line says, as plain data: the interface between what is typed and what is done.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::api::{Format, Part, Request};
use crate::domain::{
    AllowedIp, DeliveryState, Direction, GatewayUrl, InternalId, MessageStatus, MessageText, Order,
    Phone, RawDraft, Removals, Retry, RouteName, SenderId, Span, StreamFilter, Syntax,
};
use crate::terminal::Manner;

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

/// Which Streams API a command calls.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Its address; without one, a gateway of the command's own.
    pub gateway: Option<GatewayUrl>,
    /// For that one: after how long a simulated message is delivered.
    pub delivery_delay: Span,
}

/// Options of `send`.
#[derive(Debug)]
pub struct SendOptions {
    /// Name or id.
    pub stream: String,
    /// What is sent.
    pub what: Outgoing,
    /// Whom it comes from, where nothing else says so.
    pub sender: Option<SenderId>,
    /// Print the request; send nothing.
    pub dry_run: bool,
    /// How long to wait for final statuses, where that is wanted.
    pub wait: Option<Span>,
    /// Which Streams API.
    pub reach: Reach,
}

/// One message, or a file of them.
#[derive(Debug)]
pub enum Outgoing {
    /// One message.
    One {
        /// Whom it goes to.
        to: Phone,
        /// What it says.
        text: MessageText,
        /// The caller's own id.
        internal_id: Option<InternalId>,
    },
    /// The rows of a file.
    Rows(BulkOptions),
}

/// How a file of messages is sent.
#[derive(Debug)]
pub struct BulkOptions {
    /// The file, or `-`.
    pub file: PathBuf,
    /// Send the good rows although others are bad.
    pub skip_invalid: bool,
    /// Where it is written what became of each row.
    pub results: Option<PathBuf>,
    /// Part of derived ids.
    pub campaign: String,
}

/// Options of `status`.
#[derive(Debug)]
pub struct StatusOptions {
    /// Ids of messages.
    pub uuids: Vec<String>,
    /// Name or id.
    pub stream: Option<String>,
    /// The caller's own id of one.
    pub internal_id: Option<String>,
    /// How many of the latest, where no message is named.
    pub limit: u16,
    /// Which Streams API.
    pub reach: Reach,
}

/// Options of `reply`.
#[derive(Debug)]
pub struct ReplyOptions {
    /// Name or id.
    pub stream: String,
    /// The handset.
    pub from: Phone,
    /// What it says.
    pub text: MessageText,
    /// The Sender ID that it answers, where that is said.
    pub to: Option<SenderId>,
}

/// Which messages.
#[derive(Debug, Default)]
pub struct Which {
    /// Name or id.
    pub stream: Option<String>,
    /// To this number or Sender ID.
    pub to: Option<String>,
    /// From this number or Sender ID.
    pub from: Option<String>,
    /// Going this way.
    pub direction: Option<Direction>,
    /// Having come this far.
    pub status: Option<MessageStatus>,
    /// Not older than this.
    pub since: Option<Span>,
}

/// What `messages wait` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Print {
    /// The text.
    Text,
    /// What the expression matched.
    Match,
    /// The message.
    Json,
}

/// Options of `messages wait`.
#[derive(Debug)]
pub struct WaitOptions {
    /// Which.
    pub which: Which,
    /// What the text has to match.
    pub pattern: Option<String>,
    /// How long.
    pub timeout: Span,
    /// What is printed, where that is said.
    pub print: Option<Print>,
}

/// Options of `webhooks deliveries`.
#[derive(Debug)]
pub struct DeliveriesOptions {
    /// Name or id.
    pub stream: Option<String>,
    /// Standing so.
    pub state: Option<DeliveryState>,
    /// Of messages not older than this.
    pub since: Option<Span>,
    /// Most of them; 0 is all.
    pub limit: usize,
}

/// Options of `routes add`.
#[derive(Debug)]
pub struct RouteOptions {
    /// Its name.
    pub name: RouteName,
    /// The API.
    pub base_url: GatewayUrl,
    /// Where the token is, or `-`.
    pub token_file: PathBuf,
    /// Names or ids; none for every live stream.
    pub streams: Vec<String>,
    /// In the place of the one with its name.
    pub replace: bool,
}

/// How the log of a gateway is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// Options of `serve`.
#[derive(Debug)]
pub struct ServeOptions {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<AllowedIp>,
    /// After how long a simulated message is delivered.
    pub delivery_delay: Span,
    /// Serve streams without an allow list beyond loopback.
    pub allow_any: bool,
    /// When a webhook delivery is tried again.
    pub retry: Retry,
    /// How the log is written.
    pub log: LogFormat,
}

/// Options of `streams create`.
#[derive(Debug)]
pub struct CreateOptions {
    /// The answers given by flags.
    pub answers: RawDraft,
    /// A document with more answers; `-` is standard input.
    pub from_file: Option<PathBuf>,
    /// Save as a draft.
    pub draft: bool,
    /// Print what would be made; make nothing.
    pub dry_run: bool,
    /// The token also to the clipboard.
    pub copy: bool,
    /// Address in the previews.
    pub gateway: GatewayUrl,
}

/// Options of `streams edit`.
#[derive(Debug)]
pub struct EditOptions {
    /// Name or id.
    pub stream: String,
    /// The answers given by flags.
    pub answers: RawDraft,
    /// What is taken out.
    pub removals: Removals,
    /// Address in the previews.
    pub gateway: GatewayUrl,
}

/// Options of `streams clone`.
#[derive(Debug)]
pub struct CloneOptions {
    /// Name or id.
    pub stream: String,
    /// The new one's name, as typed.
    pub name: String,
    /// Address in the previews.
    pub gateway: GatewayUrl,
}

/// Options of `streams export`.
#[derive(Debug)]
pub struct ExportOptions {
    /// Which streams.
    pub filter: StreamFilter,
    /// Where to; stdout where nothing is said.
    pub file: Option<PathBuf>,
    /// In which syntax.
    pub syntax: Option<Syntax>,
}

/// Options of `streams plan`.
#[derive(Debug)]
pub struct PlanOptions {
    /// The document, or `-`.
    pub file: PathBuf,
    /// Delete what it does not have.
    pub prune: bool,
}

/// Options of `streams list`.
#[derive(Debug)]
pub struct ListOptions {
    /// Which streams.
    pub filter: StreamFilter,
    /// In which order.
    pub order: Order,
    /// Most streams shown; 0 is all.
    pub limit: usize,
    /// Which stretch of that many, from 1.
    pub page: u16,
}

/// Options of `streams preview`.
#[derive(Debug)]
pub struct PreviewOptions {
    /// Name or id.
    pub stream: String,
    /// One request, or all.
    pub request: Option<Request>,
    /// How to write it down.
    pub format: Format,
    /// Only this part of it.
    pub part: Option<Part>,
    /// With the token.
    pub reveal: bool,
    /// Also to the clipboard.
    pub copy: bool,
    /// Address in it.
    pub gateway: GatewayUrl,
}

/// Options of `streams delete`.
#[derive(Debug)]
pub struct DeleteOptions {
    /// Names or ids.
    pub streams: Vec<String>,
    /// Without asking.
    pub yes: bool,
}
