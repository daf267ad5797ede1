//! What does a delivery report say? RFC 3464 where it is there, else the words of mail systems that never read it.
//! Reads hostile input; linear.

use super::headers::{Fields, addresses_in};
use super::{Address, Bounce, BounceAction, MessageId};
use regex::Regex;
use std::sync::LazyLock;

/// How much of a text is searched.
const SEARCHED_BYTES: usize = 128 * 1024;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

static STATUS: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?:^|[\s#(\[:-])([245]\.\d{1,3}\.\d{1,3})(?:[\s)\],;:>-]|$)"));
static CODE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?:^|[\s:>\[(#])([45]\d\d)(?:[\s-]|$)"));

/// Subjects that only mail systems write.
static SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:undeliver(?:able|ed)|un-?deliverable|non\s?remis|returned\smail|returned\sto\s(?:sender|originator)|mail\sdelivery\s(?:fail|problem|error|system|status|subsystem|delay)|(?:delivery|failure)\s(?:status\s)?notif|delivery\s(?:report|failure|failed|has\sfailed|error|delay|unsuccess)|(?:message|mail|email)\s(?:delivery|status)\s?-?\s?(?:fail|undeliver|notif)
        |failure\snotice|failed\s(?:delivery|mail)|mail\s(?:system\s)?error|warning:\scould\snot\ssend|could\snot\s(?:be\ssent|deliver)|cannot\ssend\smessage|message\snot\sdelivered|unzustellbar|nicht\szugestellt|zustell(?:ung|status)|non\s?delivery|user\sunknown|unknown\suser|rejected\smail|mail\scould\snot\sbe|error\ssending|dsn:|nondeliverable|delay(?:ed)?\s(?:mail|message|delivery)|message\sdelayed|配信|エラー|échec\sde\s|notificación\sde\sentrega|mancato\srecapito|mailbox\s(?:is\s)?full|quota|permanent\sdelivery\sfailure|message\sfrom\s.*\sblocked|delivery\sincomplete|problème\sde\sremise|onbestelbaar|недоставл|нe?\sдоставлен|delivery\scould\snot|delivery\stime|undelivered|virus)",
    )
});

/// Sentences of mail systems about a mail that did not arrive.
static SENTENCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:(?:could|can)\s?not\s(?:be\s)?(?:deliver|sent)|was\snot\sdelivered|not\sbe\sdelivered|unable\sto\sdeliver|undeliverable|delivery\s(?:to\sthe\sfollowing|has\sfailed|failed|attempt|status|error|failure)|user\s(?:is\s)?unknown|unknown\s(?:user|recipient|address|local)|no\ssuch\s(?:user|recipient|mailbox|address|person)|mailbox\s(?:is\s)?(?:full|unavailable|not\sfound|exceed|disabled|unknown)
        |over\s?quota|quota\sexceed|permanent\s(?:fatal\s)?error|transcript\sof\ssession|failed\srecipient|recipient\s(?:address\s)?reject|does\snot\sexist|returned\smessage|undelivered|the\sfollowing\saddress|had\spermanent|bounced|relay(?:ing)?\s(?:denied|not)|host\s(?:unknown|not\sfound)|message\s(?:was\s|has\sbeen\s)?(?:rejected|blocked|delayed|undeliver)|nicht\szugestellt|unzustellbar|invalid\srecipient|address\sreject|not\slisted|account\s(?:is\s)?(?:disabled|inactive|suspended)|could\snot\sdeliver|delivered\sto\sthe\sfollowing|has\snot\sbeen\s(?:delivered|collected)|error\sfrom\sremote)",
    )
});

static DELAYED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)(delay|warning: could not send|still trying|will (?:keep|continue) (?:to )?try|will be retried|not yet been delivered|do not need to resend|temporar(?:y|ily) (?:failure|problem)s? .{0,40}retry)",
    )
});
static RECIPIENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?im)(?:^[ \t]*(?:to|rcpt to|recipient|final-recipient|original-recipient|user|address|failed recipient|x-failed-recipients)[^\S\n]*:?[^\S\n]*(?:rfc822;)?[^\S\n]*<?|^[ \t]*<|<)([^\s<>()\[\],;:@]{1,64}@[a-z0-9][a-z0-9.-]{1,250}[a-z0-9])",
    )
});

