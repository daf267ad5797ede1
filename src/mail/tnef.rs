//! What is in a `winmail.dat`? Text and files that Outlook packed in its own form ([MS-OXTNEF]). Reads hostile input: lengths are checked
//! against what is there, numbers are bounded.

use super::bounds::{DECODED_MAX_BYTES, PARTS_MAX};

/// What was found in it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unpacked {
    /// The plain text, if it has one.
    pub(super) text: String,
    /// The HTML text, if it has one.
    pub(super) html: String,
    /// Whether there is a text in a form that is not read (compressed RTF).
    pub(super) has_other_text: bool,
    /// Name and bytes of each file.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

const SIGNATURE: u32 = 0x223E_9F78;
/// Attributes: the low half of each identifier.
const BODY: u16 = 0x800C;
const MESSAGE_PROPERTIES: u16 = 0x9003;
const ATTACHMENT_BEGINS: u16 = 0x9002;
const ATTACHMENT_TITLE: u16 = 0x8010;
const ATTACHMENT_DATA: u16 = 0x800F;
const ATTACHMENT_PROPERTIES: u16 = 0x9005;
/// MAPI properties.
const PLAIN_BODY: u16 = 0x1000;
const COMPRESSED_RTF: u16 = 0x1009;
const HTML_BODY: u16 = 0x1013;
const LONG_FILE_NAME: u16 = 0x3707;

/// Bytes that are taken from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }
    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }
    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }
    fn long(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
    fn sized(&mut self, count: u32) -> Option<&'a [u8]> {
        self.take(usize::try_from(count).ok()?)
    }
}

/// Unpacks it; `None` where it is none.
pub(super) fn unpack(bytes: &[u8]) -> Option<Unpacked> {
    let mut cursor = Cursor(bytes);
    if cursor.long()? != SIGNATURE {
        return None;
    }
    cursor.short()?;
    let mut found = Unpacked::default();
    let mut budget = DECODED_MAX_BYTES;
    // What is cut off in the middle keeps what came before.
    while let Some((identifier, data)) = attribute(&mut cursor) {
        budget = budget.saturating_sub(data.len());
        if budget == 0 || found.files.len() > PARTS_MAX {
            break;
        }
        match identifier {
            BODY => found.text = in_eight_bits(data),
            MESSAGE_PROPERTIES => read_message_properties(data, &mut found),
            ATTACHMENT_BEGINS => found.files.push((String::new(), Vec::new())),
            ATTACHMENT_TITLE => {
                if let Some((name, _)) = found.files.last_mut() {
                    *name = in_eight_bits(data);
                }
            }
            ATTACHMENT_DATA => {
                if let Some((_, content)) = found.files.last_mut() {
                    *content = data.to_vec();
                }
            }
            ATTACHMENT_PROPERTIES => {
                let long_name = properties(data)
                    .into_iter()
                    .find(|(tag, _)| *tag == LONG_FILE_NAME);
                if let (Some((_, long_name)), Some((name, _))) = (long_name, found.files.last_mut())
                {
                    *name = text_of(&long_name);
                }
            }
            _ => {}
        }
    }
    found.files.retain(|(_, content)| !content.is_empty());
    Some(found)
}

fn attribute<'a>(cursor: &mut Cursor<'a>) -> Option<(u16, &'a [u8])> {
    let _level = cursor.byte()?;
    let identifier = cursor.long()?;
    let length = cursor.long()?;
    let data = cursor.sized(length)?;
    let _checksum = cursor.short()?;
    Some((u16::try_from(identifier & 0xFFFF).ok()?, data))
}

fn read_message_properties(data: &[u8], found: &mut Unpacked) {
    for (tag, value) in properties(data) {
        match tag {
            PLAIN_BODY if found.text.is_empty() => found.text = text_of(&value),
            HTML_BODY => found.html = in_eight_bits(value.bytes),
            COMPRESSED_RTF => found.has_other_text = true,
            _ => {}
        }
    }
}

/// The value of a property that has a length of its own.
struct Value<'a> {
    is_unicode: bool,
    bytes: &'a [u8],
}

/// The first properties of a block: those that are read here, strings and bytes; an unknown form ends the reading.
fn properties(data: &[u8]) -> Vec<(u16, Value<'_>)> {
    let mut cursor = Cursor(data);
    let mut found = Vec::new();
    let count = cursor.long().unwrap_or(0).min(2_000);
    for _ in 0..count {
        match property(&mut cursor) {
            Some(Some(one)) => found.push(one),
            Some(None) => {}
            None => break,
        }
    }
    found
}

