//! SMPP 3.4 as bytes: PDUs, their frames, texts and concatenation headers. No sockets, no sessions,
//! no clock.

pub mod command;
pub mod frame;
pub mod join;
mod pdu;
mod receipt;
mod receipt_id;
mod short_message;
pub mod split;
mod state;
pub mod status;
pub mod text;
pub mod tlv;
pub mod ton;
pub mod udh;

pub use pdu::{Bind, BindKind, BindResp, Body, Pdu, Taken, Unreadable};
pub use receipt::ReceiptText;
pub use receipt_id::ReceiptIds;
pub use short_message::{Address, Content, ShortMessage, UDHI};
pub use state::State;
pub use tlv::Tlvs;
pub use udh::Concat;
