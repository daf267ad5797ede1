//! Which part is the text, and how does it read? Charsets declared, wrong or missing; `format=flowed`; mails of HTML only.
//! Reads hostile input; linear and bounded.

use super::bounds::{self, PARTS_MAX, TEXT_MAX_BYTES};
use super::headers::{Fields, parameter};
use super::{Oddity, attachments, html, is_invisible_control};
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

/// The raw header of a part.
pub(super) fn header_of(message: &Message<'_>, part: &MessagePart<'_>) -> Fields {
    let raw = message
        .raw_message
        .get(part.offset_header as usize..part.offset_body as usize);
    Fields::scan(raw.unwrap_or_default())
}

/// The text of a mail.
pub(super) fn of(message: &Message<'_>, oddities: &mut Vec<Oddity>) -> String {
    let mut text = String::new();
    for id in message.text_body.iter().take(PARTS_MAX) {
        let Some(part) = message.parts.get(*id as usize) else {
            continue;
        };
        let piece = match &part.body {
            PartType::Text(decoded) => plain(message, part, decoded),
            PartType::Html(decoded) => from_html(&recovered(message, part, decoded), oddities),
            _ => continue,
        };
        append(&mut text, &piece);
    }
    if let Some(html) = alternative(message) {
        let rendered = html::to_text(&html);
        if rendered.had_hidden_text {
            bounds::note(oddities, HIDDEN);
        }
        match compare(&text, &rendered.text) {
            Comparison::Alike => {}
            Comparison::PlainIsAStub => text = from_html(&html, oddities),
            Comparison::Different => bounds::note(
                oddities,
                "its plain text and its HTML say different things; the plain text was read",
            ),
        }
    }
    if text.trim().is_empty() {
        // A text part of blanks beside the real one in HTML.
        for id in message.html_body.iter().take(PARTS_MAX) {
            if let Some(part) = message.parts.get(*id as usize)
                && let PartType::Html(decoded) = &part.body
            {
                append(
                    &mut text,
                    &from_html(&recovered(message, part, decoded), oddities),
                );
            }
        }
    }
    if text.len() > TEXT_MAX_BYTES {
        bounds::note(
            oddities,
            "its text is longer than 2 MB; the rest was not read",
        );
        text.truncate(text.floor_char_boundary(TEXT_MAX_BYTES));
    }
    clean(&text, oddities)
}

/// What is said of text that no reader sees.
const HIDDEN: &str = "its HTML holds text that no reader sees; it was left out";

/// The largest HTML that is read beside a plain text, in bytes.
const ALTERNATIVE_MAX_BYTES: usize = 256 * 1024;

/// The HTML that stands beside a plain text, where there is one of each.
fn alternative(message: &Message<'_>) -> Option<String> {
    let ([plain], [rich]) = (message.text_body.as_slice(), message.html_body.as_slice()) else {
        return None;
    };
    let is_plain = matches!(message.parts.get(*plain as usize)?.body, PartType::Text(_));
    let part = message.parts.get(*rich as usize)?;
    match &part.body {
        PartType::Html(decoded) if is_plain && decoded.len() <= ALTERNATIVE_MAX_BYTES => {
            Some(recovered(message, part, decoded))
        }
        _ => None,
    }
}

/// How a plain text and the HTML beside it agree.
#[derive(Debug, PartialEq, Eq)]
enum Comparison {
    Alike,
    /// The plain text only says that one should read the HTML.
    PlainIsAStub,
    Different,
}

/// The longest plain text that is a stub, in words.
const STUB_MAX_WORDS: usize = 40;

fn compare(plain: &str, rich: &str) -> Comparison {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() > 2)
            .map(str::to_lowercase)
            .take(5_000)
            .collect()
    };
    let (plain_words, rich_words) = (words(plain), words(rich));
    let names_html = plain_words.iter().any(|word| word == "html");
    if names_html && plain_words.len() <= STUB_MAX_WORDS && rich_words.len() > plain_words.len() {
        let rich_names_html = rich_words.iter().any(|word| word == "html");
        if !rich_names_html {
            return Comparison::PlainIsAStub;
        }
    }
    if plain_words.len() < 12 || rich_words.len() < 12 {
        return Comparison::Alike;
    }
    let seen: std::collections::HashSet<&String> = rich_words.iter().collect();
    let shared = plain_words
        .iter()
        .filter(|word| seen.contains(word))
        .count();
    if shared * 3 < plain_words.len() {
        Comparison::Different
    } else {
        Comparison::Alike
    }
}

fn append(text: &mut String, piece: &str) {
    if piece.trim().is_empty() || text.len() > TEXT_MAX_BYTES {
        return;
    }
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(piece.trim_end());
}

/// Renders HTML and names what was odd about it.
pub(super) fn from_html(html: &str, oddities: &mut Vec<Oddity>) -> String {
    let rendered = html::to_text(html);
    if rendered.had_hidden_text {
        bounds::note(oddities, HIDDEN);
    }
    if rendered.is_too_deep {
        bounds::note(oddities, "its HTML is nested too deeply");
    }
    if rendered.is_cut {
        bounds::note(
            oddities,
            "its text is longer than 2 MB; the rest was not read",
        );
    }
    rendered.text
}

