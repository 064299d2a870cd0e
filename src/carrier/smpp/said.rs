//! What a status of an SMSC means for a part.

use crate::smpp::status::{self, name};

/// Its name and its number: carriers' manuals have one or the other.
pub fn said(status: u32) -> String {
    let name = name(status);
    if name.starts_with("0x") {
        return name.into_owned();
    }
    format!("{name} (0x{status:08X})")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It has too much to do: the part was not taken, and may be later.
    Throttled,
    /// This bind may not send now: the part was not taken, and may be over another connection.
    NotBound,
    /// It does not take this message.
    Refused,
    /// Something of its own went wrong.
    Failed,
}

/// Of a status that is not `ESME_ROK`. What a carrier defines itself is a refusal: sending it again
/// would change nothing.
pub fn meaning(status: u32) -> Meaning {
    match status {
        status::ESME_RTHROTTLED | status::ESME_RMSGQFUL => Meaning::Throttled,
        status::ESME_RINVBNDSTS => Meaning::NotBound,
        status::ESME_RSYSERR | status::ESME_RUNKNOWNERR | status::ESME_RDELIVERYFAILURE => {
            Meaning::Failed
        }
        _ => Meaning::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_said_by_name_and_number() {
        assert_eq!(
            said(status::ESME_RINVDSTADR),
            "ESME_RINVDSTADR (0x0000000B)"
        );
        assert_eq!(said(0x0401), "0x00000401");
    }

    #[test]
    fn only_throttling_is_waited_for() {
        assert_eq!(meaning(status::ESME_RMSGQFUL), Meaning::Throttled);
        assert_eq!(meaning(status::ESME_RINVDSTADR), Meaning::Refused);
        assert_eq!(meaning(0x0401), Meaning::Refused);
        assert_eq!(meaning(status::ESME_RSYSERR), Meaning::Failed);
    }
}
