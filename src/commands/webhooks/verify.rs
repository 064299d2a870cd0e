//! `textpeak webhooks verify`

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::super::session::Session;
use crate::api::{Delivery, Verdict};
use crate::cli::VerifyArgs;
use crate::domain::WebhookSecret;
use crate::error::{Code, Failure};
use crate::files::{input_name, read_limited_input};

/// Most bytes of an input: no delivery comes near it.
const LARGEST: u64 = 1 << 20;

const HELP: &str = "textpeak webhooks verify --help";

pub fn verify(session: &Session, args: &VerifyArgs) -> anyhow::Result<Code> {
    standard_input_once(args)?;
    let secret = secret(&args.secret_file)?;
    let delivery = delivery(args)?;
    let verdict = crate::api::verify(&secret, &delivery, Timestamp::now());
    tell(session, &verdict)?;
    Ok(if verdict.is_valid() {
        Code::Done
    } else {
        Code::Refused
    })
}

pub fn secret(path: &Path) -> anyhow::Result<WebhookSecret> {
    let text = input(path)?;
    let secret = text.trim().parse();
    Ok(secret.map_err(|error| {
        Failure::usage(format_args!("{}: {error}", input_name(path))).hint(
            "put only the secret in the file; to print it: textpeak streams show STREAM --reveal",
        )
    })?)
}

fn standard_input_once(args: &VerifyArgs) -> Result<(), Failure> {
    let dash = |path: &PathBuf| path == Path::new("-");
    let from_input = [
        dash(&args.secret_file),
        args.headers.as_ref().is_none_or(dash),
        args.body.as_ref().is_some_and(dash),
    ];
    if from_input.into_iter().filter(|from| *from).count() < 2 {
        return Ok(());
    }
    Err(
        Failure::usage("only one of the secret, the headers, and the body can be standard input")
            .hint(
                "use files for the others; without --headers, the whole request is read from \
                   standard input",
            ),
    )
}

fn delivery(args: &VerifyArgs) -> anyhow::Result<Delivery> {
    let (path, delivery) = match &args.headers {
        None => {
            let path = Path::new("-");
            (path, Delivery::from_raw(&input(path)?))
        }
        Some(path) => {
            let head = input(path)?;
            let body = args.body.as_deref().map(input).transpose()?;
            let read = Delivery::from_parts(&head, body.clone().unwrap_or_default());
            if let (None, Ok(read)) = (body, &read)
                && !(read.is_get() && read.query().is_some())
            {
                return Err(Failure::usage(
                    "--body is missing: the signature can't be checked without the body",
                )
                .hint(HELP)
                .into());
            }
            (path.as_path(), read)
        }
    };
    let name = input_name(path);
    let bad = |sentence: &dyn std::fmt::Display| {
        Failure::usage(format_args!("{name}: {sentence}")).hint(HELP)
    };
    let delivery = delivery.map_err(|error| bad(&error))?;
    if delivery.headers.is_empty() {
        return Err(bad(&"no headers were given").into());
    }
    if let Some(header) = delivery.repeated_header() {
        return Err(bad(&Verdict::HeaderRepeated(header)).into());
    }
    Ok(delivery)
}

fn input(path: &Path) -> anyhow::Result<String> {
    let read = read_limited_input(path, LARGEST);
    read.map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) if failure.hint.is_none() => failure
            .hint(
                "the file is too large for a secret or a webhook delivery; check that it is \
                   the right file",
            )
            .into(),
        Ok(failure) => failure.into(),
        Err(error) => error,
    })
}

fn tell(session: &Session, verdict: &Verdict) -> anyhow::Result<()> {
    let terminal = session.terminal;
    if terminal.json() {
        return terminal.answer_json(&verdict.to_json());
    }
    terminal.answer(&verdict.to_string())
}
