//! `[support]`: who we are, and that we never answer ourselves.

use super::address;
use crate::config::section::{Located, Section};
use crate::config::{Language, ReplyAddress, Settings, Support, Team};
use crate::mail::{Address, HeaderText};

/// The languages that built-in templates exist in.
pub(crate) const TEMPLATE_LANGUAGES: [&str; 2] = ["en", "de"];

/// Each part that has a problem gets a stand-in of its own, so that the others are still checked as they were meant. The
/// stand-in of an address is nobody's (RFC 2606).
pub(super) fn support(top: &Section<'_>, teams: &[Team]) -> Support {
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
    let support = support.unwrap_or_else(Address::nobody);
    let reply_address = reply_address.unwrap_or_else(|| ReplyAddress::Pattern {
        before: format!("{}+", support.local_part()),
        after: format!("@{}", support.domain()),
    });
    let admin = admin.or_else(|| teams.first().map(|team| team.address.clone()));
    let name = name.map(|name| HeaderText::clean(&name.value));
    Support {
        address: support,
        name: name.unwrap_or_default(),
        language,
        languages,
        footer,
        reply_address,
        admin: admin.unwrap_or_else(Address::nobody),
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
    // A second `{token}` would stand literally in every address that leaves, and no reply would find its ticket.
    if let Some((before, after)) = parts
        && after.contains('@')
        && !after.contains("{token}")
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
        "write it like `support+{token}@example.org`, with one `{token}`, or `none`",
    );
    None
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
    let refuse = |section: &Section<'_>, text: &Located<String>, whose: String| {
        // What is no address at all was named where it was read.
        let Ok(address) = Address::parse(&text.value) else {
            return;
        };
        if is_ours(&address) {
            let what = format!(
                "{whose} is the watched mailbox itself ({address}), so it would answer itself"
            );
            section.problem(&text.at, what, "give people a mailbox of their own");
        }
    };
    let support_section = top.section("support");
    // An admin that nobody wrote down is the first team, which is looked at below.
    if let Some(admin) = support_section.text("admin") {
        refuse(&support_section, &admin, "[support] admin".to_owned());
    }
    for section in top.sections("team") {
        let name = section.text("name").map(|name| name.value);
        let name = name.unwrap_or_else(|| "without a name".to_owned());
        if let Some(address) = section.text("address") {
            refuse(&section, &address, format!("the address of team {name}"));
        }
        let members = section.texts("members").map(|texts| texts.value);
        for member in members.unwrap_or_default() {
            refuse(&section, &member, format!("a member of team {name}"));
        }
    }
}
