//! Which header fields does a mail have, in order, doubled ones too? The MIME parser returns the last of doubled fields,
//! most mail programs show the first: what decides is read here. Reads hostile input; linear and bounded.

use super::bounds::{FIELD_MAX_BYTES, FIELDS_MAX};
use std::borrow::Cow;

/// One header field, unfolded.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// Its name in lower case.
    pub(super) name: String,
    /// Its value, unfolded, not decoded.
    pub(super) value: String,
}

/// The header of a mail or of a part.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    list: Vec<Field>,
    /// Where the body begins.
    pub(super) body_offset: usize,
    /// There were more or longer fields than are read.
    pub(super) is_cut: bool,
}

/// The text of a line, without a carriage return in its middle: it would begin a new line for others.
fn one_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().replace('\r', " ")
}

impl Fields {
    /// Reads the header that the bytes begin with.
    pub(super) fn scan(raw: &[u8]) -> Self {
        let mut fields = Self {
            body_offset: raw.len(),
            ..Self::default()
        };
        let mut offset = 0;
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            offset += line.len();
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match line.first() {
                None => {
                    fields.body_offset = offset;
                    break;
                }
                Some(b' ' | b'\t') => fields.continue_last(line),
                Some(_) => fields.begin(line),
            }
        }
        fields
    }

    fn begin(&mut self, line: &[u8]) {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else {
            return;
        };
        let (name, value) = line.split_at(colon);
        let name = name.trim_ascii_end();
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return;
        }
        if self.list.len() >= FIELDS_MAX {
            self.is_cut = true;
            return;
        }
        let value = value.get(1..).unwrap_or_default();
        self.is_cut |= value.len() > FIELD_MAX_BYTES;
        let value = value.get(..FIELD_MAX_BYTES).unwrap_or(value);
        self.list.push(Field {
            name: String::from_utf8_lossy(name).to_ascii_lowercase(),
            value: one_line(value),
        });
    }

    fn continue_last(&mut self, line: &[u8]) {
        let Some(last) = self.list.last_mut() else {
            return;
        };
        if last.value.len() + line.len() > FIELD_MAX_BYTES {
            self.is_cut = true;
            return;
        }
        last.value.push(' ');
        last.value.push_str(&one_line(line));
    }

    /// The first field of this name (in lower case).
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.list
            .iter()
            .find(|field| field.name == name)
            .map(|field| field.value.as_str())
    }

    /// Every field of this name, in order.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.list
            .iter()
            .filter(move |field| field.name == name)
            .map(|field| field.value.as_str())
    }

    /// All fields, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Field> {
        self.list.iter()
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// The mail as a parser wants it: without an mbox separator or blank lines before its header; bare CR line ends (old
/// Macs, and broken gateways) become CRLF. Says what was changed.
pub(super) fn straighten(raw: &[u8]) -> (Cow<'_, [u8]>, Option<&'static str>) {
    let mut change = None;
    let mut bytes = Cow::Borrowed(raw);
    if !raw.contains(&b'\n') && raw.contains(&b'\r') {
        let mut straight = Vec::with_capacity(raw.len() + raw.len() / 32);
        for byte in raw {
            straight.push(*byte);
            if *byte == b'\r' {
                straight.push(b'\n');
            }
        }
        bytes = Cow::Owned(straight);
        change = Some("its lines end in a bare CR");
    }
    let blanks = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace() || **byte == 0)
        .count();
    let mut skip = 0;
    if blanks > 0 && blanks < bytes.len() {
        skip = blanks;
        change = change.or(Some("blank lines stand before its header"));
    }
    let rest = bytes.get(skip..).unwrap_or_default();
    if rest.starts_with(b"From ") || rest.starts_with(b">From ") {
        skip += rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
    }
    if skip > 0 {
        bytes = match bytes {
            Cow::Borrowed(all) => Cow::Borrowed(all.get(skip..).unwrap_or_default()),
            Cow::Owned(mut all) => {
                all.drain(..skip.min(all.len()));
                Cow::Owned(all)
            }
        };
    }
    (bytes, change)
}

/// The addresses in a raw header value, read leniently: what stands in angle brackets, else words with an `@`.
pub(super) fn addresses_in(value: &str) -> Vec<super::Address> {
    value
        .split(|c: char| c.is_whitespace() || "<>,;()\"[]:".contains(c))
        .filter(|word| word.contains('@'))
        .filter_map(|word| super::Address::parse(word.trim_matches(|c| "'.`".contains(c))).ok())
        .take(super::bounds::ADDRESSES_MAX)
        .collect()
}

/// The addresses that stand in a text which is shown to people, as a display name is.
#[must_use]
pub(crate) fn addresses_in_text(text: &str) -> Vec<super::Address> {
    addresses_in(text)
}

/// The media type and the parameters of a `Content-Type` value, names and type in lower case.
pub(super) fn parameter(value: &str, name: &str) -> Option<String> {
    value.split(';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    })
}
