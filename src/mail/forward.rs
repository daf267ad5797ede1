//! Who wrote a forwarded mail originally, to whom, when, about what? From an attached mail, or from the header block that mail programs
//! write above the old text. Reads hostile input; what it finds is somebody's claim.

use super::bounds::{ADDRESSES_MAX, beginning};
use super::quote::{Label, is_divider, label};
use super::{Address, Forwarded, HeaderText, Mailbox};

/// Subjects that a forwarded mail begins with, in lower case.
const PREFIXES: [&str; 22] = [
    "fwd:",
    "fw:",
    "wg:",
    "tr:",
    "rv:",
    "i:",
    "enc:",
    "vs:",
    "vb:",
    "doorst:",
    "pd:",
    "转发:",
    "轉寄:",
    "転送:",
    "fwd :",
    "vl:",
    "továbbítás:",
    "přeposláno:",
    "ilt:",
    "пересл:",
    "fs:",
    "전달:",
];
/// What a divider of a forward says, in lower case; a reply's divider says "original".
const DIVIDER_WORDS: [&str; 28] = [
    "forward",
    "fwd",
    "weitergeleitet",
    "transf",
    "reenvia",
    "inoltrat",
    "doorgestuurd",
    "encaminhad",
    "vidarebefordra",
    "videresend",
    "przekaz",
    "přeposlan",
    "preposlan",
    "välitet",
    "edelleenläh",
    "továbbít",
    "redirecționat",
    "posredovan",
    "proslijeđen",
    "пере",
    "препратен",
    "προωθ",
    "iletilen",
    "転送",
    "转发",
    "轉寄",
    "전달",
    "terusan",
];
/// How many lines are searched for the block, and how many empty ones may stand within it.
const SEARCHED_LINES: usize = 60;
const BLANKS_WITHIN_MAX: usize = 2;
/// The longest text of an original that is kept, in bytes.
const TEXT_MAX_BYTES: usize = 256 * 1024;

/// Whether a subject says that the mail is forwarded.
pub(super) fn subject_says_so(subject: &str) -> bool {
    let subject = subject.trim_start().to_lowercase();
    PREFIXES.iter().any(|prefix| subject.starts_with(prefix))
}

/// The original as its block in the quoted text names it. A reply has such a block too: it counts only where the subject
/// or the divider says that this is a forward. Of forwards within forwards the outermost counts.
pub(super) fn inline(quoted_text: &str, subject: &str) -> Option<Forwarded> {
    let mut block = Block::default();
    let mut is_forward = subject_says_so(subject);
    let mut rest = quoted_text;
    for _ in 0..SEARCHED_LINES {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let bare = line.trim_start_matches(['>', ' ', '\t']);
        if is_divider(bare) {
            if block.from.is_some() {
                break;
            }
            let lower = bare.to_lowercase();
            is_forward |= DIVIDER_WORDS.iter().any(|word| lower.contains(word));
        } else if !block.take(bare) {
            break;
        }
        if after.is_empty() {
            rest = "";
            break;
        }
        rest = after;
    }
    let from = block.from.filter(|_| is_forward)?;
    Some(Forwarded {
        from,
        to: block.to,
        date: block.date,
        subject: block.subject,
        text: unquoted(beginning(rest, TEXT_MAX_BYTES)),
    })
}

/// A header block as it is read line by line.
#[derive(Default)]
struct Block {
    from: Option<Mailbox>,
    to: Vec<Mailbox>,
    date: HeaderText,
    subject: HeaderText,
    last: Option<Label>,
    blanks: usize,
}

impl Block {
    /// Takes a line; `false` where the block has ended before it.
    fn take(&mut self, line: &str) -> bool {
        if line.trim().is_empty() {
            self.blanks += 1;
            let is_complete =
                self.from.is_some() && (!self.subject.is_empty() || !self.date.is_empty());
            return !is_complete && (self.from.is_none() || self.blanks <= BLANKS_WITHIN_MAX);
        }
        match label(line) {
            Some((Label::From, value)) if self.from.is_none() => {
                self.from = mailboxes(value).into_iter().next();
                self.last = Some(Label::From);
            }
            Some((Label::To, value)) if self.to.is_empty() => {
                self.to = mailboxes(value);
                self.last = Some(Label::To);
            }
            Some((Label::Date, value)) if self.date.is_empty() => {
                self.date = HeaderText::clean(value);
                self.last = Some(Label::Date);
            }
            Some((Label::Subject, value)) if self.subject.is_empty() => {
                self.subject = HeaderText::clean(value.trim_matches('*'));
                self.last = Some(Label::Subject);
            }
            Some(_) => self.last = Some(Label::Other),
            None => return self.go_on(line),
        }
        self.blanks = 0;
        true
    }

    /// A line without a label: the rest of a folded field, or the value below its label; else the text begins.
    fn go_on(&mut self, line: &str) -> bool {
        match self.last {
            None => true,
            Some(Label::From) if self.from.is_none() => {
                self.from = mailboxes(line).into_iter().next();
                self.from.is_some()
            }
            Some(Label::To) if self.blanks == 0 => {
                self.to.extend(mailboxes(line));
                self.to.truncate(ADDRESSES_MAX);
                line.contains('@')
            }
            Some(Label::Subject) if self.subject.is_empty() => {
                self.subject = HeaderText::clean(line);
                true
            }
            Some(_) => false,
        }
    }
}

/// The text without the marks of one level of quotation, where every line has one.
fn unquoted(text: &str) -> String {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let is_quoted =
        lines().next().is_some() && lines().all(|line| line.trim_start().starts_with('>'));
    if !is_quoted {
        return text.trim().to_owned();
    }
    let bare: Vec<&str> = text
        .lines()
        .map(|line| {
            let line = line.trim_start();
            let line = line.strip_prefix('>').unwrap_or(line);
            line.strip_prefix(' ').unwrap_or(line)
        })
        .collect();
    bare.join("\n").trim().to_owned()
}

