//! Reads a conversation from its file. Every mistake is named with file, line and what to do; nothing is guessed.

mod expected;

use super::conversation::{
    Act, Conversation, Lies, Lookups, Origin, Person, Post, Step, Thread, Written,
};
use crate::config::section::{Located, Section};
use crate::config::source::Source;
use crate::config::{FieldName, LookupName, Problem};
use crate::mail::{Address, HeaderText};
use jiff::{SignedDuration, Timestamp, Zoned};
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// The keys of which each step has exactly one.
const KINDS: [&str; 6] = ["from", "staff", "wait", "bounces", "again", "server"];

/// All conversations of a folder (`*.toml`), in the order of their names.
///
/// # Errors
/// Every mistake in any of them, or that there is none to play.
pub fn read_folder(folder: &Path) -> Result<Vec<Conversation>, Vec<Problem>> {
    let about_folder = |what: String, remedy: &str| {
        vec![Problem {
            file: folder.to_owned(),
            line: 1,
            column: 1,
            what,
            remedy: remedy.to_owned(),
        }]
    };
    let entries = std::fs::read_dir(folder).map_err(|error| {
        let remedy = "name a folder of conversations (docs/testing.md tells how to write one)";
        about_folder(format!("the folder cannot be read: {error}"), remedy)
    })?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_toml = |path: &PathBuf| path.extension().is_some_and(|end| end == "toml");
    let mut paths: Vec<PathBuf> = paths.filter(is_toml).collect();
    paths.sort();
    if paths.is_empty() {
        let what = "it holds no conversation (*.toml)".to_owned();
        return Err(about_folder(what, "write one: docs/testing.md"));
    }
    let mut conversations = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        match read(&path) {
            Ok(conversation) => conversations.push(conversation),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() {
        Ok(conversations)
    } else {
        Err(problems)
    }
}

/// One conversation.
///
/// # Errors
/// Every mistake in it.
pub fn read(path: &Path) -> Result<Conversation, Vec<Problem>> {
    checked(Source::read(path).map_err(|problem| vec![problem])?)
}

/// One that stands in this text, and would lie there.
///
/// # Errors
/// Every mistake in it.
pub fn read_text(path: &Path, text: &str) -> Result<Conversation, Vec<Problem>> {
    checked(Source::new(path, text, 0))
}

fn checked(source: Source) -> Result<Conversation, Vec<Problem>> {
    let conversation = read_source(&source);
    let problems = source.into_problems();
    if problems.is_empty() {
        Ok(conversation)
    } else {
        Err(problems)
    }
}

fn read_source(source: &Source) -> Conversation {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    for error in errors {
        let at = error.span().unwrap_or(0..0);
        let what = format!("not TOML: {}", error.message().replace('\n', ", "));
        source.problem(&at, what, "correct the line");
    }
    let table = source.is_clean().then_some(document.get_ref());
    let top = Section::new("", table, 0..0, source);
    let mut conversation = Conversation {
        path: source.path().to_owned(),
        about: String::new(),
        settings: None,
        begins: None,
        lookups: Lookups::new(),
        steps: Vec::new(),
    };
    if table.is_none() {
        return conversation;
    }
    let about = top.required_text("about", "A customer asks … and gets …");
    conversation.about = about.map(|about| about.value).unwrap_or_default();
    let folder = source.path().parent().map(Path::to_owned);
    conversation.settings = top
        .text("settings")
        .map(|written| folder.unwrap_or_default().join(written.value));
    conversation.begins = top.text("now").and_then(|now| moment(&top, &now));
    conversation.lookups = lookups(&top);
    let steps = top.sections("step");
    if steps.is_empty() {
        let remedy = "add `[[step]]` with `from`, `subject` and `text`";
        source.problem(&(0..0), "the conversation has no step", remedy);
    }
    conversation.steps = steps.iter().filter_map(|step| read_step(step)).collect();
    top.refuse_unknown_keys();
    conversation
}

/// `[lookup.NAME]`: what each says.
fn lookups(top: &Section<'_>) -> Lookups {
    let named = top.section("lookup").named_sections().into_iter();
    let said = named.map(|(name, section)| {
        let fields = section.entries().into_iter();
        let fields = fields.filter_map(|field| {
            let value = section.text(&field.value)?;
            let value = HeaderText::clean(&value.value);
            Some((FieldName(field.value), value.as_str().to_owned()))
        });
        let fields = fields.collect();
        (LookupName(name.value), fields)
    });
    said.collect()
}

fn moment(top: &Section<'_>, now: &Located<String>) -> Option<Timestamp> {
    let zoned = now.value.parse::<Zoned>().map(|zoned| zoned.timestamp());
    let moment = zoned.or_else(|_| now.value.parse::<Timestamp>()).ok();
    if moment.is_none() {
        let what = format!("now = \"{}\" is no moment with its time zone", now.value);
        let remedy = "write it like `2026-01-12 10:00[Europe/Zurich]` or `2026-01-12T09:00:00Z`";
        top.problem(&now.at, what, remedy);
    }
    moment
}

fn read_step(section: &Section<'_>) -> Option<Step> {
    let kinds = KINDS.iter().filter(|kind| section.has(kind));
    let kinds: Vec<&str> = kinds.copied().collect();
    let act = match kinds.as_slice() {
        ["from"] => writes(section),
        ["staff"] => staff_replies(section),
        ["wait"] => waits(section),
        ["server"] => server(section),
        ["bounces"] => address(section, "bounces").map(Act::Bounces),
        ["again"] => {
            section.yes_or_no("again", true);
            Some(Act::ComesAgain)
        }
        _ => {
            let found = match kinds.as_slice() {
                [] => "nothing says what happens in this step".to_owned(),
                several => format!("a step is one thing, not {} at once", several.join(" and ")),
            };
            let remedy = "give it one of `from` (somebody writes), `staff` (a member replies), `wait` (time passes), \
                          `bounces` (a mail comes back), `again = true` (the same mail comes again), `server` (how our mails fare)";
            section.problem(section.at(), found, remedy);
            return None;
        }
    };
    let expected = expected::expected(section);
    let origin = if section.yes_or_no("forged", false) {
        Origin::Forged
    } else {
        Origin::Genuine
    };
    section.refuse_unknown_keys();
    Some(Step {
        line: section.line(section.at()),
        act: act?,
        origin,
        expected,
    })
}

fn writes(section: &Section<'_>) -> Option<Act> {
    let from = section.required_text("from", "Ann Weber <ann@inbox.example>");
    let from = from.and_then(|from| person(section, "from", &from));
    let text = section.text("text");
    let fresh = section.yes_or_no("fresh", false);
    let to_last = section.yes_or_no("reply_to_last", true);
    let to_all = section.text("reply_to_all_of");
    let to_all = to_all.map(|whose| parsed(section, "reply_to_all_of", &whose));
    let thread = match to_all {
        Some(of) => Thread::All(of?),
        None if fresh || !to_last => Thread::Fresh,
        None => Thread::Last,
    };
    let cc = section.texts("cc").map(|list| list.value);
    let cc = cc.unwrap_or_default().into_iter();
    let cc = cc.filter_map(|one| parsed(section, "cc", &one)).collect();
    Some(Act::Writes(Written {
        from: from?,
        subject: section.text("subject").map(|subject| subject.value),
        text: text.map(|text| text.value).unwrap_or_default(),
        cc,
        attachments: names(section),
        headers: headers(section),
        thread,
        lies: if section.yes_or_no("sent_copy", false) {
            Lies::SentFolder
        } else {
            Lies::Inbox
        },
    }))
}

fn staff_replies(section: &Section<'_>) -> Option<Act> {
    let member = address(section, "staff");
    let link = section.text("taps");
    let text = match &link {
        Some(_) => section.text("text"),
        None => section.required_text("text", "OK"),
    };
    // 0: it does not stand there.
    let to_mail = section.number("reply_to_mail", 0, 1, 1000);
    let to_mail = usize::try_from(to_mail).ok().filter(|number| *number > 0);
    if let Some(link) = link {
        return Some(Act::StaffTaps {
            member: member?,
            in_mail: to_mail,
            link: link.value,
            text: text.map(|text| text.value).unwrap_or_default(),
        });
    }
    Some(Act::StaffReplies {
        member: member?,
        to_mail,
        text: text?.value,
        attachments: names(section),
    })
}

fn waits(section: &Section<'_>) -> Option<Act> {
    let written = section.required_text("wait", "2h")?;
    let duration = duration(&written.value);
    if duration.is_none() {
        let what = format!("[step] wait = \"{}\" is no span of time", written.value);
        let remedy = "write a number with m, h, d or w, like `30m`, `2h`, `3d`";
        section.problem(&written.at, what, remedy);
    }
    duration.map(Act::Waits)
}

fn server(section: &Section<'_>) -> Option<Act> {
    let written = section.required_text("server", "away")?;
    let post = match written.value.as_str() {
        "works" => Some(Post::Works),
        "away" => Some(Post::Away),
        "refuses" => Some(Post::Refuses),
        _ => None,
    };
    if post.is_none() {
        let what = format!(
            "[step] server = \"{}\" is nothing that can be played",
            written.value
        );
        section.problem(&written.at, what, "write `works`, `away` or `refuses`");
    }
    post.map(Act::ServerIs)
}

fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim();
    let unit = text.chars().next_back()?;
    let number: u32 = text.strip_suffix(unit)?.trim().parse().ok()?;
    // Ten years: what is beyond them is a slip of the pen.
    let minutes = match unit {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        'w' => 7 * 24 * 60,
        _ => return None,
    };
    let minutes = i64::from(number).checked_mul(minutes)?;
    (minutes <= 10 * 366 * 24 * 60).then(|| SignedDuration::from_mins(minutes))
}

