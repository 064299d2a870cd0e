//! Finding streams by what a person calls them.

use super::ServiceError;
use crate::domain::Stream;
use crate::store::Catalogue;

/// The stream with this id or, without regard to case, this name.
///
/// # Errors
/// When there is none, or it cannot be read.
pub fn find(catalogue: &Catalogue, wanted: &str) -> Result<Stream, ServiceError> {
    catalogue
        .find(wanted)?
        .ok_or_else(|| ServiceError::NoStream {
            wanted: wanted.to_owned(),
            nearest: catalogue.nearest(wanted),
        })
}

/// Each of these streams once, as [`find`] finds them.
///
/// # Errors
/// When one of them is not there.
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
