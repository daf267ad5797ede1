//! What did a member write above our packet? Any mail client may have mangled it: nothing of our packet below the reply may ever come
//! through to the customer. Pure.

use super::PACKET_MARKER;
use crate::mail::{Body, Mail};
use crate::ticket::Token;

/// What a member wrote above our packet: the reader's new text, cut once more at anything that only our packet holds.
#[must_use]
pub fn words_above_packet(mail: &Mail) -> String {
    // First the cut, then the quoted lines: our marker may stand on one of them.
    let above = Body {
        reply_text: cut_at_packet(&mail.body.reply_text),
        ..Body::default()
    };
    above.own_words().trim().to_owned()
}

/// Those words without the line that a phone adds: what may be a word to us.
#[must_use]
pub fn words_for_us(mail: &Mail) -> String {
    without_mobile_signature(&words_above_packet(mail)).to_owned()
}

fn cut_at_packet(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .take_while(|line| !belongs_to_packet(line))
        .collect();
    lines.join("\n")
}

/// Whether a line is our marker or holds one of our tokens, however the address around it is written or encoded: both stand only in
/// what we wrote.
fn belongs_to_packet(line: &str) -> bool {
    line.contains(PACKET_MARKER) || line.as_bytes().windows(Token::BYTES).any(is_token)
}

fn is_token(window: &[u8]) -> bool {
    // The dashes first: almost every window fails here without any copying.
    window.get(10) == Some(&b'-')
        && window.get(12) == Some(&b'-')
        && str::from_utf8(window).is_ok_and(|text| Token::parse(text).is_some())
}

/// Phones add a line without the signature mark, so the reader may take it for text.
pub(super) fn without_mobile_signature(text: &str) -> &str {
    const STARTS: [&str; 6] = [
        "sent from my ",
        "sent from outlook",
        "get outlook for ",
        "gesendet von mein",
        "von meinem ",
        "diese nachricht wurde von meinem ",
    ];
    let trimmed = text.trim();
    let (before, last) = trimmed.rsplit_once('\n').unwrap_or(("", trimmed));
    let last = last.trim().to_lowercase();
    if last.chars().count() < 80 && STARTS.iter().any(|start| last.starts_with(start)) {
        before.trim()
    } else {
        trimmed
    }
}

pub(super) fn with_signature(text: &str, mail: &Mail, keep_signature: bool) -> String {
    let signature = cut_at_packet(&mail.body.signature);
    let signature = signature.trim();
    let signature = signature
        .strip_prefix("-- \n")
        .or_else(|| signature.strip_prefix("--\n"))
        .unwrap_or(signature);
    if keep_signature && !signature.is_empty() {
        format!("{text}\n\n-- \n{signature}")
    } else {
        text.to_owned()
    }
}
