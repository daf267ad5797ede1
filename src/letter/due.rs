//! When does a letter leave, and which week is it about?

use crate::numbers::Period;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

/// The day and hour at which letters leave.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The day.
    pub weekday: Weekday,
    /// The hour, 0 to 23.
    pub hour: i8,
    /// Where it is that hour.
    pub zone: TimeZone,
}

impl Schedule {
    /// The last moment at or before `now` at which a letter was due.
    #[must_use]
    pub fn last_due(&self, now: Timestamp) -> Timestamp {
        let today = now.to_zoned(self.zone.clone()).date();
        let moments = (0..=7).filter_map(|back| {
            let day = today.checked_sub(Span::new().days(back)).ok()?;
            if day.weekday() != self.weekday {
                return None;
            }
            // An hour that a change of clocks leaves out is the one after it.
            let at = day.at(self.hour.clamp(0, 23), 0, 0, 0);
            Some(at.to_zoned(self.zone.clone()).ok()?.timestamp())
        });
        let mut passed = moments.filter(|moment| *moment <= now);
        passed.next().unwrap_or(now)
    }
}

/// The seven whole days before the day of this moment.
#[must_use]
pub fn week_before(due: Timestamp, zone: &TimeZone) -> Period {
    let day = due.to_zoned(zone.clone()).date();
    let midnight = |back: i64| {
        let day = day.checked_sub(Span::new().days(back)).ok()?;
        Some(day.to_zoned(zone.clone()).ok()?.timestamp())
    };
    let end = midnight(0).unwrap_or(due);
    Period {
        from: midnight(7).unwrap_or(due),
        // A period holds its last moment.
        until: (end.checked_sub(SignedDuration::from_nanos(1))).unwrap_or(end),
        zone: zone.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_letter_is_due_once_a_week_also_where_clocks_change() {
        let schedule = Schedule {
            weekday: Weekday::Monday,
            hour: 7,
            zone: zone(),
        };
        for (now, due) in [
            // Monday 23 March 2026, winter time, a second before and at seven.
            ("2026-03-23T05:59:59Z", "2026-03-16T06:00:00Z"),
            ("2026-03-23T06:00:00Z", "2026-03-23T06:00:00Z"),
            ("2026-03-25T12:00:00Z", "2026-03-23T06:00:00Z"),
            // The Monday after clocks went forward.
            ("2026-03-30T05:00:00Z", "2026-03-30T05:00:00Z"),
            ("2026-04-05T21:59:00Z", "2026-03-30T05:00:00Z"),
        ] {
            assert_eq!(schedule.last_due(at(now)), at(due), "{now}");
        }
        // Two in the morning of the last Sunday of March is left out: it leaves an hour later, and once.
        let left_out = Schedule {
            weekday: Weekday::Sunday,
            hour: 2,
            zone: zone(),
        };
        assert_eq!(
            left_out.last_due(at("2026-03-29T12:00:00Z")),
            at("2026-03-29T01:00:00Z")
        );
    }

    #[test]
    fn a_week_is_seven_days_from_midnight_to_midnight() {
        let week = week_before(at("2026-03-30T05:00:00Z"), &zone());
        assert_eq!(week.from, at("2026-03-22T23:00:00Z"));
        assert_eq!(week.until, at("2026-03-29T21:59:59.999999999Z"));
        let before = week_before(week.from, &zone());
        assert_eq!(before.from, at("2026-03-15T23:00:00Z"));
        assert_eq!(before.until, at("2026-03-22T22:59:59.999999999Z"));
    }
}
