//! Whether the time that a wrong token takes tells how much of it is right: `cargo bench --bench
//! timing`. Two kinds of wrong tokens are presented in no order, wrong in their first and in their
//! last character; Welch's t says whether their times differ. Beyond 4.5 they do. A comparison that
//! stops at the first difference is measured as well: the method has to catch it.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a tool for measuring"
)]

use std::hint::black_box;
use std::time::Instant;

use textpeak::domain::Token;
use textpeak::service::streams::StreamIndex;
use textpeak::store::{Clock, Home, LocalStore};

const SAMPLES: usize = 1_000_000;

/// A gateway's streams: one, with this token.
fn streams(token: &Token) -> StreamIndex {
    let folder = tempfile::tempdir().unwrap();
    let digest = ring::digest::digest(&ring::digest::SHA256, token.expose().as_bytes());
    let hex: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let state = format!(
        r#"{{"version":1,"senders":[],"streams":[{{"id":"st_000000000001","name":"OTP",
        "type":"sms_two_way","description":"","status":"Ready","tags":[],"allowed_ips":[],
        "default_sender":null,"demo":true,"webhook":null,"token_hint":"0000",
        "token_sha256":"{hex}","created_at":"2026-01-01T00:00:00Z",
        "updated_at":"2026-01-01T00:00:00Z"}}]}}"#
    );
    std::fs::write(folder.path().join("state.json"), state).unwrap();
    let home = Home::locate(Some(folder.path().to_owned())).unwrap();
    let catalogue = LocalStore::new(home, Clock::system()).snapshot_now();
    let streams = StreamIndex::of(&catalogue.unwrap()).unwrap();
    assert!(streams.with_token(token.expose().as_bytes()).is_some());
    streams
}

/// Welch's t of the times of two kinds, without the slowest twentieth of each.
fn t(mut kinds: [Vec<f64>; 2]) -> f64 {
    let moments = kinds.each_mut().map(|times| {
        times.sort_unstable_by(f64::total_cmp);
        times.truncate(times.len() * 19 / 20);
        let n = times.len() as f64;
        let mean = times.iter().sum::<f64>() / n;
        let variance = times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, variance / n)
    });
    let [(one, spread), (other, more)] = moments;
    (one - other) / (spread + more).sqrt()
}

/// Times both kinds, in an order that nobody foresees.
fn measure(wrong: &[Vec<u8>; 2], check: impl Fn(&[u8]) -> bool) -> f64 {
    let mut kinds = [Vec::new(), Vec::new()];
    let mut chance = vec![0; SAMPLES / 8];
    getrandom::fill(&mut chance).unwrap();
    let mut place = wrong[0].clone();
    for n in 0..SAMPLES {
        let kind = usize::from(chance[n / 8] >> (n % 8) & 1);
        // One place in memory for both: the caches shall not tell them apart.
        place.copy_from_slice(&wrong[kind]);
        let presented = black_box(&place[..]);
        let begun = Instant::now();
        let admitted = black_box(check(presented));
        kinds[kind].push(begun.elapsed().as_nanos() as f64);
        assert!(!admitted);
    }
    t(kinds)
}

fn main() {
    let token = Token::issue(|| 7);
    let right = token.expose().as_bytes().to_vec();
    let wrong = [0, right.len() - 1].map(|at| {
        let mut wrong = right.clone();
        wrong[at] ^= 1;
        wrong
    });
    let streams = streams(&token);
    let ours = measure(&wrong, |presented| streams.with_token(presented).is_some());
    println!("the gateway:                         t = {ours:.2}");
    let bad = measure(&wrong, |presented| {
        presented
            .iter()
            .zip(&right)
            .all(|(one, other)| black_box(one) == black_box(other))
    });
    println!("a comparison that stops early (bad): t = {bad:.2}");
    assert!(bad.abs() > 4.5, "the method does not catch what it should");
    println!(
        "{}",
        if ours.abs() < 4.5 {
            "nothing leaks"
        } else {
            "something leaks"
        }
    );
}
