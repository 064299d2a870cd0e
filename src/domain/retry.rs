//! When a failed webhook delivery is tried again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::span::Span;
use super::text::quote;
use super::value::{Invalid, display_value};

/// For tests and development, in seconds.
const LOCAL: [u64; 5] = [1, 2, 5, 10, 30];

/// The Standard Webhooks schedule, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h,
/// 24 h.
const SERVICE: [u64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

const MOST_PAUSES: usize = 20;

/// The part of a pause by which it varies, up or down.
const JITTER: f64 = 0.2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RetryPolicy {
    Local,
    /// Over three days.
    Service,
    Never,
    List(Vec<Span>),
}

display_value!(RetryPolicy);

impl RetryPolicy {
    /// `None` when the schedule is over.
    ///
    /// Varies by up to a fifth with `chance`, from 0 to 1, so that many deliveries do not come back
    /// at one moment. What the receiver asked for replaces the pause, within the pause and twice
    /// the pause.
    pub fn pause(
        &self,
        attempts: usize,
        chance: f64,
        retry_after: Option<Duration>,
    ) -> Option<Duration> {
        let at = attempts.checked_sub(1)?;
        let base = match self {
            Self::Local => Duration::from_secs(*LOCAL.get(at)?),
            Self::Service => Duration::from_secs(*SERVICE.get(at)?),
            Self::Never => return None,
            Self::List(list) => list.get(at)?.as_duration(),
        };
        Some(match retry_after {
            Some(asked) => asked.clamp(base, base * 2),
            None => base.mul_f64(1.0 + JITTER * (2.0 * chance.clamp(0.0, 1.0) - 1.0)),
        })
    }

    /// An upper bound of every pause, with what a receiver may ask for.
    pub fn longest(&self) -> Duration {
        let longest = match self {
            Self::Local => LOCAL.into_iter().max().map(Duration::from_secs),
            Self::Service => SERVICE.into_iter().max().map(Duration::from_secs),
            Self::Never => None,
            Self::List(list) => list.iter().map(|span| span.as_duration()).max(),
        };
        longest.unwrap_or_default() * 2
    }
}

impl FromStr for RetryPolicy {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let list = |text: &str| -> Option<Vec<Span>> {
            let list: Result<Vec<Span>, _> = text.split(',').map(str::parse).collect();
            list.ok().filter(|list| list.len() <= MOST_PAUSES)
        };
        match text {
            "local" => Ok(Self::Local),
            "service" => Ok(Self::Service),
            "none" => Ok(Self::Never),
            text => list(text).map(Self::List).ok_or_else(|| {
                Invalid::new(format_args!(
                    "{} is not a retry schedule: use local, service, none, or up to \
                     {MOST_PAUSES} delays like 1s,10s,5m",
                    quote(text)
                ))
            }),
        }
    }
}

impl fmt::Display for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Service => f.write_str("service"),
            Self::Never => f.write_str("none"),
            Self::List(list) => {
                let list: Vec<_> = list.iter().map(ToString::to_string).collect();
                f.write_str(&list.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pauses(schedule: &str) -> Vec<u64> {
        let schedule: RetryPolicy = schedule.parse().unwrap();
        (1..)
            .map_while(|attempts| schedule.pause(attempts, 0.5, None))
            .map(|pause| pause.as_secs())
            .collect()
    }

    #[test]
    fn no_pause_is_longer_than_the_longest() {
        for schedule in ["local", "service", "none", "1s,10m,2s"] {
            let schedule: RetryPolicy = schedule.parse().unwrap();
            let pauses = (1..).map_while(|at| schedule.pause(at, 1.0, Some(Duration::MAX)));
            assert_eq!(pauses.max().unwrap_or_default(), schedule.longest());
        }
    }

    #[test]
    fn schedules_are_those_that_are_promised() {
        assert_eq!(pauses("local"), [1, 2, 5, 10, 30]);
        assert_eq!(
            pauses("service"),
            [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
        );
        assert_eq!(pauses("none"), [0; 0]);
        assert_eq!(pauses("1s,1m"), [1, 60]);
        for bad in ["", "fast", "1s,", "1", &["1s"; 21].join(",")] {
            assert!(bad.parse::<RetryPolicy>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_pause_stays_within_its_bounds(
            attempts in 1_usize..10,
            chance in 0.0..1.0_f64,
            asked in proptest::option::of(0_u64..1_000_000),
        ) {
            let base = RetryPolicy::Service.pause(attempts, 0.5, None).unwrap();
            let pause = RetryPolicy::Service
                .pause(attempts, chance, asked.map(Duration::from_secs))
                .unwrap();
            let (least, most) = if asked.is_some() { (1.0, 2.0) } else { (0.8, 1.2) };
            prop_assert!(pause >= base.mul_f64(least) && pause <= base.mul_f64(most));
            prop_assert_eq!(RetryPolicy::Service.pause(10, chance, None), None);
        }

        #[test]
        fn what_is_printed_reads_back(text in "(local|service|none|([0-9]{1,3}(ms|s|m),){0,3}[0-9]{1,3}s)") {
            let retry: RetryPolicy = text.parse().unwrap();
            prop_assert_eq!(retry.to_string().parse::<RetryPolicy>().unwrap(), retry);
        }
    }
}
