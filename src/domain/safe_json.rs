//! JSON that is safe on a terminal: unsafe characters become escapes, which read back as the same
//! text.

use std::io::{self, Write};

use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::text::is_unsafe;

/// Writes unsafe characters of strings as `\uXXXX`.
#[derive(Debug, Default)]
pub struct Safe<F>(F);

pub type SafePretty = Safe<PrettyFormatter<'static>>;

pub type SafeLine = Safe<CompactFormatter>;

macro_rules! laid_out_as_usual {
    ($($method:ident($($argument:ident: $kind:ty),*);)*) => {$(
        fn $method<W: ?Sized + Write>(&mut self, out: &mut W $(, $argument: $kind)*) -> io::Result<()> {
            self.0.$method(out $(, $argument)*)
        }
    )*};
}

impl<F: Formatter> Formatter for Safe<F> {
    laid_out_as_usual! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        text: &str,
    ) -> io::Result<()> {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return out.write_all(text.as_bytes());
        }
        let mut rest = text;
        while let Some(at) = rest.find(is_unsafe) {
            let (safe, tail) = rest.split_at(at);
            out.write_all(safe.as_bytes())?;
            let mut chars = tail.chars();
            for unit in chars
                .next()
                .into_iter()
                .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
            {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde::Serialize as _;

    fn written(value: &serde_json::Value) -> String {
        let mut out = Vec::new();
        let mut json = serde_json::Serializer::with_formatter(&mut out, SafePretty::default());
        value.serialize(&mut json).unwrap();
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn is_safe_and_reads_back_as_the_same(text in any::<String>()) {
            let value = serde_json::json!({ "k": [text, "\u{202e}\u{9b}\u{7f}"] });
            let json = written(&value);
            prop_assert!(!json.replace('\n', "").contains(is_unsafe));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
        }
    }
}
