//! What stands in a document or a flag for one value, before it is believed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::field::Field;
use super::header::Header;
use super::problem::Problem;
use super::sender::DefaultSender;
use super::value::Invalid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawSender {
    Customized,
    /// The catalogue must have it.
    Existing(String),
    /// The catalogue has or gains it.
    New(String),
}

impl RawSender {
    pub(super) fn read(&self, wrong: &mut Vec<Problem>) -> Option<DefaultSender> {
        match self {
            Self::Customized => Some(DefaultSender::Customized),
            Self::Existing(id) => {
                one(Field::DefaultSender, Some(id), wrong).map(DefaultSender::Existing)
            }
            Self::New(id) => match id.parse() {
                Ok(id) => Some(DefaultSender::New(id)),
                Err(error) => {
                    wrong.push(Problem::new(Field::DefaultSender, error).with("--add-sender"));
                    None
                }
            },
        }
    }
}

/// In a document, `null` says *Customized*, and a Sender ID may be new to the catalogue.
pub(super) fn document_sender<'de, D: Deserializer<'de>>(
    input: D,
) -> Result<Option<RawSender>, D::Error> {
    Ok(Some(match Option::deserialize(input)? {
        None => RawSender::Customized,
        Some(id) => RawSender::New(id),
    }))
}

#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum RawHeader {
    /// `Name: value`.
    Line(String),
    Pair {
        name: String,
        value: String,
    },
}

impl fmt::Debug for RawHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawHeader")
    }
}

impl RawHeader {
    pub(super) fn read(&self) -> Result<Header, Invalid> {
        match self {
            Self::Line(line) => line.parse(),
            Self::Pair { name, value } => Header::new(name, value),
        }
    }
}

/// Adds the error to those found so far, so that all are told at once.
pub(super) fn one<T>(field: Field, text: Option<&str>, wrong: &mut Vec<Problem>) -> Option<T>
where
    T: FromStr<Err = Invalid>,
{
    text?
        .parse()
        .map_err(|error| wrong.push(Problem::new(field, error)))
        .ok()
}
