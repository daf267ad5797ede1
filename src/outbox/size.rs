//! Is a mail too large for the server? Before anything is sent, by what the server says at `EHLO` (`SIZE`, RFC 1870), and after, by how it
//! refuses. Pure. Reads hostile input: the server's words.

use super::failure::{Stage, Trouble, Verdict, enhanced_status, verdict};
use crate::journal::TooLarge;

/// RFC 5321 section 4.5.3.1.7: each server takes so much. Of smaller mails it is not asked.
pub(super) const ALL_TAKE_BYTES: usize = 64 * 1024;

/// What a server says about the size of mails, at `EHLO`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// Nothing.
    Nothing,
    /// That it can be told the size of a mail beforehand; and how much it takes, where it says so.
    Size {
        /// The most bytes that it takes.
        limit_bytes: Option<u64>,
    },
}

/// What a server offers at `EHLO`, as far as we use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offers {
    /// About sizes.
    pub(super) size: Announced,
    /// That several commands may be sent before their replies are read (RFC 2920).
    pub(super) pipelining: bool,
}

impl Offers {
    pub(super) const NOTHING: Self = Self {
        size: Announced::Nothing,
        pipelining: false,
    };
}

/// What stands in the lines of a reply to `EHLO`.
pub(super) fn offers<'l>(lines: impl Iterator<Item = &'l str>) -> Offers {
    let lines: Vec<&str> = lines.collect();
    let is_pipelining = |line: &&str| line.trim().eq_ignore_ascii_case("PIPELINING");
    Offers {
        size: announced(lines.iter().copied()),
        pipelining: lines.iter().any(is_pipelining),
    }
}

/// What stands about the size in the lines of a reply to `EHLO`.
fn announced<'l>(lines: impl Iterator<Item = &'l str>) -> Announced {
    for line in lines {
        let mut words = line.split_ascii_whitespace();
        if (words.next()).is_some_and(|word| word.eq_ignore_ascii_case("SIZE")) {
            let limit = words.next().and_then(|word| word.parse::<u64>().ok());
            // RFC 1870 section 4: 0 means that there is no fixed limit.
            let limit_bytes = limit.filter(|bytes| *bytes > 0);
            return Announced::Size { limit_bytes };
        }
    }
    Announced::Nothing
}

impl Announced {
    /// The most that the server takes, where it says so.
    pub(super) const fn limit_bytes(self) -> Option<u64> {
        match self {
            Self::Nothing => None,
            Self::Size { limit_bytes } => limit_bytes,
        }
    }

    /// Why a mail of so many bytes need not be tried.
    pub(super) fn too_small_for(self, mail_bytes: u64) -> Option<(TooLarge, String)> {
        let limit = self.limit_bytes().filter(|limit| *limit < mail_bytes)?;
        let why = format!(
            "it was not sent, because it has {mail_bytes} bytes and the mail server takes no mail above {limit} bytes"
        );
        let limit_bytes = Some(limit);
        Some((TooLarge { limit_bytes }, why))
    }
}

/// Whether the server refuses a mail for good because of its size.
pub(super) fn is_refused_for_size(stage: Stage, trouble: &Trouble) -> bool {
    let Trouble::Reply { code, words } = trouble else {
        return false;
    };
    if verdict(stage, trouble) != Verdict::Permanent {
        return false;
    }
    match (*code, enhanced_status(words.as_str())) {
        // "552 5.2.2" is a full mailbox, "552 5.7.0" content that a server dislikes, "523 5.7.10" a lack of encryption.
        (_, Some(status)) => names_size(status),
        (552 | 523, None) => stage != Stage::Recipient,
        _ => false,
    }
}

/// Whether an enhanced status code is about the size of the mail: more than the system (x.3.4) or the mailbox (x.2.3) takes (RFC 3463).
pub(super) const fn names_size((_, subject, detail): (u16, u16, u16)) -> bool {
    matches!((subject, detail), (3, 4) | (2, 3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::HeaderText;

    #[test]
    fn what_is_a_refusal_for_size() {
        use Stage::{Connect, Data, FinalDot, Login, Recipient, Sender};
        let table = [
            (Sender, 552, "5.3.4 message size exceeds fixed limit", true),
            (Sender, 552, "Message size exceeds maximum permitted", true),
            (FinalDot, 552, "5.3.4 too big", true),
            (FinalDot, 552, "Message too large", true),
            (FinalDot, 554, "5.3.4 message too big for system", true),
            (FinalDot, 550, "5.2.3 exceeds the mailbox's limit", true),
            (FinalDot, 552, "5.2.3 message length exceeds limit", true),
            (Data, 552, "no", true),
            (FinalDot, 523, "the message is too large", true),
            (
                Sender,
                552,
                "sorry, that message size exceeds my databytes limit (#5.3.4)",
                true,
            ),
            (Recipient, 552, "5.3.4 too big for this recipient", true),
            (Recipient, 550, "5.2.3 too big for this recipient", true),
            // A full mailbox, or too many recipients.
            (Recipient, 552, "5.2.2 mailbox full", false),
            (Recipient, 552, "too many recipients", false),
            (Recipient, 552, "5.5.3 too many recipients", false),
            (FinalDot, 552, "5.2.2 mailbox full", false),
            (FinalDot, 552, "5.7.0 this content is blocked", false),
            (Sender, 552, "sorry, mailbox full (#5.2.2)", false),
            (Sender, 523, "5.7.10 encryption needed", false),
            (FinalDot, 554, "5.7.1 spam", false),
            (FinalDot, 554, "too large, never", false),
            (Sender, 550, "no such sender", false),
            // For now only.
            (Sender, 452, "4.3.4 too big", false),
            (FinalDot, 452, "4.3.1 system storage", false),
            // Not about a mail.
            (Connect, 552, "5.3.4 no", false),
            (Login, 552, "5.3.4 no", false),
        ];
        for (stage, code, words, expected) in table {
            let words = HeaderText::clean(words);
            let trouble = Trouble::Reply { code, words };
            let got = is_refused_for_size(stage, &trouble);
            assert_eq!(got, expected, "{stage:?} {trouble:?}");
        }
        assert!(!is_refused_for_size(FinalDot, &Trouble::Silence));
    }

    #[test]
    fn what_a_server_announces() {
        let of = |lines: &str| announced(lines.lines());
        let size = |limit_bytes| Announced::Size { limit_bytes };
        assert_eq!(of("mail.example hello\n8BITMIME\nHELP"), Announced::Nothing);
        assert_eq!(of("mail.example\nSIZE 1000\nHELP"), size(Some(1000)));
        assert_eq!(of("mail.example\nsize 1000"), size(Some(1000)));
        assert_eq!(of("mail.example\nSIZE"), size(None));
        assert_eq!(of("mail.example\nSIZE 0"), size(None));
        assert_eq!(of("mail.example\nSIZE -1"), size(None));
        assert_eq!(of("mail.example\nSIZE 99999999999999999999"), size(None));
        assert_eq!(of("SIZED 1000"), Announced::Nothing);
    }

    #[test]
    fn only_what_is_larger_than_the_limit_is_not_tried() {
        let says = |limit_bytes| Announced::Size { limit_bytes };
        assert!(says(Some(1000)).too_small_for(1000).is_none());
        assert!(says(None).too_small_for(u64::MAX).is_none());
        assert!(Announced::Nothing.too_small_for(u64::MAX).is_none());
        let (too_large, why) = says(Some(1000)).too_small_for(1001).unwrap();
        assert_eq!(too_large.limit_bytes, Some(1000));
        assert!(why.contains("1001 bytes") && why.contains("1000 bytes"));
    }
}
