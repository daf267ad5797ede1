//! Is this the same mail as that? A hash over Message-ID and body, so that a copy with other trace headers is the same
//! mail, and a stranger who re-uses a Message-ID does not make another mail vanish.

use super::{MailIdentity, MessageId};
use sha2::{Digest, Sha256};

/// The identity of a mail: Message-ID and body with CRLF line ends, or the raw bytes where there is no Message-ID.
pub(super) fn identify(message_id: Option<&MessageId>, body: &[u8], raw: &[u8]) -> MailIdentity {
    let mut hash = Sha256::new();
    let Some(message_id) = message_id else {
        hash.update(b"raw\0");
        hash.update(raw);
        return MailIdentity(hash.finalize().into());
    };
    hash.update(b"id\0");
    hash.update(message_id.as_str().as_bytes());
    hash.update(b"\0");
    // A server may store LF for CRLF and add or drop the last line end.
    let end = body.len() - trailing_line_ends(body);
    for line in body
        .get(..end)
        .unwrap_or_default()
        .split(|byte| *byte == b'\n')
    {
        hash.update(line.strip_suffix(b"\r").unwrap_or(line));
        hash.update(b"\r\n");
    }
    MailIdentity(hash.finalize().into())
}

fn trailing_line_ends(body: &[u8]) -> usize {
    body.iter()
        .rev()
        .take_while(|byte| matches!(byte, b'\r' | b'\n'))
        .count()
}
