//! Messages as they are looked for.

use std::collections::HashSet;

use textpeak::domain::{Direction, MessageStatus};
use textpeak::store::{Cursor, MessageFilter};
use uuid::Uuid;

use super::harness::{Handle, Home, promises, promises_to_threads};
use super::values::*;

promises! {
    messages_are_listed_newest_first,
    conditions_are_met,
    conditions_hold_together,
    a_status_is_looked_for_as_it_is_now,
    messages_are_found_by_their_ids,
    messages_are_found_by_their_internal_ids,
    the_newest_place_is_the_newest_message,
    the_edition_tells_that_somebody_has_written,
}

promises_to_threads! { a_cursor_neither_skips_nor_repeats }

async fn messages_are_listed_newest_first(home: &impl Home) {
    let (one, other) = (home.open(), home.open());
    for (n, handle) in [&one, &other, &one].into_iter().enumerate() {
        send(
            handle,
            &stream(1),
            demo(handle, ANNE, &format!("sent {n}")),
            None,
        )
        .await;
        receive(handle, &stream(2), ANNE, &format!("received {n}")).await;
    }
    let all = listed(&other, MessageFilter::default()).await;
    let order = [
        "received 2",
        "sent 2",
        "received 1",
        "sent 1",
        "received 0",
        "sent 0",
    ];
    assert_eq!(all, order);
    let some = one.messages(MessageFilter::default(), 2).await.unwrap();
    let texts: Vec<_> = some
        .iter()
        .map(|(_, message)| message.text.as_str())
        .collect();
    assert_eq!(texts, order[..2]);
    assert!(some[0].0 > some[1].0);
}

/// One message each way for two streams and handsets, a minute apart.
async fn some(home: &impl Home, handle: &Handle) {
    for (number, handset) in [(1, ANNE), (2, BOB)] {
        let text = format!("to {number}");
        send(handle, &stream(number), demo(handle, handset, &text), None).await;
        receive(handle, &stream(number), handset, &format!("from {number}")).await;
        home.advance(LEASE);
    }
}

async fn conditions_are_met(home: &impl Home) {
    let handle = home.open();
    let begin = handle.now();
    some(home, &handle).await;
    let all = MessageFilter::default;
    let to = |text: &str| MessageFilter {
        to: Some(text.to_owned()),
        ..all()
    };
    let from = |text: &str| MessageFilter {
        from: Some(text.to_owned()),
        ..all()
    };
    let since = |seconds| MessageFilter {
        since: Some(begin + std::time::Duration::from_secs(seconds)),
        ..all()
    };
    let direction = |direction| MessageFilter {
        direction: Some(direction),
        ..all()
    };
    let of = |number| MessageFilter {
        stream: Some(stream(number)),
        ..all()
    };
    let expected: [(MessageFilter, &[&str]); 11] = [
        (of(1), &["from 1", "to 1"]),
        (of(3), &[]),
        (to(ANNE), &["to 1"]),
        (to("12025550100"), &["from 2", "from 1"]),
        (from(BOB), &["from 2"]),
        (from("12025550100"), &["to 2", "to 1"]),
        (direction(Direction::Outgoing), &["to 2", "to 1"]),
        (direction(Direction::Incoming), &["from 2", "from 1"]),
        (since(0), &["from 2", "to 2", "from 1", "to 1"]),
        (since(60), &["from 2", "to 2"]),
        (since(61), &[]),
    ];
    for (filter, texts) in expected {
        assert_eq!(listed(&handle, filter.clone()).await, texts, "{filter:?}");
    }
}

async fn conditions_hold_together(home: &impl Home) {
    let handle = home.open();
    some(home, &handle).await;
    let filter = MessageFilter {
        stream: Some(stream(2)),
        to: Some(BOB.to_owned()),
        from: Some("12025550100".to_owned()),
        direction: Some(Direction::Outgoing),
        status: Some(MessageStatus::Delivered),
        since: Some(handle.now() - LEASE),
        after: Some(Cursor::default()),
    };
    assert_eq!(listed(&handle, filter.clone()).await, ["to 2"]);
    let none = MessageFilter {
        stream: Some(stream(1)),
        ..filter
    };
    assert!(listed(&handle, none).await.is_empty());
}

