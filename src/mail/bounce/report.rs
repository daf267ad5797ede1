//! What does a `message/delivery-status` say (RFC 3464; RFC 6533 for addresses beyond ASCII)? A block for the mail and one for each
//! recipient, of whom the worst off counts.

use super::status;
use crate::mail::headers::addresses_in;
use crate::mail::{Address, BounceAction};

/// What became of one recipient.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Recipient {
    pub(super) address: Option<Address>,
    pub(super) action: Option<BounceAction>,
    pub(super) status: Option<String>,
    pub(super) diagnostic: Option<String>,
}

/// The most recipients that are read.
const RECIPIENTS_MAX: usize = 200;

/// The recipient that staff must hear of: failed before delayed before delivered, then the order of the report.
pub(super) fn worst(report: &str) -> Recipient {
    let mut recipients: Vec<Recipient> = Vec::new();
    let mut current = Recipient::default();
    // Bare carriage returns end lines as well.
    let report = report.replace("\r\n", "\n").replace('\r', "\n");
    for line in report.split('\n') {
        if line.trim().is_empty() {
            if current != Recipient::default() && recipients.len() < RECIPIENTS_MAX {
                recipients.push(std::mem::take(&mut current));
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        read_field(
            &name.trim().to_ascii_lowercase(),
            value.trim(),
            &mut current,
        );
    }
    recipients.push(current);
    let rank = |recipient: &&Recipient| match recipient.action {
        Some(BounceAction::Failed) => 0,
        Some(BounceAction::Delayed) => 1,
        None if recipient.address.is_some() => 2,
        Some(BounceAction::Delivered) => 3,
        None => 4,
    };
    let found = recipients.iter().min_by_key(rank).cloned();
    found.unwrap_or_default()
}

fn read_field(name: &str, value: &str, recipient: &mut Recipient) {
    match name {
        // The address that the sender wrote says more than the one that it was passed on to.
        "original-recipient" | "x-original-recipient" => {
            recipient.address = address_of(value).or(recipient.address.take());
        }
        "final-recipient" | "x-actual-recipient" if recipient.address.is_none() => {
            recipient.address = address_of(value);
        }
        "action" if recipient.action.is_none() => recipient.action = action_of(value),
        "status" if recipient.status.is_none() => recipient.status = status::stated(value),
        "diagnostic-code" if recipient.diagnostic.is_none() => {
            recipient.diagnostic = Some(value.to_owned());
        }
        _ => {}
    }
}

/// `rfc822; address` or `utf-8; address`, with the escapes of RFC 3461 (`+2B`) or RFC 6533 (`\x{E4}`) undone.
fn address_of(value: &str) -> Option<Address> {
    let bare = value
        .split_once(';')
        .map_or(value, |(_, address)| address)
        .trim();
    let plain = addresses_in(bare).into_iter().next();
    let unescaped = unescape(bare);
    if unescaped == bare {
        return plain;
    }
    addresses_in(&unescaped).into_iter().next().or(plain)
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['+', '\\']) {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let hexadecimal = |digits: &str| {
            u32::from_str_radix(digits, 16)
                .ok()
                .and_then(char::from_u32)
        };
        let xtext = escape
            .strip_prefix('+')
            .and_then(|after| after.get(..2))
            .filter(|digits| {
                digits
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte))
            })
            .and_then(hexadecimal)
            .filter(|c| matches!(c, '+' | '='))
            .map(|c| (c, 3));
        let braced = escape
            .strip_prefix("\\x{")
            .and_then(|after| after.split_once('}'))
            .filter(|(digits, _)| digits.len() <= 6)
            .and_then(|(digits, _)| Some((hexadecimal(digits)?, digits.len() + 4)));
        let (character, length) = xtext
            .or(braced)
            .unwrap_or((if escape.starts_with('+') { '+' } else { '\\' }, 1));
        out.push(character);
        rest = escape.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The word of RFC 3464 section 2.3.3, and of those who read it loosely.
pub(super) fn action_of(value: &str) -> Option<BounceAction> {
    let word = value
        .split([' ', ';', '(', '\t'])
        .next()?
        .to_ascii_lowercase();
    match word.as_str() {
        "failed" | "failure" | "fail" | "expired" | "denied" => Some(BounceAction::Failed),
        "delayed" | "deferred" => Some(BounceAction::Delayed),
        "delivered" | "relayed" | "expanded" | "deliverable" => Some(BounceAction::Delivered),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_recipients_the_worst_off_is_told() {
        let report = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ok@a.example\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; late@a.example\nAction: delayed\nStatus: 4.4.1\n\nOriginal-Recipient: rfc822; bo+2Bx@b.example\nFinal-Recipient: rfc822; other@c.example\nAction: failed\nStatus: 5.1.1\n";
        let found = worst(report);
        assert_eq!(found.address.unwrap().as_str(), "bo+x@b.example");
        assert_eq!(found.action, Some(BounceAction::Failed));
        assert_eq!(found.status.as_deref(), Some("5.1.1"));
    }

    #[test]
    fn escaped_addresses_are_read() {
        for (value, address) in [
            ("rfc822; bo@b.example", "bo@b.example"),
            ("utf-8; b\\x{F6}@b.example", "bö@b.example"),
            ("RFC822;<bo+tag@b.example>", "bo+tag@b.example"),
        ] {
            assert_eq!(address_of(value).unwrap().as_str(), address, "{value}");
        }
        assert_eq!(address_of("unknown; "), None);
    }
}
