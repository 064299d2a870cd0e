//! How fast the carrier is, beside the fastest that the same SMSC takes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Instant;

use serde_json::json;
use textpeak::carrier::Carrier as _;
use textpeak::smpp::{Address, Bind, BindKind, Body, Pdu, ShortMessage, frame};

use super::carrier::{carrier, counts, settings, submit_all};
use crate::support::smsc::Smsc;

const COUNT: usize = 20_000;
const WINDOW: u16 = 50;

/// Parts a second of a loop that only keeps the window full.
fn bare(port: u16) -> f64 {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer: Vec<u8> = Vec::new();
    let mut answers = |stream: &mut TcpStream| {
        let mut chunk = [0; 16 * 1024];
        let n = stream.read(&mut chunk).unwrap();
        assert!(n > 0, "the SMSC is gone");
        buffer.extend(&chunk[..n]);
        let (mut count, mut taken) = (0, 0);
        while let Some((found, _)) = frame::first(&buffer[taken..]).unwrap() {
            (count, taken) = (count + 1, taken + found.len());
        }
        buffer.drain(..taken);
        count
    };
    let bind = Bind {
        system_id: "acme".to_owned(),
        password: "hunter2".to_owned(),
        interface_version: 0x34,
        ..Bind::default()
    };
    let bind = Body::Bind(BindKind::Transceiver, Box::new(bind));
    stream.write_all(&Pdu::request(1, bind).encode()).unwrap();
    while answers(&mut stream) == 0 {}
    let begun = Instant::now();
    let (mut sent, mut answered) = (0, 0);
    while answered < COUNT {
        let mut octets = Vec::new();
        while sent < COUNT && sent - answered < usize::from(WINDOW) {
            let part = ShortMessage {
                destination: Address {
                    number: "12025550143".to_owned(),
                    ..Address::default()
                },
                short_message: format!("text {sent}").into_bytes(),
                ..ShortMessage::default()
            };
            let sequence = u32::try_from(sent).unwrap() + 2;
            Pdu::request(sequence, Body::SubmitSm(Box::new(part))).encode_into(&mut octets);
            sent += 1;
        }
        stream.write_all(&octets).unwrap();
        answered += answers(&mut stream);
    }
    rate(begun)
}

fn through_the_carrier(smsc: &Smsc) -> f64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (carrier, _) = carrier(settings(smsc, WINDOW));
    runtime.block_on(async {
        // Bound, and its code warm.
        submit_all(&carrier, 250).await;
        let begun = Instant::now();
        let ends = submit_all(&carrier, COUNT).await;
        let rate = rate(begun);
        assert_eq!(counts(&ends)["taken"], COUNT);
        carrier.close().await;
        rate
    })
}

fn rate(begun: Instant) -> f64 {
    f64::from(u32::try_from(COUNT).unwrap()) / begun.elapsed().as_secs_f64()
}

#[test]
#[ignore = "a measurement; of the release profile"]
fn the_carrier_is_about_as_fast_as_its_smsc() {
    // Each in its turn, so that whatever else runs slows both.
    let behavior = json!({ "receipts": false });
    let mut ratios = Vec::new();
    for _ in 0..5 {
        let (Some(one), Some(other)) = (Smsc::start(&behavior), Smsc::start(&behavior)) else {
            return;
        };
        let (floor, rate) = (bare(one.port), through_the_carrier(&other));
        println!(
            "bare {floor:.0}/s, carrier {rate:.0}/s, {:.2}x",
            rate / floor
        );
        ratios.push(rate / floor);
    }
    ratios.sort_by(f64::total_cmp);
    assert!(ratios[2] >= 0.8, "{ratios:?}");
}
