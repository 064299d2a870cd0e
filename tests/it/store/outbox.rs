//! Messages that wait for a carrier, and their statuses.

use textpeak::domain::MessageStatus;
use textpeak::store::{Claim, JobKind, Outcome, Work};

use super::harness::{Handle, Home, promises};
use super::values::*;

promises! {
    messages_of_a_stream_leave_in_their_order,
    the_first_one_holds_back_the_others,
    one_batch_of_a_stream_is_on_its_way_at_a_time,
    streams_do_not_hold_each_other_back,
    what_was_being_submitted_is_never_claimed_as_waiting,
    stranded_messages_are_left_out_where_asked,
    why_a_message_was_not_sent_is_said_while_it_waits,
    a_submitted_message_is_asked_for,
    an_open_status_is_asked_for_again,
    messages_that_wait_for_a_carrier_are_counted,
    what_is_queued_is_told,
}

/// Queues messages with these texts.
async fn queue(handle: &Handle, texts: &[&str]) {
    for text in texts {
        send(handle, &stream(1), live(handle, ANNE, text), None).await;
    }
}

fn unsent(handle: &Handle, details: &str) -> Outcome {
    Outcome::Unsent {
        at: handle.now() + DELAY,
        details: details.to_owned(),
    }
}

async fn messages_of_a_stream_leave_in_their_order(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    queue(&one, &["a", "b"]).await;
    home.set_back(LEASE);
    queue(&other, &["c"]).await;
    home.advance(LEASE);
    queue(&one, &["d"]).await;
    let jobs = claim(&other, JobKind::Submit, &stream).await;
    assert_eq!(texts(&jobs), ["a", "b", "c", "d"]);
    assert!(
        jobs.iter()
            .all(|job| job.stream == stream && job.attempts == 0)
    );
}

async fn the_first_one_holds_back_the_others(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    queue(&one, &["a", "b", "c"]).await;
    let jobs = claim(&one, JobKind::Submit, &stream).await;
    settle(&one, &jobs[0], unsent(&one, "the carrier is away")).await;
    settle(&one, &jobs[2], Outcome::Released).await;
    settle(&one, &jobs[1], Outcome::Released).await;
    for handle in [&one, &other] {
        assert!(!is_due(handle, JobKind::Submit, &stream).await);
        assert!(claim(handle, JobKind::Submit, &stream).await.is_empty());
        let next = handle.due(JobKind::Submit).await.unwrap().next;
        assert_eq!(next, Some(handle.now() + DELAY));
    }
    home.advance(DELAY);
    assert!(is_due(&other, JobKind::Submit, &stream).await);
    let jobs = claim(&other, JobKind::Submit, &stream).await;
    assert_eq!(texts(&jobs), ["a", "b", "c"]);
    assert_eq!([jobs[0].attempts, jobs[1].attempts], [1, 0]);
}

async fn one_batch_of_a_stream_is_on_its_way_at_a_time(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    queue(&one, &["a", "b", "c"]).await;
    let two = Claim {
        depth: 2,
        ..claim_of(JobKind::Submit, &stream)
    };
    let jobs = one.claim(two).await.unwrap();
    assert_eq!(texts(&jobs), ["a", "b"]);
    for job in &jobs {
        for handle in [&one, &other] {
            assert!(!is_due(handle, JobKind::Submit, &stream).await);
            let more = claim(handle, JobKind::Submit, &stream).await;
            assert!(more.is_empty(), "{more:?}");
        }
        settle(&one, job, submitted(&one, "x")).await;
    }
    assert!(is_due(&other, JobKind::Submit, &stream).await);
    assert_eq!(texts(&claim(&other, JobKind::Submit, &stream).await), ["c"]);
}

async fn streams_do_not_hold_each_other_back(home: &impl Home) {
    let handle = home.open();
    for number in [1, 2] {
        let new = live(&handle, ANNE, &format!("of {number}"));
        send(&handle, &stream(number), new, None).await;
    }
    let job = claim_one(&handle, JobKind::Submit, &stream(1)).await;
    settle(&handle, &job, unsent(&handle, "the carrier is away")).await;
    let due = handle.due(JobKind::Submit).await.unwrap().streams;
    assert_eq!(due, [stream(2)]);
    assert_eq!(
        texts(&claim(&handle, JobKind::Submit, &stream(2)).await),
        ["of 2"]
    );
}

