//! The way on from what a use case refuses, as a command line that can be pasted.

use super::session::Session;
use crate::error::Failure;
use crate::service::ServiceError;
use crate::store::StoreError;

/// What a use case refused in `textpeak streams <verb>`, with the way on.
pub fn refused(session: &Session, verb: &str, error: ServiceError) -> Failure {
    let hint = match &error {
        ServiceError::Wrong(_) => Some(format!("textpeak streams {verb} --help")),
        ServiceError::IsDraft(name) | ServiceError::NoTokenYet(name) => {
            Some(session.paste(&["streams", "resume", name]))
        }
        ServiceError::IsDemo(name) => Some(session.paste(&["streams", "edit", name, "--live"])),
        ServiceError::Store(StoreError::SenderInUse { streams, .. }) => streams
            .first()
            .map(|name| session.paste(&["streams", "edit", name, "--customized"])),
        ServiceError::Store(_)
        | ServiceError::NoStream { .. }
        | ServiceError::Document(_)
        | ServiceError::OtherPlan
        | ServiceError::Unencrypted(_)
        | ServiceError::NoTag(_) => None,
    };
    let failure = Failure::from(error);
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
