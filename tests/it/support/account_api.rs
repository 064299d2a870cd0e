//! A stand-in of the hosted account, in the test's own process: the account API in the shapes that
//! its public callers read, and the Streams API of its streams. Not a copy of the hosted service,
//! whose behavior is not public.

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::receiver::{Act, Heard, Hooks};

pub const KEY: &str = "the-account-key";

/// How lists of messages come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `items` and `total`, `from`, `to`, `body`, `content.body`.
    ItemsTotal,
    /// `data` and `totalItems`, `source_number`, `destination_number`, `text`, `content.text`.
    DataTotalItems,
    /// A list and nothing else.
    Bare,
}

/// A message in either list.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: String,
    /// The number of its stream.
    pub stream: u64,
    pub from: String,
    pub to: String,
    pub text: String,
    pub status: String,
}

pub struct State {
    pub shape: Shape,
    pub newest_first: bool,
    /// Most entries on a page, whatever is asked for.
    pub most: usize,
    /// Every so many calls with the key get a 429.
    pub busy_every: usize,
    pub key: String,
    pub streams: Vec<Value>,
    /// By the number of the stream.
    pub tokens: Vec<(u64, String)>,
    pub senders: Vec<Value>,
    /// Oldest first.
    pub incoming: Vec<Listed>,
    pub sent: Vec<Listed>,

    pub calls: usize,
    pub busy: usize,
    /// Incoming messages that come one by one with every call, so that pages overlap.
    pub to_come: Vec<Listed>,
    pub come_with_each_call: usize,
}

pub struct AccountApi {
    hooks: Hooks,
    state: Arc<Mutex<State>>,
}

impl AccountApi {
    pub fn start() -> Self {
        let state = Arc::new(Mutex::new(State {
            shape: Shape::ItemsTotal,
            newest_first: true,
            most: 100,
            busy_every: usize::MAX,
            key: KEY.to_owned(),
            streams: Vec::new(),
            tokens: Vec::new(),
            senders: Vec::new(),
            incoming: Vec::new(),
            sent: Vec::new(),
            calls: 0,
            busy: 0,
            to_come: Vec::new(),
            come_with_each_call: 0,
        }));
        let own = Arc::clone(&state);
        let hooks = Hooks::start(move |_, heard| own.lock().unwrap().answer(heard));
        Self { hooks, state }
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Of the Streams API.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.hooks.address)
    }

    pub fn account_url(&self) -> String {
        format!("{}/textpeak", self.base_url())
    }

    /// The requests so far, as `METHOD PATH?QUERY`.
    pub fn requests(&self) -> Vec<String> {
        let line = |heard: Heard| heard.line.trim_end_matches(" HTTP/1.1").to_owned();
        self.hooks.heard().into_iter().map(line).collect()
    }
}

impl State {
    pub fn add_stream(&mut self, id: u64, name: &str, acl: &Value, tags: &[&str]) {
        let tag = |(at, tag): (usize, &&str)| json!({ "id": at, "value": tag });
        let tags: Vec<_> = tags.iter().enumerate().map(tag).collect();
        self.streams.push(json!({
            "id": id, "streamUid": format!("uid-{id}"), "name": name, "description": null,
            "type": "sms_two_way", "callerId": null, "ipAcl": acl, "state": "active",
            "streamTags": tags,
        }));
        self.tokens.push((id, format!("hosted-token-{id}")));
    }

    /// What a handset says to a stream.
    pub fn hear(&mut self, id: &str, stream: u64, text: &str) {
        self.incoming.push(Listed {
            id: id.to_owned(),
            stream,
            from: "12025550143".to_owned(),
            to: "12025550100".to_owned(),
            text: text.to_owned(),
            status: String::new(),
        });
    }

    fn answer(&mut self, heard: &Heard) -> Act {
        let mut words = heard.line.split(' ');
        let (method, target) = (words.next().unwrap(), words.next().unwrap());
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let key = heard.header("authorization");
        let body = match (method, path.strip_prefix("/textpeak")) {
            ("GET", Some(path)) => return self.account(path, query, key),
            ("POST", None) if path == "/simple_send/" => self.send(key, &heard.json()),
            ("POST", None) if path == "/messages_status/" => self.status(&heard.json()),
            _ => return Act::status(404),
        };
        match body {
            Some(body) => Act::Answer(200, String::new(), body.to_string()),
            None => refusal(401, "Not Authenticated: invalid token"),
        }
    }

