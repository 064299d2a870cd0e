//! `webhooks verify`: what it says about deliveries as they come, and about input that is none.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use textpeak::domain::WebhookSecret;

use crate::serve::demo;
use crate::support::receiver::{Act, Heard, Hooks};
use crate::support::{Run, TestEnv};

const KEY: &str = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = r#"{"stream":"st_000000000000","text":"Yes"}"#;

/// A test's files, and the secret in one of them.
struct Bench {
    env: TestEnv,
}

impl Bench {
    fn new() -> Self {
        let bench = Self {
            env: TestEnv::new(),
        };
        bench.file("secret.txt", format!("whsec_{KEY}\n"));
        bench
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.env.folder().join(name), content).unwrap();
    }

    /// `webhooks verify` with the secret, in the folder of the files; it never tells the secret.
    fn verify(&self, words: &[&str], input: &str) -> Run {
        self.run(
            &[&["--secret-file", &self.path("secret.txt")], words].concat(),
            input,
        )
    }

    fn run(&self, words: &[&str], input: &str) -> Run {
        let all = [&["webhooks", "verify", "-v"], words].concat();
        let run = self.env.run_with_input(&all, input);
        assert!(
            !run.stdout.contains(KEY) && !run.stderr.contains(KEY),
            "{run:?}"
        );
        run
    }

    fn path(&self, name: &str) -> String {
        self.env.folder().join(name).display().to_string()
    }

    /// As [`Bench::verify`], of these headers and this body in files.
    fn of_files(&self, headers: &str, body: impl AsRef<[u8]>, more: &[&str]) -> Run {
        self.file("headers.txt", headers);
        self.file("body.txt", body);
        let (headers, body) = (self.path("headers.txt"), self.path("body.txt"));
        self.verify(
            &[&["--headers", &headers, "--body", &body], more].concat(),
            "",
        )
    }
}

/// The headers of a delivery that is signed over this so many seconds from now.
fn headers(content: &str, off: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = i64::try_from(now.as_secs()).unwrap() + off;
    let secret: WebhookSecret = format!("whsec_{KEY}").parse().unwrap();
    let signature = secret.sign("msg_1", at, content);
    format!("webhook-id: msg_1\nwebhook-timestamp: {at}\nwebhook-signature: {signature}\n")
}

fn raw(heard: &Heard) -> String {
    format!("{}\r\n{}\r\n\r\n{}", heard.line, heard.head, heard.body)
}

#[test]
fn a_delivery_as_it_came_is_valid_and_a_changed_one_is_not() {
    for method in ["post", "get"] {
        let hooks = Hooks::start(|_, _| Act::status(204));
        let url = format!("{}?shop=7&x=a%20b", hooks.url());
        let bench = Bench::new();
        let env = &bench.env;
        demo(
            env,
            "OTP",
            &["--webhook-url", &url, "--webhook-method", method],
        );
        let words = [
            "reply",
            "OTP",
            "--from",
            "12025550143",
            "--text",
            "Yes — \"please\"",
        ];
        assert_eq!(env.json(&words)["delivery"]["state"], "delivered");
        let shown = env.json(&["streams", "show", "OTP", "--reveal"]);
        bench.file("secret.txt", shown["webhook_secret"].as_str().unwrap());
        let heard = hooks.heard().remove(0);
        let run = bench.verify(&[], &raw(&heard));
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (0, "The signature is valid.\n")
        );
        let other = raw(&heard).replace("Yes", "No");
        let run = bench.verify(&["-o", "json"], &other);
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.code, &said["reason"]), (4, &json!("secret_or_body")));
    }
}