/// Line ends as LF; without zero-width and bidirectional characters, NUL and other controls.
pub(super) fn clean(text: &str, oddities: &mut Vec<Oddity>) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut hidden = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                if characters.peek() != Some(&'\n') {
                    clean.push('\n');
                }
            }
            '\n' | '\t' => clean.push(character),
            '\u{A0}' => clean.push(' '),
            c if is_invisible_control(c) => {
                // Soft hyphens, marks of right-to-left scripts, joiners and byte order marks are honest typography.
                hidden |= matches!(c, '\u{200B}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{E0000}'..='\u{E007F}');
                if c == '\u{200D}' {
                    // The joiner inside an emoji.
                    clean.push(c);
                }
            }
            c if c.is_control() => {}
            c => clean.push(c),
        }
    }
    if hidden {
        bounds::note(
            oddities,
            "its text holds invisible or direction-changing characters; they were left out",
        );
    }
    clean
}

fn plain(message: &Message<'_>, part: &MessagePart<'_>, decoded: &str) -> String {
    let text = recovered(message, part, decoded);
    let text = super::bounds::beginning(&text, TEXT_MAX_BYTES + 1);
    let header = header_of(message, part);
    let content_type = header.first("content-type").unwrap_or_default();
    if parameter(content_type, "format").as_deref() == Some("flowed") {
        return unflow(
            text,
            parameter(content_type, "delsp").as_deref() == Some("yes"),
        );
    }
    text.to_owned()
}

/// The decoded text; where decoding lost characters, once more from the bytes: as UTF-8, else as Windows-1252.
fn recovered(message: &Message<'_>, part: &MessagePart<'_>, decoded: &str) -> String {
    let has_lost = decoded.contains('\u{FFFD}');
    // UTF-8 under the name of a Western charset: by chance hardly any text is valid UTF-8 beyond ASCII.
    let may_be_utf8 = !has_lost && !decoded.is_ascii() && is_said_to_be_western(part);
    let tail = attachments::unpadded_tail(message, part);
    if !has_lost && !may_be_utf8 && tail.is_empty() {
        return decoded.to_owned();
    }
    let raw = message
        .raw_message
        .get(part.offset_body as usize..part.offset_end as usize)
        .unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::QuotedPrintable => {
            mail_parser::decoders::quoted_printable::quoted_printable_decode(raw)
        }
        Encoding::Base64 => mail_parser::decoders::base64::base64_decode(raw),
    };
    // This decoder keeps the tail that the parser's reading of the mail left out.
    if let (Some(bytes), false) = (&bytes, tail.is_empty()) {
        return in_charset(part, bytes);
    }
    match bytes.map(String::from_utf8) {
        Some(Ok(text)) if may_be_utf8 => text,
        Some(Err(_)) if may_be_utf8 => decoded.to_owned(),
        Some(Ok(text))
            if text.matches('\u{FFFD}').count() < decoded.matches('\u{FFFD}').count() =>
        {
            text
        }
        Some(Err(error)) => {
            let bytes = error.into_bytes();
            // Mostly UTF-8 with some broken bytes, or an 8-bit charset?
            let lossy = String::from_utf8_lossy(&bytes);
            let is_utf8 = lossy
                .chars()
                .filter(|c| !c.is_ascii() && *c != '\u{FFFD}')
                .count()
                > lossy.matches('\u{FFFD}').count();
            if is_utf8 {
                return lossy.into_owned();
            }
            bytes.iter().map(|byte| windows_1252(*byte)).collect()
        }
        _ => decoded.to_owned(),
    }
}

/// Bytes as text, in the charset that the part names, else as UTF-8.
fn in_charset(part: &MessagePart<'_>, bytes: &[u8]) -> String {
    let charset = part
        .content_type()
        .and_then(|value| value.attribute("charset"));
    let decoder = charset.and_then(|charset| {
        mail_parser::decoders::charsets::map::charset_decoder(charset.as_bytes())
    });
    match decoder {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn is_said_to_be_western(part: &MessagePart<'_>) -> bool {
    let charset = part
        .content_type()
        .and_then(|value| value.attribute("charset"));
    charset.is_some_and(|charset| {
        let charset = charset.to_ascii_lowercase();
        [
            "us-ascii",
            "ascii",
            "ansi_x3.4-1968",
            "iso-8859-1",
            "iso8859-1",
            "latin1",
            "iso-8859-15",
            "windows-1252",
            "cp1252",
        ]
        .contains(&charset.as_str())
    })
}

pub(super) fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž',
        '\u{FFFD}', '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ',
        '\u{FFFD}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => HIGH
            .get(usize::from(byte - 0x80))
            .copied()
            .unwrap_or('\u{FFFD}'),
        _ => char::from(byte),
    }
}

/// RFC 3676: lines that end in a blank go on in the next line of the same quote depth.
fn unflow(text: &str, deletes_blank: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut flowing: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = line.get(depth..).unwrap_or_default();
        let content = content.strip_prefix(' ').unwrap_or(content);
        let is_signature = content == "-- ";
        if flowing == Some(depth) && !is_signature {
            out.push_str(content);
        } else {
            if !out.is_empty() || flowing.is_some() {
                out.push('\n');
            }
            out.extend(std::iter::repeat_n('>', depth.min(20)));
            if depth > 0 {
                out.push(' ');
            }
            out.push_str(content);
        }
        let flows = content.ends_with(' ') && !is_signature;
        if flows && deletes_blank {
            out.pop();
        }
        flowing = flows.then_some(depth);
        if out.is_empty() {
            out.push('\n');
        }
    }
    out
}
