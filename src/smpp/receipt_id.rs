//! Which message a receipt speaks of. Carriers write the id of a receipt differently than that of
//! the answer to `submit_sm`: in decimal for hexadecimal, with zeros before it, without hyphens.

use std::collections::{HashMap, VecDeque};

use crate::domain::canonical;

/// How the id of a receipt becomes the id that its message was taken under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    AsGiven,
    /// Submitted in hexadecimal, receipted in decimal.
    FromDecimal,
    /// The other way.
    FromHex,
}

const FORMS: [Form; 3] = [Form::AsGiven, Form::FromDecimal, Form::FromHex];

impl Form {
    /// In canonical form; `None` where the id cannot be of this form.
    fn apply(self, id: &str) -> Option<String> {
        let given = canonical(id);
        let digits = given.strip_prefix('x').unwrap_or(&given);
        match self {
            Self::AsGiven => Some(given),
            Self::FromDecimal => {
                let number: u128 = given.parse().ok()?;
                Some(format!("{number:x}"))
            }
            // Signs are no digits of an id.
            Self::FromHex if digits.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let number = u128::from_str_radix(digits, 16).ok()?;
                Some(number.to_string())
            }
            Self::FromHex => None,
        }
    }
}

/// Where a receipt has an id: in a parameter beside its text, which is rarely changed, and in its
/// text.
const PLACES: usize = 2;

/// How often one form alone was possible before it is relied on.
const PROVEN: u32 = 3;

/// The count at which all are halved, so that a carrier that changes its form is followed.
const MOST_EVIDENCE: u32 = 64;

/// The ids that a route's messages were taken under lately, and what its receipts make of them. With
/// many messages on their way, an id in another form is often that of another message as given.
#[derive(Debug)]
pub struct ReceiptIds {
    most: usize,
    /// Handsets of the messages without a receipt so far, by their ids in canonical form.
    handsets: HashMap<String, String>,
    /// The oldest first.
    order: VecDeque<String>,
    /// How many receipts could be of this form alone.
    evidence: [[u32; FORMS.len()]; PLACES],
}

