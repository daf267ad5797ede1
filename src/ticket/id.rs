//! The reference of a ticket: short enough to read out on the phone, derived from the mail that opened it, so that
//! handling that mail again after a crash gives the same ticket.

use crate::mail::MailIdentity;
use std::fmt;

/// The reference of a ticket: ten characters of Crockford's base 32 (no I, L, O, U), shown as `K7QF2-M9XRT`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TicketId(String);

/// Crockford's alphabet: nothing in it can be misread.
const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];

impl TicketId {
    /// The reference of the ticket that this mail opens. `attempt` counts up from 0 where a reference is taken already.
    #[must_use]
    pub fn for_mail(identity: &MailIdentity, attempt: u32) -> Self {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        hash.update(b"handoffd ticket");
        hash.update(identity.0);
        hash.update(attempt.to_be_bytes());
        let digest = hash.finalize();
        let bits = digest
            .iter()
            .take(8)
            .fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        let characters = (0..10).map(|position| {
            let value = usize::try_from((bits >> (position * 5)) & 31).unwrap_or(0);
            ALPHABET.get(value).copied().unwrap_or('0')
        });
        Self(characters.collect())
    }

    /// Reads a reference as people type it: any case, with or without the dash, O for 0, I and L for 1.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut id = String::with_capacity(10);
        for character in text.trim().chars().filter(|c| *c != '-') {
            let character = match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if !ALPHABET.contains(&character) || id.len() >= 10 {
                return None;
            }
            id.push(character);
        }
        (id.len() == 10).then_some(Self(id))
    }

    /// The ten characters without the dash: for keys and tokens.
    #[must_use]
    pub fn compact(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TicketId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, character) in self.0.chars().enumerate() {
            if position == 5 {
                formatter.write_str("-")?;
            }
            write!(formatter, "{character}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_stable_and_read_as_people_type_it() {
        let id = TicketId::for_mail(&MailIdentity([7; 32]), 0);
        assert_eq!(id, TicketId::for_mail(&MailIdentity([7; 32]), 0));
        assert_ne!(id, TicketId::for_mail(&MailIdentity([7; 32]), 1));
        assert_eq!(TicketId::parse(&id.to_string().to_lowercase()), Some(id));
        assert_eq!(
            TicketId::parse("ooooo-lllll").unwrap().compact(),
            "0000011111"
        );
        assert_eq!(TicketId::parse("short"), None);
        assert_eq!(TicketId::parse("ABCDE-FGHJKX"), None);
    }
}
