//! Flag values that are one of a few words: the words come from the types themselves.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::api::{Format, Part, Request};
use crate::domain::{DeliveryState, Invalid, Order, Phone, SenderId, Syntax, quote};
use crate::terminal::{Color, Output};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    PowerShell,
    Elvish,
}

impl Shell {
    pub const ALL: [Self; 5] = [
        Self::Bash,
        Self::Zsh,
        Self::Fish,
        Self::PowerShell,
        Self::Elvish,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Elvish => "elvish",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Print {
    Text,
    Match,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// A number or a Sender ID, as messages have it.
pub(super) fn party(text: &str) -> Result<String, Invalid> {
    let sender = |_| text.parse().map(|id: SenderId| id.to_string());
    let party = Phone::typed(text).map(|phone| phone.to_string());
    party.or_else(sender).map_err(|_: Invalid| {
        Invalid::new(format_args!(
            "{} is neither a phone number nor a Sender ID: write it like 12025550143 or ACME",
            quote(text)
        ))
    })
}

/// A parser of one of `all`, by name.
fn named<T: Copy + Send + Sync + 'static, const N: usize>(
    all: [T; N],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.map(name).map(PossibleValue::new)).try_map(move |word| {
        all.into_iter()
            .find(|value| name(*value) == word)
            .ok_or("not one of the possible values")
    })
}

pub(super) fn shell() -> impl TypedValueParser<Value = Shell> {
    named(Shell::ALL, Shell::name)
}

pub(super) fn request() -> impl TypedValueParser<Value = Request> {
    named(Request::ALL, Request::name)
}

pub(super) fn format() -> impl TypedValueParser<Value = Format> {
    named(Format::ALL, Format::name)
}

pub(super) fn part() -> impl TypedValueParser<Value = Part> {
    named(Part::ALL, Part::name)
}

pub(super) fn order() -> impl TypedValueParser<Value = Order> {
    named(Order::ALL, Order::name)
}

pub(super) fn syntax() -> impl TypedValueParser<Value = Syntax> {
    named([Syntax::Yaml, Syntax::Json], |syntax| match syntax {
        Syntax::Yaml => "yaml",
        Syntax::Json => "json",
    })
}

pub(super) fn output() -> impl TypedValueParser<Value = Output> {
    named([Output::Table, Output::Json], |output| match output {
        Output::Table => "table",
        Output::Json => "json",
    })
}

pub(super) fn print() -> impl TypedValueParser<Value = Print> {
    named(
        [Print::Text, Print::Match, Print::Json],
        |print| match print {
            Print::Text => "text",
            Print::Match => "match",
            Print::Json => "json",
        },
    )
}

pub(super) fn delivery_state() -> impl TypedValueParser<Value = DeliveryState> {
    named(DeliveryState::ALL, DeliveryState::name)
}

pub(super) fn log() -> impl TypedValueParser<Value = LogFormat> {
    named([LogFormat::Text, LogFormat::Json], |log| match log {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    })
}

pub(super) fn color() -> impl TypedValueParser<Value = Color> {
    named(
        [Color::Auto, Color::Always, Color::Never],
        |color| match color {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        },
    )
}
