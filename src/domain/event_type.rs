//! The types of events, and which of them a webhook gets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::text::quote;
use super::value::{Invalid, display_value, words};

words! {
    #[derive(PartialOrd, Ord)]
    pub enum EventType {
        Received = "message.received",
        /// A delivery report: the status of an outgoing message changed.
        Status = "message.status",
    }
}

display_value!(EventType);

impl EventType {
    /// The short form, as it is typed on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Status => "status",
        }
    }
}

impl FromStr for EventType {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let named = |one: &Self| text == one.name() || text == one.word();
        Self::ALL.into_iter().find(named).ok_or_else(|| {
            Invalid::new(format_args!(
                "{} is not a webhook event: use received (message.received) or status (message.status)",
                quote(text)
            ))
        })
    }
}

/// At least one, none twice, and in one order whatever the order in which they were given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<EventType>")]
pub struct EventTypes(Vec<EventType>);

impl EventTypes {
    pub fn and(mut self, more: EventType) -> Self {
        if let Err(place) = self.0.binary_search(&more) {
            self.0.insert(place, more);
        }
        self
    }
}

impl Default for EventTypes {
    fn default() -> Self {
        EventType::Received.into()
    }
}

impl From<EventType> for EventTypes {
    fn from(only: EventType) -> Self {
        Self(vec![only])
    }
}

impl TryFrom<Vec<EventType>> for EventTypes {
    type Error = Invalid;

    fn try_from(types: Vec<EventType>) -> Result<Self, Invalid> {
        let mut types = types.into_iter();
        let first = types.next().map(Self::from).ok_or_else(|| {
            Invalid::new(
                "a webhook needs at least one event: use message.received, message.status, or \
                 both",
            )
        })?;
        Ok(types.fold(first, Self::and))
    }
}

impl std::ops::Deref for EventTypes {
    type Target = [EventType];

    fn deref(&self) -> &[EventType] {
        &self.0
    }
}

impl fmt::Display for EventTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            &self
                .0
                .iter()
                .map(|one| one.name())
                .collect::<Vec<_>>()
                .join(", "),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<EventTypes, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_is_kept_in_one_order_without_doubles() {
        let both = EventTypes::from(EventType::Status).and(EventType::Received);
        assert_eq!(
            read(r#"["status", "message.received", "message.status"]"#),
            Ok(both.clone())
        );
        assert_eq!(both.to_string(), "message.received, message.status");
        assert_eq!(
            serde_json::to_string(&both).unwrap(),
            r#"["message.received","message.status"]"#
        );
    }

    #[test]
    fn an_unknown_event_and_an_empty_list_are_refused() {
        let unknown = read(r#"["message.sent"]"#).unwrap_err();
        assert!(
            unknown.starts_with(
                "“message.sent” is not a webhook event: use received (message.received) or status (message.status)"
            ),
            "{unknown}"
        );
        let empty = read("[]").unwrap_err();
        assert!(
            empty.starts_with("A webhook needs at least one event"),
            "{empty}"
        );
        assert!("Received".parse::<EventType>().is_err());
    }
}
