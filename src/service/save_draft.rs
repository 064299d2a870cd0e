//! Saving a draft, to be gone on with at a step.

use super::ServiceError;
use super::change::{Basis, change};
use super::create::{Creation, Made, changes, example_sender, fit};
use crate::domain::{Field, Resume, Step, same_name};
use crate::store::{Catalogue, CatalogueStore};

pub const UNTITLED: &str = "Untitled draft";

/// Where a draft is gone on with.
#[derive(Debug, Clone, Copy)]
pub struct ResumeAt {
    pub step: Step,
    /// `None` is the step's first.
    pub question: Option<Field>,
}

impl From<Step> for ResumeAt {
    fn from(step: Step) -> Self {
        let question = None;
        Self { step, question }
    }
}

/// Saves a draft. One without a name gets one.
pub async fn save_draft(
    store: &dyn CatalogueStore,
    creation: Creation<'_>,
    at: ResumeAt,
) -> Result<Made, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let mut draft = creation.draft.clone().unfinished();
        if draft.name.is_none() {
            draft.name = untitled(catalogue).parse().ok();
        }
        fit(catalogue, &draft, creation)?;
        let built = draft.clone().build(creation.identity.clone());
        let mut stream = built.map_err(ServiceError::Wrong)?;
        stream.resume_at = Some(at.step);
        stream.resume = Resume::of(creation.draft, at.question).map(Box::new);
        let sender = example_sender(&stream, catalogue);
        let changes = changes(&draft, creation.known, &stream, None);
        let made = Made {
            stream,
            token: None,
            sender,
            routes: catalogue.routes().to_vec(),
        };
        Ok((changes, made))
    })
    .await
}

fn untitled(catalogue: &Catalogue) -> String {
    let taken = |name: &String| {
        catalogue
            .entries()
            .any(|entry| same_name(entry.name(), name))
    };
    let numbered = (2..).map(|n| format!("{UNTITLED} {n}"));
    let mut names = std::iter::once(UNTITLED.to_owned()).chain(numbered);
    names.find(|name| !taken(name)).unwrap_or_default()
}
