//! Durations as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::text::quote;
use super::value::{Invalid, display_value};

/// Units and their milliseconds, the largest first.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// In milliseconds: 30 days.
const LONGEST: u64 = 30 * 86_400_000;

/// A number and a unit: `300ms`, `10s`, `5m`, `2h`, `1d`; at most 30 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

display_value!(Span);

impl Span {
    pub fn as_duration(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(duration)
    }
}

impl FromStr for Span {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = UNITS.iter().find(|(name, _)| *name == unit);
        let milliseconds = unit
            .zip(number.parse::<u64>().ok())
            .and_then(|((_, size), number)| number.checked_mul(*size));
        match milliseconds {
            Some(milliseconds) if milliseconds <= LONGEST => {
                Ok(Self(Duration::from_millis(milliseconds)))
            }
            _ => Err(Invalid::new(format_args!(
                "{} is not a duration: use a number and a unit, like 300ms, 10s, 5m, or 2h, up \
                 to 30d",
                quote(text)
            ))),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = u64::try_from(self.0.as_millis()).unwrap_or(LONGEST);
        let exact = |(_, size): &&(&str, u64)| milliseconds.is_multiple_of(*size);
        match UNITS.iter().find(exact).filter(|_| milliseconds > 0) {
            Some((unit, size)) => write!(f, "{}{unit}", milliseconds / size),
            None => f.write_str("0s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_and_a_unit() {
        let read = |text: &str| text.parse::<Span>().unwrap();
        assert_eq!(read("300ms").as_duration(), Duration::from_millis(300));
        assert_eq!(read("5m").as_duration(), Duration::from_secs(300));
        assert_eq!(read("0s").to_string(), "0s");
        assert_eq!(read("90s").to_string(), "90s");
        assert_eq!(read("7200s").to_string(), "2h");
        for bad in [
            "",
            "5",
            "s",
            "1.5s",
            "-1s",
            "5 s",
            "31d",
            "99999999999999999999h",
            "5S",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(text in "[0-9]{0,12}(ms|s|m|h|d|x)?") {
            if let Ok(span) = text.parse::<Span>() {
                prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
            }
        }
    }
}
