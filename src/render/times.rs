//! Moments: absolute for programs, and for people as they speak of them while they are near.

use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

#[derive(Debug, Clone)]
pub struct Times {
    zone: TimeZone,
    /// `None` where every moment is told as it is.
    now: Option<Timestamp>,
}

impl Times {
    pub fn absolute(zone: TimeZone) -> Self {
        Self { zone, now: None }
    }

    pub fn relative_to(now: Timestamp, zone: TimeZone) -> Self {
        let now = Some(now);
        Self { zone, now }
    }

    /// For a column: as short as it can be understood.
    pub fn brief(&self, at: Timestamp) -> String {
        self.relative(at).unwrap_or_else(|| time(at, &self.zone))
    }

    pub fn full(&self, at: Timestamp) -> String {
        let absolute = time(at, &self.zone);
        match self.relative(at) {
            Some(relative) => format!("{absolute} ({relative})"),
            None => absolute,
        }
    }

    /// To the second, with the date of another day.
    pub fn of_day(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone.clone());
        let today = self.now.map(|now| now.to_zoned(self.zone.clone()).date());
        let format = if today == Some(at.date()) {
            "%H:%M:%S"
        } else {
            "%Y-%m-%d %H:%M:%S"
        };
        at.strftime(format).to_string()
    }

    /// To the second within the hour, to the hour within the day.
    fn relative(&self, at: Timestamp) -> Option<String> {
        let seconds = at.duration_since(self.now?).as_secs();
        let span = match seconds.abs() {
            0 => return Some("now".to_owned()),
            span @ 1..MINUTE => format!("{span} s"),
            span @ MINUTE..HOUR if span % MINUTE == 0 => format!("{} min", span / MINUTE),
            span @ MINUTE..HOUR => format!("{} min {} s", span / MINUTE, span % MINUTE),
            span @ HOUR..DAY => format!("{} h", span / HOUR),
            _ => return None,
        };
        Some(if seconds < 0 {
            format!("{span} ago")
        } else {
            format!("in {span}")
        })
    }
}

pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M %:z")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of a day, and a moment so many seconds later.
    fn told(seconds: i64, tell: fn(&Times, Timestamp) -> String) -> String {
        let noon: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let at = noon + jiff::SignedDuration::from_secs(seconds);
        tell(&Times::relative_to(noon, zone), at)
    }

    #[test]
    fn a_near_moment_is_told_by_its_distance_and_another_by_its_date() {
        for (seconds, expected) in [
            (0, "now"),
            (-12, "12 s ago"),
            (-59, "59 s ago"),
            (-120, "2 min ago"),
            (-134, "2 min 14 s ago"),
            (-3_599, "59 min 59 s ago"),
            (-3_600, "1 h ago"),
            (-86_399, "23 h ago"),
            (-86_400, "2026-01-01 14:00 +02:00"),
            (30, "in 30 s"),
            (7_200, "in 2 h"),
            (86_400, "2026-01-03 14:00 +02:00"),
        ] {
            assert_eq!(told(seconds, Times::brief), expected, "{seconds}");
        }
    }

    #[test]
    fn details_have_the_moment_itself_and_its_distance_while_it_is_near() {
        assert_eq!(told(-12, Times::full), "2026-01-02 13:59 +02:00 (12 s ago)");
        assert_eq!(told(-86_400, Times::full), "2026-01-01 14:00 +02:00");
    }

    #[test]
    fn a_moment_of_today_needs_no_date() {
        assert_eq!(told(-12, Times::of_day), "13:59:48");
        assert_eq!(told(-50_400, Times::of_day), "00:00:00");
        assert_eq!(told(-50_401, Times::of_day), "2026-01-01 23:59:59");
    }

    #[test]
    fn a_program_gets_the_moment_itself() {
        let at: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
        let times = Times::absolute(TimeZone::UTC);
        assert_eq!(times.brief(at), "2026-01-02 12:00 +00:00");
        assert_eq!(times.full(at), "2026-01-02 12:00 +00:00");
    }
}
