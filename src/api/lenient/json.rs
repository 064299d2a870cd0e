//! JSON as it is written by programs that put it together by hand: what strict reading refuses over
//! one character costs that character alone.

use std::borrow::Cow;

use serde_json::Value;

/// Reads strictly first. Otherwise bytes that are not UTF-8 and escapes of half a character become
/// `U+FFFD`, and control characters inside strings are taken as they stand.
pub fn read_json(body: &[u8]) -> Option<Value> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body)
        .ok()
        .or_else(|| serde_json::from_str(&mended(&String::from_utf8_lossy(body))).ok())
}

fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut inside = false;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            '"' => {
                inside = !inside;
                out.push(c);
            }
            '\\' if inside => {
                let escape;
                (escape, length) = whole_escape(rest);
                out.push_str(&escape);
            }
            c if inside && c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
        rest = &rest[length..];
    }
    out
}

/// The escape at the beginning, or what stands in for it, and its length.
fn whole_escape(rest: &str) -> (Cow<'_, str>, usize) {
    let Some(unit) = unit(rest) else {
        let length = 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
        return (rest[..length].into(), length);
    };
    match unit {
        0xd800..0xdc00 if matches!(self::unit(&rest[6..]), Some(0xdc00..0xe000)) => {
            (rest[..12].into(), 12)
        }
        0xd800..0xe000 => ("\\ufffd".into(), 6),
        _ => (rest[..6].into(), 6),
    }
}

/// Of `\uXXXX` at the beginning.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_bad_character_costs_itself_alone() {
        let text = |body: &[u8]| read_json(body).unwrap()["a"].as_str().unwrap().to_owned();
        for (body, read) in [
            (&br#"{"a":"x\ud83dy"}"#[..], "x\u{fffd}y"),
            (br#"{"a":"\ude00"}"#, "\u{fffd}"),
            (br#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}\u{1f600}"),
            (br#"{"a":"\\ud83d\ud83d"}"#, "\\ud83d\u{fffd}"),
            (b"{\"a\":\"x\xff\"}", "x\u{fffd}"),
            (b"{\"a\":\"two\nlines\"}", "two\nlines"),
            (b"\xef\xbb\xbf{\"a\":\"x\"}", "x"),
        ] {
            assert_eq!(text(body), read);
        }
        for bad in ["", "{", "{\"a\":\"\\", "{\"a\":\"\\u12", "{\"a\":\"\\x\"}"] {
            assert_eq!(read_json(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn good_json_is_left_as_it_is(text in any::<String>()) {
            let json = serde_json::json!({ "a": text, &text: [text] });
            let body = json.to_string();
            prop_assert_eq!(mended(&body), body.as_str());
            prop_assert_eq!(read_json(body.as_bytes()), Some(json));
        }

        #[test]
        fn nothing_makes_it_panic(body in "([\"{}:a\u{e9}]|\\\\|\\\\u|d8|dc|00|\n){0,20}") {
            let _ = read_json(body.as_bytes());
        }
    }
}
