//! How is a mail built: which media types, how many parts, how deep, and what is odd about its header? Bounded.

use super::bounds::{self, DEPTH_MAX, PARTS_MAX};
use super::headers::Fields;
use super::{Oddity, attachments};
use mail_parser::{Message, MimeHeaders, PartType};

/// Names what is odd about the header.
pub(super) fn odd_header(fields: &Fields, oddities: &mut Vec<Oddity>) {
    if fields.is_cut {
        bounds::note(
            oddities,
            "its header has more or longer fields than are read",
        );
    }
    if fields.is_empty() {
        bounds::note(oddities, "it has no header");
    }
    if fields.all("from").nth(1).is_some() {
        bounds::note(oddities, "it has several From fields; the first is used");
    }
    for name in ["subject", "message-id", "date", "reply-to"] {
        if fields.all(name).nth(1).is_some() {
            bounds::note(
                oddities,
                format!("it has more than one {name} field; the first is used"),
            );
        }
    }
}

/// Names what is odd about the parts.
pub(super) fn odd_structure(message: &Message<'_>, oddities: &mut Vec<Oddity>) {
    if message.parts.len() > PARTS_MAX {
        bounds::note(
            oddities,
            "it has more than 500 parts; the rest was not read",
        );
    }
    let mut level = vec![0_u32];
    for depth in 0.. {
        let next: Vec<u32> = level
            .iter()
            .filter_map(|id| match &message.parts.get(*id as usize)?.body {
                PartType::Multipart(children) => Some(children.iter().copied()),
                _ => None,
            })
            .flatten()
            .collect();
        if next.is_empty() {
            break;
        }
        if depth > DEPTH_MAX {
            bounds::note(oddities, "its parts are nested more than 30 deep");
            break;
        }
        level = next;
    }
}

/// The content types of all parts with their parameters, in lower case; those of attached mails not.
pub(super) fn content_types(message: &Message<'_>) -> Vec<String> {
    let mut types = Vec::new();
    for part in message.parts.iter().take(PARTS_MAX) {
        let Some(value) = part.content_type() else {
            continue;
        };
        let mut line = attachments::media_type(part);
        for attribute in value.attributes().unwrap_or_default().iter().take(20) {
            line.push_str("; ");
            line.push_str(&attribute.name.to_ascii_lowercase());
            line.push('=');
            line.push_str(&bounds::beginning(&attribute.value, 200).to_ascii_lowercase());
        }
        types.push(line);
    }
    types
}

/// The mail without its media type and encoding: its header, and all else as plain text.
pub(super) fn taken_off(raw: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut is_header = true;
    let mut is_left_out = false;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        if is_header {
            let is_continued = line.starts_with(b" ") || line.starts_with(b"\t");
            if !is_continued {
                let head = line.get(..8).unwrap_or_default();
                is_left_out = head.eq_ignore_ascii_case(b"content-");
            }
            is_header = !line.trim_ascii().is_empty();
        }
        if !(is_header && is_left_out) {
            bytes.extend_from_slice(line);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_its_structure_a_mail_is_header_and_text() {
        let raw = b"From: a@b.example\r\nContent-Type: multipart/mixed;\r\n boundary=b\r\nSubject: x\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\nhi\r\n";
        let expected =
            b"From: a@b.example\r\nSubject: x\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\nhi\r\n";
        assert_eq!(taken_off(raw), expected);
    }
}
