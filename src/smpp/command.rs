//! The numbers of commands. A response is its request with the highest bit set.

pub const GENERIC_NACK: u32 = 0x8000_0000;
pub const BIND_RECEIVER: u32 = 0x01;
pub const BIND_TRANSMITTER: u32 = 0x02;
pub const QUERY_SM: u32 = 0x03;
pub const SUBMIT_SM: u32 = 0x04;
pub const DELIVER_SM: u32 = 0x05;
pub const UNBIND: u32 = 0x06;
pub const REPLACE_SM: u32 = 0x07;
pub const CANCEL_SM: u32 = 0x08;
pub const BIND_TRANSCEIVER: u32 = 0x09;
pub const OUTBIND: u32 = 0x0B;
pub const ENQUIRE_LINK: u32 = 0x15;
pub const SUBMIT_MULTI: u32 = 0x21;
pub const ALERT_NOTIFICATION: u32 = 0x102;
pub const DATA_SM: u32 = 0x103;

const RESPONSE: u32 = 0x8000_0000;

pub fn response(command: u32) -> u32 {
    command | RESPONSE
}

pub fn is_response(command: u32) -> bool {
    command & RESPONSE != 0
}
