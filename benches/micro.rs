//! The small parts by themselves: `cargo bench`. Whole processes and the gateway under load are
//! measured by `benches/run`.

#![expect(clippy::unwrap_used, reason = "a tool for measuring")]

use divan::{Bencher, black_box};
use jiff::Timestamp;
use textpeak::api::{HeaderValue, MessageBody, SendBody, read_send, send_request};
use textpeak::document::{RowSyntax, read_rows};
use textpeak::domain::{AllowedIp, Course, GatewayUrl, Phone, Segments, Token, WebhookSecret};
use textpeak::render;

fn main() {
    divan::main();
}

const PLAIN: &str = "Your code is 4711. It is good for ten minutes; give it to nobody.";

#[divan::bench(args = [1, 10, 23])]
fn segments_gsm7(bencher: Bencher, copies: usize) {
    let text = PLAIN.repeat(copies);
    bencher.bench(|| Segments::of(black_box(&text)));
}

#[divan::bench(args = [1, 10])]
fn segments_ucs2(bencher: Bencher, copies: usize) {
    let text = "Ваш код 4711, никому его не сообщайте. 🎉 ".repeat(copies);
    bencher.bench(|| Segments::of(black_box(&text)));
}

fn body(messages: usize) -> SendBody {
    let message = |n: usize| MessageBody {
        internal_id: format!("order-{n}"),
        sender: Some("12025550100".to_owned()),
        recipient_phone: "12025550143".to_owned(),
        message_content: PLAIN.to_owned(),
    };
    SendBody {
        messages: (0..messages).map(message).collect(),
    }
}

fn token() -> Token {
    Token::issue(|| 7)
}

#[divan::bench(args = [1, 250])]
fn request_is_built(bencher: Bencher, messages: usize) {
    let (url, token, body) = (GatewayUrl::default(), token(), body(messages));
    bencher.bench(|| send_request(&url, HeaderValue::token(&token), black_box(&body)));
}

#[divan::bench(args = [1, 250])]
fn request_is_rendered(bencher: Bencher, messages: usize) {
    let request = send_request(
        &GatewayUrl::default(),
        HeaderValue::token(&token()),
        &body(messages),
    );
    bencher.bench(|| render::http(black_box(&request), false));
}

#[divan::bench(args = [1, 250])]
fn answer_is_read(bencher: Bencher, messages: usize) {
    let entry = r#"{"internal_id":"order-1","message_uuid":"01890a5d-ac96-774b-bcce-b302099a8057","error":null,"details":null}"#;
    let list = vec![entry; messages].join(",");
    let answer = format!(r#"{{"status":true,"messages":[{list}]}}"#);
    bencher.bench(|| read_send(200, black_box(answer.as_bytes())));
}

#[divan::bench(args = [100, 10_000])]
fn csv_is_read(bencher: Bencher, rows: usize) {
    let text: String = (0..rows)
        .map(|n| format!("12025550143,Your code is {n}\n"))
        .collect();
    bencher.bench(|| read_rows(black_box(&text), RowSyntax::Csv));
}

#[divan::bench]
fn delivery_is_signed(bencher: Bencher) {
    let secret = WebhookSecret::issue(|| 7);
    bencher.bench(|| secret.sign("msg_1", 1_767_225_600, black_box(PLAIN)));
}

#[divan::bench]
fn token_is_checked(bencher: Bencher) {
    let token = token().expose().to_owned();
    bencher.bench(|| {
        black_box(&token)
            .parse::<Token>()
            .map(|token| token.digest())
    });
}

#[divan::bench]
fn course_is_known(bencher: Bencher) {
    let phone: Phone = "12025550143".parse().unwrap();
    let delay = std::time::Duration::from_secs(1);
    bencher.bench(|| {
        Course::of(black_box(&phone), Timestamp::UNIX_EPOCH, delay).status_at(Timestamp::UNIX_EPOCH)
    });
}

#[divan::bench(args = [1, 100])]
fn address_is_looked_for(bencher: Bencher, nets: usize) {
    let list: Vec<AllowedIp> = (0..nets)
        .map(|n| format!("198.51.100.{n}").parse().unwrap())
        .collect();
    let caller: std::net::IpAddr = "192.0.2.1".parse().unwrap();
    bencher.bench(|| list.iter().any(|net| net.contains(black_box(caller))));
}
