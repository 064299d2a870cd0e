//! Finding streams by what a person calls them.

use super::ServiceError;
use crate::domain::Stream;
use crate::store::Catalogue;

/// By id or, in any case, by name.
pub fn find(catalogue: &Catalogue, wanted: &str) -> Result<Stream, ServiceError> {
    catalogue
        .find(wanted)?
        .ok_or_else(|| ServiceError::NoStream {
            wanted: wanted.to_owned(),
            nearest: catalogue.nearest(wanted),
        })
}

/// Each stream once.
pub fn find_all(catalogue: &Catalogue, wanted: &[String]) -> Result<Vec<Stream>, ServiceError> {
    let mut found: Vec<Stream> = Vec::with_capacity(wanted.len());
    for name in wanted {
        let stream = find(catalogue, name)?;
        if found.iter().all(|other| other.id != stream.id) {
            found.push(stream);
        }
    }
    Ok(found)
}
