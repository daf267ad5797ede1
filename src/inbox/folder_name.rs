//! Folder names as IMAP wants them: modified UTF-7 (RFC 3501 section 5.1.3) in a quoted string.

use base64::Engine;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

const MODIFIED: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// The name, encoded and quoted: `"&ANw-bung"` for `Übung`.
pub(super) fn quoted(name: &str) -> String {
    let mut encoded = String::from("\"");
    let mut foreign: Vec<u8> = Vec::new();
    let flush = |foreign: &mut Vec<u8>, encoded: &mut String| {
        if !foreign.is_empty() {
            encoded.push('&');
            encoded.push_str(&MODIFIED.encode(&*foreign));
            encoded.push('-');
            foreign.clear();
        }
    };
    for character in name.chars() {
        if !(' '..='~').contains(&character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                foreign.extend(unit.to_be_bytes());
            }
            continue;
        }
        flush(&mut foreign, &mut encoded);
        match character {
            '&' => encoded.push_str("&-"),
            '"' | '\\' => encoded.extend(['\\', character]),
            other => encoded.push(other),
        }
    }
    flush(&mut foreign, &mut encoded);
    encoded.push('"');
    encoded
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_are_encoded_as_rfc_3501_shows() {
        for (name, wanted) in [
            ("INBOX", "\"INBOX\""),
            ("Übung", "\"&ANw-bung\""),
            ("R&D", "\"R&-D\""),
            (
                "~peter/mail/台北/日本語",
                "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"",
            ),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("x\r\ny", "\"x&AA0ACg-y\""),
        ] {
            assert_eq!(quoted(name), wanted);
        }
    }
}
