//! What a command line says, as plain data: the interface between what is typed and what is done.

use std::net::SocketAddr;
use std::path::PathBuf;

use crate::api::{Format, Part, Request};
use crate::domain::{AllowedIp, GatewayUrl, Order, RawDraft, Removals, Span, StreamFilter, Syntax};
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
    /// `serve`
    Serve(ServeOptions),
    /// `completions`
    Completions(super::Shell),
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
