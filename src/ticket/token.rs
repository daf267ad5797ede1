//! Who holds which ticket? Tokens are HMACs over ticket, party and purpose; a customer never receives anything from which
//! a staff token could be made. Reads hostile input: anybody can write any address.

use super::TicketId;
use crate::config::{MailboxName, TeamName};
use crate::mail::Address;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use subtle::{Choice, ConstantTimeEq};

/// The secrets that all tokens and outgoing Message-IDs are made with: those of the newest epoch make, those of earlier ones still prove what
/// they made. Never printed.
#[derive(Clone)]
pub struct TokenKey {
    current: Secret,
    earlier: Vec<Secret>,
}

/// The secret of one epoch. The first epoch is 0; each change of the key begins the next.
#[derive(Clone)]
struct Secret {
    epoch: u32,
    bytes: [u8; 32],
}

/// For whom a token was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The customer of the ticket, by this address.
    Customer(Address),
    /// A team.
    Staff(TeamName),
}

/// A token as it stands in an address: `k7qf2m9xrt-c-` or `-s-`, and 16 characters of base 32 (80 bits of the HMAC).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token(String);

/// RFC 4648 base 32 in lower case: letters and digits that stand in any local part, and survive a server that changes case.
const BASE32: [char; 32] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's',
    't', 'u', 'v', 'w', 'x', 'y', 'z', '2', '3', '4', '5', '6', '7',
];

/// Characters of a tag: 16 of 5 bits are 80 bits.
const TAG_CHARACTERS: usize = 16;

/// The purposes inside the key's domain. What is made for one is worthless for every other.
const TICKET_PURPOSE: &str = "ticket-token";
const TAG_PURPOSE: &str = "tag";
const REVISION: &str = "revision";
const MAILBOX_PURPOSE: &str = "mailbox";

impl fmt::Debug for TokenKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TokenKey(not shown)")
    }
}

impl Party {
    /// The letter in the token.
    const fn letter(&self) -> char {
        match self {
            Self::Customer(_) => 'c',
            Self::Staff(_) => 's',
        }
    }

    /// What the party is told apart by. An address in any case is the same party.
    fn key(&self) -> String {
        match self {
            Self::Customer(address) => address.key(),
            Self::Staff(team) => team.0.clone(),
        }
    }
}

impl TokenKey {
    /// A key that was never changed, from 32 bytes.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        let current = Secret { epoch: 0, bytes };
        Self {
            current,
            earlier: vec![],
        }
    }

    /// A key of these epochs; the highest makes. `None` without any.
    #[must_use]
    pub fn of_epochs(secrets: Vec<(u32, [u8; 32])>) -> Option<Self> {
        let secrets = secrets.into_iter();
        let mut earlier: Vec<Secret> = secrets
            .map(|(epoch, bytes)| Secret { epoch, bytes })
            .collect();
        earlier.sort_by_key(|secret| secret.epoch);
        let current = earlier.pop()?;
        Some(Self { current, earlier })
    }

    /// The same for one mailbox of several that share it: what it makes for one proves nothing to another. What the key itself made stays good,
    /// for the mailbox may have been the only one before.
    #[must_use]
    pub fn for_mailbox(mut self, mailbox: &MailboxName) -> Self {
        self.earlier.push(self.current.clone());
        let mut own: Vec<Secret> = (self.earlier.iter())
            .map(|secret| secret.for_mailbox(mailbox))
            .collect();
        // The one of the newest epoch is the last.
        if let Some(current) = own.pop() {
            self.current = current;
        }
        self.earlier.append(&mut own);
        self
    }

    /// The epoch whose secret makes tokens now.
    #[must_use]
    pub const fn epoch(&self) -> u32 {
        self.current.epoch
    }

    /// What the current secret is known by in records, which give nothing of it away.
    #[must_use]
    pub fn revision(&self) -> String {
        self.current.tag(REVISION, &[])
    }

    /// The key as it was when that revision made tokens; `None` where its secret is no longer there.
    #[must_use]
    pub fn as_of(&self, revision: &str) -> Option<Self> {
        let mut secrets = self.earlier.clone();
        secrets.push(self.current.clone());
        let is_it = |secret: &Secret| secret.tag(REVISION, &[]) == revision;
        let end = secrets.iter().position(is_it)?;
        secrets.truncate(end.saturating_add(1));
        let current = secrets.pop()?;
        let earlier = secrets;
        Some(Self { current, earlier })
    }

    /// The token that lets `party` write into `ticket`.
    #[must_use]
    pub fn token(&self, ticket: &TicketId, party: &Party) -> Token {
        self.current.token(ticket, party)
    }

    /// Whether `token` was made for `party` and `ticket`, in any epoch; in constant time.
    #[must_use]
    pub fn proves(&self, token: &Token, ticket: &TicketId, party: &Party) -> bool {
        self.any(|secret| {
            let genuine = secret.token(ticket, party);
            genuine.0.as_bytes().ct_eq(token.0.as_bytes())
        })
    }

    /// A tag that nobody else can make, over any content (for outgoing Message-IDs and the loop mark): 16 characters.
    #[must_use]
    pub fn tag(&self, purpose: &str, content: &[&[u8]]) -> String {
        self.current.tag(purpose, content)
    }

    /// Whether `tag` is one of ours, of any epoch, for that purpose and content; in constant time.
    #[must_use]
    pub fn made(&self, tag: &str, purpose: &str, content: &[&[u8]]) -> bool {
        self.any(|secret| {
            let genuine = secret.tag(purpose, content);
            genuine.as_bytes().ct_eq(tag.as_bytes())
        })
    }

    /// Whether it holds for one of the epochs. All are asked, so that the time tells nothing.
    fn any(&self, holds: impl Fn(&Secret) -> Choice) -> bool {
        let earlier = self.earlier.iter();
        let found = earlier.fold(holds(&self.current), |found, secret| found | holds(secret));
        found.into()
    }
}