fn names(section: &Section<'_>) -> Vec<String> {
    let names = section.texts("attachments").map(|list| list.value);
    let names = names.unwrap_or_default().into_iter();
    names.map(|name| name.value).collect()
}

fn headers(section: &Section<'_>) -> Vec<(String, String)> {
    let headers = section.section("headers");
    let mut found = Vec::new();
    for name in headers.entries() {
        let is_name = |c: char| c.is_ascii_graphic() && c != ':';
        if name.value.is_empty() || !name.value.chars().all(is_name) {
            let what = format!("\"{}\" is no name of a header", name.value);
            headers.problem(&name.at, what, "write it like `\"Auto-Submitted\"`");
        }
        if let Some(value) = headers.text(&name.value) {
            found.push((name.value, value.value));
        }
    }
    found
}

fn address(section: &Section<'_>, key: &str) -> Option<Address> {
    let written = section.required_text(key, "ann@inbox.example")?;
    parsed(section, key, &written)
}

fn parsed(section: &Section<'_>, key: &str, written: &Located<String>) -> Option<Address> {
    let parsed = Address::parse(&written.value);
    if let Err(error) = &parsed {
        no_address(
            section,
            key,
            &written.value,
            &error.to_string(),
            &written.at,
        );
    }
    parsed.ok()
}