/// `Name <address>`, `Name [mailto:address]`, `"Name" address`, several of them: in any of the forms that clients write.
fn mailboxes(value: &str) -> Vec<Mailbox> {
    let value = beginning(value, 4096);
    let mut found = Vec::new();
    for piece in value
        .split([';', '>', ']'])
        .flat_map(|piece| split_at_commas(piece))
    {
        let word = piece
            .split(|c: char| c.is_whitespace() || "<>()[],;\"*".contains(c))
            .map(|word| word.trim_start_matches("mailto:"))
            .find_map(|word| Address::parse(word).ok());
        let Some(address) = word else { continue };
        let name = piece.split(['<', '[', '(']).next().unwrap_or_default();
        let name = HeaderText::clean(
            name.trim_matches(|c: char| c.is_whitespace() || "\"'*,".contains(c)),
        );
        found.push(Mailbox {
            name: (!name.is_empty() && !name.as_str().contains('@')).then_some(name),
            address,
        });
        if found.len() >= ADDRESSES_MAX {
            break;
        }
    }
    found
}

/// Commas part mailboxes only where each side has an address: "Miller, Ann <ann@a.example>" is one.
fn split_at_commas(piece: &str) -> Vec<&str> {
    let parts: Vec<&str> = piece.split(',').collect();
    if parts.iter().all(|part| part.contains('@')) {
        parts
    } else {
        vec![piece]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_many_programs_name_the_original() {
        for (program, quoted, subject) in [
            (
                "Gmail",
                "---------- Forwarded message ---------\nFrom: Ann Miller <ann@a.example>\nDate: Tue, Mar 3, 2026 at 10:12 AM\nSubject: broken\nTo: <me@shop.example>\n\n\nIt broke.",
                "Fwd: broken",
            ),
            (
                "Outlook",
                "From: Ann Miller <ann@a.example>\nSent: Tuesday, March 3, 2026 10:12\nTo: me@shop.example\nSubject: broken\n\nIt broke.",
                "FW: broken",
            ),
            (
                "Outlook, German, older",
                "________________________________\nVon: Ann Miller [mailto:ann@a.example]\nGesendet: Dienstag, 3. März 2026 10:12\nAn: me@shop.example\nBetreff: broken\n\nIt broke.",
                "WG: broken",
            ),
            (
                "Apple",
                "Begin forwarded message:\n\n> From: Ann Miller <ann@a.example>\n> Subject: broken\n> Date: 3 March 2026 at 10:12:00 CET\n> To: me@shop.example\n>\n> It broke.",
                "broken",
            ),
            (
                "Thunderbird",
                "-------- Forwarded Message --------\nSubject: broken\nDate: Tue, 3 Mar 2026 10:12:00 +0100\nFrom: Ann Miller <ann@a.example>\nTo: me@shop.example\n\nIt broke.",
                "Fwd: broken",
            ),
            (
                "Outlook for phones",
                "From: Ann Miller <ann@a.example>\nDate: Tuesday, 3 March 2026 at 10:12\nTo: me@shop.example <me@shop.example>\nSubject: broken\n\nIt broke.",
                "Fw: broken",
            ),
            (
                "bold stars",
                "*From:* Ann Miller <ann@a.example>\n*Sent:* Tuesday\n*To:* me@shop.example\n*Subject:* broken\n\nIt broke.",
                "FW: broken",
            ),
            (
                "French",
                "-------- Message transféré --------\nSujet : broken\nDate : Tue, 3 Mar 2026 10:12:00 +0100\nDe : Ann Miller <ann@a.example>\nPour : me@shop.example\n\nIt broke.",
                "Tr: broken",
            ),
        ] {
            let found = inline(quoted, subject).unwrap_or_else(|| panic!("{program}"));
            assert_eq!(
                found.from.to_string(),
                "Ann Miller <ann@a.example>",
                "{program}"
            );
            assert_eq!(found.subject.as_str(), "broken", "{program}");
            assert_eq!(found.text, "It broke.", "{program}");
            let to: Vec<&str> = found.to.iter().map(|to| to.address.as_str()).collect();
            assert_eq!(to.first(), Some(&"me@shop.example"), "{program}");
            assert!(!found.date.is_empty(), "{program}");
        }
    }

    #[test]
    fn a_reply_is_no_forward_and_the_outermost_counts() {
        let block = "From: Ann <ann@a.example>\nSent: Tuesday\nTo: me@shop.example\nSubject: Re: broken\n\nIt broke.";
        assert_eq!(inline(block, "Re: broken"), None);
        assert_eq!(
            inline(&format!("-----Original Message-----\n{block}"), "Re: x"),
            None
        );
        let nested = format!(
            "---------- Forwarded message ---------\nFrom: Bea <bea@b.example>\nDate: x\nSubject: Fwd: broken\nTo: c@c.example\n\nsee below\n\n---------- Forwarded message ---------\n{block}"
        );
        let found = inline(&nested, "Fwd: Fwd: broken").unwrap();
        assert_eq!(found.from.address.as_str(), "bea@b.example");
        assert!(found.text.starts_with("see below") && found.text.ends_with("It broke."));
        assert_eq!(inline("", "Fwd: nothing"), None);
    }

    #[test]
    fn several_recipients_and_names_with_commas() {
        let found = mailboxes("Miller, Ann <ann@a.example>; \"Bo\" <bo@b.example>, c@c.example");
        let shown: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown.first().map(String::as_str),
            Some("Miller, Ann <ann@a.example>")
        );
        assert!(shown.len() >= 2, "{shown:?}");
    }
}
