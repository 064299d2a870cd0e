//! `textpeak messages wait`

use std::time::Duration;

use jiff::Timestamp;
use regex_lite::Regex;

use super::listed::{self, Names, ago};
use super::session::{Session, ask, block_on, zone};
use crate::cli::{MessageFilterFlags, Print, WaitArgs};
use crate::domain::{Message, escape, quote};
use crate::error::{Code, Failure};
use crate::render::time;
use crate::service::{Waited, wait};
use crate::store::MessageFilter;

/// Without `--since`.
const LOOK_BACK: Duration = Duration::from_secs(300);

pub fn run(session: &Session, args: &WaitArgs) -> anyhow::Result<Code> {
    let WaitArgs {
        filter: flags,
        pattern,
        timeout,
        print,
    } = args;
    let pattern = pattern
        .as_deref()
        .map(Regex::new)
        .transpose()
        .map_err(|error| {
            Failure::usage(format_args!("--match is not a regular expression: {error}"))
                .hint("textpeak messages wait --help")
        })?;
    let begun = Timestamp::now();
    let mut filter = listed::filter(session, flags, begun)?;
    filter.since.get_or_insert(ago(begun, LOOK_BACK));
    let waited = block_on(async {
        let timeout = timeout.as_duration();
        Ok(wait(&*session.store, filter, pattern.as_ref(), timeout).await?)
    })?;
    let nearest = match waited {
        Waited::Found { message, matched } => return tell(session, &message, *print, &matched),
        Waited::Missed(nearest) => nearest,
    };
    let failure = Failure::new(
        Code::NotHappened,
        format_args!("no matching message arrived within {timeout}"),
    );
    let pattern = pattern.map(|pattern| quote(pattern.as_str()));
    Err(match (nearest, pattern) {
        (Some(near), Some(pattern)) => failure.hint(format_args!(
            "the closest was {}, which doesn't match {pattern}",
            quote(&near.text)
        )),
        _ => failure.hint(miss(session, flags)?),
    }
    .into())
}

/// What came nearest, where no message met the conditions.
fn miss(session: &Session, flags: &MessageFilterFlags) -> anyhow::Result<String> {
    let latest = ask(session.store.messages(MessageFilter::default(), 1))?;
    Ok(match latest.first() {
        None => "this home has no messages yet".to_owned(),
        Some((_, latest)) => {
            let (from, to) = latest.from_and_to();
            let asked = [("--to", &flags.to), ("--from", &flags.from)];
            let asked: Vec<_> = asked
                .iter()
                .filter_map(|(flag, value)| Some(format!("{flag} {}", quote(value.as_ref()?))))
                .collect();
            format!(
                "the latest message is {} from {from} to {to} at {}; requested: {}",
                latest.direction,
                time(latest.at, &zone()),
                if asked.is_empty() {
                    "any".to_owned()
                } else {
                    asked.join(" ")
                }
            )
        }
    })
}

fn tell(
    session: &Session,
    message: &Message,
    print: Option<Print>,
    found: &str,
) -> anyhow::Result<Code> {
    let terminal = session.terminal;
    let print = print.unwrap_or(if terminal.json() {
        Print::Json
    } else {
        Print::Text
    });
    match print {
        Print::Json => {
            let names = Names::read(session)?;
            let mut json = listed::message(message, &names, Timestamp::now());
            json["match"] = found.into();
            terminal.answer_json(&json)?;
        }
        Print::Text if terminal.json() => terminal.answer_json(&message.text)?,
        Print::Match if terminal.json() => terminal.answer_json(&found)?,
        Print::Text => terminal.answer(&escape(&message.text))?,
        Print::Match => terminal.answer(&escape(found))?,
    }
    Ok(Code::Done)
}
