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
        found = addresses_in(raw).into_iter().map(Mailbox::bare).collect();
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
