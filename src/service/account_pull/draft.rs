//! A stream of the account as the answers that make one here.

use std::collections::HashMap;

use crate::api::HostedStream;
use crate::domain::{
    AllowedIp, Description, Invalid, StreamDraft, StreamName, Tag, Unique, name_key,
};

/// The name that each stream has here: names there may be the same, have line breaks or be long.
pub(super) fn names(streams: &[HostedStream]) -> Vec<String> {
    let names: Vec<String> = streams
        .iter()
        .map(|stream| one_line(&stream.name, StreamName::LONGEST))
        .collect();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for name in &names {
        *seen.entry(name_key(name)).or_default() += 1;
    }
    let own = |(stream, name): (&HostedStream, &String)| {
        if seen.get(&name_key(name)) == Some(&1) {
            return name.clone();
        }
        let end = format!(" ({})", one_line(&stream.id, 30));
        let room = StreamName::LONGEST - end.chars().count();
        one_line(name, room) + &end
    };
    streams.iter().zip(&names).map(own).collect()
}

/// In so many characters.
fn one_line(text: &str, longest: usize) -> String {
    let spaced = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().map(spaced).collect();
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(longest).collect();
    cut.trim_end().to_owned()
}

/// An entry of the allow list that cannot be read must not be left out: without it, the list may be
/// empty, and anybody may call.
pub(super) fn draft(stream: &HostedStream, name: &str) -> Result<StreamDraft, Invalid> {
    let ips = stream.allowed_ips.iter().map(|text| text.parse());
    let ips: Unique<AllowedIp> = ips.collect::<Result<_, _>>()?;
    let tag = |text: &String| one_line(&text.replace(',', " "), 50).parse::<Tag>().ok();
    let tags: Unique<Tag> = stream.tags.iter().filter_map(tag).collect();
    let description: Description = one_line(&stream.description, 500).parse()?;
    Ok(StreamDraft {
        name: Some(name.parse()?),
        description: Some(description),
        allowed_ips: Some(ips),
        tags: Some(tags),
        demo: Some(false),
        ..StreamDraft::default()
    })
}