/// Whether a subject reads like a bounce's.
pub(super) fn subject_reads_so(subject: &str) -> bool {
    matches(&SUBJECT, subject)
}

/// Whether a text holds a mail system's sentence about a mail that did not arrive.
pub(super) fn text_reads_so(text: &str) -> bool {
    matches(&SENTENCE, searched(text))
}

/// Whether a text quotes a mail server's reply code.
pub(super) fn text_has_code(text: &str) -> bool {
    let text = searched(text);
    matches(&STATUS, text) || matches(&CODE, text)
}

fn searched(text: &str) -> &str {
    super::bounds::beginning(text, SEARCHED_BYTES)
}

/// What the parts of a report say. `report`: the decoded `message/delivery-status`; `original`: the header of the mail that
/// bounced, where it came with the report.
pub(super) fn read(
    report: Option<&str>,
    original: Option<&Fields>,
    fields: &Fields,
    subject: &str,
    text: &str,
) -> Bounce {
    let mut recipient = None;
    let mut status = None;
    let mut action = None;
    for line in report.map(searched).unwrap_or_default().lines() {
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "original-recipient" | "final-recipient" if recipient.is_none() => {
                recipient = addresses_in(value.split_once(';').map_or(value, |(_, value)| value))
                    .into_iter()
                    .next();
            }
            "action" if action.is_none() => action = action_of(value),
            "status" if status.is_none() => status = status_in(value),
            _ => {}
        }
    }
    let text = searched(text);
    let recipient = recipient
        .or_else(|| {
            addresses_in(fields.first("x-failed-recipients").unwrap_or_default())
                .into_iter()
                .next()
        })
        .or_else(|| recipient_in(text))
        .or_else(|| {
            original.and_then(|original| {
                addresses_in(original.first("to").unwrap_or_default())
                    .into_iter()
                    .next()
            })
        });
    let status = status.or_else(|| status_in(text));
    let action = action.unwrap_or_else(|| action_from(status.as_deref(), subject, text));
    Bounce {
        recipient,
        status,
        action,
        original_message_id: original_message_id(original, text),
    }
}

fn action_of(value: &str) -> Option<BounceAction> {
    let word = value.split([' ', ';', '(']).next()?.to_ascii_lowercase();
    match word.as_str() {
        "failed" | "failure" | "expired" => Some(BounceAction::Failed),
        "delayed" => Some(BounceAction::Delayed),
        "delivered" | "relayed" | "expanded" | "deliverable" => Some(BounceAction::Delivered),
        _ => None,
    }
}

fn action_from(status: Option<&str>, subject: &str, text: &str) -> BounceAction {
    if matches(&DELAYED, subject)
        || (matches(&DELAYED, text) && !status.is_some_and(|status| status.starts_with('5')))
    {
        return BounceAction::Delayed;
    }
    match status {
        Some(status) if status.starts_with('2') => BounceAction::Delivered,
        _ => BounceAction::Failed,
    }
}

fn status_in(text: &str) -> Option<String> {
    let found = STATUS.as_ref()?.captures(text)?.get(1)?;
    Some(found.as_str().to_owned())
}

fn recipient_in(text: &str) -> Option<Address> {
    RECIPIENT
        .as_ref()?
        .captures_iter(text)
        .take(20)
        .find_map(|found| {
            let address = Address::parse(found.get(1)?.as_str()).ok()?;
            let local = address.local_part().to_ascii_lowercase();
            (local != "postmaster" && local != "mailer-daemon").then_some(address)
        })
}

fn original_message_id(original: Option<&Fields>, text: &str) -> Option<MessageId> {
    let from_header = original
        .and_then(|original| original.first("message-id"))
        .and_then(MessageId::parse);
    from_header.or_else(|| {
        let mut waits = false;
        for line in text.lines() {
            let line = line.trim_start_matches([' ', '\t', '>', '|']);
            let value = if waits {
                Some(line)
            } else {
                line.split_once(':')
                    .filter(|(name, _)| name.trim().eq_ignore_ascii_case("message-id"))
                    .map(|(_, value)| value)
            };
            let Some(value) = value else {
                continue;
            };
            if value.trim().is_empty() && !waits {
                waits = true;
                continue;
            }
            waits = false;
            let id = value.split_whitespace().next().and_then(MessageId::parse);
            if id.as_ref().is_some_and(|id| id.as_str().contains('@')) {
                return id;
            }
        }
        None
    })
}
