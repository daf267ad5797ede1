//! Which enhanced status code (RFC 3463) does a report give: as it stands, or derived from the server's words and its reply code?

use regex::Regex;
use std::sync::LazyLock;

pub(super) static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?:^|[\s#(\[:<=-])([245]\.\d{1,3}\.\d{1,3})(?:[\s)\],;:>.-]|$)").ok()
});
pub(super) static SERVER_CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[\s:>\[(\x22#])([45]\d\d)(?:[\s-]|$)").ok());

/// What mail systems say where they give no code, in lower case; the first that is found counts.
const WORDS: &[(&str, &str)] = &[
    ("over quota", "5.2.2"),
    ("quota exceeded", "5.2.2"),
    ("exceeded quota", "5.2.2"),
    ("exceeded storage", "5.2.2"),
    ("exceed mailbox quota", "5.2.2"),
    ("mailbox is full", "5.2.2"),
    ("mailbox full", "5.2.2"),
    ("mailbox exceeds", "5.2.2"),
    ("not enough disk space", "5.2.2"),
    ("size limit", "5.3.4"),
    ("too large", "5.3.4"),
    ("exceeds maximum", "5.3.4"),
    ("user unknown", "5.1.1"),
    ("unknown user", "5.1.1"),
    ("unknown recipient", "5.1.1"),
    ("recipient unknown", "5.1.1"),
    ("no such user", "5.1.1"),
    ("no such mailbox", "5.1.1"),
    ("no such recipient", "5.1.1"),
    ("no such address", "5.1.1"),
    ("no such person", "5.1.1"),
    ("no mailbox", "5.1.1"),
    ("unrouteable address", "5.1.1"),
    ("invalid recipient", "5.1.1"),
    ("invalid mailbox", "5.1.1"),
    ("not listed in", "5.1.1"),
    ("does not exist", "5.1.1"),
    ("doesn't have", "5.1.1"),
    ("address rejected", "5.1.1"),
    ("email account that you tried to reach", "5.1.1"),
    ("not a valid mailbox", "5.1.1"),
    ("account is disabled", "5.2.1"),
    ("mailbox disabled", "5.2.1"),
    ("inactive", "5.2.1"),
    ("suspended", "5.2.1"),
    ("host unknown", "5.1.2"),
    ("unknown host", "5.1.2"),
    ("host not found", "5.1.2"),
    ("domain not found", "5.1.2"),
    ("couldn't find any host", "5.1.2"),
    ("no mx", "5.1.2"),
    ("name or service not known", "5.1.2"),
    ("relay", "5.7.1"),
    ("spam", "5.7.1"),
    ("blocked", "5.7.1"),
    ("blacklist", "5.7.1"),
    ("denied", "5.7.1"),
    ("rejected by", "5.7.1"),
    ("timed out", "4.4.1"),
    ("timeout", "4.4.1"),
    ("connection refused", "4.4.1"),
    ("not reachable", "4.4.1"),
    ("too long in the queue", "4.4.7"),
    ("retry timeout", "4.4.7"),
];

/// The first status code that stands in a text.
pub(super) fn stated(text: &str) -> Option<String> {
    let found = STATUS.as_ref()?.captures(text)?.get(1)?;
    Some(found.as_str().to_owned())
}

/// The status that a text means although it gives none: by its words, else the class of the server's reply code (`550` is `5.0.0`).
pub(super) fn derived(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if let Some((_, status)) = WORDS.iter().find(|(words, _)| lower.contains(words)) {
        return Some((*status).to_owned());
    }
    let code = SERVER_CODE.as_ref()?.captures(text)?.get(1)?.as_str();
    code.chars().next().map(|class| format!("{class}.0.0"))
}