impl ReceiptIds {
    /// Remembers the last `most` messages.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            handsets: HashMap::new(),
            order: VecDeque::new(),
            evidence: [[0; FORMS.len()]; PLACES],
        }
    }

    pub fn submitted(&mut self, id: &str, handset: &str) {
        let id = canonical(id);
        let before = self.handsets.insert(id.clone(), handset.to_owned());
        if before.is_none() {
            self.order.push_back(id);
        }
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.handsets.remove(&oldest);
            }
        }
    }

    /// The ids that the message of a receipt may have, best first, in canonical form. `parameter` is
    /// the id beside the receipt's text.
    pub fn candidates(
        &mut self,
        parameter: Option<&str>,
        text: Option<&str>,
        handset: Option<&str>,
    ) -> Vec<String> {
        let mut found: Vec<(u32, usize, String)> = Vec::new();
        for (place, id) in [parameter, text].into_iter().enumerate() {
            let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
                continue;
            };
            let ids = FORMS.map(|form| form.apply(id));
            self.learn(place, &ids, handset);
            for (form, id) in ids.into_iter().enumerate() {
                let proven = Some(self.evidence[place][form]).filter(|it| *it >= PROVEN);
                found.extend(id.map(|id| (proven.unwrap_or(0), form, id)));
            }
        }
        // A proven form goes first even where the id is not known here: the message may be of an
        // earlier run. The sort keeps the order of equals.
        found.sort_by_key(|(proven, form, id)| {
            let stranger = match (self.handsets.get(id), handset) {
                (Some(own), Some(handset)) if own == handset => 0,
                (Some(_), _) => 1,
                (None, _) => 2,
            };
            (u32::MAX - proven, stranger, *form)
        });
        let mut ids: Vec<String> = Vec::with_capacity(found.len());
        for (_, _, id) in found {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }

    /// The message has its receipt: its id is no answer any more.
    pub fn settled(&mut self, id: &str) {
        self.handsets.remove(id);
        if self.order.len() > 2 * self.handsets.len() + 64 {
            self.order.retain(|id| self.handsets.contains_key(id));
        }
    }

    fn learn(&mut self, place: usize, ids: &[Option<String>], handset: Option<&str>) {
        let known = |ours: bool| {
            let own = |id: &String| match (self.handsets.get(id), handset) {
                (Some(own), Some(handset)) if ours => own == handset,
                (known, _) => known.is_some(),
            };
            let mut possible = (0..ids.len()).filter(|form| ids[*form].as_ref().is_some_and(own));
            (possible.next(), possible.next())
        };
        let (Some(form), None) = (match known(true) {
            (None, _) => known(false),
            some => some,
        }) else {
            return;
        };
        let evidence = &mut self.evidence[place];
        evidence[form] += 1;
        if evidence[form] > MOST_EVIDENCE {
            *evidence = evidence.map(|count| count / 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HANDSET: Option<&str> = Some("12025550143");

    type Receipted = fn(u128) -> (Option<String>, String);

    fn uuid(n: u128) -> String {
        // Spread over all digits, as in an id of chance.
        let n = n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
        uuid::Uuid::from_u128(n).to_string()
    }

    /// Every receipt of 20,000 messages, 50 of which are on their way at one time to one handset, in
    /// another order. Which were told for another message.
    fn wrong(first: u128, taken: fn(u128) -> String, receipted: Receipted) -> Vec<u128> {
        let mut ids = ReceiptIds::new(100_000);
        let mut wrong = Vec::new();
        let mut open = Vec::new();
        let mut chance = 7_u64;
        let mut receive = |ids: &mut ReceiptIds, open: &mut Vec<u128>| {
            chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let at = usize::try_from(chance >> 33).unwrap() % open.len();
            let n = open.swap_remove(at);
            let (parameter, text) = receipted(n);
            let found = ids.candidates(parameter.as_deref(), Some(&text), HANDSET);
            if found[0] != canonical(&taken(n)) {
                wrong.push(n);
            }
            ids.settled(&found[0]);
        };
        for n in first..first + 20_000 {
            ids.submitted(&taken(n), "12025550143");
            open.push(n);
            if open.len() == 50 {
                receive(&mut ids, &mut open);
            }
        }
        while !open.is_empty() {
            receive(&mut ids, &mut open);
        }
        wrong
    }

    #[test]
    fn twenty_thousand_receipts_in_each_form_find_their_messages() {
        let decimal = |n: u128| n.to_string();
        let hex = |n: u128| format!("{n:x}");
        // Few digits are the worst: there, most ids of one form are ids of the other as well.
        for first in [1_000, 0xFFFF_FF00] {
            let none: &[u128] = &[];
            assert_eq!(wrong(first, decimal, |n| (None, n.to_string())), none);
            assert_eq!(wrong(first, hex, |n| (None, format!("{n:X}"))), none);
            assert_eq!(wrong(first, hex, |n| (None, n.to_string())), none);
            assert_eq!(wrong(first, decimal, |n| (None, format!("{n:x}"))), none);
            assert_eq!(wrong(first, decimal, |n| (None, format!("{n:010}"))), none);
            assert_eq!(wrong(first, hex, |n| (None, format!("{n:010}"))), none);
            assert_eq!(
                wrong(first, |n| format!("{n:08X}"), |n| (None, n.to_string())),
                none
            );
            assert_eq!(
                wrong(first, uuid, |n| (None, uuid(n).replace('-', ""))),
                none
            );
            let cut = |n: u128| (Some(uuid(n)), uuid(n)[..10].to_owned());
            assert_eq!(wrong(first, uuid, cut), none);
            let other = |n: u128| (Some(format!("{n:x}")), n.to_string());
            assert_eq!(wrong(first, hex, other), none);
        }
    }

    #[test]
    fn the_handset_tells_which_of_two_before_anything_else_does() {
        let mut ids = ReceiptIds::new(100);
        ids.submitted("10", "12025550110");
        ids.submitted("16", "12025550111");
        let first = |ids: &mut ReceiptIds, handset| {
            ids.candidates(None, Some("16"), Some(handset))[0].clone()
        };
        assert_eq!(first(&mut ids, "12025550111"), "16");
        assert_eq!(first(&mut ids, "12025550110"), "10");
    }

    #[test]
    fn all_that_an_id_can_stand_for_is_said_once() {
        let mut ids = ReceiptIds::new(100);
        let mut found = |parameter, text| ids.candidates(parameter, text, None);
        assert_eq!(found(None, Some("0026")), ["26", "1a", "38"]);
        assert_eq!(found(Some("0x1A"), Some("26")), ["x1a", "26", "1a", "38"]);
        assert_eq!(found(None, Some("7")), ["7"]);
        assert_eq!(found(Some(""), Some(" ")), Vec::<String>::new());
        assert_eq!(found(None, Some("-0")), [""]);
    }

    #[test]
    fn forgets_the_oldest() {
        let mut ids = ReceiptIds::new(2);
        for id in ["1", "2", "3"] {
            ids.submitted(id, "12025550143");
        }
        assert_eq!(ids.handsets.len(), 2);
        assert!(!ids.handsets.contains_key("1"));
        for n in 0..10_000 {
            ids.submitted(&format!("a{n}"), "12025550143");
            ids.settled(&format!("a{n}"));
        }
        assert!(ids.order.len() <= 70, "{}", ids.order.len());
    }

    proptest! {
        #[test]
        fn any_id_is_answered(id in any::<String>(), text in "[0-9a-fx-]{0,45}") {
            let mut ids = ReceiptIds::new(10);
            let found = ids.candidates(Some(&id), Some(&text), None);
            prop_assert!(text.trim().is_empty() || found.contains(&canonical(&text)));
        }
    }
}
