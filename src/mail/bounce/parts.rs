//! In which parts of a mail does a report stand?

use crate::mail::bounds::PARTS_MAX;
use crate::mail::headers::{Fields, straighten};
use crate::mail::{Attachment, attachments};
use mail_parser::Message;

/// The machine-readable part of a report, and the header of the mail that it is about.
pub(in crate::mail) fn report_parts(
    message: &Message<'_>,
    attachments: &[Attachment],
) -> (Option<String>, Option<Fields>) {
    let mut report = None;
    let mut original = None;
    for part in message.parts.iter().take(PARTS_MAX) {
        let media_type = attachments::media_type(part);
        match media_type.as_str() {
            "message/delivery-status"
            | "message/global-delivery-status"
            | "message/feedback-report"
                if report.is_none() =>
            {
                report = Some(
                    String::from_utf8_lossy(&attachments::content_of(message, part)).into_owned(),
                );
            }
            "message/rfc822"
            | "text/rfc822-headers"
            | "message/global"
            | "message/rfc822-headers"
                if original.is_none() =>
            {
                let content = attachments::content_of(message, part);
                original = Some(Fields::scan(straighten(&content).0.as_ref()));
            }
            _ => {}
        }
    }
    let attached = || {
        attachments
            .iter()
            .find(|attachment| attachment.media_type == "message/rfc822")
    };
    let original =
        original.or_else(|| attached().map(|attachment| Fields::scan(&attachment.content)));
    (report, original)
}
