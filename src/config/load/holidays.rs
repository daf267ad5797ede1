//! `[[team]] holidays_file`: on which days does nobody work, by a calendar file (iCalendar, RFC 5545)? Whole-day entries count, repeated each year
//! where they say so. A file of the admin's, yet read like one from a stranger: bounded, and what is not understood is said.

use super::Surroundings;
use crate::config::section::Section;
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A larger file is no list of holidays.
const FILE_MAX_BYTES: u64 = 1024 * 1024;
/// The longest entry, in days.
const DAYS_MAX: usize = 366;
/// What returns each year is known from and until these years.
const YEARS: std::ops::RangeInclusive<i16> = 2020..=2100;

/// The days of the file that the section names; problems are noted in the section.
pub(super) fn from_file(section: &Section<'_>, surroundings: &Surroundings<'_>) -> BTreeSet<Date> {
    let Some(file) = section.text("holidays_file") else {
        return BTreeSet::new();
    };
    let path = surroundings.path(&file.value);
    let read = || -> Result<BTreeSet<Date>, String> {
        let size = std::fs::metadata(&path)
            .map_err(|why| why.to_string())?
            .len();
        if size > FILE_MAX_BYTES {
            return Err(format!("it has {size} bytes, more than {FILE_MAX_BYTES}"));
        }
        let text = std::fs::read_to_string(&path).map_err(|why| why.to_string())?;
        days(&text)
    };
    match read() {
        Ok(days) if !days.is_empty() => days,
        Ok(_) => {
            let what = format!(
                "[team] holidays_file {}: no whole-day entry in it",
                path.display()
            );
            section.problem(
                &file.at,
                what,
                "write an iCalendar file with entries that have `DTSTART;VALUE=DATE:20261225`",
            );
            BTreeSet::new()
        }
        Err(why) => {
            let what = format!("[team] holidays_file {}: {why}", path.display());
            section.problem(
                &file.at,
                what,
                "name a readable iCalendar file, or leave the key out and list dates in `holidays`",
            );
            BTreeSet::new()
        }
    }
}

/// One entry while it is read.
#[derive(Default)]
struct DayOff {
    first: Option<Date>,
    /// The day behind the last (RFC 5545 section 3.6.1).
    end: Option<Date>,
    each_year: bool,
}

/// The days off of a calendar.
fn days(text: &str) -> Result<BTreeSet<Date>, String> {
    // Continued lines begin with a blank (RFC 5545 section 3.1).
    let unfolded = text
        .replace("\r\n", "\n")
        .replace("\n ", "")
        .replace("\n\t", "");
    let mut days = BTreeSet::new();
    let mut entry: Option<DayOff> = None;
    for (number, line) in unfolded.lines().enumerate() {
        let wrong = |what: &str| format!("line {} (after unfolding): {what}: `{line}`", number + 1);
        let Some((property, value)) = line.split_once(':') else {
            continue;
        };
        let (name, parameters) = property.split_once(';').unwrap_or((property, ""));
        let value = value.trim();
        match (name.to_ascii_uppercase().as_str(), entry.as_mut()) {
            ("BEGIN", _) if value.eq_ignore_ascii_case("VEVENT") => entry = Some(DayOff::default()),
            ("END", Some(_)) if value.eq_ignore_ascii_case("VEVENT") => {
                days.extend(entry.take().into_iter().flat_map(|entry| entry.days()));
            }
            // An entry with a time is an appointment, no day off.
            ("DTSTART" | "DTEND", Some(_)) if is_moment(value, parameters) => {}
            ("DTSTART", Some(entry)) => {
                entry.first = Some(date(value).ok_or_else(|| wrong("no date"))?)
            }
            ("DTEND", Some(entry)) => {
                entry.end = Some(date(value).ok_or_else(|| wrong("no date"))?)
            }
            ("DURATION", Some(_)) => {
                return Err(wrong(
                    "a duration is not understood; write `DTEND`, the day behind the last",
                ));
            }
            ("RRULE", Some(entry)) => {
                let mut parts = value.split(';').map(str::trim);
                let is_yearly = parts
                    .clone()
                    .any(|part| part.eq_ignore_ascii_case("FREQ=YEARLY"));
                let is_plain = parts.all(|part| {
                    let name = part
                        .split('=')
                        .next()
                        .unwrap_or_default()
                        .to_ascii_uppercase();
                    matches!(name.as_str(), "FREQ" | "WKST" | "BYMONTH" | "BYMONTHDAY")
                });
                if !(is_yearly && is_plain) {
                    return Err(wrong(
                        "only `RRULE:FREQ=YEARLY` is understood; list such days one by one",
                    ));
                }
                entry.each_year = true;
            }
            _ => {}
        }
    }
    Ok(days)
}

impl DayOff {
    fn days(self) -> Vec<Date> {
        let Some(first) = self.first else {
            return Vec::new();
        };
        let end = self
            .end
            .filter(|end| *end > first)
            .or_else(|| first.tomorrow().ok());
        let length = end.map_or(1, |end| {
            (first.until(end).map_or(1, |span| span.get_days())).unsigned_abs() as usize
        });
        let years = match self.each_year {
            true => (*YEARS.start()).max(first.year())..=(*YEARS.end()).max(first.year()),
            false => first.year()..=first.year(),
        };
        years
            // The 29th of February is no day off in the years that lack it.
            .filter_map(|year| Date::new(year, first.month(), first.day()).ok())
            .flat_map(|start| start.series(1.day()).take(length.min(DAYS_MAX)))
            .collect()
    }
}

fn is_moment(value: &str, parameters: &str) -> bool {
    let says_date = parameters
        .to_ascii_uppercase()
        .split(';')
        .any(|one| one == "VALUE=DATE");
    !says_date && value.contains('T')
}

/// `20261225`.
fn date(value: &str) -> Option<Date> {
    let number = |from: usize, until: usize| value.get(from..until)?.parse::<i16>().ok();
    if value.len() != 8 {
        return None;
    }
    let month = i8::try_from(number(4, 6)?).ok()?;
    let day = i8::try_from(number(6, 8)?).ok()?;
    Date::new(number(0, 4)?, month, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as day;

    fn read(entry: &str) -> Result<BTreeSet<Date>, String> {
        days(&format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{entry}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        ))
    }

    #[test]
    fn whole_days_are_days_off() {
        let one = read("DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christ\r\n mas").unwrap();
        assert_eq!(one, BTreeSet::from([day(2026, 12, 25)]));
        let three = read("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227").unwrap();
        assert_eq!(three.len(), 3);
        assert!(
            read("DTSTART:20261224T090000Z\r\nDTEND:20261224T100000Z")
                .unwrap()
                .is_empty()
        );
    }

    #[test]
    fn what_returns_each_year_returns() {
        let yearly = read("DTSTART;VALUE=DATE:19700501\r\nRRULE:FREQ=YEARLY").unwrap();
        assert!(yearly.contains(&day(2026, 5, 1)) && yearly.contains(&day(2060, 5, 1)));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        assert!(
            read("DTSTART;VALUE=DATE:2026")
                .unwrap_err()
                .contains("no date")
        );
        let monthly = read("DTSTART;VALUE=DATE:20260501\r\nRRULE:FREQ=MONTHLY");
        assert!(monthly.unwrap_err().contains("FREQ=YEARLY"));
        let lasting = read("DTSTART;VALUE=DATE:20261224\r\nDURATION:P3D");
        assert!(lasting.unwrap_err().contains("DTEND"));
        assert!(days("nothing of that kind").unwrap().is_empty());
    }
}
