//! The text of a delivery receipt. The specification leaves its form to the carrier, so that only
//! the names in it are relied on.

use std::fmt;

use jiff::Timestamp;

use super::state::State;

/// What a text says; a part that it lacks is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReceiptText {
    pub id: String,
    pub sub: String,
    pub dlvrd: String,
    /// As the carrier writes them: `YYMMDDhhmm`, at times with seconds, in a time zone of its own.
    pub submit_date: String,
    pub done_date: String,
    pub stat: String,
    pub err: String,
    pub text: String,
}

/// Longer ones before those that they begin with.
const NAMES: [&str; 10] = [
    "submit date",
    "submit_date",
    "done date",
    "done_date",
    "dlvrd",
    "text",
    "stat",
    "sub",
    "err",
    "id",
];

impl ReceiptText {
    /// Reads names and values in any order and case; `None` where there is neither an id nor a
    /// state. What follows `text:` may be a message's own words: a name in there counts only where
    /// it stands nowhere else.
    pub fn read(text: &str) -> Option<Self> {
        let mut receipt = Self::default();
        let mut found = names(text).peekable();
        while let Some(Name { word, end, .. }) = found.next() {
            let until = found.peek().map_or(text.len(), |next| next.start);
            let value = text[end..until].trim_matches(|c: char| c.is_whitespace() || c == ',');
            let first_word = || value.split_whitespace().next().unwrap_or_default();
            let (field, value) = match word {
                "text" => (&mut receipt.text, value),
                "submit date" | "submit_date" => (&mut receipt.submit_date, value),
                "done date" | "done_date" => (&mut receipt.done_date, value),
                "dlvrd" => (&mut receipt.dlvrd, first_word()),
                "stat" => (&mut receipt.stat, first_word()),
                "sub" => (&mut receipt.sub, first_word()),
                "err" => (&mut receipt.err, first_word()),
                _ => (&mut receipt.id, first_word()),
            };
            if field.is_empty() {
                value.clone_into(field);
            }
        }
        (!receipt.id.is_empty() || !receipt.stat.is_empty()).then_some(receipt)
    }

    pub fn new(id: &str, state: State, submitted: Timestamp, done: Timestamp) -> Self {
        let date = |at: Timestamp| at.strftime("%y%m%d%H%M").to_string();
        let delivered = if state == State::Delivered {
            "001"
        } else {
            "000"
        };
        let error = if state.status().is_some() && state != State::Delivered {
            "001"
        } else {
            "000"
        };
        Self {
            id: id.to_owned(),
            sub: "001".to_owned(),
            dlvrd: delivered.to_owned(),
            submit_date: date(submitted),
            done_date: date(done),
            stat: state.word().to_owned(),
            err: error.to_owned(),
            text: String::new(),
        }
    }

    pub fn state(&self) -> Option<State> {
        State::from_word(&self.stat)
    }
}

impl fmt::Display for ReceiptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "id:{} sub:{} dlvrd:{} submit date:{} done date:{} stat:{} err:{} text:{}",
            self.id,
            self.sub,
            self.dlvrd,
            self.submit_date,
            self.done_date,
            self.stat,
            self.err,
            self.text
        )
    }
}

struct Name {
    word: &'static str,
    start: usize,
    /// After its colon.
    end: usize,
}

/// The names of a text with their places, one after another.
fn names(text: &str) -> impl Iterator<Item = Name> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from < text.len() {
            let start = from;
            let begins = start == 0 || !text.as_bytes()[start - 1].is_ascii_alphanumeric();
            if let Some((word, end)) = name_at(text, start).filter(|_| begins) {
                from = end;
                return Some(Name { word, start, end });
            }
            from += 1;
        }
        None
    })
}

fn name_at(text: &str, start: usize) -> Option<(&'static str, usize)> {
    let rest = text.as_bytes().get(start..)?;
    NAMES.iter().find_map(|name| {
        let own = rest.get(..name.len())?;
        let after = rest.get(name.len()..)?;
        let spaces = after.iter().take_while(|byte| **byte == b' ').count();
        let is_name = own.eq_ignore_ascii_case(name.as_bytes()) && after.get(spaces) == Some(&b':');
        is_name.then_some((*name, start + name.len() + spaces + 1))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USUAL: &str = "id:0123456789 sub:001 dlvrd:001 submit date:2611250812 done \
        date:2611250813 stat:DELIVRD err:000 text:Your code is 12";

    fn read(text: &str) -> (String, String, String) {
        let receipt = ReceiptText::read(text).unwrap_or_default();
        (receipt.id, receipt.stat, receipt.err)
    }

    #[test]
    fn the_usual_form_is_read_and_written() {
        let receipt = ReceiptText::read(USUAL).unwrap();
        assert_eq!(receipt.id, "0123456789");
        assert_eq!(receipt.done_date, "2611250813");
        assert_eq!(receipt.text, "Your code is 12");
        assert_eq!(receipt.state(), Some(State::Delivered));
        assert_eq!(receipt.to_string(), USUAL);
    }

    #[test]
    fn other_forms_say_the_same() {
        for text in [
            "stat:DELIVRD id:7f err:000",
            "ID:7f  Stat: DELIVRD   ERR:000 Text:",
            "id:7f\r\nstat:DELIVRD\r\nerr:000",
            "id : 7f, stat : DELIVRD, err : 000",
            "id:7f sub:001 submit_date:261125081200 done_date:261125081300 stat:DELIVRD err:000",
            "id:7f sub:1 dlvrd:1 submit date: done date: stat:DELIVRD err:000 text:id:8 stat:EXPIRED",
            "text:Hi id:7f stat:DELIVRD err:000",
        ] {
            let expected = ("7f".to_owned(), "DELIVRD".to_owned(), "000".to_owned());
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn parts_may_be_missing() {
        assert_eq!(read("id:7f").0, "7f");
        assert_eq!(read("stat:EXPIRED").1, "EXPIRED");
        assert_eq!(read("id: sub:001 stat:UNDELIV err:34").0, "");
        for none in [
            "",
            "STOP",
            "Confid:7f",
            "id",
            "stat DELIVRD",
            "id:",
            "text:id of mine",
        ] {
            assert_eq!(ReceiptText::read(none), None, "{none}");
        }
    }

    #[test]
    fn is_made_of_a_state_and_times() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let receipt = ReceiptText::new("a-b", State::Undeliverable, at(0), at(3_600));
        assert_eq!(
            receipt.to_string(),
            "id:a-b sub:001 dlvrd:000 submit date:7001010000 done date:7001010100 stat:UNDELIV \
             err:001 text:"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in any::<String>()) {
            let _ = ReceiptText::read(&text);
        }

        #[test]
        fn names_in_odd_company_are_answered(
            text in "(id|stat|err|text|submit date|é|😀|:| |,|a|0){0,40}",
        ) {
            let _ = ReceiptText::read(&text);
        }

        #[test]
        fn reads_back_what_it_wrote(
            id in "[0-9a-zA-Z-]{1,64}",
            stat in "[A-Z]{1,7}",
            err in "[0-9]{0,3}",
            text in "[a-z0-9 é😀]{0,40}",
        ) {
            let text = text.trim().to_owned();
            let receipt = ReceiptText { id, stat, err, text, ..ReceiptText::default() };
            prop_assert_eq!(ReceiptText::read(&receipt.to_string()), Some(receipt));
        }
    }
}
