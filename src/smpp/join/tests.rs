//! Parts that come in any order, more than once, or never.

use proptest::prelude::*;

use super::*;
use crate::smpp::text::{GSM_7, UCS_2};

const AGE: Duration = Duration::from_secs(300);

fn key(reference: u16, total: u8) -> Key {
    Key {
        from: "12025550143".to_owned(),
        to: "ACME".to_owned(),
        reference,
        wide: false,
        total,
    }
}

fn piece(text: &str) -> Piece {
    Piece {
        data_coding: GSM_7,
        octets: text.as_bytes().to_vec(),
    }
}

fn texts(joined: &[Joined]) -> Vec<String> {
    joined.iter().map(|one| one.text(GSM_7)).collect()
}

#[test]
fn parts_that_come_again_make_no_second_text() {
    let mut joiner = Joiner::new(AGE, 10_000);
    let now = Instant::now();
    assert_eq!(joiner.add(&key(7, 2), 2, piece("b"), now), Added::Waits);
    assert_eq!(joiner.add(&key(7, 2), 2, piece("b"), now), Added::Known);
    let Added::Whole(whole) = joiner.add(&key(7, 2), 1, piece("a"), now) else {
        panic!("it is whole");
    };
    assert_eq!(whole.text(GSM_7), "ab");
    // As it was not kept, the part is sent again.
    assert_eq!(
        joiner.add(&key(7, 2), 1, piece("a"), now),
        Added::Whole(whole)
    );
    joiner.kept(&key(7, 2));
    assert_eq!(joiner.add(&key(7, 2), 1, piece("a"), now), Added::Known);
    assert_eq!(joiner.add(&key(7, 2), 2, piece("b"), now), Added::Known);
    assert_eq!(joiner.rest(), []);
}

#[test]
fn a_reference_that_comes_again_begins_another_text() {
    let mut joiner = Joiner::new(AGE, 10_000);
    let now = Instant::now();
    joiner.add(&key(7, 2), 1, piece("a"), now);
    assert_eq!(joiner.add(&key(7, 2), 1, piece("other"), now), Added::Waits);
    assert_eq!(texts(&joiner.overdue(now)), ["a"]);
    let whole = joiner.add(&key(7, 2), 2, piece("!"), now);
    assert!(matches!(whole, Added::Whole(_)));
    joiner.kept(&key(7, 2));
    assert_eq!(joiner.add(&key(7, 2), 1, piece("third"), now), Added::Waits);
    assert_eq!(texts(&joiner.rest()), ["third"]);
}

#[test]
fn what_there_is_is_given_up_in_the_end() {
    let mut joiner = Joiner::new(AGE, 10_000);
    let begin = Instant::now();
    joiner.add(&key(7, 3), 3, piece("c"), begin);
    joiner.add(&key(8, 2), 1, piece("later"), begin + AGE / 2);
    joiner.add(&key(7, 3), 1, piece("a"), begin + AGE / 2);
    assert_eq!(joiner.due(), Some(begin + AGE));
    assert_eq!(joiner.overdue(begin + AGE / 2), []);
    let overdue = joiner.overdue(begin + AGE);
    assert_eq!(texts(&overdue), ["ac"]);
    joiner.put_back(overdue);
    assert!(joiner.due().unwrap() <= begin + AGE * 2);
    assert_eq!(texts(&joiner.overdue(begin + AGE)), ["ac"]);
    assert_eq!(texts(&joiner.rest()), ["later"]);
    assert_eq!((joiner.octets, joiner.due()), (0, None));
}

#[test]
fn the_oldest_makes_room() {
    let mut joiner = Joiner::new(AGE, 10 * (OVERHEAD + 1));
    let now = Instant::now();
    for reference in 0..12 {
        joiner.add(&key(reference, 2), 1, piece("a"), now);
    }
    let given_up = joiner.overdue(now);
    let references: Vec<_> = given_up.iter().map(|one| one.key.reference).collect();
    assert_eq!(references, [0, 1]);
    assert!(joiner.octets <= joiner.most);
    // One that is larger than all room by itself is not given up for its own sake.
    let large = Piece {
        octets: vec![b'a'; 5_000],
        ..piece("")
    };
    assert_eq!(joiner.add(&key(99, 2), 1, large, now), Added::Waits);
    assert_eq!(joiner.overdue(now).len(), 10);
    assert_eq!(joiner.groups.len(), 1);
}

#[test]
fn a_character_that_was_cut_in_two_is_whole_again() {
    let unit = |high, low| Piece {
        data_coding: UCS_2,
        octets: vec![high, low],
    };
    let joined = Joined {
        key: key(7, 3),
        pieces: vec![unit(0xD8, 0x3D), unit(0xDE, 0x00), piece("!")],
    };
    assert_eq!(joined.text(GSM_7), "😀!");
}

proptest! {
    /// Each text ends as one text, whole, whatever the order of the parts of all.
    #[test]
    fn every_text_is_told_once(
        order in Just((0..40_u16).collect::<Vec<_>>()).prop_shuffle(),
        doubled in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mut joiner = Joiner::new(AGE, 100_000);
        let now = Instant::now();
        let mut sent: Vec<u16> = order;
        for index in doubled {
            let again = sent[index.index(sent.len())];
            sent.push(again);
        }
        let mut told = Vec::new();
        for n in sent {
            let (reference, part) = (n / 4, u8::try_from(n % 4 + 1).unwrap());
            let piece = piece(&format!("{reference}.{part} "));
            if let Added::Whole(whole) = joiner.add(&key(reference, 4), part, piece, now) {
                joiner.kept(&whole.key);
                told.push(whole);
            }
        }
        told.sort_by_key(|whole| whole.key.reference);
        let expected: Vec<_> = (0..10)
            .map(|n| format!("{n}.1 {n}.2 {n}.3 {n}.4 "))
            .collect();
        prop_assert_eq!(texts(&told), expected);
        prop_assert_eq!(joiner.rest(), []);
    }
}