async fn a_status_is_looked_for_as_it_is_now(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    send(&handle, &stream, demo(&handle, ANNE, "arrives"), None).await;
    send(
        &handle,
        &stream,
        demo(&handle, "12025550105", "never ends"),
        None,
    )
    .await;
    send(
        &handle,
        &stream,
        demo(&handle, "12025550104", "refused"),
        None,
    )
    .await;
    receive(&handle, &stream, ANNE, "has none").await;
    let with = async |status| {
        let status = Some(status);
        listed(
            &handle,
            MessageFilter {
                status,
                ..Default::default()
            },
        )
        .await
    };
    assert_eq!(with(MessageStatus::Sent).await, ["never ends", "arrives"]);
    assert_eq!(with(MessageStatus::Rejected).await, ["refused"]);
    assert!(with(MessageStatus::Delivered).await.is_empty());
    home.advance(DELAY);
    assert_eq!(with(MessageStatus::Sent).await, ["never ends"]);
    assert_eq!(with(MessageStatus::Delivered).await, ["arrives"]);
}

async fn messages_are_found_by_their_ids(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let sent = send(&one, &stream, demo(&one, ANNE, "sent"), None).await;
    let received = receive(&other, &stream, ANNE, "received")
        .await
        .message
        .uuid;
    let found = one
        .with_ids(vec![received, Uuid::nil(), sent])
        .await
        .unwrap();
    let found: HashSet<_> = found.into_iter().map(|one| (one.uuid, one.text)).collect();
    let expected = [(sent, "sent".to_owned()), (received, "received".to_owned())];
    assert_eq!(found, HashSet::from(expected));
}

async fn messages_are_found_by_their_internal_ids(home: &impl Home) {
    let handle = home.open();
    for number in [1, 2] {
        let new = with_id(demo(&handle, ANNE, &format!("of {number}")), "a");
        send(&handle, &stream(number), new, None).await;
    }
    let find = async |stream, id: &str| {
        let found = handle
            .with_internal_id(stream, id.to_owned())
            .await
            .unwrap();
        found.map(|message| message.text)
    };
    assert_eq!(find(Some(stream(1)), "a").await.as_deref(), Some("of 1"));
    assert_eq!(find(None, "a").await.as_deref(), Some("of 2"));
    assert_eq!(find(Some(stream(3)), "a").await, None);
    assert_eq!(find(None, "b").await, None);
}

async fn the_newest_place_is_the_newest_message(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let mut before = one.newest().await.unwrap();
    for n in 0..3 {
        receive(&one, &stream, ANNE, &n.to_string()).await;
        let newest = other.newest().await.unwrap();
        assert!(newest > before);
        let all = other.messages(MessageFilter::default(), 1).await.unwrap();
        assert_eq!(all[0].0, newest);
        let after = Some(before);
        let new = listed(
            &one,
            MessageFilter {
                after,
                ..Default::default()
            },
        )
        .await;
        assert_eq!(new, [n.to_string()]);
        before = newest;
    }
}

async fn the_edition_tells_that_somebody_has_written(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let mut last = one.edition().await.unwrap();
    for handle in [&other, &one, &other] {
        send(handle, &stream, demo(handle, ANNE, "Hi"), None).await;
        let edition = one.edition().await.unwrap();
        assert_ne!(edition, last);
        // Reading is not writing.
        listed(&other, MessageFilter::default()).await;
        one.statistics(stream.clone()).await.unwrap();
        assert_eq!(one.edition().await.unwrap(), edition);
        last = edition;
    }
}

async fn a_cursor_neither_skips_nor_repeats(home: &impl Home) {
    let (reader, writers) = (home.open(), [home.open(), home.open()]);
    let (mut seen, mut place) = (Vec::new(), reader.newest().await.unwrap());
    let tasks: Vec<_> = writers
        .into_iter()
        .enumerate()
        .map(|(writer, handle)| {
            tokio::spawn(async move {
                for n in 0..100 {
                    receive(&handle, &stream(1), ANNE, &format!("{writer}-{n}")).await;
                }
            })
        })
        .collect();
    loop {
        let over = tasks.iter().all(tokio::task::JoinHandle::is_finished);
        let filter = MessageFilter {
            after: Some(place),
            ..Default::default()
        };
        let new = reader.messages(filter, 1_000).await.unwrap();
        if let Some((newest, _)) = new.first() {
            place = *newest;
        }
        seen.extend(new.into_iter().rev().map(|(_, message)| message.text));
        if over {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(seen.len(), 200);
    let mut all = listed(&reader, MessageFilter::default()).await;
    all.reverse();
    assert_eq!(seen, all);
}
