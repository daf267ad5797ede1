//! `[support]`, `[[team]]`, `[escalate]` and `[fact.NAME]`: who we are, who the people are, what goes to them, and what
//! details answers need.

use super::address;
use crate::config::section::{Located, Section};
use crate::config::{
    Escalate, Fact, FactForm, FactName, Language, ReplyAddress, Settings, Support, Team, TeamName,
    WorkingHours,
};
use crate::mail::{Address, HeaderText};
use crate::understand::HardStop;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The languages that built-in templates exist in.
const TEMPLATE_LANGUAGES: [&str; 2] = ["en", "de"];

/// The working time of a day in `reply_within = "1d"`.
const HOURS_OF_WORKING_DAY: u64 = 8;

pub(super) fn support(top: &Section<'_>, teams: &[Team]) -> Option<Support> {
    let section = top.section("support");
    let written = section.required_text("address", "support@example.org");
    let support = written.and_then(|text| address(&section, "address", &text));
    let name = section.required_text("name", "Example Support");
    let language = language(&section, "language").unwrap_or_else(|| Language("en".to_owned()));
    let languages = languages(&section, &language);
    let footer = section
        .text("footer")
        .map_or_else(String::new, |text| text.value);
    let reply_address = section.text("reply_address");
    let reply_address = reply_address.and_then(|text| reply_address_form(&section, &text));
    let admin = section
        .text("admin")
        .and_then(|text| address(&section, "admin", &text));
    section.refuse_unknown_keys();
    let support = support?;
    let reply_address = reply_address.unwrap_or_else(|| ReplyAddress::Pattern {
        before: format!("{}+", support.local_part()),
        after: format!("@{}", support.domain()),
    });
    let admin = admin.or_else(|| teams.first().map(|team| team.address.clone()))?;
    Some(Support {
        address: support,
        name: HeaderText::clean(&name?.value),
        language,
        languages,
        footer,
        reply_address,
        admin,
    })
}

/// Stands for a `[support]` with problems, so that the rest can still be checked. Its address is nobody's (RFC 2606).
pub(super) fn support_stand_in() -> Support {
    Support {
        address: Address::nobody(),
        name: HeaderText::default(),
        language: Language("en".to_owned()),
        languages: TEMPLATE_LANGUAGES
            .map(|code| Language(code.to_owned()))
            .to_vec(),
        footer: String::new(),
        reply_address: ReplyAddress::None,
        admin: Address::nobody(),
    }
}

fn language(section: &Section<'_>, key: &str) -> Option<Language> {
    let text = section.text(key)?;
    known_language(section, key, &text)
}

fn known_language(section: &Section<'_>, key: &str, text: &Located<String>) -> Option<Language> {
    if TEMPLATE_LANGUAGES.contains(&text.value.as_str()) {
        return Some(Language(text.value.clone()));
    }
    let what = format!(
        "{} names \"{}\", which has no templates",
        section.full_name(key),
        text.value
    );
    section.problem(
        &text.at,
        what,
        format!("write one of {}", TEMPLATE_LANGUAGES.join(", ")),
    );
    None
}

fn languages(section: &Section<'_>, support: &Language) -> Vec<Language> {
    let Some(texts) = section.texts("languages") else {
        return TEMPLATE_LANGUAGES
            .map(|code| Language(code.to_owned()))
            .to_vec();
    };
    let mut languages: Vec<Language> = texts
        .value
        .iter()
        .filter_map(|text| known_language(section, "languages", text))
        .collect();
    if !languages.contains(support) {
        languages.push(support.clone());
    }
    languages
}

fn reply_address_form(section: &Section<'_>, text: &Located<String>) -> Option<ReplyAddress> {
    if text.value == "none" {
        return Some(ReplyAddress::None);
    }
    let parts = text.value.split_once("{token}");
    let sample = text
        .value
        .replacen("{token}", "0123456789-c-0123456789abcdef", 1);
    if let Some((before, after)) = parts
        && after.contains('@')
        && Address::parse(&sample).is_ok()
    {
        return Some(ReplyAddress::Pattern {
            before: before.to_owned(),
            after: after.to_lowercase(),
        });
    }
    let what = format!(
        "[support] reply_address = \"{}\" makes no address",
        text.value
    );
    section.problem(
        &text.at,
        what,
        "write it like `support+{token}@example.org`, or `none`",
    );
    None
}

