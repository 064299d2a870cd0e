//! Streams as people read them: a row of the table, or every detail.

use anstyle::Style;
use console::{measure_text_width, truncate_str};

use super::cell::Cell;
use super::table::table;
use super::times::Times;
use crate::domain::{Field, Step, Stream, Token, escape};

const HEADERS: [&str; 8] = [
    "Name",
    "Status",
    "Tags",
    "Type",
    "Allowed IPs",
    "Sender",
    "Demo",
    "Created",
];

pub fn streams(streams: &[Stream], times: &Times, width: Option<u16>) -> String {
    let row = |stream: &Stream| {
        vec![
            stream.name.to_string().into(),
            Cell::toned(stream.status.name(), stream.status),
            stream.tags.to_string().into(),
            stream.kind.title().into(),
            any_if_empty(stream.allowed_ips.to_string()).into(),
            stream.sender_name().into(),
            on_off(stream.demo).into(),
            times.brief(stream.created_at).into(),
        ]
    };
    table(
        &HEADERS,
        &streams.iter().map(row).collect::<Vec<_>>(),
        width,
    )
}

/// Secrets are masked unless `reveal` is set.
pub fn details(stream: &Stream, times: &Times, reveal: bool, token: Option<&Token>) -> String {
    let mut lines = answers(stream, reveal);
    lines.insert(1, ("Id", stream.id.to_string().into()));
    let shown = token
        .filter(|_| reveal)
        .map(|token| token.expose().to_owned());
    if let Some(token) = shown.or(stream.digest().map(|digest| digest.masked())) {
        lines.push(("Token", token.into()));
    }
    lines.push(("Created", times.full(stream.created_at).into()));
    lines.push(("Updated", times.full(stream.updated_at).into()));
    fields(&lines)
}

/// What was answered. Where so many rows are not enough for it, a row each, cut at the width.
pub fn summary(stream: &Stream, width: Option<u16>, rows: usize) -> String {
    let mut lines = answers(stream, false);
    lines.retain(|(_, value)| !value.text.is_empty());
    let text = fields(&lines);
    let width = usize::from(width.unwrap_or(u16::MAX));
    let wrapped = |line: &str| measure_text_width(line).div_ceil(width).max(1);
    if text.lines().map(wrapped).sum::<usize>() <= rows {
        return text;
    }
    let cut = |line: &str| truncate_str(line, width, "…").into_owned() + "\n";
    text.lines().map(cut).collect()
}

fn answers(stream: &Stream, reveal: bool) -> Vec<(&'static str, Cell)> {
    let mut lines = vec![
        ("Name", stream.name.to_string()),
        ("Type", stream.kind.title().to_owned()),
        ("Status", stream.status.to_string()),
    ];
    let shown = |field: Field| match (field, field.show(stream)) {
        (Field::AllowedIps, addresses) => any_if_empty(addresses),
        (Field::Demo, _) => on_off(stream.demo).to_owned(),
        (_, shown) => shown,
    };
    let more = |step: Step, but: &[Field]| {
        let mut fields = Field::as_written().to_vec();
        fields.retain(|field| field.step() == step && !but.contains(field));
        fields
            .into_iter()
            .map(|field| (field.title(), shown(field)))
    };
    lines.extend(more(Step::Details, &[Field::Name]));
    match &stream.webhook {
        None => lines.push(("Webhook", "none".to_owned())),
        Some(webhook) => {
            lines.push(("Webhook", format!("{} {}", webhook.method, webhook.url)));
            let told = [
                Field::WebhookMethod,
                Field::WebhookUrl,
                Field::WebhookHeaders,
            ];
            lines.extend(more(Step::Webhook, &told));
            for header in &webhook.headers {
                let value = if reveal {
                    header.value.expose().to_owned()
                } else {
                    header.value.to_string()
                };
                lines.push(("Header", format!("{}: {value}", header.name)));
            }
        }
    }
    let cell = |(name, value): (_, String)| {
        let cell = match name {
            "Status" => Cell::toned(value, stream.status),
            _ => value.into(),
        };
        (name, cell)
    };
    lines.into_iter().map(cell).collect()
}

pub fn fields<C: Clone + Into<Cell>>(lines: &[(&str, C)]) -> String {
    let bold = Style::new().bold();
    let line = |(name, value): &(&str, C)| {
        let Cell { text, tone } = value.clone().into();
        let value = if text.is_empty() {
            "-".to_owned()
        } else {
            tone.paint(&escape(&text))
        };
        format!("{bold}{name:<15}{bold:#} {value}\n")
    };
    lines.iter().map(line).collect()
}

/// Two texts next to each other where the width allows, else one under the other.
pub fn beside(left: &str, right: &str, width: Option<u16>) -> String {
    let widest = |text: &str| text.lines().map(measure_text_width).max().unwrap_or(0);
    let column = widest(left) + 4;
    if width.is_none_or(|width| column + widest(right) > usize::from(width)) {
        return format!("{left}\n{right}");
    }
    let (mut left, mut right) = (left.lines(), right.lines());
    let mut text = String::new();
    loop {
        let (l, r) = (left.next(), right.next());
        if l.is_none() && r.is_none() {
            return text;
        }
        let l = l.unwrap_or_default();
        let line = format!(
            "{l}{}{}",
            " ".repeat(column - measure_text_width(l)),
            r.unwrap_or_default()
        );
        text += line.trim_end();
        text.push('\n');
    }
}

fn any_if_empty(addresses: String) -> String {
    if addresses.is_empty() {
        "any".to_owned()
    } else {
        addresses
    }
}

fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
