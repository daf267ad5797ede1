//! What do the decoded headers say: who, to whom, about what, when, in answer to which mails? The first field of a name counts. Bounded.

use super::bounds::{self, ADDRESSES_MAX, REFERENCES_MAX};
use super::headers::{Fields, addresses_in};
use super::{Address, HeaderText, Mailbox, MessageId, Oddity};
use jiff::Timestamp;
use mail_parser::{Addr, HeaderValue, Message};

/// The first decoded field of a name. (The parser's own look-up returns the last.)
fn first_value<'a, 'x>(message: &'a Message<'x>, name: &str) -> Option<&'a HeaderValue<'x>> {
    message
        .parts
        .first()?
        .headers
        .iter()
        .find(|header| header.name.as_str().eq_ignore_ascii_case(name))
        .map(|header| &header.value)
}

/// The subject, decoded.
pub(super) fn subject(message: &Message<'_>, fields: &Fields) -> HeaderText {
    match first_value(message, "subject") {
        Some(HeaderValue::Text(text)) => HeaderText::clean(text),
        Some(HeaderValue::TextList(list)) => HeaderText::clean(&list.join(", ")),
        _ => HeaderText::clean(fields.first("subject").unwrap_or_default()),
    }
}

/// The mailboxes of a field.
pub(super) fn mailboxes(
    message: &Message<'_>,
    name: &str,
    fields: &Fields,
    oddities: &mut Vec<Oddity>,
) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut take = |entry: &Addr<'_>| {
        let address = entry
            .address
            .as_deref()
            .and_then(|text| Address::parse(text).ok());
        if let Some(address) = address {
            let name = entry
                .name
                .as_deref()
                .map(HeaderText::clean)
                .filter(|name| !name.is_empty());
            found.push(Mailbox { name, address });
        }
    };
    if let Some(HeaderValue::Address(list)) = first_value(message, name) {
        for entry in list.iter().take(ADDRESSES_MAX + 1) {
            take(entry);
        }
    }
    if found.is_empty() {
        let raw = fields.first(name).unwrap_or_default();
        let shown = addresses_in(&where_addresses_stand(raw));
        found = shown.into_iter().map(Mailbox::bare).collect();
    }
    if found.len() > ADDRESSES_MAX {
        found.truncate(ADDRESSES_MAX);
        bounds::note(
            oddities,
            format!("its {name} field has more than 200 addresses; the rest was left out"),
        );
    }
    found
}

/// What of an unreadable field of addresses may be one: what stands in angle brackets if an `@` is there, else the words. Not what stands in
/// a comment, nor in the quotes of a local part (`"ann@a.example"@b.example` is a mailbox at b.example, which we cannot write to): the field
/// would name somebody whom no other program sees in it.
fn where_addresses_stand(raw: &str) -> String {
    let mut words = String::new();
    let mut quoted: Option<String> = None;
    let mut comments = 0_usize;
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, &mut quoted) {
            ('\\', _) => {
                let escaped = characters.next();
                if let (Some(quoted), Some(escaped)) = (&mut quoted, escaped) {
                    quoted.push(escaped);
                }
            }
            ('"', None) if comments == 0 => quoted = Some(String::new()),
            ('"', Some(_)) => {
                let quoted = quoted.take().unwrap_or_default();
                if characters.peek() == Some(&'@') {
                    let is_domain = |c: &char| !c.is_whitespace() && !",;<>()".contains(*c);
                    while characters.next_if(is_domain).is_some() {}
                } else {
                    words.push_str(&quoted);
                }
            }
            (other, Some(quoted)) => quoted.push(other),
            ('(', None) => comments += 1,
            (')', None) => comments = comments.saturating_sub(1),
            (other, None) if comments == 0 => words.push(other),
            _ => {}
        }
    }
    let in_brackets: Vec<&str> = words
        .split('<')
        .skip(1)
        .map(|rest| rest.split_once('>').map_or(rest, |(inner, _)| inner))
        .filter(|inner| inner.contains('@'))
        .collect();
    if in_brackets.is_empty() {
        words
    } else {
        in_brackets.join(" ")
    }
}

/// The Message-IDs of a field.
pub(super) fn identifiers(
    fields: &Fields,
    name: &str,
    oddities: &mut Vec<Oddity>,
) -> Vec<MessageId> {
    let raw = fields.first(name).unwrap_or_default();
    let mut found = Vec::new();
    for word in raw.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',')) {
        let Some(id) =
            MessageId::parse(word).filter(|id| id.as_str().contains('@') || raw.contains('<'))
        else {
            continue;
        };
        if !found.contains(&id) {
            found.push(id);
        }
        if found.len() > REFERENCES_MAX {
            // The first names the thread, the last ones what is answered.
            found.remove(1);
            bounds::note(
                oddities,
                format!("its {name} field has more than 100 identifiers; some were left out"),
            );
        }
    }
    found
}

/// The date, where it can be read.
pub(super) fn date(message: &Message<'_>) -> Option<Timestamp> {
    match first_value(message, "date")? {
        HeaderValue::DateTime(date) if date.is_valid() => {
            Timestamp::from_second(date.to_timestamp()).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::mail::Reader;

    #[test]
    fn nobody_is_named_by_a_comment_a_display_name_or_a_quoted_local_part() {
        let from = |field: &str| {
            let raw = format!("From: {field}\r\nSubject: x\r\n\r\nHello\r\n");
            let mail = Reader::default().read(raw.as_bytes());
            mail.from.map(|from| from.address.as_str().to_owned())
        };
        for (field, expected) in [
            ("\"ann@a.example\"@b.example", None),
            ("<\"ann@a.example\"@b.example>", None),
            ("<\"ann@a.example,x\"@b.example>", None),
            ("Ann <\"a\\\"ann@a.example\"@b.example>", None),
            ("\"ann@a.example\" <bob@@b.example>", None),
            ("bob@@b.example (ann@a.example)", None),
            ("(ann@a.example)", None),
            ("\"ann@a.example\"", Some("ann@a.example")),
            ("Ann: ann@a.example", Some("ann@a.example")),
            ("ann@a.example <ann>", Some("ann@a.example")),
            ("\"Weber, Ann\" <ann@a.example>", Some("ann@a.example")),
            ("bob@b.example (ann@a.example)", Some("bob@b.example")),
        ] {
            assert_eq!(from(field).as_deref(), expected, "{field}");
        }
    }
}
