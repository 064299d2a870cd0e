//! The question before many real messages leave.

use std::collections::BTreeMap;

use super::super::interrupt_message::InterruptMessage;
use super::super::session::Session;
use crate::document::Row;
use crate::domain::{Stream, quote};
use crate::error::{Code, Failure};
use crate::render::counted;

/// Digits by which numbers are told apart: a country, and often a network or an area.
const PREFIX: usize = 4;

/// Most prefixes that are named.
const NAMED: usize = 5;

/// On a terminal, has the number of rows typed before they are sent by a live stream.
pub fn confirm(session: &Session, stream: &Stream, rows: &[Row]) -> anyhow::Result<()> {
    let terminal = session.terminal;
    if stream.demo || rows.is_empty() || !terminal.is_interactive() {
        return Ok(());
    }
    let interrupt_message = InterruptMessage::watch(session, "Canceled. Nothing was sent.")?;
    let say = |text: &str| terminal.say(text);
    let segments = rows.iter().map(|row| row.text.segments().segments).sum();
    terminal.say(&format!(
        "{} is live: {} ({}) to {}.",
        quote(stream.name.as_str()),
        counted(rows.len(), "real message"),
        counted(segments, "segment"),
        destinations(rows.iter().map(|row| row.to.as_str())),
    ));
    let typed = interrupt_message.prompt(&say).exactly(
        "Type the number of rows to send them",
        &rows.len().to_string(),
    )?;
    if typed {
        return Ok(());
    }
    Err(Failure::new(
        Code::Cancelled,
        "that is not the number of rows. Nothing was sent",
    )
    .hint("use --yes to send without this question")
    .into())
}

/// How many numbers begin how, most of them first.
fn destinations<'a>(numbers: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for number in numbers {
        let prefix = number.get(..PREFIX).unwrap_or(number);
        *counts.entry(prefix).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others: usize = counts.iter().skip(NAMED).map(|(_, count)| count).sum();
    let named = counts.iter().take(NAMED);
    let mut words: Vec<_> = named
        .map(|(prefix, count)| format!("{prefix}… ({count})"))
        .collect();
    if others > 0 {
        words.push(format!("others ({others})"));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_common_destinations_are_named_first() {
        let numbers = ["13035550143", "12025550143", "12025550144"];
        assert_eq!(destinations(numbers.into_iter()), "1202… (2), 1303… (1)");
        let many: Vec<String> = (0..8).map(|n| format!("120{n}5550143")).collect();
        let told = destinations(many.iter().map(String::as_str));
        assert!(told.ends_with("1204… (1), others (3)"), "{told}");
    }
}
