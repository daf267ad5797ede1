//! How do headers, text and attachments become the bytes of a mail? Own assembly, because lettre makes random boundaries (the same
//! input must give the same bytes), cannot attach a mail byte for byte, and panics on some names. CRLF everywhere, no line over 998
//! bytes. Takes text of strangers: no value can begin a header or leave its part.

use super::picture::InlinePicture;
use crate::mail::{Address, Attachment, MessageId};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// RFC 5322 section 2.1.1: no line is longer, CRLF not counted.
const LINE_MAX_BYTES: usize = 998;

/// RFC 2047 section 2: an encoded word has 75 characters at most; 12 of them are `=?utf-8?B?` and `?=`, 45 bytes are 60 of base 64.
const ENCODED_WORD_BYTES: usize = 45;

/// A file of an outgoing mail.
pub(super) enum Part {
    /// The mail that caused it, byte for byte.
    Original(Vec<u8>),
    /// Only the headers of a mail that was too large to fetch.
    OriginalHeaders(Vec<u8>),
    /// The packet for machines.
    Json(String),
    /// A file that a team member sends to the customer.
    File(Attachment),
}

/// The headers in order, and the parts. Values are made safe when they are added.
pub(super) struct Message {
    headers: Vec<(String, String)>,
    text: String,
    html: String,
    pictures: Vec<InlinePicture>,
    parts: Vec<Part>,
}

impl Message {
    /// A mail with these two forms of its body.
    pub(super) fn new(text: &str, html: &str, parts: Vec<Part>) -> Self {
        Self {
            headers: Vec::new(),
            text: text.to_owned(),
            html: html.to_owned(),
            pictures: Vec::new(),
            parts,
        }
    }

    /// With the pictures that its HTML shows.
    pub(super) fn showing(self, pictures: Vec<InlinePicture>) -> Self {
        Self { pictures, ..self }
    }

    /// A header of ours: a fixed word, a token, a date. Control characters are left out.
    pub(super) fn plain(&mut self, name: &'static str, value: &str) {
        let value = value.chars().filter(|c| !c.is_control()).collect();
        self.headers.push((name.to_owned(), value));
    }

    /// `Date`.
    pub(super) fn date(&mut self, now: Timestamp) {
        let date = now.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string();
        self.plain("Date", &date);
    }

    /// A header as a mail of ours had it that was made before: its value was made safe then.
    pub(super) fn as_it_was(&mut self, name: &str, value: &str) {
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// A header with any text, encoded where it must be.
    pub(super) fn text(&mut self, name: &'static str, value: &str) {
        let value = encoded_text(value, name.len() + 2);
        self.headers.push((name.to_owned(), value));
    }

    /// A header with a name and an address.
    pub(super) fn mailbox(&mut self, name: &'static str, display: &str, address: &Address) {
        let display = clean(display);
        let value = if display.is_empty() {
            address.to_string()
        } else if display.chars().all(is_phrase_character) && display.len() <= 60 {
            format!("{display} <{address}>")
        } else {
            let encoded = encoded_words(&display);
            format!("{encoded}\r\n <{address}>")
        };
        self.headers.push((name.to_owned(), value));
    }

    /// A header with addresses, one a line.
    pub(super) fn addresses(&mut self, name: &'static str, addresses: &[Address]) {
        let addresses: Vec<&str> = addresses.iter().map(Address::as_str).collect();
        if !addresses.is_empty() {
            self.headers
                .push((name.to_owned(), addresses.join(",\r\n ")));
        }
    }

    /// A header with Message-IDs, one a line.
    pub(super) fn ids(&mut self, name: &'static str, ids: &[MessageId]) {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        if !ids.is_empty() {
            self.headers.push((name.to_owned(), ids.join("\r\n ")));
        }
    }

    /// The bytes. `boundary` is a word that nobody can know beforehand.
    pub(super) fn bytes(&self, boundary: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in &self.headers {
            line(&mut bytes, &format!("{name}: {value}"));
        }
        line(&mut bytes, "MIME-Version: 1.0");
        if self.parts.is_empty() {
            self.alternative(&mut bytes, boundary);
            return bytes;
        }
        let outer = format!("m-{boundary}");
        let mut body = Vec::new();
        line(&mut body, &format!("--{outer}"));
        self.alternative(&mut body, boundary);
        for part in &self.parts {
            line(&mut body, &format!("--{outer}"));
            part.write(&mut body);
        }
        line(&mut body, &format!("--{outer}--"));
        line(
            &mut bytes,
            &format!("Content-Type: multipart/mixed; boundary=\"{outer}\""),
        );
        if !body.is_ascii() {
            // RFC 2045 section 6.4: what holds a part of eight bits is of eight bits itself.
            line(&mut bytes, "Content-Transfer-Encoding: 8bit");
        }
        line(&mut bytes, "");
        bytes.append(&mut body);
        bytes
    }