pub(super) fn teams(top: &Section<'_>) -> Vec<Team> {
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
        let Some(team) = team(section) else {
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

fn team(section: &Section<'_>) -> Option<Team> {
    let name = section.required_text("name", "care");
    let name = name.and_then(|name| plain_name(section, "name", &name, '-'));
    let titles = titles(section);
    let mailbox = section.required_text("address", "care@example.org");
    let mailbox = mailbox.and_then(|text| address(section, "address", &text));
    let members = members(section);
    let hours = hours(section);
    let reply_within = reply_within(section);
    let keep_signature = section.yes_or_no("keep_signature", true);
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
        keep_signature,
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

fn members(section: &Section<'_>) -> Vec<Address> {
    let texts = section.texts("members");
    let none = texts.as_ref().is_none_or(|texts| texts.value.is_empty());
    if none {
        let at = texts.as_ref().map_or(section.at(), |texts| &texts.at);
        let what = "the team has no members, so nobody's reply would reach a customer";
        section.problem(
            at,
            what,
            "add `members = [\"anna@example.org\"]` with the addresses people reply from",
        );
    }
    let texts = texts.map(|texts| texts.value).unwrap_or_default();
    texts
        .iter()
        .filter_map(|text| address(section, "members", text))
        .collect()
}

fn hours(section: &Section<'_>) -> Option<WorkingHours> {
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
    Some(WorkingHours {
        spans: spans?,
        time_zone: time_zone?,
        holidays,
    })
}

fn reply_within(section: &Section<'_>) -> Option<Duration> {
    let Some(text) = section.text("reply_within") else {
        return Some(Duration::from_hours(HOURS_OF_WORKING_DAY));
    };
    let split = text.value.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.value.split_at(split.unwrap_or(text.value.len()));
    let minutes = match (number.parse::<u64>(), unit.trim()) {
        (Ok(number), "m") => Some(number),
        (Ok(number), "h") => number.checked_mul(60),
        (Ok(number), "d") => number.checked_mul(60 * HOURS_OF_WORKING_DAY),
        _ => None,
    };
    match minutes {
        Some(minutes) if (1..=60 * 24 * 30).contains(&minutes) => {
            Some(Duration::from_mins(minutes))
        }
        _ => {
            let what = format!(
                "[team] reply_within = \"{}\" is no working time",
                text.value
            );
            section.problem(
                &text.at,
                what,
                "write it like `4h`, `30m` or `2d` (a day is 8 working hours)",
            );
            None
        }
    }
}

/// A name of lower-case letters, digits and `separator`.
fn plain_name(
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

pub(super) fn facts(
    top: &Section<'_>,
    support_language: Option<&Language>,
) -> BTreeMap<FactName, Fact> {
    let mut facts = BTreeMap::new();
    for (name, section) in top.section("fact").named_sections() {
        let plain = plain_name(&section, "name", &name, '_');
        let fact = fact(&section, support_language);
        section.refuse_unknown_keys();
        if let Some(name) = plain {
            // With problems in it, the fact still exists: articles may need it.
            facts.insert(FactName(name), fact.unwrap_or_else(fact_stand_in));
        }
    }
    facts
}

fn fact_stand_in() -> Fact {
    Fact {
        form: FactForm::OneOf(Vec::new()),
        example: String::new(),
        ask: BTreeMap::new(),
    }
}

fn fact(section: &Section<'_>, support_language: Option<&Language>) -> Option<Fact> {
    let pattern = section.text("pattern");
    let values = section.texts("values").or_else(|| section.texts("one_of"));
    let example = section.text("example");
    let ask = ask(section, support_language);
    let form = match (pattern, values) {
        (Some(pattern), None) => fact_pattern(section, &pattern),
        (None, Some(values)) if !values.value.is_empty() => Some(FactForm::OneOf(
            values.value.into_iter().map(|text| text.value).collect(),
        )),
        (Some(_), Some(values)) => {
            section.problem(
                &values.at,
                "a fact has either `pattern` or `values`",
                "remove one of them",
            );
            None
        }
        (None, _) => {
            let what = format!("{} is missing", section.full_name("pattern"));
            section.problem(
                section.at(),
                what,
                "add `pattern = \"AB-[0-9]{6}\"`, or `values = [\"…\"]`",
            );
            None
        }
    };
    let form = form?;
    let example = match (example, &form) {
        (Some(example), FactForm::Pattern(pattern)) => {
            let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
            if whole.is_ok_and(|whole| !whole.is_match(&example.value)) {
                let what = format!(
                    "{} = \"{}\" does not fit the pattern",
                    section.full_name("example"),
                    example.value
                );
                section.problem(&example.at, what, "correct the example or the pattern");
            }
            example.value
        }
        (Some(example), FactForm::OneOf(_)) => example.value,
        (None, FactForm::OneOf(values)) => values.first().cloned().unwrap_or_default(),
        (None, FactForm::Pattern(_)) => String::new(),
    };
    Some(Fact {
        form,
        example,
        ask: ask?,
    })
}

fn fact_pattern(section: &Section<'_>, pattern: &Located<String>) -> Option<FactForm> {
    match regex::RegexBuilder::new(&pattern.value)
        .size_limit(1 << 20)
        .build()
    {
        Ok(compiled) if compiled.is_match("") => {
            let what = format!("{} fits an empty text", section.full_name("pattern"));
            section.problem(
                &pattern.at,
                what,
                "let the pattern need at least one character",
            );
            None
        }
        Ok(_) => Some(FactForm::Pattern(pattern.value.clone())),
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim();
            let what = format!(
                "{} is no regular expression: {reason}",
                section.full_name("pattern")
            );
            section.problem(&pattern.at, what, "write it like `AB-[0-9]{6}`");
            None
        }
    }
}

fn ask(
    section: &Section<'_>,
    support_language: Option<&Language>,
) -> Option<BTreeMap<Language, String>> {
    let base = support_language
        .cloned()
        .unwrap_or_else(|| Language("en".to_owned()));
    if section.holds_section("ask") {
        let by_language = section.section("ask");
        let mut ask = BTreeMap::new();
        for code in TEMPLATE_LANGUAGES {
            if let Some(text) = by_language.text(code) {
                ask.insert(Language(code.to_owned()), text.value);
            }
        }
        by_language.refuse_unknown_keys();
        if !ask.contains_key(&base) {
            let what = format!(
                "{} has no text in the support language {base}",
                section.full_name("ask")
            );
            section.problem(
                by_language.at(),
                what,
                format!("add `ask.{base} = \"your …\"`"),
            );
            return None;
        }
        return Some(ask);
    }
    let text = section.required_text("ask", "your order number")?;
    Some(BTreeMap::from([(base, text.value)]))
}

/// A mailbox that would answer itself, or whose packets would come back as customers' mail.
pub(super) fn refuse_answering_oneself(top: &Section<'_>, settings: &Settings) {
    let support = &settings.support;
    let is_ours = |address: &Address| {
        let by_token = match &support.reply_address {
            ReplyAddress::Pattern { before, after } => {
                let key = address.key();
                key.starts_with(&before.to_lowercase()) && key.ends_with(after.as_str())
            }
            ReplyAddress::None => false,
        };
        let known = *address != Address::nobody();
        known && (by_token || address.is_same_as(&support.address))
    };
    let refuse = |address: &Address, whose: String, section: &Section<'_>| {
        if is_ours(address) {
            let what = format!(
                "{whose} is the watched mailbox itself ({address}), so it would answer itself"
            );
            section.problem(section.at(), what, "give people a mailbox of their own");
        }
    };
    let support_section = top.section("support");
    // An admin that nobody wrote down is the first team, which is looked at below.
    if support_section.text("admin").is_some() {
        refuse(
            &support.admin,
            "[support] admin".to_owned(),
            &support_section,
        );
    }
    for section in top.sections("team") {
        let name = section.text("name").map(|name| name.value);
        let team = settings
            .teams
            .iter()
            .find(|team| Some(&team.name.0) == name.as_ref());
        let Some(team) = team else {
            continue;
        };
        refuse(
            &team.address,
            format!("the address of team {}", team.name),
            &section,
        );
        for member in &team.members {
            refuse(member, format!("a member of team {}", team.name), &section);
        }
    }
}
