//! Dates as callers of the hosted service saw them, and as others write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// `YYYY-MM-DD HH:MM:SS` in UTC, as the hosted service writes it.
const HOSTED: &str = "%Y-%m-%d %H:%M:%S";

/// Reads RFC 3339, the same without an offset as UTC, or seconds or milliseconds since 1970.
pub fn read_date(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            9..=10 => Timestamp::from_second(number).ok(),
            12..=13 => Timestamp::from_millisecond(number).ok(),
            _ => None,
        };
    }
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let read = text.parse::<Timestamp>().ok();
    read.or_else(|| local().map(|zoned| zoned.timestamp()))
}

/// As the hosted service's filters take it: UTC, to the second.
pub fn hosted_date(at: Timestamp) -> String {
    at.strftime(HOSTED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_come_in_many_shapes() {
        let read = |text: &str| read_date(text).map(|at| at.to_string());
        for text in [
            "2026-03-19 10:15:10",
            " 2026-03-19T10:15:10 ",
            "2026-03-19T10:15:10Z",
            "2026-03-19 10:15:10.000Z",
            "2026-03-19T12:15:10+02:00",
            "2026-03-19T12:15:10+0200",
            "1773915310",
            "1773915310000",
        ] {
            assert_eq!(
                read(text).as_deref(),
                Some("2026-03-19T10:15:10Z"),
                "{text}"
            );
        }
        for bad in [
            "",
            "7",
            "yesterday",
            "2026-13-40 10:00:00",
            "0000-00-00 00:00:00",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
        assert_eq!(hosted_date(Timestamp::UNIX_EPOCH), "1970-01-01 00:00:00");
    }

    proptest! {
        #[test]
        fn what_the_filters_take_reads_back(second in 0_i64..4_000_000_000) {
            let at = Timestamp::from_second(second).unwrap();
            prop_assert_eq!(read_date(&hosted_date(at)), Some(at));
        }

        #[test]
        fn nothing_makes_it_panic(text in any::<String>()) {
            let _ = read_date(&text);
        }
    }
}
