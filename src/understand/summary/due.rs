//! By which day was something promised? `tomorrow`, `on Friday`, `by 12 March`, `12.03.2026`, as seen from the day of the mail. Pure.

use super::SUMMARIST;
use crate::understand::prepare::Sentence;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// The day in UTC.
pub(super) fn day(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}

/// The last day that a sentence names, if it names one, as its writer meant it on `written`.
pub(super) fn by(sentence: &Sentence, written: Timestamp) -> Option<Date> {
    let written = day(written);
    let words = &sentence.words;
    let says = |list: &str| SUMMARIST.events.has(list, words);
    let relative = [("today", 0), ("tomorrow", 1)]
        .into_iter()
        .filter(|(list, _)| says(list))
        .filter_map(|(_, days)| written.checked_add(days.days()).ok());
    let weekdays = [
        ("monday", Weekday::Monday),
        ("tuesday", Weekday::Tuesday),
        ("wednesday", Weekday::Wednesday),
        ("thursday", Weekday::Thursday),
        ("friday", Weekday::Friday),
        ("saturday", Weekday::Saturday),
        ("sunday", Weekday::Sunday),
    ];
    let weekdays = weekdays
        .into_iter()
        .filter(|(list, _)| says(list))
        .filter_map(|(_, weekday)| written.nth_weekday(1, weekday).ok());
    let months = (1..=12).filter_map(|month| day_of_month(words, month, written));
    let numeric = sentence
        .text
        .split_whitespace()
        .filter_map(|word| numeric(word, written));
    relative.chain(weekdays).chain(months).chain(numeric).max()
}

/// `12 March`, `March 12`, `12 de marzo`.
fn day_of_month(words: &[String], month: i8, written: Date) -> Option<Date> {
    let hits = SUMMARIST
        .events
        .begin(words)
        .hits(&format!("month_{month}"));
    hits.into_iter().find_map(|hit| {
        let at = |index: Option<usize>| {
            let word = words.get(index?)?;
            let digits = word.trim_end_matches(|c: char| c.is_alphabetic());
            digits.parse().ok().filter(|day| (1..=31).contains(day))
        };
        let before = at(hit.start.checked_sub(1)).or_else(|| at(hit.start.checked_sub(2)));
        let day: i8 = before.or_else(|| at(Some(hit.end)))?;
        next(day, month, written)
    })
}

/// `2026-03-12`, `12.03.2026`, `12.3.`
fn numeric(word: &str, written: Date) -> Option<Date> {
    let word = word.trim_matches(|c: char| !c.is_ascii_digit() && c != '.');
    if let Ok(date) = word.trim_matches('.').parse::<Date>() {
        return Some(date);
    }
    let mut parts = word.split('.');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (day, month): (i8, i8) = (day.parse().ok()?, month.parse().ok()?);
    match year.parse::<i16>() {
        Err(_) => next(day, month, written),
        Ok(of_century) if year.len() == 2 => {
            Date::new(of_century.checked_add(2000)?, month, day).ok()
        }
        Ok(year) => Date::new(year, month, day).ok().filter(|_| year >= 1000),
    }
}

/// The date of that day and month which is nearest behind `written`; one of the last half year is meant as it is.
fn next(day: i8, month: i8, written: Date) -> Option<Date> {
    let this_year = Date::new(written.year(), month, day).ok()?;
    let months_ago = i16::from(written.month()) - i16::from(month);
    if months_ago > 6 {
        Date::new(written.year().checked_add(1)?, month, day).ok()
    } else {
        Some(this_year)
    }
}