#[test]
fn what_is_wrong_is_said_in_words_and_as_json() {
    let bench = Bench::new();
    let right = headers(BODY, 0);
    let spaced = BODY.replace(':', ": ");
    let less = right.replace("webhook-id: msg_1\n", "");
    let query = "GET /sms?text=Yes HTTP/1.1\n";
    for (reason, head, body, words) in [
        ("valid", right.clone(), BODY, "The signature is valid."),
        (
            "body_changed",
            right.clone(),
            &format!("{BODY}\n"),
            "a newline was added at the end",
        ),
        (
            "body_changed",
            right.clone(),
            &spaced,
            "the JSON value is the same",
        ),
        (
            "secret_or_body",
            right.clone(),
            "{}",
            "a different secret, body",
        ),
        (
            "method_mixed_up",
            format!("{query}{right}"),
            BODY,
            "this is a GET request",
        ),
        ("header_missing", less, BODY, "webhook-id is missing."),
        (
            "timestamp_expired",
            headers(BODY, -3_630),
            BODY,
            "is 1 h 0 min in the past",
        ),
        (
            "timestamp_in_future",
            headers(BODY, 3_630),
            BODY,
            "is 1 h 0 min in the future",
        ),
    ] {
        let code = if reason == "valid" { 0 } else { 4 };
        let run = bench.of_files(&head, body, &[]);
        assert_eq!(run.code, code, "{reason}: {run:?}");
        assert!(run.stdout.contains(words), "{reason}: {run:?}");
        let run = bench.of_files(&head, body, &["-o", "json"]);
        let said: Value = serde_json::from_str(&run.stdout).unwrap();
        assert_eq!((run.code, &said["reason"]), (code, &json!(reason)));
        assert_eq!(said["valid"], code == 0);
        assert!(said["message"].as_str().unwrap().contains(words), "{said}");
        assert_eq!(said.as_object().unwrap().len(), 3);
    }
}

#[test]
fn any_one_of_the_files_may_be_standard_input() {
    let bench = Bench::new();
    let right = headers(BODY, 0);
    bench.file("headers.txt", &right);
    bench.file("body.txt", BODY);
    let [headers, body] = ["headers.txt", "body.txt"].map(|name| bench.path(name));
    let runs = [
        bench.verify(&["--headers", "-", "--body", &body], &right),
        bench.verify(&["--headers", &headers, "--body", "-"], BODY),
        bench.run(
            &["--secret-file", "-", "--headers", &headers, "--body", &body],
            &format!("whsec_{KEY}"),
        ),
    ];
    for run in runs {
        assert_eq!(run.code, 0, "{run:?}");
    }
    bench.file("headers.txt", format!("GET /sms?{BODY} HTTP/1.1\n{right}"));
    let by_query = bench.verify(&["--headers", &headers], "");
    assert_eq!(by_query.code, 4, "signed as a POST: {by_query:?}");
}

#[test]
fn bad_input_is_one_sentence_and_exit_2() {
    let bench = Bench::new();
    let right = headers(BODY, 0);
    let two = format!("{right}Webhook-Signature: v1,x\n");
    let large = "x".repeat(10 << 20);
    for (head, body, words) in [
        (
            two.as_str(),
            BODY.as_bytes(),
            "webhook-signature appears more than once",
        ),
        ("", BODY.as_bytes(), "headers were given"),
        (
            "POST /sms HTTP/1.1\n",
            BODY.as_bytes(),
            "headers were given",
        ),
        (
            "webhook-id\n",
            BODY.as_bytes(),
            "Line 1 of the headers is not a header",
        ),
        (
            &right,
            large.as_bytes(),
            "body.txt is larger than 1048576 bytes",
        ),
        (
            &large,
            BODY.as_bytes(),
            "headers.txt is larger than 1048576 bytes",
        ),
        (&right, b"\xff", "body.txt is not UTF-8 text"),
    ] {
        let run = bench.of_files(head, body, &[]);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{words}");
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
        assert!(run.stderr.contains("\nhint: "), "{words}: {}", run.stderr);
    }
    let path = bench.path("headers.txt");
    bench.file("headers.txt", &right);
    for (words, input, sentence) in [
        (vec!["--headers", &path], "", "--body is missing"),
        (vec!["--headers", "-", "--body", "-"], "", "Only one of"),
        (vec!["--body", "-"], "", "--headers"),
        (vec![], "", "headers were given"),
        (
            vec![],
            &large,
            "Standard input is larger than 1048576 bytes",
        ),
    ] {
        let run = bench.verify(&words, input);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{sentence}");
        assert!(run.stderr.contains(sentence), "{sentence}: {}", run.stderr);
    }
}

#[test]
fn a_bad_secret_is_refused_and_not_repeated() {
    let bench = Bench::new();
    for bad in [
        "",
        KEY,
        &format!("whsec_{KEY}!"),
        &format!("whsec {KEY}"),
        "whsec_AAAA",
    ] {
        bench.file("secret.txt", bad);
        let run = bench.verify(&[], "");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{bad}");
        assert!(
            run.stderr
                .contains("secret.txt: That is not a webhook secret"),
            "{run:?}"
        );
    }
    let run = bench.run(&[], "");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("--secret-file <FILE>"), "{run:?}");
    let run = bench.run(&["--secret-file", &bench.path("nothing")], "");
    assert_eq!(run.code, 1, "a file, as everywhere: {run:?}");
    assert!(run.stderr.contains("Cannot read"), "{run:?}");
}
