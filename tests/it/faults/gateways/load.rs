//! Callers that send without a pause, as long as a test lets them, and remember what was answered.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::thread::JoinHandle;
use std::time::Instant;

use serde_json::json;

use crate::support::gateway::Served;

#[derive(Default)]
pub struct Answers {
    /// What was accepted: the ids that were answered for each internal id.
    pub accepted: HashMap<String, Vec<String>>,
    /// When.
    pub at: Vec<Instant>,
    /// Other answers: their status, and whether they say when to try again.
    pub refused: HashMap<(u16, bool), usize>,
}

pub struct Load {
    over: Arc<AtomicBool>,
    callers: Vec<JoinHandle<()>>,
    answers: Arc<Mutex<Answers>>,
}

impl Load {
    /// Each message is sent to `copies` gateways at once, under one internal id.
    pub fn start(
        gateways: &Arc<RwLock<Vec<SocketAddr>>>,
        token: &str,
        callers: usize,
        copies: usize,
    ) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let answers = Arc::new(Mutex::new(Answers::default()));
        let number = Arc::new(AtomicUsize::new(0));
        let callers = (0..callers).map(|caller| {
            let (over, answers) = (Arc::clone(&over), Arc::clone(&answers));
            let (number, gateways) = (Arc::clone(&number), Arc::clone(gateways));
            let token = token.to_owned();
            std::thread::spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    // Neighbours send the same.
                    let turn = number.fetch_add(1, Ordering::SeqCst);
                    let id = format!("m{}", turn / copies);
                    let address = {
                        let gateways = gateways.read().unwrap();
                        gateways[(turn + caller) % gateways.len()]
                    };
                    send(&answers, address, &token, &id);
                }
            })
        });
        Self {
            callers: callers.collect(),
            over,
            answers,
        }
    }

    pub fn accepted(&self) -> usize {
        self.answers.lock().unwrap().at.len()
    }

    /// What was answered until the end.
    pub fn end(self) -> Answers {
        self.over.store(true, Ordering::SeqCst);
        for caller in self.callers {
            caller.join().unwrap();
        }
        std::mem::take(&mut self.answers.lock().unwrap())
    }
}

fn send(answers: &Mutex<Answers>, address: SocketAddr, token: &str, id: &str) {
    let message = json!({
        "internal_id": id, "sender": "12025550100", "recipient_phone": "12025550143",
        "message_content": format!("This is {id}"),
    });
    let Some(answer) = Served::elsewhere(address).try_post(token, &[message]) else {
        return;
    };
    let mut answers = answers.lock().unwrap();
    let uuid = answer.body.split_once("\"message_uuid\":\"");
    match uuid {
        Some((_, rest)) if answer.status == 200 => {
            let all = answers.accepted.entry(id.to_owned()).or_default();
            all.push(rest[..36].to_owned());
            answers.at.push(Instant::now());
        }
        // An answer that was cut short says nothing.
        _ if answer.status == 0 || answer.status == 200 => {}
        _ => {
            let says_when = answer.header("Retry-After").is_some();
            *answers
                .refused
                .entry((answer.status, says_when))
                .or_default() += 1;
        }
    }
}
