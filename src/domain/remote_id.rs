//! Ids that carriers give to messages.

/// A carrier's id without what it is written differently in at times: case, hyphens, zeros before
/// it.
pub fn canonical(id: &str) -> String {
    let id = id.trim().replace('-', "").to_ascii_lowercase();
    id.trim_start_matches('0').to_owned()
}
