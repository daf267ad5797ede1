//! Did this come through a mailing list, or is it bulk mail? Our own address may be a list itself (a group that hands all mail to this
//! mailbox): what that one writes into headers says nothing about the sender.

use super::machine::{filled_form, says_no_reply};
use super::{Facts, Found};
use crate::mail::headers::addresses_in;
use crate::mail::{Address, Evidence, Reader, SenderKind};

/// Headers that mailing lists set.
const LIST_HEADERS: [&str; 15] = [
    "list-id",
    "list-post",
    "mailing-list",
    "x-mailing-list",
    "x-mailman-version",
    "x-mlserver",
    "x-ml-name",
    "x-ml-count",
    "list-subscribe",
    "x-list",
    "x-listname",
    "x-beenthere",
    "x-been-there",
    "list-archive",
    "list-help",
];

/// Headers of mailing lists (RFC 2369, RFC 2919) and the habits of older ones.
pub(super) fn list(facts: &Facts<'_>, reader: &Reader) -> Found {
    let mut found = Vec::new();
    if is_our_group(facts, reader) {
        return found;
    }
    for name in LIST_HEADERS {
        if let Some(value) = facts.fields.first(name) {
            found.push((SenderKind::List, Evidence::new(name, value)));
        }
    }
    for (name, value) in precedences(facts) {
        if value.starts_with("list") {
            found.push((SenderKind::List, Evidence::new(name, &value)));
        }
    }
    found
}

/// Newsletters and other mail that nobody typed for us.
pub(super) fn bulk(facts: &Facts<'_>, reader: &Reader) -> Found {
    let mut found = Vec::new();
    let is_our_group = is_our_group(facts, reader);
    for (name, value) in precedences(facts) {
        let is_bulk = value.starts_with("bulk") || value.starts_with("junk");
        if is_bulk && !is_our_group {
            found.push((SenderKind::Bulk, Evidence::new(name, &value)));
        }
    }
    if let Some(value) = facts
        .fields
        .first("list-unsubscribe")
        .filter(|_| !is_our_group)
    {
        found.push((SenderKind::Bulk, Evidence::new("List-Unsubscribe", value)));
    }
    for name in [
        "feedback-id",
        "x-campaign",
        "x-campaignid",
        "x-mailchimp-id",
        "x-mc-user",
    ] {
        // Each alone may stand in a mail of a shop about one order as well; with the way out of a list it is bulk.
        if let Some(value) = facts.fields.first(name).filter(|_| !found.is_empty()) {
            found.push((SenderKind::Bulk, Evidence::new(name, value)));
        }
    }
    if let Some(from) = facts.from
        && says_no_reply(from)
        && filled_form(facts, reader).is_none()
    {
        found.push((SenderKind::Bulk, Evidence::new("From", from.as_str())));
    }
    found
}

fn precedences<'a>(facts: &'a Facts<'_>) -> impl Iterator<Item = (&'static str, String)> + 'a {
    ["precedence", "x-precedence"].into_iter().flat_map(|name| {
        let values = facts.fields.all(name);
        values.map(move |value| (name, value.trim().to_ascii_lowercase()))
    })
}

/// Whether the list is our own address: named so by `List-Post`, or by the form `<local.domain>` of `List-Id`.
fn is_our_group(facts: &Facts<'_>, reader: &Reader) -> bool {
    let Some(support) = &reader.support else {
        return false;
    };
    let names_us = |value: &str| {
        let value = value.replace("mailto:", " ");
        addresses_in(&value)
            .iter()
            .any(|address| address.is_same_as(support))
    };
    ["list-post", "mailing-list", "x-mailing-list", "x-beenthere"]
        .into_iter()
        .flat_map(|name| facts.fields.all(name))
        .any(names_us)
        || facts
            .fields
            .first("list-id")
            .is_some_and(|id| is_id_of(id, support))
}

fn is_id_of(list_id: &str, support: &Address) -> bool {
    let id = list_id.rsplit_once('<').map_or(list_id, |(_, id)| id);
    let id = id.trim().trim_end_matches('>').to_lowercase();
    id == format!(
        "{}.{}",
        support.local_part().to_lowercase(),
        support.domain()
    )
}
