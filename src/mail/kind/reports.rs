//! Is this a report of a mail system: a complaint, a delivery report by the standard, or one in free text?

use super::machine::{daemon_sender, has_null_path, is_reply, says_no_reply};
use super::{Facts, Found};
use crate::mail::{Evidence, Reader, SenderKind, bounce, forward};

pub(super) fn feedback_report(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    for value in facts.content_types {
        if value.starts_with("message/feedback-report")
            || value.contains("report-type=feedback-report")
            || value.contains("report-type=\"feedback-report")
        {
            found.push((
                SenderKind::FeedbackReport,
                Evidence::new("Content-Type", value),
            ));
            return found;
        }
    }
    for name in ["x-hmxmroriginalrecipient", "feedback-type"] {
        if let Some(value) = facts.fields.first(name) {
            found.push((SenderKind::FeedbackReport, Evidence::new(name, value)));
        }
    }
    let subject = facts.subject.to_ascii_lowercase();
    if subject.starts_with("complaint about message from")
        || subject.starts_with("email feedback report for ip")
    {
        found.push((
            SenderKind::FeedbackReport,
            Evidence::new("Subject", facts.subject),
        ));
    }
    found
}

pub(super) fn delivery_report(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    if let Some(value) = facts.content_types.iter().find(|value| {
        value.starts_with("message/delivery-status")
            || value.starts_with("message/global-delivery-status")
            || (value.starts_with("multipart/report") && value.contains("delivery-status"))
    }) {
        found.push((SenderKind::Bounce, Evidence::new("Content-Type", value)));
    }
    for name in [
        "x-failed-recipients",
        "x-bounce-id",
        "x-ms-exchange-message-is-ndr",
    ] {
        if let Some(value) = facts.fields.first(name) {
            found.push((SenderKind::Bounce, Evidence::new(name, value)));
        }
    }
    found
}

/// A free-text bounce needs its form (sender or path of a machine) and its words, or a subject, a sentence and a code.
pub(super) fn bounced_text(facts: &Facts<'_>, _: &Reader) -> Found {
    let daemon = daemon_sender(facts);
    let wants_no_reply = facts.from.is_some_and(says_no_reply);
    let by_machine = daemon.is_some() || has_null_path(facts.fields) || wants_no_reply;
    let subject = bounce::subject_reads_so(facts.subject)
        && !forward::subject_says_so(facts.subject)
        && !is_reply(facts.subject);
    let has_sentence = bounce::text_reads_so(facts.text);
    let is_bounce = (by_machine && (subject || has_sentence))
        || (subject && has_sentence && bounce::text_has_code(facts.text));
    let mut found = Vec::new();
    if is_bounce {
        if let Some(words) = daemon {
            found.push((SenderKind::Bounce, Evidence::new("From", &words)));
        }
        if subject {
            found.push((SenderKind::Bounce, Evidence::new("Subject", facts.subject)));
        }
        if has_sentence {
            found.push((SenderKind::Bounce, Evidence::new("body", facts.text)));
        }
    }
    found
}
