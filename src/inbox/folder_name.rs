//! A folder name from the settings, as IMAP wants it on the wire: modified UTF-7 (RFC 3501 section 5.1.3), quoted.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

const MODIFIED_BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::IMAP_MUTF7, NO_PAD);

/// The name, encoded and in quotes. Only printable ASCII leaves here, whatever the settings hold.
pub(super) fn quoted_folder(name: &str) -> String {
    quoted(&modified_utf7(name))
}

/// An IMAP quoted string. Control characters cannot stand in one and are left out.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars().filter(|character| !character.is_control()) {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    out
}

fn modified_utf7(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut shifted: Vec<u8> = Vec::new();
    for character in name.chars() {
        if matches!(character, ' '..='~') {
            end_shift(&mut out, &mut shifted);
            out.push(character);
            if character == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                shifted.extend(unit.to_be_bytes());
            }
        }
    }
    end_shift(&mut out, &mut shifted);
    out
}

fn end_shift(out: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        out.push('&');
        out.push_str(&MODIFIED_BASE64.encode(&shifted));
        out.push('-');
        shifted.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_encoded_as_the_rfc_shows() {
        let cases = [
            ("INBOX", "\"INBOX\""),
            ("Übung", "\"&ANw-bung\""),
            ("R&D", "\"R&-D\""),
            (
                "~peter/mail/台北/日本語",
                "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\"",
            ),
            ("a\"b\\c", "\"a\\\"b\\\\c\""),
            ("📮", "\"&2D3c7g-\""),
        ];
        for (name, wire) in cases {
            assert_eq!(quoted_folder(name), wire);
        }
    }

    proptest! {
        #[test]
        fn nothing_but_printable_ascii_in_one_quoted_string(name in any::<String>()) {
            let wire = quoted_folder(&name);
            prop_assert!(wire.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            let inner = wire.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap();
            let unescaped = inner.replace("\\\\", "").replace("\\\"", "");
            prop_assert!(!unescaped.contains('"'));
        }
    }
}