    fn alternative(&self, bytes: &mut Vec<u8>, boundary: &str) {
        let inner = format!("a-{boundary}");
        line(
            bytes,
            &format!("Content-Type: multipart/alternative; boundary=\"{inner}\""),
        );
        line(bytes, "");
        line(bytes, &format!("--{inner}"));
        body(bytes, "plain", &self.text);
        line(bytes, &format!("--{inner}"));
        if self.pictures.is_empty() {
            body(bytes, "html", &self.html);
        } else {
            self.related(bytes, boundary);
        }
        line(bytes, &format!("--{inner}--"));
    }

    /// The HTML with its pictures (RFC 2387). Inside the alternatives: who reads the text is shown no files.
    fn related(&self, bytes: &mut Vec<u8>, boundary: &str) {
        let innermost = format!("r-{boundary}");
        line(
            bytes,
            "Content-Type: multipart/related; type=\"text/html\";",
        );
        line(bytes, &format!(" boundary=\"{innermost}\""));
        line(bytes, "");
        line(bytes, &format!("--{innermost}"));
        body(bytes, "html", &self.html);
        for picture in &self.pictures {
            let (id, name) = (picture.id(), picture.file_name());
            line(bytes, &format!("--{innermost}"));
            line(bytes, "Content-Type: image/png");
            line(bytes, "Content-Transfer-Encoding: base64");
            line(bytes, &format!("Content-ID: {id}"));
            line(
                bytes,
                &format!("Content-Disposition: inline; filename=\"{name}\""),
            );
            line(bytes, "");
            base64_lines(bytes, picture.png());
        }
        line(bytes, &format!("--{innermost}--"));
    }
}

/// One form of the words.
fn body(bytes: &mut Vec<u8>, kind: &str, words: &str) {
    line(bytes, &format!("Content-Type: text/{kind}; charset=utf-8"));
    line(bytes, "Content-Transfer-Encoding: quoted-printable");
    line(bytes, "");
    line(bytes, &quoted_printable(words));
}

impl Part {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Original(raw) => attach_mail(bytes, raw, "message/rfc822", "original.eml"),
            Self::OriginalHeaders(raw) => {
                attach_mail(bytes, raw, "text/rfc822-headers", "original-headers.txt");
            }
            Self::Json(json) => {
                line(bytes, "Content-Type: application/json");
                line(bytes, "Content-Transfer-Encoding: quoted-printable");
                line(
                    bytes,
                    "Content-Disposition: attachment; filename=\"handoffd.json\"",
                );
                line(bytes, "");
                line(bytes, &quoted_printable(json));
            }
            Self::File(file) => {
                let media_type = safe_media_type(&file.media_type);
                in_base64(bytes, &file.content, &media_type, file.name.as_str());
            }
        }
    }
}

/// RFC 2046 section 5.2.1 allows no base 64 for a mail inside a mail; so it goes as it is where a line of it is fit to travel, and
/// as a file, unchanged as well, where it is not.
fn attach_mail(bytes: &mut Vec<u8>, raw: &[u8], media_type: &str, file_name: &str) {
    let Some(travelling) = fit_to_travel(raw) else {
        in_base64(bytes, raw, "application/octet-stream", file_name);
        return;
    };
    let encoding = if travelling.is_ascii() {
        "7bit"
    } else {
        "8bit"
    };
    line(bytes, &format!("Content-Type: {media_type}"));
    line(bytes, &format!("Content-Transfer-Encoding: {encoding}"));
    line(
        bytes,
        &format!("Content-Disposition: attachment; filename=\"{file_name}\""),
    );
    line(bytes, "");
    bytes.extend_from_slice(&travelling);
    // This line end belongs to the boundary that follows (RFC 2046 section 5.1.1), not to the original.
    line(bytes, "");
}

/// The original as it can stand in a mail: CRLF line ends, short lines, no NUL. A file with nothing but LF line ends, as mails lie on a
/// disk, is the same mail with CRLF.
fn fit_to_travel(raw: &[u8]) -> Option<Vec<u8>> {
    let mut travelling = Vec::with_capacity(raw.len());
    let has_crlf = raw.windows(2).any(|pair| pair == b"\r\n");
    let mut line_bytes = 0;
    let mut previous = 0_u8;
    for (position, byte) in raw.iter().copied().enumerate() {
        match byte {
            0 => return None,
            b'\r' if raw.get(position + 1) != Some(&b'\n') => return None,
            b'\n' if previous != b'\r' => {
                if has_crlf {
                    return None;
                }
                travelling.push(b'\r');
                line_bytes = 0;
            }
            b'\r' | b'\n' => line_bytes = 0,
            _ => line_bytes += 1,
        }
        if line_bytes > LINE_MAX_BYTES {
            return None;
        }
        travelling.push(byte);
        previous = byte;
    }
    Some(travelling)
}

fn in_base64(bytes: &mut Vec<u8>, content: &[u8], media_type: &str, file_name: &str) {
    line(bytes, &format!("Content-Type: {media_type}"));
    line(bytes, "Content-Transfer-Encoding: base64");
    line(
        bytes,
        &format!(
            "Content-Disposition: attachment{}",
            filename_parameter(file_name)
        ),
    );
    line(bytes, "");
    base64_lines(bytes, content);
}

