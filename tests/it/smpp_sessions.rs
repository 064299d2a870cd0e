//! Sessions of `serve --smpp` at the limits of the machine, and over kills.

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use textpeak::smpp::{Address, Bind, BindKind, Body, Pdu, ShortMessage};

use crate::serve::demo;
use crate::support::TestEnv;
use crate::support::gateway::Served;

/// A caller in a few lines, on our own codec.
struct Session {
    socket: TcpStream,
    sequence: u32,
}

impl Session {
    /// `None` where nobody answers.
    fn bind(gateway: &Served, token: &str) -> Option<Self> {
        let socket = TcpStream::connect(gateway.smpp.unwrap()).ok()?;
        let limit = Some(Duration::from_secs(20));
        socket.set_read_timeout(limit).unwrap();
        let mut session = Self {
            socket,
            sequence: 0,
        };
        let bind = Bind {
            system_id: "OTP".to_owned(),
            password: token.to_owned(),
            interface_version: 0x34,
            ..Bind::default()
        };
        session.request(Body::Bind(BindKind::Transmitter, Box::new(bind)))?;
        let bound = session.next()?;
        assert_eq!(bound.status, 0);
        Some(session)
    }

    fn request(&mut self, body: Body) -> Option<()> {
        self.sequence += 1;
        let pdu = Pdu::request(self.sequence, body).encode();
        self.socket.write_all(&pdu).ok()
    }

    fn submit(&mut self, text: &str) -> Option<()> {
        let destination = Address {
            ton: 1,
            npi: 1,
            number: "12025550143".to_owned(),
        };
        self.request(Body::SubmitSm(Box::new(ShortMessage {
            destination,
            short_message: text.into(),
            ..ShortMessage::default()
        })))
    }

    fn next(&mut self) -> Option<Pdu> {
        let mut frame = vec![0; 16];
        self.socket.read_exact(&mut frame).ok()?;
        let length = u32::from_be_bytes(frame[..4].try_into().unwrap());
        frame.resize(usize::try_from(length).unwrap(), 0);
        self.socket.read_exact(&mut frame[16..]).ok()?;
        Some(Pdu::decode(&frame).unwrap())
    }
}

#[test]
fn what_was_answered_is_kept_however_often_it_is_killed() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let (mut answered, mut submitted) = (Vec::new(), 0);
    for round in 0..10 {
        let mut gateway = Served::start(&env, &["-q", "--smpp", "127.0.0.1:0"]);
        let mut session = Session::bind(&gateway, &token).unwrap();
        for _ in 0..10 {
            submitted += 1;
            session.submit(&format!("text {submitted}")).unwrap();
        }
        // Amid its work, at another moment each time.
        while answered.len() < round * 20 + 7 + round {
            let Body::SubmitSmResp(taken) = session.next().unwrap().body else {
                panic!("no answer")
            };
            answered.push(taken.message_id.unwrap());
            submitted += 1;
            session.submit(&format!("text {submitted}")).unwrap();
        }
        gateway.kill();
        // What had been answered before its end.
        while let Some(pdu) = session.next() {
            if let Body::SubmitSmResp(taken) = pdu.body {
                answered.push(taken.message_id.unwrap());
            }
        }
    }
    let listed = env.json(&["messages", "list", "--limit", "10000"]);
    let kept = listed["items"].as_array().unwrap();
    let ids = kept.iter().map(|one| one["message_uuid"].as_str().unwrap());
    let ids: HashSet<_> = ids.collect();
    assert!(answered.len() > 150, "{}", answered.len());
    let lost = answered.iter().filter(|id| !ids.contains(id.as_str()));
    assert_eq!(lost.count(), 0);
    let texts: HashSet<_> = kept.iter().map(|one| one["text"].as_str()).collect();
    assert_eq!(texts.len(), kept.len(), "kept twice");
}

#[test]
fn sessions_and_requests_share_their_places() {
    let env = TestEnv::new();
    let token = demo(&env, "OTP", &[]);
    let gateway = Served::start_within(&env, &["-q", "--smpp", "127.0.0.1:0"], 256);
    let mut bound = Session::bind(&gateway, &token).unwrap();
    let address = gateway.smpp.unwrap();
    let idle: Vec<_> = (0..300).map(|_| TcpStream::connect(address)).collect();
    // Those that do not bind make room for those that do, and for requests.
    let mut late = Session::bind(&gateway, &token).unwrap();
    for session in [&mut bound, &mut late] {
        session.submit("Hi").unwrap();
        assert_eq!(session.next().unwrap().status, 0);
    }
    assert_eq!(gateway.call("GET", "/healthz", "", b"").status, 200);
    drop(idle);
}
