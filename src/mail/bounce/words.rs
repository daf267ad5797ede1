//! Does a subject or a text read like a mail system's, about a mail that did not arrive? The words of systems that never read RFC 3464.
//! Linear, over a bounded beginning.

use super::status::{SERVER_CODE, STATUS};
use regex::Regex;
use std::sync::LazyLock;

/// How much of a text is searched.
const SEARCHED_BYTES: usize = 128 * 1024;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

pub(super) fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

/// Subjects that only mail systems write.
static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:undeliver(?:able|ed)|un-?deliverable|non\s?remis|returned\smail|return(?:ed|ing)\sto\s(?:sender|originator)|mail\sdelivery\s(?:fail|problem|error|system|status|subsystem|delay)|(?:delivery|failure)\s(?:status\s)?notif|delivery\s(?:report|failure|failed|has\sfailed|error|delay|unsuccess)|(?:message|mail|email)\s(?:delivery|status)\s?-?\s?(?:fail|undeliver|notif)
        |failure\snotice|failed\s(?:delivery|mail)|mail\s(?:system\s)?error|warning:\scould\snot\ssend|could\snot\s(?:be\ssent|deliver)|cannot\ssend\smessage|message\snot\sdelivered|unzustellbar|nicht\szugestellt|zustell(?:ung|status)|non\s?delivery|user\sunknown|unknown\suser|rejected\smail|mail\scould\snot\sbe|error\ssending|dsn:|nondeliverable|delay(?:ed)?\s(?:mail|message|delivery)|message\sdelayed|配信|エラー|échec\sde\s|notificación\sde\sentrega|mancato\srecapito|mailbox\s(?:is\s)?full|quota|permanent\sdelivery\sfailure|message\sfrom\s.*\sblocked|delivery\sincomplete|problème\sde\sremise|onbestelbaar|недоставл|нe?\sдоставлен|delivery\scould\snot|delivery\stime|undelivered|virus)",
    )
});

/// Sentences of mail systems about a mail that did not arrive.
static SENTENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:(?:could|can)\s?not\s(?:be\s)?(?:deliver|sent)|was\snot\sdelivered|not\sbe\sdelivered|unable\sto\sdeliver|undeliverable|delivery\s(?:to\sthe\sfollowing|has\sfailed|failed|attempt|status|error|failure)|user\s(?:is\s)?unknown|unknown\s(?:user|recipient|address|local)|no\ssuch\s(?:user|recipient|mailbox|address|person)|mailbox\s(?:is\s)?(?:full|unavailable|not\sfound|exceed|disabled|unknown)
        |over\s?quota|quota\sexceed|permanent\s(?:fatal\s)?error|transcript\sof\ssession|failed\srecipient|recipient\s(?:address\s)?reject|does\snot\sexist|returned\smessage|undelivered|the\sfollowing\saddress|had\spermanent|bounced|relay(?:ing)?\s(?:denied|not)|host\s(?:unknown|not\sfound)|message\s(?:was\s|has\sbeen\s)?(?:rejected|blocked|delayed|undeliver)|nicht\szugestellt|unzustellbar|invalid\srecipient|address\sreject|not\slisted|account\s(?:is\s)?(?:disabled|inactive|suspended)|could\snot\sdeliver|delivered\sto\sthe\sfollowing|has\snot\s(?:yet\s)?been\s(?:delivered|collected)|delay\sreason|error\sfrom\sremote)",
    )
});

/// Whether a subject reads like a bounce's.
pub(in crate::mail) fn subject_reads_so(subject: &str) -> bool {
    matches(&SUBJECT, subject)
}

/// Whether a text holds a mail system's sentence about a mail that did not arrive.
pub(in crate::mail) fn text_reads_so(text: &str) -> bool {
    matches(&SENTENCE, searched(text))
}

/// Whether a text quotes a mail server's reply code.
pub(in crate::mail) fn text_has_code(text: &str) -> bool {
    let text = searched(text);
    matches(&STATUS, text) || matches(&SERVER_CODE, text)
}

/// The beginning of a text, as far as it is searched.
pub(super) fn searched(text: &str) -> &str {
    crate::mail::bounds::beginning(text, SEARCHED_BYTES)
}
