//! What a mail program opens when somebody taps a `mailto` link (RFC 6068).

use crate::mail::Address;

/// The mail that opens, prefilled.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) to: Address,
    pub(super) subject: String,
    pub(super) body: String,
}

/// The mail that the link with these words opens, as it stands in the text part: `Approve: <mailto:…>`.
pub(super) fn tapped(text: &str, words: &str) -> Option<Opened> {
    let start = format!("{words}: <mailto:");
    let mut lines = text.lines();
    let link = lines.find_map(|line| line.trim().strip_prefix(&start)?.strip_suffix('>'))?;
    let (to, fields) = link.split_once('?')?;
    let field = |name: &str| {
        let mut fields = fields.split('&');
        fields.find_map(|field| decoded(field.strip_prefix(name)?.strip_prefix('=')?))
    };
    Some(Opened {
        to: Address::parse(&decoded(to)?).ok()?,
        subject: field("subject")?,
        body: field("body")?,
    })
}

/// Percent-encoding taken off; `None` where it is none.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut characters = text.bytes();
    while let Some(byte) = characters.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [characters.next()?, characters.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_opens_the_mail_that_it_says() {
        let text = "Shall it go?\n\nApprove: <mailto:a%2Bb@x.example?subject=%5BX%5D&body=OK%20draft%202>\nRefuse: <mailto:x>\n";
        let opened = Opened {
            to: Address::parse("a+b@x.example").unwrap(),
            subject: "[X]".to_owned(),
            body: "OK draft 2".to_owned(),
        };
        assert_eq!(tapped(text, "Approve"), Some(opened));
        assert_eq!(tapped(text, "Refuse"), None);
        assert_eq!(tapped(text, "Other"), None);
        assert_eq!(decoded("%ü"), None);
    }
}
