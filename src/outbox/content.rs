//! Which bytes go over the wire? The recorded ones, with every line ended by CRLF, so that nothing in a mail can end it early
//! and begin another ("SMTP smuggling": a server that takes `LF . CRLF` as the end). Reads hostile input.

/// The mail with only CRLF as line ends, and without the last one (the client adds it before the final dot).
pub(super) fn for_the_wire(mail: &[u8]) -> Vec<u8> {
    let mut wire = Vec::with_capacity(mail.len() + mail.len() / 64 + 2);
    let mut bytes = mail.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\r' => {
                if bytes.peek() == Some(&b'\n') {
                    bytes.next();
                }
                wire.extend_from_slice(b"\r\n");
            }
            b'\n' => wire.extend_from_slice(b"\r\n"),
            other => wire.push(other),
        }
    }
    if wire.ends_with(b"\r\n") {
        wire.truncate(wire.len() - 2);
    }
    wire
}

/// How many bytes a mail has as a server counts them (RFC 1870 section 5): with all line ends, without what is added for the transport.
pub(super) fn size_bytes(mail: &[u8]) -> u64 {
    let wire = for_the_wire(mail).len() as u64;
    wire.saturating_add(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_smuggled_end_becomes_an_ordinary_line() {
        assert_eq!(
            for_the_wire(b"a\n.\r\nMAIL FROM:<evil@x>\r.\rb\r\n"),
            b"a\r\n.\r\nMAIL FROM:<evil@x>\r\n.\r\nb"
        );
    }

    proptest! {
        #[test]
        fn no_bare_line_end_is_left(mail in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'.'), any::<u8>()], 0..200)) {
            let wire = for_the_wire(&mail);
            for (position, byte) in wire.iter().enumerate() {
                if *byte == b'\r' { prop_assert_eq!(wire.get(position + 1), Some(&b'\n')); }
                if *byte == b'\n' { prop_assert_eq!(wire[position - 1], b'\r'); }
            }
            let kept = |bytes: &[u8]| bytes.iter().copied().filter(|b| !b"\r\n".contains(b)).collect::<Vec<u8>>();
            prop_assert_eq!(kept(&wire), kept(&mail));
        }
    }
}