impl Secret {
    /// What the whole HMAC over the mailbox's name is: nobody comes back from it to the secret, or to that of another mailbox.
    fn for_mailbox(&self, mailbox: &MailboxName) -> Self {
        let mut bytes = [0; 32];
        if let Some(mac) = self.mac(MAILBOX_PURPOSE, &[mailbox.as_str().as_bytes()]) {
            bytes = mac.finalize().into_bytes().into();
        }
        let epoch = self.epoch;
        Self { epoch, bytes }
    }

    fn token(&self, ticket: &TicketId, party: &Party) -> Token {
        let letter = party.letter();
        let tag = self.authenticate(
            TICKET_PURPOSE,
            &[
                ticket.compact().as_bytes(),
                letter.to_string().as_bytes(),
                party.key().as_bytes(),
            ],
        );
        Token(format!(
            "{}-{letter}-{tag}",
            ticket.compact().to_ascii_lowercase()
        ))
    }

    fn tag(&self, purpose: &str, content: &[&[u8]]) -> String {
        let mut parts = vec![purpose.as_bytes()];
        parts.extend_from_slice(content);
        self.authenticate(TAG_PURPOSE, &parts)
    }

    /// HMAC-SHA-256 over the purpose and the parts, each with its length before it, so that no two lists of parts read the same.
    fn authenticate(&self, purpose: &str, parts: &[&[u8]]) -> String {
        let Some(mac) = self.mac(purpose, parts) else {
            return String::new();
        };
        let digest = mac.finalize().into_bytes();
        let bits = digest
            .iter()
            .take(10)
            .fold(0_u128, |bits, byte| (bits << 8) | u128::from(*byte));
        (0..TAG_CHARACTERS)
            .rev()
            .map(|position| {
                let value = usize::try_from((bits >> (position * 5)) & 31).unwrap_or(0);
                BASE32.get(value).copied().unwrap_or('a')
            })
            .collect()
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
        // HMAC takes keys of any length (RFC 2104 section 3): this never fails, and a panic here would stop the daemon.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).ok()?;
        let mut take = |part: &[u8]| {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        };
        take(b"handoffd 1");
        // What was made before there were epochs stays good.
        if self.epoch > 0 {
            take(&self.epoch.to_be_bytes());
        }
        take(purpose.as_bytes());
        for part in parts {
            take(part);
        }
        Some(mac)
    }
}

impl Token {
    /// The length of every token: ten of the reference, `-c-`, sixteen of the tag.
    pub const BYTES: usize = 10 + 3 + TAG_CHARACTERS;

