//! What fuzzing and the property tests hold against each reader of hostile bytes: it does not panic, and what comes out keeps its
//! promises. Not part of the program.

use super::headers::{Fields, addresses_in, parameter, straighten};
use super::kind::{AutoSubmitted, parse_auto_submitted};
use super::{
    Address, HeaderText, Mail, MessageId, Reader, bounce, html, is_invisible_control, quote,
};

/// The longest text that a mail of this size may become: HTML grows by its links, charsets by their width.
fn text_bound(size: usize) -> usize {
    size.saturating_mul(8).saturating_add(64 * 1024)
}

/// The whole reader.
pub fn mail(raw: &[u8]) {
    let reader = Reader::default();
    let mail = reader.read(raw);
    keeps_promises(&mail, raw.len());
    let again = reader.read(raw);
    assert_eq!(mail.identity, again.identity, "reading has no memory");
    assert_eq!(mail.body, again.body, "reading has no memory");
}

/// What holds for every mail that was read.
pub fn keeps_promises(mail: &Mail, size_bytes: usize) {
    assert!(
        mail.body.text.len() <= text_bound(size_bytes),
        "the text is bounded"
    );
    assert!(mail.oddities.len() <= 64, "oddities are bounded");
    assert!(
        mail.references.len() <= 128 && mail.to.len() <= 256,
        "lists are bounded"
    );
    assert!(
        !mail.subject.as_str().chars().any(char::is_control),
        "a header is one line: {:?}",
        mail.subject
    );
    assert!(
        !mail
            .body
            .text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\t')),
        "a text has no controls but line ends and tabs"
    );
    if mail.may_auto_reply {
        assert_eq!(
            mail.sender_kind,
            super::SenderKind::Person,
            "only people are answered"
        );
        assert!(mail.from.is_some(), "an answer needs somebody to go to");
    }
    if mail.sender_kind != super::SenderKind::Person {
        assert!(!mail.sender_evidence.is_empty(), "a kind has its evidence");
    }
    for mailbox in mail
        .from
        .iter()
        .chain(&mail.to)
        .chain(&mail.cc)
        .chain(&mail.reply_to)
    {
        address_is_sound(&mailbox.address);
    }
}

fn address_is_sound(address: &Address) {
    let text = address.as_str();
    assert!(
        Address::parse(text).is_ok(),
        "an address reads as itself: {text:?}"
    );
    assert!(
        !text
            .chars()
            .any(|c| c.is_control() || is_invisible_control(c) || c == '\u{2028}'),
        "an address is printable: {text:?}"
    );
}

/// The quote splitter: no word is lost, none is made up.
pub fn quote(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let body = quote::split(&text);
    let mut before: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let parts = [&body.reply_text, &body.quoted_text, &body.signature];
    let mut after: Vec<char> = parts
        .into_iter()
        .flat_map(|part| part.chars())
        .filter(|c| !c.is_whitespace())
        .collect();
    before.sort_unstable();
    after.sort_unstable();
    assert!(
        before == after,
        "every character lands in exactly one part: {body:?}"
    );
}

/// The HTML reader.
pub fn html(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let rendered = html::to_text(&text);
    assert!(
        rendered.text.len() <= text_bound(text.len()),
        "the text is bounded"
    );
}

/// The reader of reports: the text is a report's machine part, its explanation and its subject at once.
pub fn bounce(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let fields = Fields::scan(data);
    let subject = text.lines().next().unwrap_or_default();
    for (report, original) in [(Some(text.as_ref()), Some(&fields)), (None, None)] {
        let read = bounce::read(&bounce::Sources {
            report,
            original,
            fields: &fields,
            subject,
            text: &text,
            raw_body: &text,
        });
        if let Some(recipient) = &read.recipient {
            address_is_sound(recipient);
        }
        let id = read.original_message_id.as_ref();
        assert!(id.is_none_or(|id| MessageId::parse(id.as_str()).is_some()));
        assert!(
            read.status.is_none_or(|status| status.len() <= 16),
            "a status is short"
        );
    }
    bounce::subject_reads_so(subject);
    bounce::text_reads_so(&text);
    bounce::text_has_code(&text);
}

/// The grammar of header fields.
pub fn header(data: &[u8]) {
    let (straight, _) = straighten(data);
    let fields = Fields::scan(&straight);
    for field in fields.iter() {
        assert!(!field.value.contains(['\r', '\n']), "a field is one line");
    }
    let text = String::from_utf8_lossy(data);
    for address in addresses_in(&text) {
        address_is_sound(&address);
    }
    let _ = parse_auto_submitted(&text) == AutoSubmitted::No;
    let _ = parameter(&text, "charset");
    let clean = HeaderText::clean(&text);
    assert!(
        !clean
            .as_str()
            .chars()
            .any(|c| c.is_control() || is_invisible_control(c))
    );
    if let Some(id) = MessageId::parse(&text) {
        assert_eq!(MessageId::parse(id.as_str()).as_ref(), Some(&id));
    }
    if let Ok(address) = Address::parse(&text) {
        address_is_sound(&address);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::Path;

    fn all(data: &[u8]) {
        mail(data);
        quote(data);
        html(data);
        bounce(data);
        header(data);
    }

    /// What the fuzzers once found lies among them (tests/mails/found/).
    #[test]
    fn every_fixture_keeps_the_promises() {
        let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails")];
        let mut count = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    all(&std::fs::read(&path).unwrap());
                    count += 1;
                }
            }
        }
        assert!(count > 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_keeps_the_promises(lines in proptest::collection::vec("(>|From: |On |-- |<p>|=\\?utf-8\\?|\\r|\\PC){0,12}", 0..12)) {
            all(lines.join("\n").as_bytes());
        }
    }
}
