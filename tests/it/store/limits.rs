//! What is refused although it is right: opted-out handsets, and what is over a daily limit.

use std::time::Duration;

use textpeak::domain::Consent;
use textpeak::store::{Accepted, DailyLimit, NewMessage, NewMessages, NewReply};

use super::harness::{Handle, Home, promises, promises_to_threads};
use super::values::*;

promises! {
    who_replies_stop_gets_nothing_more_of_that_stream,
    a_handset_is_opted_out_by_hand_and_in_again,
    what_was_accepted_before_is_repeated_all_the_same,
    a_day_of_utc_begins_anew,
}

promises_to_threads! {
    a_daily_limit_holds_exactly,
}

async fn accept_within(handle: &Handle, messages: Vec<NewMessage>, most: u32) -> Vec<Accepted> {
    let limit = DailyLimit {
        route: "main".to_owned(),
        most,
    };
    let new = NewMessages {
        stream: stream(1),
        messages,
        notify: None,
        limit: Some(limit),
    };
    handle.accept(new).await.unwrap().accepted
}

async fn is_accepted(handle: &Handle, number: u8, to: &str) -> bool {
    let one = vec![demo(handle, to, "Hi")];
    let accepted = accept(handle, &stream(number), one, None).await;
    assert!(matches!(
        accepted[..],
        [Accepted::New(_) | Accepted::OptedOut]
    ));
    accepted[0] != Accepted::OptedOut
}

async fn who_replies_stop_gets_nothing_more_of_that_stream(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    let said = |text: &str, consent| NewReply {
        consent: Some(consent),
        ..reply(&stream(1), ANNE, text, None)
    };
    one.receive(said("STOP", Consent::OptsOut)).await.unwrap();
    assert!(!is_accepted(&other, 1, ANNE).await);
    assert!(is_accepted(&other, 1, BOB).await && is_accepted(&other, 2, ANNE).await);
    let kept = other.opt_outs(Some(stream(1))).await.unwrap();
    assert_eq!(
        (kept.len(), &*kept[0].handset, kept[0].by_reply),
        (1, ANNE, true)
    );
    assert!(other.opt_outs(Some(stream(2))).await.unwrap().is_empty());
    one.receive(said("START", Consent::OptsIn)).await.unwrap();
    assert!(is_accepted(&other, 1, ANNE).await);
}

async fn a_handset_is_opted_out_by_hand_and_in_again(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    // Before anything was ever kept, and with both open.
    assert!(is_accepted(&other, 1, ANNE).await);
    let set = |out| one.set_opted_out(stream(1), ANNE.to_owned(), out);
    assert!(set(true).await.unwrap() && !set(true).await.unwrap());
    assert!(!is_accepted(&other, 1, ANNE).await);
    assert!(!is_accepted(&one, 1, ANNE).await);
    assert!(set(false).await.unwrap() && !set(false).await.unwrap());
    assert!(is_accepted(&other, 1, ANNE).await);
    assert!(one.opt_outs(None).await.unwrap().is_empty());
}

async fn what_was_accepted_before_is_repeated_all_the_same(home: &impl Home) {
    let handle = home.open();
    let message = |id| with_id(demo(&handle, ANNE, "Hi"), id);
    let first = accept_within(&handle, vec![message("a"), message("b")], 1).await;
    let [Accepted::New(uuid), Accepted::OverLimit] = first[..] else {
        panic!("{first:?}");
    };
    let again = accept_within(&handle, vec![message("a"), message("b")], 1).await;
    assert_eq!(again, [Accepted::Repeated(uuid), Accepted::OverLimit]);
    let out = handle.set_opted_out(stream(1), ANNE.to_owned(), true);
    assert!(out.await.unwrap());
    let both = vec![message("a"), message("b")];
    let again = accept(&handle, &stream(1), both, None).await;
    assert_eq!(again, [Accepted::Repeated(uuid), Accepted::OptedOut]);
}

async fn a_day_of_utc_begins_anew(home: &impl Home) {
    let handle = home.open();
    let both = || vec![demo(&handle, ANNE, "one"), demo(&handle, ANNE, "two")];
    let is_new = |one: &Accepted| matches!(one, Accepted::New(_));
    let first = accept_within(&handle, both(), 3).await;
    assert!(first.iter().all(is_new));
    let second = accept_within(&handle, both(), 3).await;
    assert!(is_new(&second[0]) && second[1] == Accepted::OverLimit);
    home.advance(Duration::from_secs(24 * 3_600));
    assert!(accept_within(&handle, both(), 3).await.iter().all(is_new));
}

async fn a_daily_limit_holds_exactly(home: &impl Home) {
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..40 {
        let handle = home.open();
        tasks.spawn(async move {
            let mut accepted = 0;
            for round in 0..25 {
                let text = format!("{n} {round}");
                let messages = vec![demo(&handle, ANNE, &text); 10];
                let fates = accept_within(&handle, messages, 1_000).await;
                let is_new = |one: &&Accepted| matches!(one, Accepted::New(_));
                accepted += fates.iter().filter(is_new).count();
            }
            accepted
        });
    }
    let counts = tasks.join_all().await;
    assert_eq!(counts.into_iter().sum::<usize>(), 1_000);
}