    /// Reads the form of a token (not whether it is genuine) and the ticket that it names. Any case: mail servers change it.
    #[must_use]
    pub fn parse(text: &str) -> Option<(Self, TicketId)> {
        if text.len() != Self::BYTES || !text.is_ascii() {
            return None;
        }
        let text = text.to_ascii_lowercase();
        let mut parts = text.splitn(3, '-');
        let (reference, letter, tag) = (parts.next()?, parts.next()?, parts.next()?);
        if !matches!(letter, "c" | "s") || tag.len() != TAG_CHARACTERS {
            return None;
        }
        if !tag.chars().all(|character| BASE32.contains(&character)) {
            return None;
        }
        let ticket = TicketId::parse(reference)?;
        // A reference typed with O for 0 is the same ticket to a person; a machine wrote this one, so it must be exact.
        (ticket.compact().to_ascii_lowercase() == reference).then_some((Self(text), ticket))
    }

    /// Whether it says of itself that it is a team's. Proves nothing.
    #[must_use]
    pub fn claims_staff(&self) -> bool {
        self.0.as_bytes().get(11) == Some(&b's')
    }

    /// The token as it stands in an address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::MailIdentity;
    use proptest::prelude::*;

    fn key() -> TokenKey {
        TokenKey::new([3; 32])
    }

    fn ticket(seed: u8) -> TicketId {
        TicketId::for_mail(&MailIdentity([seed; 32]), 0)
    }

    fn customer(address: &str) -> Party {
        Party::Customer(Address::parse(address).unwrap())
    }

    fn team(name: &str) -> Party {
        Party::Staff(TeamName(name.to_owned()))
    }

