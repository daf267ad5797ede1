//! Is this the same mail as that? A hash over Message-ID and body, so that a copy with other trace headers is the same
//! mail, and a stranger who re-uses a Message-ID does not make another mail vanish. Without a Message-ID: a hash over
//! the mail as it was written, without the headers that each delivery adds.

use super::{MailIdentity, MessageId};
use sha2::{Digest, Sha256};

/// Headers that servers add on the way (RFC 5321 section 4.4 and its customs): two deliveries of one mail differ in them.
const TRACE_HEADERS: [&[u8]; 9] = [
    b"received:",
    b"return-path:",
    b"delivered-to:",
    b"x-original-to:",
    b"envelope-to:",
    b"delivery-date:",
    b"x-received:",
    b"authentication-results:",
    b"received-spf:",
];

/// The identity of a mail: Message-ID and body with CRLF line ends; or, where there is no Message-ID, the raw bytes
/// without trace headers.
pub(super) fn identify(message_id: Option<&MessageId>, body: &[u8], raw: &[u8]) -> MailIdentity {
    let mut hash = Sha256::new();
    let Some(message_id) = message_id else {
        hash.update(b"raw\0");
        let header_bytes = raw.len().saturating_sub(body.len());
        hash_as_written(&mut hash, raw.get(..header_bytes).unwrap_or_default());
        hash_lines(&mut hash, body);
        return MailIdentity(hash.finalize().into());
    };
    hash.update(b"id\0");
    hash.update(message_id.as_str().as_bytes());
    hash.update(b"\0");
    hash_lines(&mut hash, body);
    MailIdentity(hash.finalize().into())
}

/// The header section without trace headers and their continuation lines.
fn hash_as_written(hash: &mut Sha256, header: &[u8]) {
    let mut in_trace = false;
    for line in header.split(|byte| *byte == b'\n') {
        let continues = matches!(line.first(), Some(b' ' | b'\t'));
        if !continues {
            in_trace = TRACE_HEADERS.iter().any(|name| {
                let start = line.get(..name.len());
                start.is_some_and(|start| start.eq_ignore_ascii_case(name))
            });
        }
        if !in_trace {
            hash.update(line.strip_suffix(b"\r").unwrap_or(line));
            hash.update(b"\r\n");
        }
    }
}

/// A server may store LF for CRLF and add or drop the last line end.
fn hash_lines(hash: &mut Sha256, body: &[u8]) {
    let end = body.len() - trailing_line_ends(body);
    let text = body.get(..end).unwrap_or_default();
    for line in text.split(|byte| *byte == b'\n') {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\r\n");
    }
}

fn trailing_line_ends(body: &[u8]) -> usize {
    body.iter()
        .rev()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count()
}