fn base64_lines(bytes: &mut Vec<u8>, content: &[u8]) {
    let encoded = STANDARD.encode(content);
    for chunk in encoded.as_bytes().chunks(76) {
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
}

fn line(bytes: &mut Vec<u8>, line: &str) {
    bytes.extend_from_slice(line.as_bytes());
    bytes.extend_from_slice(b"\r\n");
}

/// A media type of a stranger: taken where it is plain, and never one that changes how the mail around it is read.
fn safe_media_type(media_type: &str) -> String {
    let is_token = |part: &str| {
        !part.is_empty()
            && part.len() <= 60
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-+._".contains(c))
    };
    match media_type.split_once('/') {
        Some((kind, subtype))
            if is_token(kind)
                && is_token(subtype)
                && !["multipart", "message"].contains(&kind.to_ascii_lowercase().as_str()) =>
        {
            media_type.to_ascii_lowercase()
        }
        _ => "application/octet-stream".to_owned(),
    }
}

/// `filename` (RFC 2183), in the form of RFC 2231 where it is not plain.
fn filename_parameter(name: &str) -> String {
    let name: String = clean(name)
        .chars()
        .filter(|c| !"/\\\"".contains(*c))
        .take(100)
        .collect();
    if name.is_empty() {
        return String::new();
    }
    if name.is_ascii() {
        return format!(";\r\n filename=\"{name}\"");
    }
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    // 100 characters of 4 bytes are 1,200 here: under the limit only in pieces.
    let mut parameter = String::new();
    for (number, piece) in encoded.as_bytes().chunks(60).enumerate() {
        let prefix = if number == 0 { "utf-8''" } else { "" };
        let piece = String::from_utf8_lossy(piece);
        parameter.push_str(&format!(";\r\n filename*{number}*={prefix}{piece}"));
    }
    parameter
}

fn clean(text: &str) -> String {
    crate::mail::HeaderText::clean(text).as_str().to_owned()
}

/// RFC 5322 `atext` and the blank: needs neither quotes nor encoding in front of an address.
fn is_phrase_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || " !#$%&'*+-/_{|}~".contains(character)
}

/// Unstructured text, folded at blanks; encoded words where it is not plain ASCII or looks like an encoded word itself.
fn encoded_text(text: &str, name_bytes: usize) -> String {
    let text = clean(text);
    let is_printable = |c: char| c == ' ' || c.is_ascii_graphic();
    let has_long_word = text.split(' ').any(|word| word.len() > 70);
    if !text.chars().all(is_printable) || text.contains("=?") || has_long_word {
        return encoded_words(&text);
    }
    let mut folded = String::new();
    let mut width = name_bytes;
    for (position, word) in text.split(' ').enumerate() {
        if position > 0 {
            if width + 1 + word.len() > 76 {
                folded.push_str("\r\n");
                width = 0;
            }
            folded.push(' ');
            width += 1;
        }
        folded.push_str(word);
        width += word.len();
    }
    folded
}

fn encoded_words(text: &str) -> String {
    let mut words = Vec::new();
    let mut piece = String::new();
    for character in text.chars() {
        if piece.len() + character.len_utf8() > ENCODED_WORD_BYTES {
            words.push(std::mem::take(&mut piece));
        }
        piece.push(character);
    }
    words.push(piece);
    let encoded = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    encoded.collect::<Vec<_>>().join("\r\n ")
}

/// The digit of a number below 16.
const fn hexadecimal(number: u8) -> char {
    match number {
        0..=9 => (b'0' + number) as char,
        _ => (b'A' + number - 10) as char,
    }
}

/// RFC 2045 section 6.7; CRLF line ends, lines of at most 76.
fn quoted_printable(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 8);
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    for (number, line) in unified.trim_end_matches('\n').split('\n').enumerate() {
        if number > 0 {
            encoded.push_str("\r\n");
        }
        let mut width = 0;
        let mut characters = line.chars().peekable();
        while let Some(character) = characters.next() {
            let is_last = characters.peek().is_none();
            let is_literal = (character.is_ascii_graphic() && character != '=')
                || (character == ' ' && !is_last);
            // A dot or "From " at the start of a line has been mangled on the way often enough.
            let is_risky =
                width == 0 && (character == '.' || (character == 'F' && line.starts_with("From ")));
            let is_plain = is_literal && !is_risky;
            let length = if is_plain {
                1
            } else {
                3 * character.len_utf8()
            };
            if width + length > 75 {
                encoded.push_str("=\r\n");
                width = 0;
            }
            if is_plain {
                encoded.push(character);
            } else {
                let mut buffer = [0; 4];
                for byte in character.encode_utf8(&mut buffer).bytes() {
                    encoded.push('=');
                    encoded.push(hexadecimal(byte >> 4));
                    encoded.push(hexadecimal(byte & 15));
                }
            }
            width += length;
        }
    }
    encoded
}