    #[test]
    fn the_form_is_stable_and_read_in_any_case() {
        let token = key().token(&ticket(1), &customer("Ann@Shop.example"));
        assert_eq!(token.as_str().len(), Token::BYTES);
        assert_eq!(
            token,
            key().token(&ticket(1), &customer("ann@shop.example"))
        );
        let (read, id) = Token::parse(&token.as_str().to_uppercase()).unwrap();
        assert_eq!((&read, id), (&token, ticket(1)));
        assert!(key().proves(&read, &ticket(1), &customer("ANN@shop.example")));
        assert!(!read.claims_staff());
        assert!(key().token(&ticket(1), &team("desk")).claims_staff());
        for bad in [
            "",
            "k7qf2m9xrt",
            "k7qf2m9xrt-x-aaaaaaaaaaaaaaaa",
            "k7qf2m9xrt-c-aaaaaaaaaaaaaaa1",
            "k7qf2m9xrt-c-aaaaaaaaaaaaaaaaa",
            "k7qf2m9xro-c-aaaaaaaaaaaaaaaa",
        ] {
            assert!(Token::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn nothing_made_for_one_is_good_for_another() {
        let ann = key().token(&ticket(1), &customer("ann@a.example"));
        for other in [
            customer("ben@a.example"),
            team("desk"),
            team("ann@a.example"),
        ] {
            assert!(!key().proves(&ann, &ticket(1), &other), "{other:?}");
        }
        assert!(!key().proves(&ann, &ticket(2), &customer("ann@a.example")));
        assert!(!TokenKey::new([4; 32]).proves(&ann, &ticket(1), &customer("ann@a.example")));
        // A customer token with its letter changed is no staff token.
        let (changed, id) = Token::parse(&ann.as_str().replacen("-c-", "-s-", 1)).unwrap();
        assert!(!key().proves(&changed, &id, &team("desk")));
    }

    #[test]
    fn tags_have_purposes_and_parts_that_do_not_run_together() {
        let key = key();
        let tag = key.tag("message-id", &[b"ab", b"c"]);
        assert_eq!(tag.len(), TAG_CHARACTERS);
        assert_ne!(tag, key.tag("message-id", &[b"a", b"bc"]));
        assert_ne!(tag, key.tag("loop-mark", &[b"ab", b"c"]));
        // Not even a purpose named like the tokens' own gives a token.
        let ticket = ticket(1);
        let forged = key.tag(
            TICKET_PURPOSE,
            &[ticket.compact().as_bytes(), b"s", b"desk"],
        );
        assert!(
            !key.token(&ticket, &team("desk"))
                .as_str()
                .ends_with(&forged)
        );
    }

    #[test]
    fn a_new_key_makes_and_earlier_ones_still_prove() {
        let (first, second) = ([3; 32], [4; 32]);
        let ann = customer("ann@a.example");
        let made_first = TokenKey::new(first).token(&ticket(1), &ann);
        let changed = TokenKey::of_epochs(vec![(1, second), (0, first)]).unwrap();
        assert_eq!(changed.epoch(), 1);
        let made_second = changed.token(&ticket(1), &ann);
        assert_ne!(made_first, made_second);
        for token in [&made_first, &made_second] {
            assert!(changed.proves(token, &ticket(1), &ann));
            assert!(!changed.proves(token, &ticket(2), &ann));
            assert!(!changed.proves(token, &ticket(1), &team("desk")));
        }
        let tag = TokenKey::new(first).tag("loop", &[b"1@a"]);
        assert!(changed.made(&tag, "loop", &[b"1@a"]) && !changed.made(&tag, "loop", &[b"2@a"]));
        assert!(!changed.made(&tag, "message-id", &[b"1@a"]));
        let then = changed.as_of(&TokenKey::new(first).revision()).unwrap();
        assert_eq!(then.token(&ticket(1), &ann), made_first);
        assert!(changed.as_of("nobody's").is_none());
        // Without the earlier one, what it made is worth nothing; the same bytes in another epoch neither.
        let alone = TokenKey::of_epochs(vec![(1, second)]).unwrap();
        assert!(!alone.proves(&made_first, &ticket(1), &ann));
        assert!(alone.proves(&made_second, &ticket(1), &ann));
        let same_bytes = TokenKey::of_epochs(vec![(2, second)]).unwrap();
        assert!(!same_bytes.proves(&made_second, &ticket(1), &ann));
        assert!(TokenKey::of_epochs(vec![]).is_none());
    }

    #[test]
    fn a_key_that_mailboxes_share_makes_for_each_what_proves_nothing_to_another() {
        let shared = TokenKey::of_epochs(vec![(0, [1; 32]), (1, [2; 32])]).unwrap();
        let of = |name: &str| {
            shared
                .clone()
                .for_mailbox(&MailboxName::parse(name).unwrap())
        };
        let (sales, help) = (of("sales"), of("help"));
        let ann = customer("ann@a.example");
        let made = |key: &TokenKey| key.token(&ticket(1), &ann);
        assert_ne!(made(&sales), made(&help));
        assert!(sales.proves(&made(&sales), &ticket(1), &ann));
        for (key, other) in [(&help, &sales), (&sales, &help), (&shared, &sales)] {
            assert!(!key.proves(&made(other), &ticket(1), &ann));
            let tag = other.tag("mark", &[b"x"]);
            assert!(other.made(&tag, "mark", &[b"x"]));
            assert!(!key.made(&tag, "mark", &[b"x"]));
        }
        // What it made before there were several is still good, in every epoch; so is a name of an epoch before.
        let first = TokenKey::new([1; 32]);
        for earlier in [&shared, &first] {
            assert!(sales.proves(&made(earlier), &ticket(1), &ann));
        }
        let then = first
            .clone()
            .for_mailbox(&MailboxName::parse("sales").unwrap());
        assert!(sales.proves(&made(&then), &ticket(1), &ann));
        for (revision, expected) in [
            (shared.revision(), made(&shared)),
            (then.revision(), made(&then)),
            (sales.revision(), made(&sales)),
        ] {
            assert_eq!(made(&sales.as_of(&revision).unwrap()), expected);
        }
        assert_eq!(sales.epoch(), 1);
        assert!(sales.as_of(&help.revision()).is_none());
    }

    #[test]
    fn the_key_is_never_printed() {
        assert_eq!(
            format!("{:?}", TokenKey::new([65; 32])),
            "TokenKey(not shown)"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,60}") {
            let _ = Token::parse(&text);
        }

        #[test]
        fn no_customer_token_verifies_as_anything_else(
            seed in any::<u8>(), other_seed in any::<u8>(), local in "[a-z]{1,8}", other_local in "[a-z]{1,8}", name in "[a-z-]{1,12}"
        ) {
            let address = format!("{local}@x.example");
            let token = key().token(&ticket(seed), &customer(&address));
            prop_assert!(key().proves(&token, &ticket(seed), &customer(&address)));
            prop_assert!(!key().proves(&token, &ticket(seed), &team(&name)));
            prop_assert!(!key().proves(&token, &ticket(seed), &team(&address)));
            if seed != other_seed {
                prop_assert!(!key().proves(&token, &ticket(other_seed), &customer(&address)));
            }
            if local != other_local {
                let other = customer(&format!("{other_local}@x.example"));
                prop_assert!(!key().proves(&token, &ticket(seed), &other));
            }
        }

        #[test]
        fn what_is_written_is_read_again(seed in any::<u8>(), local in "[a-zA-Z]{1,8}") {
            let token = key().token(&ticket(seed), &customer(&format!("{local}@x.example")));
            prop_assert_eq!(Token::parse(token.as_str()), Some((token, ticket(seed))));
        }
    }
}
