//! The code and the way on for each use case that came to nothing.

use super::{Code, Failure};
use crate::domain::quote;
use crate::service::ServiceError;

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        let code = match &error {
            ServiceError::Store(error) => return error.clone().into(),
            // Only things that do not exist are things not found.
            ServiceError::Wrong(wrong) if wrong.iter().all(|problem| problem.unknown) => {
                Code::NotFound
            }
            ServiceError::NoStream { .. } | ServiceError::NoTag(_) => Code::NotFound,
            ServiceError::Wrong(_)
            | ServiceError::Document(_)
            | ServiceError::IsDraft(_)
            | ServiceError::IsDemo(_)
            | ServiceError::Unencrypted(_) => Code::Usage,
            ServiceError::OtherPlan | ServiceError::NoTokenYet(_) => Code::Failed,
        };
        let failure = Self::new(code, &error);
        match &error {
            ServiceError::NoStream { nearest, .. } => failure.hint(meant(nearest)),
            ServiceError::NoTag(_) => failure.hint("textpeak tags list"),
            ServiceError::Document(_) => failure.hint("textpeak streams schema"),
            ServiceError::OtherPlan => {
                failure.hint("run the same command again to see the new plan")
            }
            ServiceError::Unencrypted(_) => failure.hint("use an https address"),
            ServiceError::Store(_)
            | ServiceError::Wrong(_)
            | ServiceError::IsDraft(_)
            | ServiceError::NoTokenYet(_)
            | ServiceError::IsDemo(_) => failure,
        }
    }
}

/// What else may have been meant.
fn meant(nearest: &[String]) -> String {
    if nearest.is_empty() {
        return "textpeak streams list".to_owned();
    }
    let names: Vec<_> = nearest.iter().map(|name| quote(name)).collect();
    format!("did you mean {}?", names.join(" or "))
}
