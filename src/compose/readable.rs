//! How an approved text reads in the text part of a mail: without its marks.

use super::markup::Document;

/// The text that a reader has of an approved text: as it leaves, so that whoever approves or changes it sees what the customer will.
#[must_use]
pub(crate) fn readable(markdown: &str) -> String {
    Document::parse(markdown).text().trim_end().to_owned()
}
