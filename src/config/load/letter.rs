//! `[letter]`: when the weekly letter leaves, and to whom.

use super::one_of;
use crate::config::WeeklyLetter;
use crate::config::section::Section;
use jiff::civil::Weekday;

/// The words for days.
const WEEKDAYS: [(&str, Option<Weekday>); 8] = [
    ("monday", Some(Weekday::Monday)),
    ("tuesday", Some(Weekday::Tuesday)),
    ("wednesday", Some(Weekday::Wednesday)),
    ("thursday", Some(Weekday::Thursday)),
    ("friday", Some(Weekday::Friday)),
    ("saturday", Some(Weekday::Saturday)),
    ("sunday", Some(Weekday::Sunday)),
    ("never", None),
];

pub(super) fn letter(top: &Section<'_>) -> WeeklyLetter {
    let section = top.section("letter");
    let default = WeeklyLetter::default();
    let hour = u64::try_from(default.hour).unwrap_or_default();
    let letter = WeeklyLetter {
        weekday: one_of(&section, "weekday", &WEEKDAYS, default.weekday),
        hour: i8::try_from(section.number("hour", hour, 0, 23)).unwrap_or(default.hour),
        to_teams: section.yes_or_no("to_teams", default.to_teams),
    };
    section.refuse_unknown_keys();
    letter
}