/// `Name <address>`, or the address alone.
fn person(section: &Section<'_>, key: &str, written: &Located<String>) -> Option<Person> {
    let (name, address) = match written.value.rsplit_once('<') {
        Some((name, rest)) => (name.trim(), rest.trim().trim_end_matches('>')),
        None => ("", written.value.as_str()),
    };
    match Address::parse(address) {
        Ok(address) => Some(Person {
            name: name.trim_matches('"').to_owned(),
            address,
        }),
        Err(error) => {
            no_address(section, key, address, &error.to_string(), &written.at);
            None
        }
    }
}

fn no_address(section: &Section<'_>, key: &str, text: &str, error: &str, at: &Range<usize>) {
    let what = format!(
        "{}: \"{text}\" is no address: {error}",
        section.full_name(key)
    );
    section.problem(at, what, "write it like `ann@inbox.example`");
}

#[cfg(test)]
mod tests {
    use super::super::conversation::{Whom, Words};
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let source = Source::new(Path::new("x.toml"), text, 0);
        read_source(&source);
        let problems = source.into_problems();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn mistakes_are_named_by_line_with_what_to_do() {
        let text = r#"
about = "x"
now = "Monday"
[[step]]
from = "ann"
rulee = "sure"
[[step]]
text = "nobody says this"
[[step]]
server = "slow"
[[step]]
wait = "soon"
decision = "perhaps"
[[step]]
staff = "rosa@x.example"
text = "OK"
mails = ["customer: letter", "somebody: notice"]
"#;
        let found = problems(text);
        for expected in [
            "x.toml:3:7: now = \"Monday\" is no moment with its time zone; write it like",
            "x.toml:5:8: [step] from: \"ann\" is no address",
            "x.toml:6:1: unknown key [step] rulee; did you mean `rule`?",
            "nothing says what happens in this step; give it one of `from`",
            "x.toml:10:10: [step] server = \"slow\" is nothing that can be played; write `works`",
            "x.toml:12:8: [step] wait = \"soon\" is no span of time",
            "x.toml:13:12: [step] decision = \"perhaps\" is no decision; write one of answer",
            "x.toml:17:10: [step] mails: \"letter\" is no purpose of a mail; write one of answer",
            "x.toml:17:30: [step] mails: \"somebody: notice\" names nobody who gets mail",
        ] {
            let is_there = found.iter().any(|problem| problem.contains(expected));
            assert!(is_there, "{expected}\n{found:#?}");
        }
        assert_eq!(found.len(), 9, "{found:#?}");
        assert!(
            problems("about = 3")
                .iter()
                .any(|one| one.contains("about is an integer"))
        );
        assert!(
            problems("nonsense")
                .iter()
                .any(|one| one.contains("not TOML"))
        );
        assert!(
            problems("about = \"x\"")
                .iter()
                .any(|one| one.contains("no step"))
        );
    }

    #[test]
    fn words_may_name_whose_mail_they_stand_in() {
        let whom = |text: &str| Words::parse(text).to;
        assert_eq!(whom("customer: by noon"), Some(Whom::Customer));
        assert_eq!(
            whom("team care: LT-1"),
            Some(Whom::Team(crate::config::TeamName("care".to_owned())))
        );
        assert_eq!(whom("Your reference: x"), None);
        assert_eq!(Words::parse("Your reference: x").words, "Your reference: x");
    }

    #[test]
    fn spans_of_time() {
        assert_eq!(duration("30m"), Some(SignedDuration::from_mins(30)));
        assert_eq!(duration("2 d"), Some(SignedDuration::from_hours(48)));
        for text in ["", "h", "-1h", "2", "2 hours", "99999999w", "1ü"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
