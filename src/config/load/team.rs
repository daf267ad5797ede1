//! `[[team]]`: the human mailboxes, who may speak for us, when they work, and what goes to whom (`[escalate]`).

use super::member::{members, sender_name, signature};
use super::support::TEMPLATE_LANGUAGES;
use super::{Surroundings, address, holidays};
use crate::config::section::{Located, Section};
use crate::config::{Escalate, Language, Team, TeamName, WorkingHours};
use crate::mail::Address;
use crate::understand::HardStop;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The working time of a day in `reply_within = "1d"`.
const HOURS_OF_WORKING_DAY: u64 = 8;

pub(super) fn teams(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Vec<Team> {
    let sections = top.sections("team");
    if sections.is_empty() {
        top.problem(
            top.at(),
            "there is no team",
            "add a section `[[team]]` with name, address and members",
        );
    }
    let mut teams: Vec<Team> = Vec::new();
    for section in &sections {
        let Some(team) = team(section, surroundings) else {
            continue;
        };
        if teams.iter().any(|other| other.name == team.name) {
            let what = format!("two teams are called {}", team.name);
            section.problem(section.at(), what, "give each team a name of its own");
            continue;
        }
        teams.push(team);
    }
    teams
}

fn team(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<Team> {
    let name = section.required_text("name", "care");
    let name = name.and_then(|name| plain_name(section, "name", &name, '-'));
    let titles = titles(section);
    let mailbox = section.required_text("address", "care@example.org");
    let mailbox = mailbox.and_then(|text| address(section, "address", &text));
    let members = members(section);
    let hours = hours(section, surroundings);
    let reply_within = working_time(section, "reply_within")
        .unwrap_or(Some(Duration::from_hours(HOURS_OF_WORKING_DAY)));
    let remind_before = remind_before(section, reply_within.unwrap_or_default());
    let second_address = section.text("second_address");
    let second_address = second_address.and_then(|text| address(section, "second_address", &text));
    let keep_signature = section.yes_or_no("keep_signature", true);
    let signature = signature(section);
    let sender_name = sender_name(section);
    section.refuse_unknown_keys();
    // With problems elsewhere in it, the team still exists: articles may name it.
    let name = name?;
    Some(Team {
        titles,
        name: TeamName(name),
        address: mailbox.unwrap_or_else(Address::nobody),
        members,
        hours: hours.unwrap_or_else(WorkingHours::none),
        reply_within: reply_within.unwrap_or_default(),
        remind_before,
        second_address,
        keep_signature,
        signature,
        sender_name,
    })
}

/// One text for all languages, or one for each.
fn titles(section: &Section<'_>) -> BTreeMap<Language, String> {
    let languages = TEMPLATE_LANGUAGES.map(|code| Language(code.to_owned()));
    if section.holds_section("title") {
        let by_language = section.section("title");
        let titles = languages.into_iter().filter_map(|language| {
            let text = by_language.text(&language.0)?;
            Some((language, text.value))
        });
        let titles = titles.collect();
        by_language.refuse_unknown_keys();
        return titles;
    }
    match section.text("title") {
        Some(title) => languages
            .map(|language| (language, title.value.clone()))
            .into(),
        None => BTreeMap::new(),
    }
}

fn hours(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<WorkingHours> {
    let spans = match section.text("hours") {
        None => WorkingHours::parse_spans("Mon-Fri 09:00-17:00").ok(),
        Some(text) => {
            match WorkingHours::parse_spans(&text.value) {
                Ok(spans) => Some(spans),
                Err(error) => {
                    let what = format!("[team] hours: `{}` is not understood", error.part);
                    section.problem(&text.at, what, "write days and hours like `Mon-Fri 09:00-17:00, Sat 10:00-13:00`, or `24/7`");
                    None
                }
            }
        }
    };
    let time_zone = match section.text("timezone") {
        None => Some(TimeZone::UTC),
        Some(text) => match TimeZone::get(&text.value) {
            Ok(zone) => Some(zone),
            Err(_) => {
                let what = format!("[team] timezone = \"{}\" is not known", text.value);
                section.problem(
                    &text.at,
                    what,
                    "write a name of the IANA list, like `Europe/Berlin`",
                );
                None
            }
        },
    };
    let mut holidays = BTreeSet::new();
    for text in section
        .texts("holidays")
        .map(|texts| texts.value)
        .unwrap_or_default()
    {
        match text.value.parse::<Date>() {
            Ok(date) => {
                holidays.insert(date);
            }
            Err(_) => {
                let what = format!("[team] holidays: `{}` is no date", text.value);
                section.problem(&text.at, what, "write dates like `2026-12-25`");
            }
        }
    }
    holidays.extend(holidays::from_file(section, surroundings));
    Some(WorkingHours {
        spans: spans?,
        time_zone: time_zone?,
        holidays,
    })
}

/// A quarter of the promise, unless the settings say otherwise.
fn remind_before(section: &Section<'_>, reply_within: Duration) -> Duration {
    let usual = reply_within / 4;
    let Some(Some(remind_before)) = working_time(section, "remind_before") else {
        return usual;
    };
    if remind_before < reply_within {
        return remind_before;
    }
    let at = section.text("remind_before").map(|text| text.at);
    section.problem(
        at.as_ref().unwrap_or(section.at()),
        "[team] remind_before is not shorter than reply_within, so every hand-off would be followed by a reminder at once",
        "write less working time than in `reply_within`",
    );
    usual
}

/// A stretch of working time; `None` where the key is not there, `Some(None)` where it cannot be read.
fn working_time(section: &Section<'_>, key: &str) -> Option<Option<Duration>> {
    let text = section.text(key)?;
    let split = text.value.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.value.split_at(split.unwrap_or(text.value.len()));
    let minutes = match (number.parse::<u64>(), unit.trim()) {
        (Ok(number), "m") => Some(number),
        (Ok(number), "h") => number.checked_mul(60),
        (Ok(number), "d") => number.checked_mul(60 * HOURS_OF_WORKING_DAY),
        _ => None,
    };
    Some(match minutes {
        Some(minutes) if (1..=60 * 24 * 30).contains(&minutes) => {
            Some(Duration::from_mins(minutes))
        }
        _ => {
            let what = format!("[team] {key} = \"{}\" is no working time", text.value);
            section.problem(
                &text.at,
                what,
                "write it like `4h`, `30m` or `2d` (a day is 8 working hours)",
            );
            None
        }
    })
}

/// A name of lower-case letters, digits and `separator`.
pub(super) fn plain_name(
    section: &Section<'_>,
    key: &str,
    text: &Located<String>,
    separator: char,
) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == separator;
    if !text.value.is_empty() && text.value.len() <= 60 && text.value.chars().all(plain) {
        return Some(text.value.clone());
    }
    let what = format!("{} = \"{}\" is no name", section.full_name(key), text.value);
    section.problem(
        &text.at,
        what,
        format!("use lower-case letters, digits and `{separator}`"),
    );
    None
}

pub(super) fn escalate(top: &Section<'_>, teams: &[Team]) -> Escalate {
    let section = top.section("escalate");
    let vip = section
        .texts("vip")
        .map(|texts| texts.value)
        .unwrap_or_default();
    let mut checked = Vec::new();
    for text in vip {
        let whole = if text.value.starts_with('@') {
            format!("anybody{}", text.value)
        } else {
            text.value.clone()
        };
        if Address::parse(&whole).is_ok() {
            checked.push(text.value.to_lowercase());
        } else {
            let what = format!("[escalate] vip: `{}` is no address", text.value);
            section.problem(
                &text.at,
                what,
                "write `name@example.org`, or `@example.org` for a whole domain",
            );
        }
    }
    let by_stop = section.section("team");
    let mut team_by_stop = BTreeMap::new();
    for stop in HardStop::ALL {
        let Some(text) = by_stop.text(stop.as_str()) else {
            continue;
        };
        match teams.iter().find(|team| team.name.0 == text.value) {
            Some(team) => {
                team_by_stop.insert(stop.as_str().to_owned(), team.name.clone());
            }
            None => {
                let what = format!(
                    "[escalate.team] {} names the unknown team \"{}\"",
                    stop.as_str(),
                    text.value
                );
                by_stop.problem(&text.at, what, "name a team that has a `[[team]]` section");
            }
        }
    }
    by_stop.refuse_unknown_keys();
    let words_section = section.section("words");
    let mut words = BTreeMap::new();
    for stop in HardStop::ALL {
        if let Some(texts) = words_section.texts(stop.as_str()) {
            for text in &texts.value {
                if !text.value.contains(char::is_alphanumeric) {
                    let what = format!(
                        "[escalate.words] {} holds \"{}\", which no mail can match",
                        stop.as_str(),
                        text.value
                    );
                    words_section.problem(&text.at, what, "write a word or a phrase, or remove it");
                }
            }
            let texts = texts.value.into_iter().map(|text| text.value).collect();
            words.insert(stop.as_str().to_owned(), texts);
        }
    }
    words_section.refuse_unknown_keys();
    section.refuse_unknown_keys();
    Escalate {
        vip: checked,
        team_by_stop,
        words,
    }
}
