//! When does `LATER` mean? `2h`, `3 days`, `tomorrow`, `monday`, in English and German, and the moment that it comes to in a team's
//! working hours. Reads what any person may have typed; bounded; pure.

use crate::config::WorkingHours;
use jiff::civil::{Date, Time, Weekday};
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use std::time::Duration;

/// The words of the longest phrase: `in 3 days`.
const WORDS_MAX: usize = 3;

/// Nobody means more: a slip of the finger must not put a ticket out of sight.
pub const DAYS_MAX: i64 = 90;

/// The hour at which a day begins for teams that work around the clock.
const MORNING: i8 = 9;

/// A time as a member wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// In so many hours.
    Hours(u16),
    /// At the same time of day so many days on, or when work begins after it.
    Days(u16),
    /// In the morning of the next such day.
    On(Weekday),
    /// In the morning of the next day.
    Tomorrow,
    /// In the morning of that day.
    OnDate(Date),
}

const HOURS: [&str; 8] = [
    "h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden",
];
const DAYS: [&str; 7] = ["d", "day", "days", "t", "tag", "tage", "tagen"];
const WEEKS: [&str; 5] = ["w", "week", "weeks", "woche", "wochen"];

const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["monday", "mon", "montag", "mo"], Weekday::Monday),
    (&["tuesday", "tue", "dienstag", "di"], Weekday::Tuesday),
    (&["wednesday", "wed", "mittwoch", "mi"], Weekday::Wednesday),
    (&["thursday", "thu", "donnerstag", "do"], Weekday::Thursday),
    (&["friday", "fri", "freitag", "fr"], Weekday::Friday),
    (
        &["saturday", "sat", "samstag", "sonnabend", "sa"],
        Weekday::Saturday,
    ),
    (&["sunday", "sun", "sonntag", "so"], Weekday::Sunday),
];

/// Words before a time that change nothing of it.
const BEFORE: [&str; 8] = ["in", "on", "am", "until", "till", "bis", "um", "for"];

const ONE: [&str; 6] = ["a", "an", "ein", "eine", "einem", "einer"];

impl When {
    /// Reads a time; `None` where it is none that we know.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if words.len() > WORDS_MAX || word.chars().nth(20).is_some() {
                return None;
            }
            words.push(word.to_lowercase());
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let words = match words.as_slice() {
            [first, rest @ ..] if BEFORE.contains(first) && !rest.is_empty() => rest,
            all => all,
        };
        match words {
            ["tomorrow" | "morgen"] => Some(Self::Tomorrow),
            ["next", "week"] | ["nächste" | "nächster" | "naechste", "woche"] => {
                Some(Self::On(Weekday::Monday))
            }
            ["next" | "nächsten" | "naechsten", day] => weekday(day),
            [amount, unit] if ONE.contains(amount) => span(1, unit),
            [amount, unit] => span(amount.parse().ok()?, unit),
            [one] => weekday(one).or_else(|| joined(one)).or_else(|| date(one)),
            _ => None,
        }
    }

    /// The moment that it comes to; `None` where that is not ahead, or too far.
    #[must_use]
    pub fn moment(self, now: Timestamp, hours: &WorkingHours) -> Option<Timestamp> {
        let local = now.to_zoned(hours.time_zone.clone());
        let today = local.date();
        let moment = match self {
            Self::Hours(count) => now
                .checked_add(SignedDuration::from_hours(count.into()))
                .ok()?,
            Self::Days(count) => {
                let later: Zoned = local.checked_add(i64::from(count).days()).ok()?;
                hours.after(later.timestamp(), Duration::ZERO)
            }
            Self::Tomorrow => morning(today.tomorrow().ok()?, hours)?,
            Self::On(weekday) => morning(today.nth_weekday(1, weekday).ok()?, hours)?,
            Self::OnDate(date) => morning(date, hours)?,
        };
        let last = now
            .checked_add(SignedDuration::from_hours(24 * DAYS_MAX))
            .ok()?;
        (moment > now && moment <= last).then_some(moment)
    }
}

/// When work begins on that day, or on the next day with work.
fn morning(day: Date, hours: &WorkingHours) -> Option<Timestamp> {
    let moment = |time: Time| {
        let local = day.to_datetime(time).to_zoned(hours.time_zone.clone());
        local.ok().map(|zoned| zoned.timestamp())
    };
    let midnight = moment(Time::midnight())?;
    let begins = hours.after(midnight, Duration::ZERO);
    if begins > midnight {
        return Some(begins);
    }
    let nine = moment(Time::new(MORNING, 0, 0, 0).ok()?)?;
    Some(hours.after(nine, Duration::ZERO))
}

