//! The two things by which a stream is found, out of its JSON text, without reading the rest.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, Visitor};

#[derive(Default)]
struct Key<'a> {
    id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
}

#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The id and the name. The text is known to be JSON, so that reading stops at the second of them:
/// a large file is not read twice to find one stream.
pub(super) fn read(text: &str) -> Result<(Cow<'_, str>, Cow<'_, str>), serde_json::Error> {
    let mut key = Key::default();
    let read = serde_json::Deserializer::from_str(text).deserialize_map(&mut key);
    match (key.id, key.name) {
        (Some(id), Some(name)) => Ok((id, name)),
        (None, _) => Err(read
            .err()
            .unwrap_or_else(|| serde_json::Error::missing_field("id"))),
        (_, None) => Err(read
            .err()
            .unwrap_or_else(|| serde_json::Error::missing_field("name"))),
    }
}

impl<'de> Visitor<'de> for &mut Key<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stream")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while self.id.is_none() || self.name.is_none() {
            let place = match map.next_key::<Text<'de>>()? {
                None => break,
                Some(Text(key)) if key == "id" => &mut self.id,
                Some(Text(key)) if key == "name" => &mut self.name,
                Some(_) => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = Some(map.next_value::<Text<'de>>()?.0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_both_wherever_they_stand_and_unescapes_them() {
        let (id, name) =
            read(r#"{"webhook": {"id": "no"}, "name": "a\"b", "x": [1], "id": "st_1", "y": 2}"#)
                .unwrap();
        assert_eq!((id.as_ref(), name.as_ref()), ("st_1", "a\"b"));
    }

    #[test]
    fn says_what_is_missing() {
        assert!(
            read(r#"{"id": "st_1"}"#)
                .unwrap_err()
                .to_string()
                .contains("missing field `name`")
        );
        assert!(read("[]").unwrap_err().to_string().contains("a stream"));
        assert!(
            read(r#"{"id": 7}"#)
                .unwrap_err()
                .to_string()
                .contains("expected a string")
        );
    }
}
