//! `messages.db` of the version before events and jobs, brought to this one.

use std::fs;
use std::time::Duration;

use textpeak::domain::{DeliveryState, MessageStatus};
use textpeak::store::{
    Attempt, Cursor, DeliveryFilter, JobKind, MessageFilter, MessageStore as _, Outcome,
    StoreError, WebhookPause, Work,
};
use uuid::Uuid;

use super::harness::{Handle, Home, on_one_thread};
use super::local::LocalHome;
use super::values::*;

/// A home with the fixture. Its rows tell of the moments around the one at which tests begin.
fn old_home() -> LocalHome {
    let home = LocalHome::new();
    let database = rusqlite::Connection::open(home.file()).unwrap();
    let fixture = include_str!("../fixtures/messages-v4.sql");
    database.execute_batch(fixture).unwrap();
    home
}

/// The id of the message, or of the delivery, with this number in the fixture.
fn id(kind: u8, number: u8) -> Uuid {
    let base = 0x019b_76da_8400_7000_8000_0000_0000_0000;
    Uuid::from_u128(base + (u128::from(kind) << 8) + u128::from(number))
}

fn of_message(number: u8) -> Uuid {
    id(0, number)
}

fn of_delivery(number: u8) -> Uuid {
    id(1, number)
}

fn version(home: &LocalHome) -> i32 {
    let database = rusqlite::Connection::open(home.file()).unwrap();
    database
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap()
}

#[test]
fn messages_and_statistics_are_as_they_were() {
    let home = old_home();
    on_one_thread(async {
        let handle = home.open();
        let all = listed(&handle, MessageFilter::default()).await;
        let texts = [
            "Failed",
            "Handed on",
            "On its way",
            "Second",
            "First",
            "Ends soon",
            "Never ends",
            "No",
            "Really",
            "Yes",
            "Hi",
        ];
        assert_eq!(all, texts);
        let reply = message(&handle, of_message(2)).await;
        assert_eq!(reply.in_reply_to, Some(of_message(1)));
        let found = handle.with_internal_id(None, "b".to_owned()).await.unwrap();
        assert_eq!(found.unwrap().uuid, of_message(7));
        let failed = message(&handle, of_message(11)).await;
        assert_eq!(failed.details.as_deref(), Some("the number is barred"));
        let handed_on = handle.handed_on(of_message(10)).await.unwrap();
        assert_eq!(handed_on.remote_id.as_deref(), Some("their id"));
        let demo = handle.statistics(stream(1)).await.unwrap();
        assert_eq!((demo.incoming, demo.open), (3, 2));
        let live = handle.statistics(stream(2)).await.unwrap();
        assert_eq!(
            (live.open, live.outgoing[&MessageStatus::SentFailed]),
            (4, 1)
        );
        home.advance(DELAY);
        let demo = handle.statistics(stream(1)).await.unwrap();
        assert_eq!(
            (demo.open, demo.outgoing[&MessageStatus::Undelivered]),
            (1, 1)
        );
    });
}

#[test]
fn deliveries_keep_their_ids_states_and_attempts() {
    use DeliveryState::{Dead, Delivered, Waiting};
    let home = old_home();
    on_one_thread(async {
        let handle = home.open();
        let expected = [(1, 2, Delivered, 2), (2, 3, Waiting, 1), (3, 4, Dead, 1)];
        for (delivery, message, state, attempts) in expected {
            let kept = handle
                .delivery(of_delivery(delivery))
                .await
                .unwrap()
                .unwrap();
            assert_eq!((kept.message, kept.status), (of_message(message), None));
            assert_eq!((kept.state, kept.attempts), (state, attempts));
            let kept = handle.attempts(of_delivery(delivery)).await.unwrap();
            assert_eq!(kept.len(), attempts);
        }
        let first = handle.attempts(of_delivery(1)).await.unwrap();
        let at = handle.now() - Duration::from_secs(3_580);
        assert_eq!(
            first[1],
            Attempt {
                elapsed: 12,
                ..attempt(at, 200)
            }
        );
        let filter = DeliveryFilter::default();
        let listed = handle.deliveries(filter, 100).await.unwrap();
        let listed: Vec<_> = listed.into_iter().map(|one| one.id).collect();
        assert_eq!(listed, [3, 2, 1].map(of_delivery));
        let (_, recent) = handle.recent_attempts(None, None, 0, 100).await.unwrap();
        assert_eq!(recent.len(), 4);
    });
}

#[test]
fn a_waiting_delivery_is_made_under_its_id() {
    let home = old_home();
    on_one_thread(async {
        let handle = home.open();
        home.advance(LEASE);
        let job = claim_one(&handle, JobKind::Deliver, &stream(1)).await;
        assert_eq!((text(&job), job.attempts), ("Really", 1));
        let told = event(&job);
        assert_eq!((told.id, told.sequence), (of_delivery(2), 2));
        assert_eq!(told.at, told.message.at);
        settle(&handle, &job, delivered(&handle)).await;
        assert_eq!(handle.attempts(of_delivery(2)).await.unwrap().len(), 2);
        // The one whose message is not there any more.
        assert_eq!(handle.set_aside().await.unwrap().len(), 1);
        assert_eq!(handle.requeue(vec![of_delivery(3)]).await.unwrap(), 1);
        let job = claim_one(&handle, JobKind::Deliver, &stream(1)).await;
        assert_eq!(event(&job).id, of_delivery(3));
    });
}