fn property<'a>(cursor: &mut Cursor<'a>) -> Option<Option<(u16, Value<'a>)>> {
    let form = cursor.short()?;
    let tag = cursor.short()?;
    // A named property: its set, and a number or a name.
    if tag >= 0x8000 {
        cursor.take(16)?;
        if cursor.long()? == 0 {
            cursor.long()?;
        } else {
            let length = cursor.long()?;
            padded(cursor, length)?;
        }
    }
    let is_multiple = form & 0x1000 != 0;
    let count = if is_multiple {
        cursor.long()?.min(1_000)
    } else {
        1
    };
    let mut first = None;
    for _ in 0..count {
        let value = match form & 0x0FFF {
            0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => {
                cursor.take(4)?;
                None
            }
            0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => {
                cursor.take(8)?;
                None
            }
            0x0048 => {
                cursor.take(16)?;
                None
            }
            form @ (0x000D | 0x001E | 0x001F | 0x0102) => {
                // Of these a single one is preceded by its number as well.
                if !is_multiple && cursor.long()? != 1 {
                    return None;
                }
                let length = cursor.long()?;
                let bytes = padded(cursor, length)?;
                Some(Value {
                    is_unicode: form == 0x001F,
                    bytes,
                })
            }
            _ => return None,
        };
        first = first.or(value);
    }
    Some(first.map(|value| (tag, value)))
}

/// Bytes that fill up to a multiple of four.
fn padded<'a>(cursor: &mut Cursor<'a>, length: u32) -> Option<&'a [u8]> {
    let bytes = cursor.sized(length)?;
    let padding = (4 - bytes.len() % 4) % 4;
    cursor.take(padding)?;
    Some(bytes)
}

fn text_of(value: &Value<'_>) -> String {
    if !value.is_unicode {
        return in_eight_bits(value.bytes);
    }
    let units: Vec<u16> = value
        .bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(u16::from_le_bytes(pair.try_into().ok()?)))
        .take_while(|unit| *unit != 0)
        .collect();
    String::from_utf16_lossy(&units)
}

/// Text up to its zero byte, as UTF-8 where it is, else as Windows-1252.
fn in_eight_bits(bytes: &[u8]) -> String {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    match std::str::from_utf8(text) {
        Ok(text) => text.to_owned(),
        Err(_) => text
            .iter()
            .map(|byte| super::text::windows_1252(*byte))
            .collect(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(level: u8, identifier: u32, data: &[u8]) -> Vec<u8> {
        let mut out = vec![level];
        out.extend(identifier.to_le_bytes());
        out.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        out.extend(data);
        out.extend([0, 0]);
        out
    }

    fn string_property(tag: u16, text: &str) -> Vec<u8> {
        let mut units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        units.extend([0, 0]);
        let mut out = Vec::new();
        out.extend(0x001F_u16.to_le_bytes());
        out.extend(tag.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        out.extend(u32::try_from(units.len()).unwrap().to_le_bytes());
        out.extend(&units);
        out.extend(std::iter::repeat_n(0, (4 - units.len() % 4) % 4));
        out
    }

    /// A `winmail.dat` with this text and a file.
    pub(in crate::mail) fn packed(text: &str, name: &str, content: &[u8]) -> Vec<u8> {
        let mut out = SIGNATURE.to_le_bytes().to_vec();
        out.extend([1, 0]);
        let mut message = 1_u32.to_le_bytes().to_vec();
        message.extend(string_property(PLAIN_BODY, text));
        out.extend(record(1, 0x0006_9003, &message));
        out.extend(record(2, 0x0006_9002, &[0; 14]));
        out.extend(record(2, 0x0001_8010, b"SHORT~1.PDF\0"));
        out.extend(record(2, 0x0006_800F, content));
        let mut file = 1_u32.to_le_bytes().to_vec();
        file.extend(string_property(LONG_FILE_NAME, name));
        out.extend(record(2, 0x0006_9005, &file));
        out
    }

    #[test]
    fn text_and_files_come_out() {
        let found = unpack(&packed("Grüße", "Rechnung Müller.pdf", b"%PDF")).unwrap();
        assert_eq!(found.text, "Grüße");
        assert_eq!(
            found.files,
            [("Rechnung Müller.pdf".to_owned(), b"%PDF".to_vec())]
        );
        assert_eq!(unpack(b"no such thing"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_cut_or_changed_does_no_harm(cut in 0_usize..200, at in 0_usize..200, byte in any::<u8>()) {
            let mut bytes = packed("text", "name", b"content");
            if let Some(found) = bytes.get_mut(at) {
                *found = byte;
            }
            bytes.truncate(cut.max(6));
            let _ = unpack(&bytes);
        }
    }
}
