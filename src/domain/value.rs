//! What every value typed by a person has in common: one rule, one sentence when it is broken.

use std::fmt;

use super::sentence::sentence;

/// The sentence names the value and what would be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(String);

impl Invalid {
    pub(crate) fn new(clause: impl fmt::Display) -> Self {
        Self(sentence(&clause.to_string()))
    }
}

/// Gives a text newtype with `FromStr` the rest: `as_str`, `Display` and serde, all through that
/// one rule.
macro_rules! text_value {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        $crate::domain::value::read_value!($name);

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.serialize_str(&self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// Serde through `FromStr` and `Display`, so that a file is read by the rule that reads a flag.
macro_rules! display_value {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_str(self)
            }
        }
        $crate::domain::value::read_value!($name);
    };
}

/// Serde's reading through `FromStr`.
macro_rules! read_value {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                input.deserialize_str(Text)
            }
        }
    };
}

/// An enum whose values are words: the name of each variant, all of them in order, and `Display`.
/// With a sentence, `FromStr` as well; any other word gets the sentence.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident $(($same:ident, $sentence:literal))? {
            $($(#[$about:meta])* $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $($(#[$about])* $variant,)+
        }

        impl $name {
            pub const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        $(
            impl std::str::FromStr for $name {
                type Err = $crate::domain::Invalid;

                fn from_str(text: &str) -> Result<Self, Self::Err> {
                    let same = |one: &Self| $crate::domain::value::$same(one.name(), text);
                    Self::ALL.into_iter().find(same).ok_or_else(|| {
                        let text = $crate::domain::quote(text);
                        $crate::domain::Invalid::new(format_args!("{text} {}", $sentence))
                    })
                }
            }
        )?
    };
}

pub(crate) fn exact(word: &str, text: &str) -> bool {
    word == text
}

pub(crate) fn any_case(word: &str, text: &str) -> bool {
    word.eq_ignore_ascii_case(text)
}

pub(crate) use {display_value, read_value, text_value, words};