async fn what_was_being_submitted_is_never_claimed_as_waiting(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    queue(&one, &["a", "b"]).await;
    let first = Claim {
        depth: 1,
        ..claim_of(JobKind::Submit, &stream)
    };
    let first = one.claim(first).await.unwrap();
    home.crash(one);
    assert!(
        other
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
    home.advance(LEASE);
    assert!(!is_due(&other, JobKind::Submit, &stream).await);
    assert!(claim(&other, JobKind::Submit, &stream).await.is_empty());
    let stranded = other.claim_stranded(vec![], LEASE).await.unwrap();
    assert_eq!(texts(&stranded), ["a"]);
    assert_eq!(stranded[0].key(), first[0].key());
    assert_eq!(stranded[0].lease.until(), other.now() + LEASE);
    assert!(
        home.open()
            .claim_stranded(vec![], LEASE)
            .await
            .unwrap()
            .is_empty()
    );
    let end = Outcome::Ended(MessageStatus::SentFailed, None);
    settle(&other, &stranded[0], end).await;
    assert_eq!(texts(&claim(&other, JobKind::Submit, &stream).await), ["b"]);
}

async fn stranded_messages_are_left_out_where_asked(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    queue(&one, &["a", "b", "c"]).await;
    let jobs = claim(&one, JobKind::Submit, &stream).await;
    home.advance(LEASE);
    let but = vec![jobs[1].key()];
    let stranded = other.claim_stranded(but, LEASE).await.unwrap();
    assert_eq!(texts(&stranded), ["a", "c"]);
    settle(&one, &jobs[1], submitted(&one, "x")).await;
    home.advance(DELAY);
    assert!(is_due(&other, JobKind::Ask, &stream).await);
}

async fn why_a_message_was_not_sent_is_said_while_it_waits(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let uuid = send(&handle, &stream, live(&handle, ANNE, "a"), Some(URL)).await;
    assert!(message(&handle, uuid).await.details.is_some());
    for (attempts, why) in ["the carrier is away", "the carrier asks to wait"]
        .into_iter()
        .enumerate()
    {
        let job = claim_one(&handle, JobKind::Submit, &stream).await;
        assert_eq!(job.attempts, attempts);
        settle_and_tell(&handle, &job, unsent(&handle, why)).await;
        let kept = message(&handle, uuid).await;
        assert_eq!(kept.details.as_deref(), Some(why));
        assert_eq!(kept.course.sent_at, None);
        home.advance(DELAY);
    }
    assert!(told(&handle, &stream).await.is_empty(), "nothing changed");
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle(&handle, &job, submitted(&handle, "x")).await;
    assert_eq!(message(&handle, uuid).await.details, None);
}

async fn a_submitted_message_is_asked_for(home: &impl Home) {
    let (one, other, stream) = (home.open(), home.open(), stream(1));
    let uuid = send(&one, &stream, live(&one, ANNE, "a"), None).await;
    let accepted = one.now();
    home.advance(LEASE);
    let job = claim_one(&one, JobKind::Submit, &stream).await;
    settle(&one, &job, submitted(&one, "their id")).await;
    assert!(!is_due(&other, JobKind::Ask, &stream).await);
    let next = other.due(JobKind::Ask).await.unwrap().next;
    assert_eq!(next, Some(other.now() + DELAY));
    home.advance(DELAY);
    let job = claim_one(&other, JobKind::Ask, &stream).await;
    let Work::Ask(upstream, at) = &job.work else {
        panic!("{job:?}")
    };
    assert_eq!((upstream.as_str(), *at), ("their id", accepted));
    assert_eq!(job.attempts, 0);
    let why = Some("no answer".to_owned());
    settle(
        &other,
        &job,
        Outcome::Ended(MessageStatus::Undelivered, why.clone()),
    )
    .await;
    let kept = message(&one, uuid).await;
    assert_eq!(kept.status_at(one.now()), Some(MessageStatus::Undelivered));
    assert_eq!((kept.course.final_at, kept.details), (Some(one.now()), why));
    home.advance(LEASE);
    assert!(claim(&one, JobKind::Ask, &stream).await.is_empty());
}

async fn an_open_status_is_asked_for_again(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    queue(&handle, &["a"]).await;
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle(&handle, &job, submitted(&handle, "x")).await;
    for attempts in 0..3 {
        home.advance(DELAY);
        let job = claim_one(&handle, JobKind::Ask, &stream).await;
        assert_eq!(job.attempts, attempts);
        settle_and_tell(&handle, &job, Outcome::Open(handle.now() + DELAY)).await;
        assert!(claim(&handle, JobKind::Ask, &stream).await.is_empty());
    }
    assert!(told(&handle, &stream).await.is_empty());
}

async fn messages_that_wait_for_a_carrier_are_counted(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let mut ids = vec![send(&handle, &stream, demo(&handle, ANNE, "demo"), Some(URL)).await];
    for text in ["a", "b", "c"] {
        ids.push(send(&handle, &stream, live(&handle, ANNE, text), None).await);
    }
    let waiting = async |ids: &[_]| handle.unsubmitted(ids.to_vec()).await.unwrap();
    assert_eq!([waiting(&ids).await, waiting(&ids[2..]).await], [3, 2]);
    let jobs = claim(&handle, JobKind::Submit, &stream).await;
    assert_eq!(
        waiting(&ids).await,
        3,
        "whether they were sent is not known"
    );
    settle(&handle, &jobs[0], submitted(&handle, "x")).await;
    settle(
        &handle,
        &jobs[1],
        Outcome::Ended(MessageStatus::Rejected, None),
    )
    .await;
    settle(&handle, &jobs[2], unsent(&handle, "the carrier is away")).await;
    assert_eq!([waiting(&ids).await, waiting(&[]).await], [1, 0]);
}

async fn what_is_queued_is_told(home: &impl Home) {
    let (handle, stream) = (home.open(), stream(1));
    let mut queued = handle.queued();
    queued.mark_unchanged();
    send(&handle, &stream, demo(&handle, ANNE, "a"), None).await;
    handle
        .receive(reply(&stream, ANNE, "b", None))
        .await
        .unwrap();
    assert!(!queued.has_changed().unwrap(), "nothing was queued");
    let mut has = |what| {
        assert!(queued.has_changed().unwrap(), "{what}");
        queued.mark_unchanged();
    };
    send(&handle, &stream, live(&handle, ANNE, "c"), None).await;
    has("a message that leaves");
    send(&handle, &stream, demo(&handle, ANNE, "d"), Some(URL)).await;
    has("a status");
    let id = event_of(&receive(&handle, &stream, ANNE, "e").await);
    has("a reply");
    handle.requeue(vec![id]).await.unwrap();
    has("a delivery again");
    let job = claim_one(&handle, JobKind::Submit, &stream).await;
    settle_and_tell(&handle, &job, submitted(&handle, "x")).await;
    has("a status of a carrier");
}
