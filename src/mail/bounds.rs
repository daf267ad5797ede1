//! How much of a mail is read? Every bound that a hostile mail could push against, and the sentence that names it.

use super::Oddity;

/// Bytes of a mail that are parsed; the rest is left unread.
pub(super) const MAIL_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Header fields that are looked at.
pub(super) const FIELDS_MAX: usize = 1_000;
/// Bytes of one header field's value.
pub(super) const FIELD_MAX_BYTES: usize = 32 * 1024;
/// MIME parts that are looked at.
pub(super) const PARTS_MAX: usize = 500;
/// Levels of multiparts within multiparts.
pub(super) const DEPTH_MAX: usize = 30;
/// Addresses of one header.
pub(super) const ADDRESSES_MAX: usize = 200;
/// Identifiers in `References` and in `In-Reply-To`.
pub(super) const REFERENCES_MAX: usize = 100;
/// Bytes of decoded text that are taken apart.
pub(super) const TEXT_MAX_BYTES: usize = 2 * 1024 * 1024;
/// Bytes of all decoded attachments together.
pub(super) const DECODED_MAX_BYTES: usize = 96 * 1024 * 1024;
/// Open elements of an HTML text.
pub(super) const HTML_DEPTH_MAX: usize = 200;
/// Oddities named of one mail.
const ODDITIES_MAX: usize = 40;

/// Names an oddity once.
pub(super) fn note(oddities: &mut Vec<Oddity>, sentence: impl Into<String>) {
    let oddity = Oddity(sentence.into());
    if oddities.len() < ODDITIES_MAX && !oddities.contains(&oddity) {
        oddities.push(oddity);
    }
}

/// The longest beginning of a text that has at most this many bytes.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}
