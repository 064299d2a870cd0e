//! Live streams over SMPP, with an independent library as the carrier's SMSC.

mod carrier;
mod kills;
mod receipts;
mod speed;
mod whole;
