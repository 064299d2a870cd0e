//! Types of number, and the numbering plan that international ones have.

pub const INTERNATIONAL: u8 = 1;
pub const NATIONAL: u8 = 2;
/// Of the network itself: a short code.
pub const NETWORK: u8 = 3;
pub const ALPHANUMERIC: u8 = 5;
pub const ISDN: u8 = 1;
