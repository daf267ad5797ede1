//! Addresses and names as safe values. Reads hostile input: nothing that these types hold can break out of a header.

use std::fmt;

/// The longest addr-spec taken, in bytes (RFC 5321 section 4.5.3.1.3: a path has 256 octets, angle brackets included).
const ADDRESS_MAX_BYTES: usize = 254;

/// An addr-spec (RFC 5322 section 3.4.1) without blanks, angle brackets or control characters; its domain in lower case.
///
/// Addresses that are only unusual (`a..b@x`, as some Japanese providers give out) are taken: a customer has them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// Why a text is no address.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    /// No `@`, or nothing on one side of it.
    #[error("it needs one `@` with something on both sides")]
    Incomplete,
    /// A character that no address holds without quoting, or that would break a header.
    #[error("it holds a blank, a bracket, a comma, a semicolon or a control character")]
    ForbiddenCharacter,
    /// Longer than RFC 5321 allows.
    #[error("it is longer than 254 bytes")]
    TooLong,
}

impl Address {
    /// Takes `local@domain`.
    ///
    /// # Errors
    /// [`AddressError`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.len() > ADDRESS_MAX_BYTES {
            return Err(AddressError::TooLong);
        }
        // An invisible character makes two addresses look like one.
        let forbidden = |c: char| {
            c.is_whitespace()
                || c.is_control()
                || is_invisible_control(c)
                || "<>(),;:\\\"[]".contains(c)
        };
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Incomplete)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Incomplete);
        }
        if local.contains('@') || text.chars().any(forbidden) {
            return Err(AddressError::ForbiddenCharacter);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// An address that no mail reaches (RFC 2606): stands where one could not be read.
    #[must_use]
    pub fn nobody() -> Self {
        Self("nobody@nowhere.invalid".to_owned())
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// What stands after the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The form by which two addresses are the same person's: all in lower case. (RFC 5321 lets a local part be
    /// case-sensitive; no server of today uses that, and people type their address as they like.)
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// Whether both name the same mailbox.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A name and an address, as they stand in `From`, `To`, `Cc` and `Reply-To`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mailbox {
    /// The display name, if there is one.
    pub name: Option<HeaderText>,
    /// The address.
    pub address: Address,
}

impl Mailbox {
    /// A mailbox without a display name.
    #[must_use]
    pub fn bare(address: Address) -> Self {
        Self {
            name: None,
            address,
        }
    }

    /// The name, or the address where there is none: how a person is called in a text.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.name
            .as_ref()
            .map_or(self.address.as_str(), HeaderText::as_str)
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(formatter, "{name} <{}>", self.address),
            None => write!(formatter, "{}", self.address),
        }
    }
}

/// One line of text that is safe as the value of a header, in a log line and on a terminal: no control characters,
/// no line breaks, no bidirectional overrides, blanks folded, bounded in length.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HeaderText(String);

impl HeaderText {
    /// The longest text kept, in characters; more is cut and ends in `…`.
    pub const MAX_CHARACTERS: usize = 250;

    /// Makes any text safe. Never fails: what is forbidden is left out.
    #[must_use]
    pub fn clean(text: &str) -> Self {
        let mut clean = String::with_capacity(text.len().min(Self::MAX_CHARACTERS * 4));
        let mut characters = 0_usize;
        let mut blank_waits = false;
        for character in text.chars() {
            if character.is_whitespace() || character.is_control() {
                blank_waits = !clean.is_empty();
                continue;
            }
            if is_invisible_control(character) {
                continue;
            }
            if characters + 2 >= Self::MAX_CHARACTERS {
                clean.push('…');
                break;
            }
            if blank_waits {
                clean.push(' ');
                characters += 1;
                blank_waits = false;
            }
            clean.push(character);
            characters += 1;
        }
        Self(clean)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for HeaderText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Characters that show nothing and change how their neighbours are read: zero-width characters, bidirectional
/// controls (the "Trojan Source" set), the byte order mark and the tag characters.
#[must_use]
pub fn is_invisible_control(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A Message-ID (RFC 5322 section 3.6.4) without its angle brackets: no blanks, no control characters, at most 250 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// The longest identifier taken, in bytes. (A References line of longer ones would break relays' header limits.)
    pub const MAX_BYTES: usize = 250;

    /// Takes an identifier with or without angle brackets; `None` where it cannot stand in a header.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('<').trim_end_matches('>');
        let forbidden =
            |c: char| c.is_whitespace() || c.is_control() || c == '<' || c == '>' || !c.is_ascii();
        (!text.is_empty() && text.len() <= Self::MAX_BYTES && !text.chars().any(forbidden))
            .then(|| Self(text.to_owned()))
    }

    /// The identifier without angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<{}>", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_break_out_of_a_header() {
        for bad in [
            "",
            "a",
            "@x.example",
            "a@",
            "a b@x.example",
            "a\r\nBcc: b@x.example",
            "a@b@c",
            "<a@b>",
            "a@b,c@d",
        ] {
            assert!(Address::parse(bad).is_err(), "{bad:?}");
        }
        for good in ["a@x.example", "a..b@docomo.example", "O'Neil+x@X.Example"] {
            assert!(Address::parse(good).is_ok(), "{good:?}");
        }
        assert_eq!(
            Address::parse("Ann@Shop.EXAMPLE").unwrap().as_str(),
            "Ann@shop.example"
        );
    }

    #[test]
    fn header_text_is_one_line_without_tricks() {
        assert_eq!(
            HeaderText::clean(" x\r\nBcc: evil\u{202E}@x \t y\0").as_str(),
            "x Bcc: evil@x y"
        );
        let long = HeaderText::clean(&"ä".repeat(5000));
        assert!(long.as_str().chars().count() <= HeaderText::MAX_CHARACTERS);
    }

    #[test]
    fn a_message_id_is_safe_in_a_header() {
        assert_eq!(MessageId::parse(" <a@b> ").unwrap().as_str(), "a@b");
        for bad in ["", "<>", "a b", "a\r\nX: y", &"x".repeat(300)] {
            assert!(MessageId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
