//! Digests of streams' tokens: in the catalogue's text as in a file, in a table of their own in the
//! database.

use deadpool_postgres::Transaction;
use serde_json::{Map, Value};

use super::fault::Fault;
use super::statement::one;

/// Where a digest stands in a stream's JSON text.
const KEY: &str = "token_sha256";

/// The catalogue's revision, and whether we may read digests and other secrets.
pub(super) async fn revision_and_right(tx: &Transaction<'_>) -> Result<(i64, bool), Fault> {
    let asked = "SELECT revision, has_table_privilege('secret', 'SELECT') FROM catalogue";
    let row = one(tx, asked, &[]).await?;
    Ok((row.get(0), row.get(1)))
}

/// A stream's text with its digest.
pub(super) fn joined(body: &str, digest: Option<&str>) -> String {
    let rest = body.trim_start().strip_prefix('{').unwrap_or("}");
    // Digests are hexadecimal digits.
    match digest {
        Some(digest) => format!("{{\"{KEY}\":\"{digest}\",{rest}"),
        None => body.to_owned(),
    }
}

/// A stream's text without its digest, and the digest. What cannot be taken apart stays whole.
pub(super) fn parted(text: &str) -> (String, Option<String>) {
    let Ok(mut fields) = serde_json::from_str::<Map<String, Value>>(text) else {
        return (text.to_owned(), None);
    };
    let digest = match fields.shift_remove(KEY) {
        Some(Value::String(digest)) => Some(digest),
        _ => None,
    };
    (serde_json::to_string(&fields).unwrap_or_default(), digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_after_its_digest_was_taken_out_and_put_back() {
        let text = r#"{"token_sha256":"00ff","id":"st_1","name":"a \"b\"","unknown":[1]}"#;
        let (body, digest) = parted(text);
        assert!(!body.contains("00ff"));
        assert_eq!(digest.as_deref(), Some("00ff"));
        assert_eq!(joined(&body, digest.as_deref()), text);
        let (body, digest) = parted(r#"{"id":"st_1","token_sha256":null}"#);
        assert_eq!((body.as_str(), digest), (r#"{"id":"st_1"}"#, None));
        assert_eq!(joined(&body, None), body);
    }
}
