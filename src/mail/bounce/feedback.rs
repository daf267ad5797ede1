//! What does a complaint report say (RFC 5965, and the older forms of providers)? Who pressed "this is spam" on which mail of ours.

use super::original::original_message_id;
use super::words::searched;
use crate::mail::headers::{Fields, addresses_in};
use crate::mail::{Address, FeedbackReport, HeaderText};

/// Reads a complaint report. `report`: the decoded `message/feedback-report`.
pub(in crate::mail) fn read_feedback(
    report: Option<&str>,
    original: Option<&Fields>,
    fields: &Fields,
    text: &str,
) -> FeedbackReport {
    let block = Fields::scan(searched(report.unwrap_or_default()).as_bytes());
    let said = |name: &str| block.first(name).or_else(|| fields.first(name));
    let feedback_type = said("feedback-type").unwrap_or("abuse");
    let complainer = [
        "original-rcpt-to",
        "removal-recipient",
        "x-hmxmroriginalrecipient",
    ]
    .into_iter()
    .filter_map(said)
    .find_map(first_address)
    // Providers black out who complained; the original's recipient may be left.
    .or_else(|| {
        original
            .and_then(|original| original.first("to"))
            .and_then(first_address)
    });
    FeedbackReport {
        feedback_type: HeaderText::clean(crate::mail::bounds::beginning(feedback_type, 100)),
        complainer,
        original_message_id: original_message_id(original, &[searched(text)], fields),
    }
}

fn first_address(value: &str) -> Option<Address> {
    addresses_in(value).into_iter().next()
}
