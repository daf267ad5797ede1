//! What does a delivery report say? RFC 3464 where it is there, else the words of mail systems that never read it.
//! Reads hostile input; linear.

mod feedback;
mod original;
mod parts;
mod report;
mod status;
mod words;

pub(super) use feedback::read_feedback;
pub(super) use parts::report_parts;
pub(super) use words::{subject_reads_so, text_has_code, text_reads_so};

use super::headers::{Fields, addresses_in};
use super::{Address, Bounce, BounceAction};
use regex::Regex;
use std::sync::LazyLock;
use words::{matches, searched};

static DELAYED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(delay|warning: could not send|still trying|will (?:keep|continue) (?:to )?try|will be retried|not yet been delivered|do not need to resend|temporar(?:y|ily) (?:failure|problem)s? .{0,40}retry)",
    )
    .ok()
});
static RECIPIENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?im)(?:^[ \t>]*(?:to|rcpt to|recipient|final-recipient|original-recipient|user|address|failed recipient|x-failed-recipients|delivery to|recipient address|destinataire|empfänger|destinatario|宛先|收件人)[^\S\n]*[:：]?[^\S\n]*(?:rfc822;)?[^\S\n]*<?|^[ \t>]*<?|<|\(|")([^\s<>()\[\],;:@"']{1,64}@[a-z0-9][a-z0-9.-]{1,250}[a-z0-9])"#,
    )
    .ok()
});

static AT_LINE_END: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)[:：][ \t]*<?([^\s<>()\[\],;:@"']{1,64}@[a-z0-9][a-z0-9.-]{1,250}[a-z0-9])>?[ \t.]*$"#).ok()
});

/// Where the pieces of a report stand.
pub(super) struct Sources<'a> {
    /// The decoded `message/delivery-status`.
    pub(super) report: Option<&'a str>,
    /// The header of the mail that bounced, where it came along.
    pub(super) original: Option<&'a Fields>,
    /// The header of the report itself.
    pub(super) fields: &'a Fields,
    /// Its subject.
    pub(super) subject: &'a str,
    /// Its text.
    pub(super) text: &'a str,
    /// Its body as it came: what a broken structure hid from the parser stands here all the same.
    pub(super) raw_body: &'a str,
}

/// What a report says.
pub(super) fn read(sources: &Sources<'_>) -> Bounce {
    let (text, raw_body) = (searched(sources.text), searched(sources.raw_body));
    let told = report::worst(searched(sources.report.unwrap_or(raw_body)));
    let first_in = |value: Option<&str>| addresses_in(value.unwrap_or_default()).into_iter().next();
    let recipient = told
        .address
        .or_else(|| first_in(sources.fields.first("x-failed-recipients")))
        .or_else(|| recipient_in(text))
        .or_else(|| recipient_in(sources.subject))
        .or_else(|| first_in(sources.original.and_then(|original| original.first("to"))))
        .or_else(|| recipient_in(raw_body));
    let status = told
        .status
        .or_else(|| told.diagnostic.as_deref().and_then(status::stated))
        .or_else(|| status::stated(text))
        .or_else(|| told.diagnostic.as_deref().and_then(status::derived))
        .or_else(|| status::derived(text))
        .or_else(|| status::stated(raw_body));
    let action = told
        .action
        .unwrap_or_else(|| action_from(status.as_deref(), sources.subject, text));
    Bounce {
        recipient,
        action,
        original_message_id: original::original_message_id(
            sources.original,
            &[text, raw_body],
            sources.fields,
        ),
        // What waits for another try is no failure yet, whatever words it used.
        status: status.map(|status| match (action, status.strip_prefix('5')) {
            (BounceAction::Delayed, Some(rest)) => format!("4{rest}"),
            _ => status,
        }),
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

/// How many lines of a report are searched for its recipient.
const LINES_SEARCHED: usize = 400;

fn recipient_in(text: &str) -> Option<Address> {
    // An identifier looks like an address.
    let names_no_one = |line: &str| {
        let head = super::bounds::beginning(line, 60).to_ascii_lowercase();
        ["message-id", "references", "in-reply-to", "content-id"]
            .iter()
            .any(|name| head.contains(name))
    };
    let patterns = [RECIPIENT.as_ref()?, AT_LINE_END.as_ref()?];
    patterns.into_iter().find_map(|pattern| {
        text.split(['\n', '\r'])
            .take(LINES_SEARCHED)
            .filter(|line| line.contains('@') && !names_no_one(line))
            .flat_map(|line| {
                pattern
                    .captures_iter(super::bounds::beginning(line, 2_000))
                    .take(4)
            })
            .find_map(|found| {
                let address = Address::parse(found.get(1)?.as_str()).ok()?;
                let local = address.local_part().to_ascii_lowercase();
                (local != "postmaster" && local != "mailer-daemon").then_some(address)
            })
    })
}
