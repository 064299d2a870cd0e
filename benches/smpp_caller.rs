//! A caller of `serve --smpp` that keeps a window of messages unanswered on each connection.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use textpeak::smpp::{Address, Bind, BindKind, Body, Pdu, ShortMessage, frame};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub struct Load {
    pub address: String,
    pub system_id: String,
    pub password: String,
    pub window: u32,
    pub time: Duration,
}

/// How many were taken, and the latency of each.
pub async fn call(load: &Load) -> Vec<Duration> {
    let mut stream = TcpStream::connect(&load.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let bind = Bind {
        system_id: load.system_id.clone(),
        password: load.password.clone(),
        interface_version: 0x34,
        ..Bind::default()
    };
    let bind = Body::Bind(BindKind::Transmitter, Box::new(bind));
    stream
        .write_all(&Pdu::request(1, bind).encode())
        .await
        .unwrap();
    let mut input = Vec::with_capacity(64 * 1024);
    stream.read_buf(&mut input).await.unwrap();
    assert_eq!(take(&mut input)[0].status, 0, "bound");
    let text = "Your code is 4711. It is good for ten minutes.";
    let address = |number: &str| Address {
        ton: 1,
        npi: 1,
        number: number.to_owned(),
    };
    let message = ShortMessage {
        source: address("12025550100"),
        destination: address("12025550143"),
        short_message: text.into(),
        ..ShortMessage::default()
    };
    let mut submit = Pdu::request(1, Body::SubmitSm(Box::new(message)));
    let (begun, mut open, mut taken) = (Instant::now(), HashMap::new(), Vec::new());
    let mut output = Vec::new();
    for _ in 0..load.window {
        submit.sequence += 1;
        submit.encode_into(&mut output);
        open.insert(submit.sequence, Instant::now());
    }
    while !open.is_empty() {
        stream.write_all(&output).await.unwrap();
        output.clear();
        assert!(
            stream.read_buf(&mut input).await.unwrap() > 0,
            "it has closed"
        );
        for answer in take(&mut input) {
            assert_eq!(answer.status, 0);
            taken.push(open.remove(&answer.sequence).unwrap().elapsed());
            if begun.elapsed() < load.time {
                submit.sequence += 1;
                submit.encode_into(&mut output);
                open.insert(submit.sequence, Instant::now());
            }
        }
    }
    taken
}

fn take(input: &mut Vec<u8>) -> Vec<Pdu> {
    let (mut rest, mut pdus) = (&**input, Vec::new());
    while let Some((frame, more)) = frame::first(rest).unwrap() {
        pdus.push(Pdu::decode(frame).unwrap());
        rest = more;
    }
    let used = input.len() - rest.len();
    input.drain(..used);
    pdus
}
