//! Where in a document a stream begins: the place that an error about it points at.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Tells our own stop from a real error.
const HERE: &str = "here";

/// `line 4 column 5` of the stream with this number, from 0.
pub fn of_stream(text: &str, number: usize) -> Option<String> {
    let stop = Document(number);
    let stopped = if text.trim_start().starts_with('{') {
        stop.deserialize(&mut serde_json::Deserializer::from_str(text))
            .err()?
            .to_string()
    } else {
        stop.deserialize(yaml_serde::Deserializer::from_str(text))
            .err()?
            .to_string()
    };
    let (_, place) = stopped.split_once("here at ")?;
    Some(place.to_owned())
}

/// A document that is read up to one of its streams.
struct Document(usize);

impl<'de> DeserializeSeed<'de> for Document {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Document {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "streams" {
                return map.next_value_seed(Streams(self.0));
            }
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

struct Streams(usize);

impl<'de> DeserializeSeed<'de> for Streams {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Streams {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("streams")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut streams: A) -> Result<(), A::Error> {
        for _ in 0..self.0 {
            streams.next_element::<IgnoredAny>()?;
        }
        streams.next_element_seed(Stop).map(drop)
    }
}

/// The stream at which reading stops.
struct Stop;

impl<'de> DeserializeSeed<'de> for Stop {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Stop {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a stream")
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(HERE))
    }
}

#[cfg(test)]
mod tests {
    use super::of_stream;

    #[test]
    fn streams_are_found_in_both_syntaxes() {
        let yaml = "# mine\nstreams:\n  - name: a\n    tags: [x]\n\n  - tags: []\n";
        assert!(
            of_stream(yaml, 0).unwrap().starts_with("line 3 column"),
            "{:?}",
            of_stream(yaml, 0)
        );
        assert!(
            of_stream(yaml, 1).unwrap().starts_with("line 6 column"),
            "{:?}",
            of_stream(yaml, 1)
        );
        let json = "{\"streams\": [\n {\"name\": \"a\"},\n {}]}";
        assert!(
            of_stream(json, 1).unwrap().starts_with("line 3 column"),
            "{:?}",
            of_stream(json, 1)
        );
        assert_eq!(of_stream(json, 7), None);
    }
}
