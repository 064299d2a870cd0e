//! Options of what makes and changes streams.

use std::path::PathBuf;

use crate::api::{Format, Part, Request};
use crate::domain::{GatewayUrl, Order, RawDraft, Removals, StreamFilter, Syntax};

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
