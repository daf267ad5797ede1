//! Which files came with a mail? Names without folders, attached mails with their bytes unchanged. Reads hostile input;
//! bounded in number and size.

use super::bounds::{self, DECODED_MAX_BYTES, PARTS_MAX};
use super::{Attachment, HeaderText, Oddity};
use base64::Engine;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

/// All attachments, in order.
pub(super) fn of(message: &Message<'_>, oddities: &mut Vec<Oddity>) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    let mut budget = DECODED_MAX_BYTES;
    for id in &message.attachments {
        let Some(part) = message.parts.get(*id as usize) else {
            continue;
        };
        if attachments.len() >= PARTS_MAX {
            bounds::note(
                oddities,
                "it has more than 500 attachments; the rest was not read",
            );
            break;
        }
        let mut content = content_of(message, part);
        if matches!(part.body, PartType::Binary(_) | PartType::InlineBinary(_)) {
            content.extend(unpadded_tail(message, part));
        }
        if content.len() > budget {
            bounds::note(
                oddities,
                "its attachments are larger than 96 MB together; the rest was left out",
            );
            content.clear();
        }
        budget -= content.len();
        if part.is_encoding_problem {
            bounds::note(oddities, "an attachment is badly encoded");
        }
        let media_type = media_type(part);
        // Only an image with a Content-ID stands inside the text: a logo, mostly. Some mail programs write
        // `Content-Disposition: inline` on every file; a photo or a contract sent so is still the substance.
        let inline = part.content_id().is_some() && media_type.starts_with("image/");
        attachments.push(Attachment {
            name: clean_name(part.attachment_name().unwrap_or_default()),
            media_type,
            inline,
            content,
        });
    }
    attachments
}

/// The media type of a part, in lower case.
pub(super) fn media_type(part: &MessagePart<'_>) -> String {
    let token = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_ascii_graphic() && !"<>\"',;()".contains(*c))
            .take(100)
            .collect::<String>()
            .to_ascii_lowercase()
    };
    match part.content_type() {
        Some(value) => format!(
            "{}/{}",
            token(value.ctype()),
            token(value.subtype().unwrap_or("octet-stream"))
        ),
        None => match part.body {
            PartType::Message(_) => "message/rfc822".to_owned(),
            PartType::Text(_) => "text/plain".to_owned(),
            PartType::Html(_) => "text/html".to_owned(),
            _ => "application/octet-stream".to_owned(),
        },
    }
}

/// The decoded bytes of a part; an attached mail as it stands.
pub(super) fn content_of(message: &Message<'_>, part: &MessagePart<'_>) -> Vec<u8> {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes().to_vec(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes.to_vec(),
        PartType::Message(inner) if part.encoding != Encoding::None => inner.raw_message.to_vec(),
        PartType::Message(_) => message
            .raw_message
            .get(part.offset_body as usize..part.offset_end as usize)
            .unwrap_or_default()
            .to_vec(),
        PartType::Multipart(_) => Vec::new(),
    }
}

/// The last one or two bytes of a base64 text that lacks its padding: the parser leaves them out (RFC 4648 section 3.2).
pub(super) fn unpadded_tail(message: &Message<'_>, part: &MessagePart<'_>) -> Vec<u8> {
    if part.encoding != Encoding::Base64 {
        return Vec::new();
    }
    let raw = message
        .raw_message
        .get(part.offset_body as usize..part.offset_end as usize)
        .unwrap_or_default();
    // Padding is the last that stands there, but for line ends.
    let ends_padded = raw
        .iter()
        .rev()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_none_or(|byte| *byte == b'=');
    if ends_padded {
        return Vec::new();
    }
    let letters = || {
        raw.iter()
            .copied()
            .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
    };
    let count = letters().count();
    let group: Vec<u8> = letters().skip(count - count % 4).collect();
    base64::engine::general_purpose::STANDARD_NO_PAD
        .decode(group)
        .unwrap_or_default()
}

/// A file name without folders, and never a name that means a folder.
pub(super) fn clean_name(name: &str) -> HeaderText {
    let name = HeaderText::clean(name);
    let last = name.as_str().rsplit(['/', '\\']).next().unwrap_or_default();
    let last = last.trim_matches(|c: char| c.is_whitespace() || c == ':');
    if last.chars().all(|c| c == '.') {
        return HeaderText::default();
    }
    HeaderText::clean(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_holds_no_folder() {
        for (name, clean) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\x\\y.pdf", "y.pdf"),
            ("..", ""),
            ("a\r\nb.txt", "a b.txt"),
            ("x/", ""),
        ] {
            assert_eq!(clean_name(name).as_str(), clean);
        }
    }
}
