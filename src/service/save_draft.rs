//! Saving a draft, to be gone on with at a step.

use super::ServiceError;
use super::change::{Basis, change};
use super::create::{Creation, Made, changes, example_sender, fit};
use crate::domain::{Step, same_name};
use crate::store::{Catalogue, CatalogueStore};

/// The name of the first draft that was saved without one.
pub const UNTITLED: &str = "Untitled draft";

/// Saves a draft. One without a name gets one.
pub async fn save_draft(
    store: &dyn CatalogueStore,
    creation: Creation<'_>,
    step: Step,
) -> Result<Made, ServiceError> {
    change(store, Basis::Named, |catalogue| {
        let mut draft = creation.draft.clone().unfinished();
        if draft.name.is_none() {
            draft.name = untitled(catalogue).parse().ok();
        }
        fit(catalogue, &draft, creation)?;
        let built = draft.clone().build(creation.birth.clone());
        let mut stream = built.map_err(ServiceError::Wrong)?;
        stream.resume_at = Some(step);
        let sender = example_sender(&stream, catalogue);
        let changes = changes(&draft, creation.known, &stream, None);
        let made = Made {
            stream,
            token: None,
            sender,
        };
        Ok((changes, made))
    })
    .await
}

/// A free name for a draft without one.
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
