//! Under which key does a record stand? Keys sort by what they are looked up by; times sort as numbers.

use crate::mail::{Address, MessageId};
use crate::ticket::TicketId;
use jiff::Timestamp;

/// A time as eight bytes that sort like the time.
pub(super) fn time(moment: Timestamp) -> [u8; 8] {
    // The sign bit is turned over, so that times before 1970 sort before the others.
    (moment.as_microsecond() ^ i64::MIN).to_be_bytes()
}

/// The first key of a time that lies after this one: keys hold microseconds.
pub(super) fn first_after(moment: Timestamp) -> [u8; 8] {
    let after = moment.as_microsecond().saturating_add(1);
    (after ^ i64::MIN).to_be_bytes()
}

/// The time at the beginning of a key.
pub(super) fn time_of(key: &[u8]) -> Option<Timestamp> {
    let bytes: [u8; 8] = key.get(..8)?.try_into().ok()?;
    Timestamp::from_microsecond(i64::from_be_bytes(bytes) ^ i64::MIN).ok()
}

/// A time and what happened then.
pub(super) fn timed(moment: Timestamp, name: &[u8]) -> Vec<u8> {
    let mut key = time(moment).to_vec();
    key.extend_from_slice(name);
    key
}

/// What stands after the time in a key.
pub(super) fn after_time(key: &[u8]) -> &[u8] {
    key.get(8..).unwrap_or_default()
}

/// A Message-ID from a key.
pub(super) fn message_id(key: &[u8]) -> Option<MessageId> {
    MessageId::parse(std::str::from_utf8(key).ok()?)
}

/// A ticket's reference from a key.
pub(super) fn ticket_id(key: &[u8]) -> Option<TicketId> {
    TicketId::parse(std::str::from_utf8(key).ok()?)
}

/// An event of a ticket by its number.
pub(super) fn event(ticket: &TicketId, number: u32) -> Vec<u8> {
    let mut key = ticket.compact().as_bytes().to_vec();
    key.extend_from_slice(&number.to_be_bytes());
    key
}

/// The number at the end of an event's key.
pub(super) fn event_number(key: &[u8]) -> Option<u32> {
    let bytes: [u8; 4] = key.last_chunk().copied()?;
    Some(u32::from_be_bytes(bytes))
}

/// What all keys of one address begin with; no address holds a zero byte, so none is the beginning of another.
pub(super) fn of_address(address: &Address) -> Vec<u8> {
    let mut key = address.key().into_bytes();
    key.push(0);
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_address_lies_within_anothers_keys(
            one in "[a-zA-Z0-9.+\\x00 äß=-]{1,12}(@[a-z.\\x00-]{1,12})?",
            other in "[a-zA-Z0-9.+\\x00 äß=-]{1,12}(@[a-z.\\x00-]{1,12})?",
            more in "\\PC{0,6}|\\x00",
        ) {
            for (one, other) in [(one.clone(), other), (one.clone(), format!("{one}{more}"))] {
                let (Ok(one), Ok(other)) = (Address::parse(&one), Address::parse(&other)) else {
                    continue;
                };
                let (key, other_key) = (of_address(&one), of_address(&other));
                if !one.is_same_as(&other) {
                    prop_assert!(!other_key.starts_with(&key) && !key.starts_with(&other_key), "{one} and {other}");
                }
                prop_assert_eq!(key.iter().filter(|byte| **byte == 0).count(), 1, "the separator stands in {}", one);
            }
        }
    }
}