#[test]
fn what_comes_after_goes_on_where_the_old_version_was() {
    let home = old_home();
    on_one_thread(async {
        let handle = home.open();
        let pause = handle
            .webhook_pause(stream(1), URL.to_owned())
            .await
            .unwrap();
        let at = handle.now() - Duration::from_secs(40);
        assert_eq!(pause, Some(WebhookPause::Gone(at)));
        assert!(
            !receive(&handle, &stream(1), ANNE, "dead")
                .await
                .event
                .unwrap()
                .1
        );
        let elsewhere = reply(&stream(1), ANNE, "new", Some("https://example.com/new"));
        let received = handle.receive(elsewhere).await.unwrap().unwrap();
        assert_eq!(received.message.in_reply_to, Some(of_message(1)));
        let new = received.event.unwrap().0;
        let job = handle.claim_delivery(new, LEASE).await.unwrap().unwrap();
        assert_eq!(event(&job).sequence, 4);
        let newest = handle.messages(MessageFilter::default(), 1).await.unwrap();
        assert_eq!(newest[0].1.text, "new");
        let again = with_id(demo(&handle, ANNE, "Hi"), "a");
        let again = accept(&handle, &stream(1), vec![again], None).await;
        let first = textpeak::store::Accepted::Repeated(of_message(1));
        assert_eq!(again, [first]);
    });
}

/// Ends the message that an older version was handing on when it stopped.
async fn end_stranded(home: &LocalHome, handle: &Handle) {
    assert!(!is_due(handle, JobKind::Submit, &stream(2)).await);
    assert!(
        handle
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
    home.advance(Duration::from_secs(30));
    assert!(claim(handle, JobKind::Submit, &stream(2)).await.is_empty());
    let stranded = handle.claim_stranded(vec![], LEASE).await.unwrap();
    assert_eq!(texts(&stranded), ["On its way"]);
    let end = Outcome::Ended(MessageStatus::SentFailed, None);
    settle(handle, &stranded[0], end).await;
}

#[test]
fn messages_on_their_way_out_go_on() {
    let home = old_home();
    on_one_thread(async {
        let handle = home.open();
        let waiting = [7, 8, 9, 10, 11].map(of_message).to_vec();
        assert_eq!(handle.unsubmitted(waiting.clone()).await.unwrap(), 3);
        end_stranded(&home, &handle).await;
        let jobs = claim(&handle, JobKind::Submit, &stream(2)).await;
        assert_eq!(texts(&jobs), ["First", "Second"]);
        assert_eq!([jobs[0].attempts, jobs[1].attempts], [2, 0]);
        settle(&handle, &jobs[0], submitted(&handle, "x")).await;
        settle(&handle, &jobs[1], submitted(&handle, "y")).await;
        assert_eq!(handle.unsubmitted(waiting).await.unwrap(), 0);
        let job = claim_one(&handle, JobKind::Ask, &stream(2)).await;
        let Work::Ask(upstream, at) = &job.work else {
            panic!("{job:?}");
        };
        let accepted = message(&handle, of_message(10)).await.at;
        assert_eq!(
            (upstream.as_str(), *at, job.attempts),
            ("their id", accepted, 3)
        );
        settle(
            &handle,
            &job,
            Outcome::Ended(MessageStatus::Delivered, None),
        )
        .await;
        let live = handle.statistics(stream(2)).await.unwrap();
        assert_eq!(
            (live.open, live.outgoing[&MessageStatus::Delivered]),
            (2, 1)
        );
    });
}

#[test]
fn a_file_is_upgraded_once_whoever_opens_it() {
    let home = old_home();
    assert_eq!(version(&home), 4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let store = home.store();
                on_one_thread(async {
                    assert!(store.newest().await.unwrap() > Cursor::default());
                    store.prepare().await.unwrap();
                });
            });
        }
    });
    assert_eq!(version(&home), 7);
    let database = rusqlite::Connection::open(home.file()).unwrap();
    for (table, rows) in [("job", 8), ("event", 3), ("attempt", 5), ("message", 11)] {
        let count = format!("SELECT count(*) FROM {table}");
        let count: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
        assert_eq!(count, rows, "{table}");
    }
    let faults: i64 = database
        .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(faults, 0);
}

#[test]
fn a_newer_version_is_refused_and_left_as_it_is() {
    let home = LocalHome::new();
    let database = rusqlite::Connection::open(home.file()).unwrap();
    database.pragma_update(None, "journal_mode", "wal").unwrap();
    database.pragma_update(None, "user_version", 8).unwrap();
    database.close().unwrap();
    let bytes = fs::read(home.file()).unwrap();
    on_one_thread(async {
        let store = home.store();
        let refused = StoreError::OtherVersion {
            file: home.file().display().to_string(),
            version: 8,
            ours: 7,
        };
        assert_eq!(store.prepare().await, Err(refused.clone()));
        assert_eq!(store.newest().await, Err(refused.clone()));
        let reply = reply(&stream(1), ANNE, "Yes", None);
        assert_eq!(store.receive(reply).await.unwrap_err(), refused);
    });
    assert!(fs::read(home.file()).unwrap() == bytes);
}
