//! When does a team work? Weekly hours, time zone and holidays, and the moment by which an answer is promised.

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use std::collections::BTreeSet;
use std::time::Duration;

/// How many days ahead working time is looked for. A team without any in a year has none.
const DAYS_LOOKED_AHEAD: usize = 366;

const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// The hours in which people read a mailbox, with their time zone and days off.
#[derive(Clone, Debug)]
pub struct WorkingHours {
    /// For each weekday the spans of work, `from` before `until`, in order. `until` at midnight means the end of the day.
    pub spans: Vec<(Weekday, Time, Time)>,
    /// The team's time zone.
    pub time_zone: TimeZone,
    /// Days on which nobody works.
    pub holidays: BTreeSet<Date>,
}

/// Why a text describes no working hours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{part}` is not understood; write days and hours like `Mon-Fri 09:00-17:00, Sat 10:00-13:00`"
)]
pub struct HoursError {
    /// The part that could not be read.
    pub part: String,
}

impl WorkingHours {
    /// No working time at all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            spans: Vec::new(),
            time_zone: TimeZone::UTC,
            holidays: BTreeSet::new(),
        }
    }

    /// The moment at which `working_time` of working time has passed since `from`: the promise. Without any working
    /// span in the next year it is plain time.
    #[must_use]
    pub fn after(&self, from: Timestamp, working_time: Duration) -> Timestamp {
        let mut left = SignedDuration::try_from(working_time).unwrap_or(SignedDuration::ZERO);
        for (start, end) in self.open_spans(from) {
            let start = start.max(from);
            let open = end.duration_since(start);
            if open >= left {
                return start.saturating_add(left).unwrap_or(end);
            }
            left -= open;
        }
        let plain = SignedDuration::try_from(working_time).unwrap_or(SignedDuration::ZERO);
        from.saturating_add(plain).unwrap_or(Timestamp::MAX)
    }

    /// How much working time lies between two moments.
    #[must_use]
    pub fn open_between(&self, from: Timestamp, until: Timestamp) -> Duration {
        let spans = self
            .open_spans(from)
            .take_while(|(start, _)| *start < until);
        let open: SignedDuration = spans
            .map(|(start, end)| end.min(until).duration_since(start.max(from)))
            .fold(SignedDuration::ZERO, |sum, open| sum.saturating_add(open));
        if open.is_zero() && self.spans.is_empty() {
            // A team without hours is promised for in plain time.
            return Duration::try_from(until.duration_since(from)).unwrap_or_default();
        }
        Duration::try_from(open).unwrap_or_default()
    }

    /// Whether people are at work at that moment.
    #[must_use]
    pub fn are_open_at(&self, moment: Timestamp) -> bool {
        let first = self.open_spans(moment).next();
        first.is_some_and(|(start, _)| start <= moment)
    }

    /// The spans of work that end after `from`, in order. Days are taken in the team's time zone, so a span on a day of
    /// a clock change is as long as it really is.
    fn open_spans(&self, from: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let first_day = from.to_zoned(self.time_zone.clone()).date();
        first_day
            .series(1.day())
            .take(DAYS_LOOKED_AHEAD)
            .filter(|day| !self.holidays.contains(day))
            .flat_map(move |day| {
                let spans = self.spans.iter();
                spans
                    .filter(move |(weekday, _, _)| *weekday == day.weekday())
                    .filter_map(move |(_, start, end)| {
                        let end = if *end == Time::midnight() {
                            day.tomorrow().ok()?.to_datetime(*end)
                        } else {
                            day.to_datetime(*end)
                        };
                        Some((self.moment(day.to_datetime(*start))?, self.moment(end)?))
                    })
            })
            .filter(move |(start, end)| *end > from && start < end)
    }

    fn moment(&self, local: DateTime) -> Option<Timestamp> {
        let zoned = local.to_zoned(self.time_zone.clone()).ok()?;
        Some(zoned.timestamp())
    }

    /// Reads `Mon-Fri 09:00-17:00, Sat 10:00-13:00` (any order, several spans a day, `24/7` for always).
    ///
    /// # Errors
    /// [`HoursError`] names the part that is not understood.
    pub fn parse_spans(text: &str) -> Result<Vec<(Weekday, Time, Time)>, HoursError> {
        if text.trim() == "24/7" {
            let always = WEEK.map(|(_, day)| (day, Time::midnight(), Time::midnight()));
            return Ok(always.to_vec());
        }
        let mut spans = Vec::new();
        let mut days = Vec::new();
        for part in text.split(',') {
            let misread = || HoursError {
                part: part.trim().to_owned(),
            };
            let (named, hours) = match part.trim().split_once(char::is_whitespace) {
                Some((named, hours)) => (Some(named), hours.trim()),
                None => (None, part.trim()),
            };
            // `Mon-Fri 09:00-12:00, 13:00-17:00`: a part without days is about the days before it.
            if let Some(named) = named {
                days = parse_days(named).ok_or_else(misread)?;
            }
            let (start, end) = parse_hours(hours).ok_or_else(misread)?;
            if days.is_empty() {
                return Err(misread());
            }
            spans.extend(days.iter().map(|day| (*day, start, end)));
        }
        spans.sort_by_key(|(day, start, _)| (day.to_monday_zero_offset(), *start));
        let overlapping = spans.windows(2).find_map(|pair| match pair {
            [(day, _, end), (next, start, _)]
                if day == next && (start < end || *end == Time::midnight()) =>
            {
                Some(format!("{start} on {day:?}, which lies in another span"))
            }
            _ => None,
        });
        match overlapping {
            Some(part) => Err(HoursError { part }),
            None => Ok(spans),
        }
    }
}

