//! What the SMSC tells: kept before it is acknowledged, whichever connection it came over.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use super::lock;
use super::receipts::{Receipted, digits, receipted};
use crate::carrier::{CarrierReceipt, Heard, IncomingMessage, Keep};
use crate::domain::MessageStatus;
use crate::smpp::join::{Added, Joined, Joiner, Key, Piece};
use crate::smpp::{ReceiptIds, ShortMessage, status, text, tlv};

/// How long the rest of a long text is waited for, and the octets of parts that are waited with.
const AGE: Duration = Duration::from_secs(300);
const MOST_OCTETS: usize = 4 << 20;

/// Messages whose receipts are matched by what is known here; others are by the store alone.
const MOST_IDS: usize = 100_000;

/// How long a message that may have been acknowledged in vain is known if it comes again.
const AGAIN: Duration = Duration::from_secs(600);
const MOST_AGAIN: usize = 10_000;

/// The pause before it is looked again for what is overdue.
const REST: Duration = Duration::from_secs(5);

pub struct Hearer {
    keep: Keep,
    /// What `data_coding` 0 means.
    default: u8,
    state: Mutex<State>,
}

struct State {
    ids: ReceiptIds,
    /// The ids of parts before the last, and the id of the message, which is that of its last.
    parts: HashMap<String, String>,
    parts_in_order: VecDeque<String>,
    joiner: Joiner,
    /// What was kept and may not have been acknowledged, until when it is known again.
    again: VecDeque<(Instant, u64)>,
}

/// How a message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub status: u32,
    /// What it is known by, if it comes again though it was kept.
    pub mark: Option<u64>,
}

/// What there is to keep of a message.
enum Found {
    Nothing,
    One(Heard, Option<u64>),
    Long(Joined),
    /// A part that is waited with.
    Part,
}

impl Hearer {
    pub fn new(keep: Keep, default: u8) -> Self {
        Self {
            keep,
            default,
            state: Mutex::new(State {
                ids: ReceiptIds::new(MOST_IDS),
                parts: HashMap::new(),
                parts_in_order: VecDeque::new(),
                joiner: Joiner::new(AGE, MOST_OCTETS),
                again: VecDeque::new(),
            }),
        }
    }

    pub async fn keep(&self, heard: Vec<Heard>) -> bool {
        heard.is_empty() || (self.keep)(heard).await
    }

    /// A part was taken under an id. Receipts may come at once.
    pub fn submitted(&self, id: &str, handset: &str) {
        if !id.is_empty() {
            lock(&self.state).ids.submitted(id, handset);
        }
    }

    /// All parts of a message were taken: a receipt of any of them is one of the message.
    pub fn is_of(&self, parts: impl Iterator<Item = String>, message: &str) {
        let mut state = lock(&self.state);
        for part in parts.map(|part| crate::domain::canonical(&part)) {
            state.parts_in_order.push_back(part.clone());
            state.parts.insert(part, message.to_owned());
        }
        while state.parts_in_order.len() > MOST_IDS {
            if let Some(oldest) = state.parts_in_order.pop_front() {
                state.parts.remove(&oldest);
            }
        }
    }

    /// Keeps messages; how each is answered, in their order.
    ///
    /// The parts of a long text are acknowledged as they come, but for the last, which is once the
    /// text is kept: an SMSC with a window of one would never send the next part otherwise. Parts
    /// that were acknowledged are lost where the process ends before their text is whole.
    pub async fn hear(&self, messages: &[ShortMessage]) -> Vec<Told> {
        let now = Instant::now();
        let mut heard = Vec::new();
        let mut long: Vec<Key> = Vec::new();
        let mut answers = Vec::with_capacity(messages.len());
        for message in messages {
            // Whether it is lost where nothing can be kept now.
            let (is_kept, mark) = match self.find(message, now) {
                Found::Nothing => (false, None),
                Found::Part => (true, None),
                Found::One(one, mark) => {
                    heard.push(one);
                    (true, mark)
                }
                Found::Long(joined) => {
                    if !long.contains(&joined.key) {
                        long.push(joined.key.clone());
                        heard.push(self.incoming(&joined));
                    }
                    (true, None)
                }
            };
            answers.push((is_kept, mark));
        }
        let kept = self.keep(heard).await;
        if kept {
            let mut state = lock(&self.state);
            for key in &long {
                state.joiner.kept(key);
            }
        }
        let told = |(is_kept, mark)| {
            if is_kept && !kept {
                // The SMSC sends it again.
                return Told {
                    status: status::ESME_RX_T_APPN,
                    mark: None,
                };
            }
            Told {
                status: status::ESME_ROK,
                mark,
            }
        };
        answers.into_iter().map(told).collect()
    }

