//! What a command line says, as plain data: the interface between what is typed and what is done.

use std::path::PathBuf;

use super::{Command, Globals, senders, streams};
use crate::api::{Format, Part, Request};
use crate::domain::{GatewayUrl, Order, RawDraft, Removals, StreamFilter, Syntax};
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
    /// `completions`
    Completions(super::Shell),
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
    pub page: std::num::NonZeroUsize,
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
            home: home.filter(|home| !home.as_os_str().is_empty()),
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
