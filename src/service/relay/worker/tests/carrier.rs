//! A carrier that says what a test wants, and remembers what it was given.

use std::collections::HashMap;
use std::sync::Mutex;

use async_trait::async_trait;
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::carrier::{Carrier, Receipt, Submitted};
use crate::domain::Message;

pub type Script = Box<dyn FnMut(&Message) -> Option<Submitted> + Send>;

pub struct ScriptedCarrier {
    pub most: usize,
    pub script: Mutex<Script>,
    pub given: Mutex<Vec<Uuid>>,
    /// Requests are answered only with a permit.
    pub permits: Semaphore,
    pub receipts: Mutex<HashMap<String, Receipt>>,
    pub asked: Mutex<usize>,
}

impl Default for ScriptedCarrier {
    fn default() -> Self {
        Self {
            most: 250,
            script: Mutex::new(Box::new(taken)),
            given: Mutex::default(),
            permits: Semaphore::new(Semaphore::MAX_PERMITS),
            receipts: Mutex::default(),
            asked: Mutex::default(),
        }
    }
}

/// The message is taken, under an id that shows whose it is.
#[expect(clippy::unnecessary_wraps, reason = "it is an answer of a script")]
pub fn taken(message: &Message) -> Option<Submitted> {
    Some(Submitted::Taken(format!("up-{}", message.uuid)))
}

#[expect(clippy::unnecessary_wraps, reason = "it is an answer of a script")]
pub fn not_now(why: &str, retry_after: Option<u64>) -> Option<Submitted> {
    Some(Submitted::NotNow {
        why: why.to_owned(),
        retry_after: retry_after.map(std::time::Duration::from_secs),
    })
}

impl ScriptedCarrier {
    /// From now on it says this of each message; `None` is no word of it.
    pub fn say(&self, script: impl FnMut(&Message) -> Option<Submitted> + Send + 'static) {
        *self.script.lock().unwrap() = Box::new(script);
    }

    pub fn given(&self) -> Vec<Uuid> {
        self.given.lock().unwrap().clone()
    }
}

#[async_trait]
impl Carrier for ScriptedCarrier {
    fn most(&self) -> usize {
        self.most
    }

    async fn submit(&self, messages: &[Message]) -> Vec<Submitted> {
        assert!(messages.len() <= self.most);
        let said = {
            let mut script = self.script.lock().unwrap();
            let uuids = messages.iter().map(|one| one.uuid);
            self.given.lock().unwrap().extend(uuids);
            messages.iter().filter_map(&mut *script).collect()
        };
        self.permits.acquire().await.unwrap().forget();
        said
    }

    async fn receipts(&self, ids: Vec<String>) -> HashMap<String, Receipt> {
        *self.asked.lock().unwrap() += 1;
        let known = self.receipts.lock().unwrap();
        let told = |id: String| Some((id.clone(), known.get(&id)?.clone()));
        ids.into_iter().filter_map(told).collect()
    }

    async fn listen(&self, _since: Option<jiff::Timestamp>) {}
}
