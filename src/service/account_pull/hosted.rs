//! What is read from the account: streams with their tokens, and Sender IDs. What cannot be used is
//! left out by itself, and said.

use std::collections::HashSet;
use std::hash::Hash;

use super::PulledStream;
use super::draft::{draft, names};
use crate::api::{AnswerError, HostedSender, HostedStream, Page};
use crate::client::{AccountApi, CallError, patiently};
use crate::domain::{SenderId, quote, same_name};

/// How often a call is made before it counts as failed.
const TRIES: u32 = 5;

/// Pages of a list that are read.
const MOST_PAGES: usize = 1_000;

#[derive(Debug, Clone, Copy)]
pub enum Selection<'a> {
    All,
    /// By name or id.
    These(&'a [String]),
}

#[derive(Debug, Default)]
pub struct Hosted {
    pub streams: Vec<PulledStream>,
    pub senders: Vec<SenderId>,
    pub skipped: Vec<Skipped>,
    /// Entries that had nothing to call them by.
    pub unreadable: usize,
}

/// A stream or Sender ID that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    pub name: String,
    pub why: String,
}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the account has no stream {}", quote(.wanted))]
    NoStream {
        wanted: String,
        /// Those that it has.
        names: Vec<String>,
    },
    /// A stream that was named.
    #[error("{} can't be pulled: {}", quote(&.0.name), .0.why)]
    Unusable(Skipped),
}

pub async fn fetch(account: &AccountApi, selection: Selection<'_>) -> Result<Hosted, FetchError> {
    let mut hosted = Hosted::default();
    let unreadable = &mut hosted.unreadable;
    let key = |stream: &HostedStream| stream.id.clone();
    let mut streams = all(async |page| account.streams(page).await, key, unreadable).await?;
    // So that names that are the same are told apart in the same way each time.
    streams.sort_by_key(|stream| (stream.id.parse::<u64>().ok(), stream.id.clone()));
    let names = names(&streams);
    let wanted = chosen(&streams, &names, selection)?;
    for at in wanted {
        match usable(account, &streams[at], &names[at]).await? {
            Ok(stream) => hosted.streams.push(stream),
            Err(why) => {
                let name = names[at].clone();
                let skipped = Skipped { name, why };
                if matches!(selection, Selection::These(_)) {
                    return Err(FetchError::Unusable(skipped));
                }
                hosted.skipped.push(skipped);
            }
        }
    }
    let key = |sender: &HostedSender| sender.candidates.clone();
    let senders = all(
        async |page| account.senders(page).await,
        key,
        &mut hosted.unreadable,
    );
    for sender in senders.await? {
        match sender_id(&sender) {
            Ok(id) if hosted.senders.contains(&id) => {}
            Ok(id) => hosted.senders.push(id),
            Err(skipped) => hosted.skipped.push(skipped),
        }
    }
    Ok(hosted)
}

/// Every entry of a list once, however its pages overlap.
async fn all<T, K: Hash + Eq>(
    ask: impl AsyncFn(usize) -> Result<Page<T>, CallError>,
    key: impl Fn(&T) -> K,
    unreadable: &mut usize,
) -> Result<Vec<T>, CallError> {
    let (mut list, mut seen) = (Vec::new(), HashSet::new());
    for number in 1..=MOST_PAGES {
        let page = patiently(TRIES, || ask(number)).await?;
        *unreadable += page.unreadable;
        let before = list.len();
        let is_empty = page.is_empty();
        let fresh = page.items.into_iter().filter(|one| seen.insert(key(one)));
        list.extend(fresh);
        // An account that knows no pages gives the same one again.
        if is_empty || list.len() == before {
            break;
        }
    }
    Ok(list)
}

/// Their places.
fn chosen(
    streams: &[HostedStream],
    names: &[String],
    selection: Selection<'_>,
) -> Result<Vec<usize>, FetchError> {
    let Selection::These(wanted) = selection else {
        return Ok((0..streams.len()).collect());
    };
    let mut places = Vec::new();
    for wanted in wanted {
        let is_meant = |at: &usize| {
            let stream = &streams[*at];
            let uid = stream.uid.as_deref();
            same_name(&names[*at], wanted) || stream.id == *wanted || uid == Some(wanted)
        };
        let found = (0..streams.len()).find(is_meant);
        let at = found.ok_or_else(|| FetchError::NoStream {
            wanted: wanted.clone(),
            names: names.to_vec(),
        })?;
        if !places.contains(&at) {
            places.push(at);
        }
    }
    Ok(places)
}

/// Or why it is not.
async fn usable(
    account: &AccountApi,
    stream: &HostedStream,
    name: &str,
) -> Result<Result<PulledStream, String>, CallError> {
    let says = |text: &Option<String>, words: &[&str]| {
        let text = text.as_deref().unwrap_or_default().to_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    if says(&stream.kind, &["whatsapp"]) {
        return Ok(Err("it is not an SMS stream".to_owned()));
    }
    if says(&stream.state, &["draft"]) {
        return Ok(Err("it is a draft".to_owned()));
    }
    let draft = match draft(stream, name) {
        Ok(draft) => draft,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let token = match patiently(TRIES, || account.token(stream)).await {
        Ok(token) => token,
        Err(error) if is_about_one(&error) => return Ok(Err(format!("no token: {error}"))),
        Err(error) => return Err(error),
    };
    Ok(Ok(PulledStream {
        remote_id: stream.id.clone(),
        draft,
        is_disabled: says(&stream.state, &["disabled", "paused", "inactive"]),
        token,
    }))
}

/// Whether another stream may fare better.
fn is_about_one(error: &CallError) -> bool {
    match error {
        CallError::NoAnswer { answer, .. } => match answer {
            AnswerError::Refused { status, .. } => ![401, 429].contains(status) && *status < 500,
            AnswerError::Unreadable { .. } => true,
        },
        CallError::Unanswered(_) => false,
    }
}

fn sender_id(sender: &HostedSender) -> Result<SenderId, Skipped> {
    let mut wrong = None;
    for text in &sender.candidates {
        match text.trim_start_matches('+').parse() {
            Ok(id) => return Ok(id),
            Err(error) => wrong = wrong.or(Some(error)),
        }
    }
    Err(Skipped {
        name: sender.candidates[0].clone(),
        why: wrong.map_or_else(String::new, |error| error.to_string()),
    })
}
