//! Did we write this ourselves? By the mark that only we can make, or by our address.

use super::{Facts, Found};
use crate::mail::{Evidence, MessageId, Reader, SenderKind, bounds};

pub(super) fn own(facts: &Facts<'_>, reader: &Reader) -> Found {
    let mut found = Vec::new();
    let from_is_ours = match (&reader.support, facts.from) {
        (Some(support), Some(from)) => support.is_same_as(from),
        (Some(_), None) => false,
        (None, _) => true,
    };
    if let Some(mark) = loop_mark(facts, reader) {
        // Under another sender's name it is a mail of ours that came back changed, or the work of one who copied it: never
        // answered, and never taken for the proof that a mail of ours has left.
        let kind = if from_is_ours {
            SenderKind::Own
        } else {
            SenderKind::AutoReply
        };
        found.push((kind, Evidence::new("X-Handoff-Mark", mark)));
    }
    if let (true, Some(_), Some(from)) = (from_is_ours, &reader.support, facts.from) {
        found.push((SenderKind::Own, Evidence::new("From", from.as_str())));
    }
    found
}

/// The loop mark, where it is a genuine one: of this mail, or copied from the mail of ours that this one answers (people's
/// mail programs do not copy it, machines do).
fn loop_mark<'a>(facts: &Facts<'a>, reader: &Reader) -> Option<&'a str> {
    let key = reader.key.as_ref()?;
    let mark = facts.fields.first("x-handoff-mark")?;
    let answered = ["in-reply-to", "references"]
        .into_iter()
        .filter_map(|name| facts.fields.first(name))
        .flat_map(str::split_whitespace)
        .take(bounds::REFERENCES_MAX)
        .filter_map(MessageId::parse);
    let is_of = |id: &MessageId| key.made(mark.trim(), "loop", &[id.as_str().as_bytes()]);
    let is_genuine = facts
        .message_id
        .cloned()
        .into_iter()
        .chain(answered)
        .any(|id| is_of(&id));
    is_genuine.then_some(mark)
}
