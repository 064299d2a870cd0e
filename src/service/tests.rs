//! Use cases on a store in files: what they do when others are quicker.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;

use super::*;
use crate::domain::{RawDraft, Removals, Status, Stream, StreamDraft, StreamIdentity};
use crate::store::{
    Catalogue, CatalogueChange, CatalogueStore, Home, LocalStore, Revision, Secrets, StoreError,
};

/// A store in which somebody else is quicker, once for each of these changes.
struct Overtaken {
    store: LocalStore,
    others: Mutex<Vec<CatalogueChange>>,
}

#[async_trait]
impl CatalogueStore for Overtaken {
    async fn snapshot(&self) -> Result<Arc<Catalogue>, StoreError> {
        self.store.snapshot_now()
    }

    async fn secrets(&self) -> Result<Arc<Secrets>, StoreError> {
        self.store.secrets_now()
    }

    async fn apply(
        &self,
        changes: Vec<CatalogueChange>,
        expected: Option<&Revision>,
    ) -> Result<Revision, StoreError> {
        if let Some(other) = self.others.lock().unwrap().pop() {
            self.store.apply_now(vec![other], None)?;
        }
        self.store.apply_now(changes, expected)
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(work)
}

fn stream(n: u8, name: &str) -> Stream {
    let draft = StreamDraft {
        name: Some(name.parse().unwrap()),
        ..StreamDraft::default()
    };
    draft.build(identity(n)).unwrap()
}

fn identity(n: u8) -> StreamIdentity {
    StreamIdentity {
        id: format!("st_0000000000{n:02}").parse().unwrap(),
        created_at: Timestamp::UNIX_EPOCH,
        now: Timestamp::UNIX_EPOCH,
    }
}

fn put(before: Option<&Stream>, after: &Stream) -> CatalogueChange {
    CatalogueChange::Put {
        before: before.cloned().map(Box::new),
        after: Box::new(after.clone()),
        token: None,
        raise: false,
    }
}

/// A store with one stream, and what somebody else does to it meanwhile.
fn overtaken(folder: &tempfile::TempDir, first: &Stream, other: CatalogueChange) -> Overtaken {
    let home = Home::locate(Some(folder.path().to_owned())).unwrap();
    let store = LocalStore::new(home, Clock::system());
    store.apply_now(vec![put(None, first)], None).unwrap();
    let others = Mutex::new(vec![other]);
    Overtaken { store, others }
}

#[test]
fn answers_that_are_given_by_flags_go_on_top_of_what_others_did() {
    let folder = tempfile::tempdir().unwrap();
    let first = stream(1, "A");
    let theirs = Stream {
        demo: true,
        ..first.clone()
    };
    let store = overtaken(&folder, &first, put(Some(&first), &theirs));
    let answers = RawDraft {
        name: Some("B".to_owned()),
        ..RawDraft::default()
    };
    let removals = Removals::default();
    let given = Answers::Given {
        answers: &answers,
        removals: &removals,
    };
    let edited = run(edit(&store, &Clock::system(), &first.id, given)).unwrap();
    assert!(edited.stream.demo);
    let there = run(store.snapshot()).unwrap().find("B").unwrap().unwrap();
    assert_eq!(there, edited.stream);
}

#[test]
fn answers_to_all_questions_are_refused_when_the_stream_changed_since() {
    let folder = tempfile::tempdir().unwrap();
    let first = stream(1, "A");
    let theirs = Stream {
        demo: true,
        ..first.clone()
    };
    let store = overtaken(&folder, &first, put(Some(&first), &theirs));
    let whole = Answers::Whole {
        answers: StreamDraft::of(&stream(1, "B")),
        before: &first,
    };
    let refused = run(edit(&store, &Clock::system(), &first.id, whole)).unwrap_err();
    let changed = StoreError::Changed("A".to_owned());
    assert_eq!(refused, ServiceError::Store(changed));
    let there = run(store.snapshot()).unwrap().find("A").unwrap();
    assert_eq!(there, Some(theirs));
}

#[test]
fn a_name_that_somebody_took_meanwhile_is_said_as_a_wrong_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = overtaken(&folder, &stream(1, "A"), put(None, &stream(2, "b")));
    let draft = StreamDraft {
        name: Some("B".parse().unwrap()),
        ..StreamDraft::default()
    };
    let (identity, mut random) = (identity(3), || 7);
    let creation = Creation {
        draft: &draft,
        identity: &identity,
        known: None,
    };
    let refused = run(create(&store, &mut random, creation, Status::Ready)).unwrap_err();
    assert!(matches!(&refused, ServiceError::Wrong(wrong) if wrong.len() == 1));
    assert_eq!(run(store.secrets()).unwrap().all().len(), 0);
}

#[test]
fn a_draft_without_a_name_gets_the_next_one_that_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let store = overtaken(&folder, &stream(1, "A"), put(None, &stream(2, UNTITLED)));
    let (draft, identity) = (StreamDraft::default(), identity(3));
    let creation = Creation {
        draft: &draft,
        identity: &identity,
        known: None,
    };
    let made = run(save_draft(&store, creation, draft.next_step().into())).unwrap();
    assert_eq!(made.stream.name.as_str(), "Untitled draft 2");
}

#[test]
fn a_stream_that_gets_a_tag_meanwhile_is_renamed_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let (old, new) = ("old".parse().unwrap(), "new".parse().unwrap());
    let tagged = |n, name| Stream {
        tags: std::iter::once("old".parse().unwrap()).collect(),
        ..stream(n, name)
    };
    let store = overtaken(&folder, &tagged(1, "A"), put(None, &tagged(2, "B")));
    let renamed = run(rename_tag(&store, &Clock::system(), &old, &new));
    assert_eq!(renamed, Ok(2));
    assert_eq!(run(store.snapshot()).unwrap().tags().unwrap(), [(new, 2)]);
}

#[test]
fn a_plan_that_is_another_one_by_now_is_not_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let store = overtaken(&folder, &stream(1, "A"), put(None, &stream(2, "C")));
    let streams = [RawDraft {
        name: Some("B".to_owned()),
        ..RawDraft::default()
    }];
    let wanted = Wanted {
        streams: &streams,
        prune: true,
        environment: &|_| None,
    };
    let agreed = |plan: &crate::domain::Plan| plan.deletes.len() == 1;
    let (clock, mut random) = (Clock::system(), || 7);
    let applied = apply(&store, &clock, &mut random, wanted, &agreed);
    assert_eq!(run(applied).unwrap_err(), ServiceError::OtherPlan);
    assert_eq!(run(store.snapshot()).unwrap().entries().len(), 2);
}