    fn find(&self, message: &ShortMessage, now: Instant) -> Found {
        if let Some(receipted) = receipted(message, self.default) {
            let receipt = self.receipt(receipted);
            return receipt.map_or(Found::Nothing, |one| Found::One(Heard::Receipt(one), None));
        }
        let content = message.content();
        let (from, to) = (
            digits(&message.source.number),
            digits(&message.destination.number),
        );
        let mut state = lock(&self.state);
        if let Some(concat) = content.concat.filter(|concat| concat.total > 1) {
            let key = Key {
                from,
                to,
                reference: concat.reference,
                wide: concat.wide,
                total: concat.total,
            };
            let piece = Piece {
                data_coding: message.data_coding,
                octets: content.octets.to_vec(),
            };
            let added = state.joiner.add(&key, concat.part, piece, now.into_std());
            return match added {
                Added::Known => Found::Nothing,
                Added::Waits => Found::Part,
                Added::Whole(joined) => Found::Long(joined),
            };
        }
        let mark = mark(message);
        state.again.retain(|(until, _)| *until > now);
        if let Some(at) = state.again.iter().position(|(_, one)| *one == mark) {
            state.again.remove(at);
            return Found::Nothing;
        }
        let incoming = IncomingMessage {
            remote_id: message.tlvs.text(tlv::RECEIPTED_MESSAGE_ID),
            from,
            to: Some(to).filter(|to| !to.is_empty()),
            text: text::decode(message.data_coding, self.default, content.octets),
            at: None,
        };
        Found::One(Heard::Incoming(incoming), Some(mark))
    }

    /// `None` where it says nothing final, or nothing about a message as a whole.
    fn receipt(&self, receipted: Receipted) -> Option<CarrierReceipt> {
        let mut state = lock(&self.state);
        let Receipted {
            parameter,
            text,
            handset,
            status,
            details,
        } = receipted;
        let mut ids =
            state
                .ids
                .candidates(parameter.as_deref(), text.as_deref(), handset.as_deref());
        let status = status?;
        let first = ids.first()?;
        state.ids.settled(first);
        if let Some(message) = state.parts.get(first) {
            // Only with its last part is a text at its handset.
            if status == MessageStatus::Delivered {
                return None;
            }
            ids = vec![message.clone()];
        }
        Some(CarrierReceipt {
            ids,
            handset,
            status,
            details,
        })
    }

    fn incoming(&self, joined: &Joined) -> Heard {
        Heard::Incoming(IncomingMessage {
            remote_id: None,
            from: joined.key.from.clone(),
            to: Some(joined.key.to.clone()).filter(|to| !to.is_empty()),
            text: joined.text(self.default),
            at: None,
        })
    }

    /// Messages whose acknowledgement may not have reached the SMSC, which sends them again then.
    pub fn may_come_again(&self, marks: impl IntoIterator<Item = u64>) {
        let until = Instant::now() + AGAIN;
        let mut state = lock(&self.state);
        state
            .again
            .extend(marks.into_iter().map(|mark| (until, mark)));
        let beyond = state.again.len().saturating_sub(MOST_AGAIN);
        state.again.drain(..beyond);
    }

    /// Keeps long texts as they are whose rest does not come, for as long as it is polled.
    pub async fn give_up_overdue(&self) {
        loop {
            let due = lock(&self.state).joiner.due().map(Instant::from_std);
            let longest = Instant::now() + REST;
            tokio::time::sleep_until(due.unwrap_or(longest).min(longest)).await;
            let overdue = lock(&self.state).joiner.overdue(Instant::now().into_std());
            if !self.keep_all(overdue).await {
                // It is due at once.
                tokio::time::sleep(REST).await;
            }
        }
    }

    /// Keeps parts of long texts as they are: nobody waits for the rest any more.
    pub async fn give_up(&self) {
        let rest = lock(&self.state).joiner.rest();
        self.keep_all(rest).await;
    }

    async fn keep_all(&self, texts: Vec<Joined>) -> bool {
        let heard = texts.iter().map(|one| self.incoming(one)).collect();
        let kept = self.keep(heard).await;
        if !kept {
            lock(&self.state).joiner.put_back(texts);
        }
        kept
    }
}

fn mark(message: &ShortMessage) -> u64 {
    let mut hasher = DefaultHasher::new();
    let content = message.content();
    let both = (&message.source.number, &message.destination.number);
    (both, message.data_coding, content.octets).hash(&mut hasher);
    hasher.finish()
}