fn parse_days(text: &str) -> Option<Vec<Weekday>> {
    let position = |name: &str| {
        let name = name.to_lowercase();
        WEEK.iter().position(|(short, _)| *short == name)
    };
    let (first, last) = match text.split_once('-') {
        Some((first, last)) => (position(first)?, position(last)?),
        None => (position(text)?, position(text)?),
    };
    let length = (last + 7 - first) % 7 + 1;
    let days = WEEK.iter().cycle().skip(first).take(length);
    Some(days.map(|(_, day)| *day).collect())
}

fn parse_hours(text: &str) -> Option<(Time, Time)> {
    let (start, end) = text.split_once('-')?;
    let start = parse_time(start)?;
    let end = if end.trim() == "24:00" {
        Time::midnight()
    } else {
        parse_time(end)?
    };
    (end == Time::midnight() || start < end).then_some((start, end))
}

fn parse_time(text: &str) -> Option<Time> {
    let (hour, minute) = text.trim().split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hours(spans: &str, holidays: &[&str]) -> WorkingHours {
        WorkingHours {
            spans: WorkingHours::parse_spans(spans).unwrap(),
            time_zone: TimeZone::get("Europe/Berlin").unwrap(),
            holidays: holidays.iter().map(|date| date.parse().unwrap()).collect(),
        }
    }

    fn at(local: &str) -> Timestamp {
        let local: DateTime = local.parse().unwrap();
        local.in_tz("Europe/Berlin").unwrap().timestamp()
    }

    #[test]
    fn a_promise_counts_working_time_only() {
        let office = hours("Mon-Fri 09:00-17:00", &["2026-12-25"]);
        for (from, working_hours, until) in [
            ("2026-11-23T10:00", 4, "2026-11-23T14:00"),
            ("2026-11-23T15:00", 4, "2026-11-24T11:00"),
            ("2026-11-23T03:00", 1, "2026-11-23T10:00"),
            ("2026-11-23T09:00", 8, "2026-11-23T17:00"),
            ("2026-11-27T16:00", 2, "2026-11-30T10:00"),
            ("2026-11-28T12:00", 8, "2026-11-30T17:00"),
            ("2026-12-24T16:00", 2, "2026-12-28T10:00"),
            ("2026-11-23T10:00", 40, "2026-11-30T10:00"),
        ] {
            let promise = office.after(at(from), Duration::from_hours(working_hours));
            assert_eq!(promise, at(until), "{from} + {working_hours} h");
        }
    }

    #[test]
    fn the_days_of_clock_changes_are_as_long_as_they_are() {
        let always = hours("24/7", &[]);
        let four = Duration::from_hours(4);
        assert_eq!(
            always.after(at("2026-03-29T00:00"), four),
            at("2026-03-29T05:00")
        );
        assert_eq!(
            always.after(at("2026-10-25T00:00"), four),
            at("2026-10-25T03:00")
        );
        assert!(always.are_open_at(at("2026-10-25T23:59")));
    }

    #[test]
    fn hours_are_read_as_people_write_them() {
        let several =
            WorkingHours::parse_spans("Sat 10:00-13:00, mon-fri 08:00-12:00, 13:00-17:30").unwrap();
        assert_eq!(several.len(), 11);
        assert_eq!(
            WorkingHours::parse_spans("Fri-Mon 22:00-24:00")
                .unwrap()
                .len(),
            4
        );
        for bad in [
            "",
            "Mon",
            "9-17",
            "Mon 17:00-09:00",
            "Monday 09:00-17:00",
            "Mon 09:00-12:00, Mon 11:00-13:00",
            "Mon 25:00-26:00",
        ] {
            assert!(WorkingHours::parse_spans(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_team_that_never_works_still_gets_a_time() {
        let never = hours("Mon 09:00-10:00", &[]);
        let never = WorkingHours {
            spans: Vec::new(),
            ..never
        };
        assert_eq!(
            never.after(at("2026-11-23T10:00"), Duration::from_hours(1)),
            at("2026-11-23T11:00")
        );
        assert!(!never.are_open_at(at("2026-11-23T10:00")));
    }

    proptest! {
        #[test]
        fn a_promise_lies_in_working_hours_and_never_goes_back(
            from in 1_700_000_000_i64..1_900_000_000,
            later in 0_i64..1_000_000,
            minutes in 1_u64..6_000,
        ) {
            let office = hours("Mon-Thu 08:00-12:00, 13:00-17:00, Fri 08:00-13:00", &["2026-01-01"]);
            let from = Timestamp::from_second(from).unwrap();
            let promise = office.after(from, Duration::from_mins(minutes));
            prop_assert!(promise > from);
            prop_assert!(office.are_open_at(promise - SignedDuration::from_secs(1)));
            let afterwards = from + SignedDuration::from_secs(later);
            prop_assert!(office.after(afterwards, Duration::from_mins(minutes)) >= promise);
        }
    }
}