fn weekday(word: &str) -> Option<When> {
    let found = WEEKDAYS.iter().find(|(names, _)| names.contains(&word));
    found.map(|(_, day)| When::On(*day))
}

/// `2d`
fn joined(word: &str) -> Option<When> {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit());
    span(word.strip_suffix(unit)?.parse().ok()?, unit)
}

fn span(amount: u16, unit: &str) -> Option<When> {
    if amount == 0 {
        None
    } else if HOURS.contains(&unit) {
        Some(When::Hours(amount))
    } else if DAYS.contains(&unit) {
        Some(When::Days(amount))
    } else {
        let is_weeks = WEEKS.contains(&unit);
        is_weeks.then(|| When::Days(amount.saturating_mul(7)))
    }
}

/// `2026-03-15`
fn date(word: &str) -> Option<When> {
    let is_whole = word.len() == 10;
    is_whole
        .then(|| word.parse().ok().map(When::OnDate))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    fn desk() -> WorkingHours {
        WorkingHours {
            spans: WorkingHours::parse_spans("Mon-Fri 08:30-17:00").unwrap(),
            time_zone: TimeZone::get("Europe/Berlin").unwrap(),
            holidays: std::collections::BTreeSet::from(["2026-03-04".parse().unwrap()]),
        }
    }

    /// Monday, 2 March 2026, 11:00 in Berlin.
    fn now() -> Timestamp {
        "2026-03-02T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn times_come_to_a_moment_in_the_teams_hours() {
        for (words, local) in [
            ("2h", "2026-03-02T13:00"),
            ("in 2 hours", "2026-03-02T13:00"),
            ("1 Std.", "2026-03-02T12:00"),
            ("1d", "2026-03-03T11:00"),
            // A holiday, then the next morning.
            ("2d", "2026-03-05T08:30"),
            ("3 days", "2026-03-05T11:00"),
            ("3 Tage", "2026-03-05T11:00"),
            ("2T", "2026-03-05T08:30"),
            ("5 days", "2026-03-09T08:30"),
            ("1w", "2026-03-09T11:00"),
            ("in einer Woche", "2026-03-09T11:00"),
            ("tomorrow", "2026-03-03T08:30"),
            ("bis morgen!", "2026-03-03T08:30"),
            ("monday", "2026-03-09T08:30"),
            ("on Friday", "2026-03-06T08:30"),
            ("Samstag", "2026-03-09T08:30"),
            ("next week", "2026-03-09T08:30"),
            ("2026-03-17", "2026-03-17T08:30"),
            // The clock changes on the 29th.
            ("30d", "2026-04-01T11:00"),
        ] {
            let moment = When::read(words).and_then(|when| when.moment(now(), &desk()));
            let shown = moment.map(|moment| {
                let local = moment.to_zoned(desk().time_zone);
                local.strftime("%Y-%m-%dT%H:%M").to_string()
            });
            assert_eq!(shown.as_deref(), Some(local), "{words}");
        }
        let always = WorkingHours {
            spans: WorkingHours::parse_spans("24/7").unwrap(),
            ..WorkingHours::none()
        };
        for hours in [always, WorkingHours::none()] {
            let moment = When::Tomorrow.moment(now(), &hours).unwrap();
            assert_eq!(moment.to_string(), "2026-03-03T09:00:00Z");
        }
    }

    #[test]
    fn what_is_no_time_ahead_is_none() {
        for words in [
            "",
            "soon",
            "0d",
            "2",
            "2 moons",
            "d",
            "in",
            "next",
            "today",
            "99999999d",
            "two days after the next full moon",
        ] {
            assert_eq!(When::read(words), None, "{words}");
        }
        for words in ["91d", "3000h", "2026-03-01", "9999-12-31", "65535 w"] {
            let when = When::read(words).unwrap();
            assert_eq!(when.moment(now(), &desk()), None, "{words}");
        }
    }

    proptest! {
        #[test]
        fn any_words_are_read_without_panic(words in "\\PC{0,40}") {
            if let Some(when) = When::read(&words) {
                let moment = when.moment(now(), &desk());
                prop_assert!(moment.is_none_or(|moment| moment > now()));
            }
        }
    }
}