    fn account(&mut self, path: &str, query: &str, key: &str) -> Act {
        self.calls += 1;
        for _ in 0..self.come_with_each_call {
            self.incoming.extend(self.to_come.pop());
        }
        if key != self.key {
            return refusal(401, "Not Authenticated: invalid token");
        }
        if self.calls.is_multiple_of(self.busy_every) {
            self.busy += 1;
            return Act::Answer(429, "Retry-After: 0\r\n".to_owned(), String::new());
        }
        let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let ask = |name: &str| {
            let found = query.iter().find(|(key, _)| key == name);
            found.map(|(_, value)| value.as_str())
        };
        let number = |name: &str| ask(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("itemsPerPage").unwrap_or(30).min(self.most);
        // Lists of objects have `_page`, lists of messages `page`.
        let objects = |list: &[Value]| {
            let page = list.chunks(size).nth(number("_page").unwrap_or(1) - 1);
            json!(page.unwrap_or_default())
        };
        let body = match path {
            "/streams" => objects(&self.streams),
            "/senders" => objects(&self.senders),
            "/streams/messages" | "/streams/incoming_messages" => {
                let is_incoming = path.ends_with("incoming_messages");
                let list = if is_incoming {
                    &self.incoming
                } else {
                    &self.sent
                };
                let stream = number("streamId").map(|id| id as u64);
                let own = |one: &&Listed| stream.is_none_or(|stream| one.stream == stream);
                let mut list: Vec<&Listed> = list.iter().filter(own).collect();
                if self.newest_first {
                    list.reverse();
                }
                assert_eq!(ask("startDate").map(str::len), Some(19), "{query:?}");
                let page = list.chunks(size).nth(number("page").unwrap_or(1) - 1);
                let entry = |one: &&Listed| self.entry(one, is_incoming);
                let items: Vec<Value> = page.unwrap_or_default().iter().map(entry).collect();
                match self.shape {
                    Shape::ItemsTotal => json!({ "items": items, "total": list.len() }),
                    Shape::DataTotalItems => json!({ "data": items, "totalItems": list.len() }),
                    Shape::Bare => json!(items),
                }
            }
            _ => match self.token(path) {
                Some(token) => json!({ "token": token }),
                None => return refusal(404, "Not found"),
            },
        };
        Act::Answer(200, String::new(), body.to_string())
    }

    /// Of `/streams/7/token`.
    fn token(&self, path: &str) -> Option<&str> {
        let id = path.strip_prefix("/streams/")?.strip_suffix("/token")?;
        let id: u64 = id.parse().ok()?;
        let found = self.tokens.iter().find(|(stream, _)| *stream == id);
        found.map(|(_, token)| token.as_str())
    }

    fn entry(&self, one: &Listed, is_incoming: bool) -> Value {
        let Listed {
            id,
            stream,
            from,
            to,
            text,
            status,
        } = one;
        let at = jiff::Timestamp::now()
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string();
        match (self.shape, is_incoming) {
            (Shape::ItemsTotal, true) => json!({
                "message_uuid": id, "stream": { "id": stream, "name": "x" }, "from": from,
                "to": to, "body": text, "received_at": at, "contact_name": null,
            }),
            (_, true) => json!({
                "message_uuid": id, "stream_id": stream.to_string(), "source_number": from,
                "destination_number": to, "text": text, "received_at": at, "length": text.len(),
            }),
            (shape, false) => json!({
                "message_uuid": id, "stream_id": stream.to_string(), "source_number": from,
                "destination_number": to, "status": status, "sent_at": at, "delivered_at": null,
                "content": if shape == Shape::ItemsTotal {
                    json!({ "type": "text", "body": text })
                } else {
                    json!({ "type": "text", "text": text })
                },
            }),
        }
    }

    fn send(&mut self, token: &str, body: &Value) -> Option<Value> {
        let (stream, _) = *self.tokens.iter().find(|(_, known)| known == token)?;
        let mut entries = Vec::new();
        for message in body["messages"].as_array().unwrap() {
            let id = format!("01890a5d-0000-7000-8000-{:012}", self.sent.len());
            let text = |key: &str| message[key].as_str().unwrap_or_default().to_owned();
            self.sent.push(Listed {
                id: id.clone(),
                stream,
                from: text("sender"),
                to: text("recipient_phone"),
                text: text("message_content"),
                status: "sent".to_owned(),
            });
            entries.push(json!({
                "internal_id": message["internal_id"], "message_uuid": id, "error": null,
            }));
        }
        Some(json!({ "status": true, "task_id": "t", "messages": entries }))
    }

    /// As long as a receipt is late, the status is `sent`.
    fn status(&self, body: &Value) -> Option<Value> {
        let asked = body["message_uuids"].as_array()?;
        let entry = |one: &Listed| json!({ "message_uuid": one.id, "status": one.status });
        let is_asked = |one: &&Listed| asked.iter().any(|id| *id == one.id);
        let known: Vec<_> = self.sent.iter().filter(is_asked).map(entry).collect();
        Some(json!({ "status": true, "messages": known }))
    }
}

fn refusal(status: u16, message: &str) -> Act {
    let body = json!({ "status": false, "message": message });
    Act::Answer(status, String::new(), body.to_string())
}
