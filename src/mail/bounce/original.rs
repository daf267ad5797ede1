//! Which mail bounced? Its Message-ID, from the header that came with the report, from a copy inside its text, or from what the report
//! says that it answers.

use crate::mail::MessageId;
use crate::mail::headers::Fields;

/// The Message-ID of the mail that a report is about. `texts`: where a copy of its header may stand, the likeliest first.
pub(super) fn original_message_id(
    original: Option<&Fields>,
    texts: &[&str],
    report: &Fields,
) -> Option<MessageId> {
    let own = report.first("message-id").and_then(first_identifier);
    let other = |id: &MessageId| Some(id) != own.as_ref();
    original
        .and_then(|original| original.first("message-id"))
        .and_then(first_identifier)
        .or_else(|| texts.iter().find_map(|text| in_text(text).filter(other)))
        .or_else(|| {
            [
                "x-original-message-id",
                "original-message-id",
                "in-reply-to",
                "references",
            ]
            .into_iter()
            .filter_map(|name| report.first(name))
            .find_map(first_identifier)
        })
}

/// The first identifier of a header's value.
fn first_identifier(value: &str) -> Option<MessageId> {
    let id = value.split_once('<').map_or(value, |(_, after)| after);
    let id = id.split(['>', ' ', '\t']).next()?;
    MessageId::parse(id).filter(|id| id.as_str().contains('@'))
}

/// The first `Message-ID:` that stands in a text, however it is quoted or indented, its value on the next line or not.
fn in_text(text: &str) -> Option<MessageId> {
    let mut waits = false;
    for line in text.split(['\n', '\r']) {
        let line = line.trim_start_matches([' ', '\t', '>', '|', '*']);
        if waits && line.is_empty() {
            continue;
        }
        let value = if waits {
            Some(line)
        } else {
            line.split_once(':')
                .filter(|(name, _)| {
                    let name = name.trim().trim_matches('*');
                    name.eq_ignore_ascii_case("message-id")
                        || name.eq_ignore_ascii_case("original-message-id")
                })
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
        if let Some(id) = first_identifier(value.trim()) {
            return Some(id);
        }
    }
    None
}
