//! Who wrote a forwarded mail originally? From an attached mail, or from the header block that mail programs write above
//! the old text. Reads hostile input.

use super::quote::{Label, is_divider, label};
use super::{Address, Forwarded, HeaderText, Mailbox};

/// Subjects that a forwarded mail begins with, in lower case.
const PREFIXES: [&str; 14] = [
    "fwd:", "fw:", "wg:", "tr:", "rv:", "i:", "enc:", "vs:", "vb:", "doorst:", "pd:", "转发:",
    "転送:", "fwd :",
];

/// Whether a subject says that the mail is forwarded.
pub(super) fn subject_says_so(subject: &str) -> bool {
    let subject = subject.trim_start().to_lowercase();
    PREFIXES.iter().any(|prefix| subject.starts_with(prefix))
}

/// The original as its block in the quoted text names it. A reply has such a block too: it counts only where the subject
/// or the divider says that this is a forward.
pub(super) fn inline(quoted_text: &str, subject: &str, reply_is_empty: bool) -> Option<Forwarded> {
    let says_so = subject_says_so(subject);
    let mut from = None;
    let mut about = HeaderText::default();
    let mut is_forward = says_so;
    for line in quoted_text.lines().take(40) {
        let line = line.trim_start_matches(['>', ' ', '\t']);
        let lower = line.to_lowercase();
        if is_divider(line) {
            is_forward |= [
                "forward",
                "fwd",
                "weitergeleitet",
                "transf",
                "reenviad",
                "inoltrat",
                "doorgestuurd",
                "encaminhad",
                "vidarebefordra",
                "videresend",
                "przekazan",
                "přeposlan",
                "välitet",
                "пере",
                "転送",
                "转发",
                "轉寄",
            ]
            .iter()
            .any(|word| lower.contains(word));
            continue;
        }
        match label(line) {
            Some((Label::From, value)) if from.is_none() => from = mailbox(value),
            Some((Label::Subject, value)) if about.is_empty() => {
                about = HeaderText::clean(value.trim_matches('*'))
            }
            _ => {}
        }
    }
    (is_forward || (reply_is_empty && says_so))
        .then_some(from)
        .flatten()
        .map(|from| Forwarded {
            from,
            subject: about,
            text: quoted_text.to_owned(),
        })
}

/// `Name <address>`, `Name [mailto:address]`, `"Name" address` in any of the forms that clients write.
fn mailbox(value: &str) -> Option<Mailbox> {
    let word = value
        .split(|c: char| c.is_whitespace() || "<>()[],;\"*".contains(c))
        .map(|word| word.trim_start_matches("mailto:"))
        .find(|word| word.contains('@') && Address::parse(word).is_ok())?;
    let name = value.split(['<', '[', '(']).next().unwrap_or_default();
    let name =
        HeaderText::clean(name.trim_matches(|c: char| c.is_whitespace() || "\"'*".contains(c)));
    let address = Address::parse(word).ok()?;
    Some(Mailbox {
        name: (!name.is_empty() && !name.as_str().contains('@')).then_some(name),
        address,
    })
}
