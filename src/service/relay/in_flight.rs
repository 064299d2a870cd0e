//! Which jobs this process is submitting.

use std::collections::HashSet;
use std::sync::Mutex;

use crate::service::lock;
use crate::store::{Job, JobKind};

/// Jobs that are noted as being submitted for as long as this lives, whatever ends it.
pub struct Submitting<'a> {
    all: &'a Mutex<HashSet<i64>>,
    own: Vec<i64>,
}

impl<'a> Submitting<'a> {
    pub fn note(all: &'a Mutex<HashSet<i64>>, kind: JobKind, jobs: &[Job]) -> Self {
        let own: Vec<i64> = match kind {
            JobKind::Submit => jobs.iter().map(Job::key).collect(),
            JobKind::Ask | JobKind::Deliver | JobKind::Turn => Vec::new(),
        };
        lock(all).extend(&own);
        Self { all, own }
    }
}

impl Drop for Submitting<'_> {
    fn drop(&mut self) {
        let mut all = lock(self.all);
        for key in &self.own {
            all.remove(key);
        }
    }
}
