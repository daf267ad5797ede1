//! Who lives in the world: customers who write and answer, and staff who read what comes and answer from their mail programs.

use super::post::header_of;
use super::seeded::Seeded;
use crate::gateway::Office;
use crate::inbox::Content;
use crate::mail::{Address, MessageId};
use crate::rehearsal::letter::Letter;
use crate::rehearsal::mailboxes::Kept;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// The longest time in which a customer writes first.
pub(super) const STORM: Duration = Duration::from_mins(15);

/// What a customer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// An article answers it.
    Answer,
    /// An article answers it with a detail that must be asked for.
    Details,
    /// A person.
    Person,
    /// What an article proposes, and a person approves.
    Draft,
    /// What an article hands off.
    HandOff,
}

impl Wish {
    const ALL: [Self; 5] = [
        Self::Answer,
        Self::Details,
        Self::Person,
        Self::Draft,
        Self::HandOff,
    ];

    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Answer => ("Delivery", "How long does delivery take?"),
            Self::Details => ("My order", "Where is my order?"),
            Self::Person => (
                "Please call me",
                "I want to speak to a real person, please.",
            ),
            Self::Draft => (
                "Wholesale",
                "I run a café and would like to buy tea from you in bulk. Do you have wholesale prices?",
            ),
            Self::HandOff => ("Payment", "I was charged twice for one order."),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub(super) address: String,
    pub(super) wish: Wish,
    has_given_details: bool,
    has_thanked: bool,
    answers: usize,
}

/// A mail that somebody wrote to the desk.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) name: String,
    pub(super) bytes: Arc<[u8]>,
    /// A line of staff's answer that the customer must read once.
    pub(super) line: Option<String>,
}

/// A mail that somebody writes after a while.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub(super) after: Duration,
    pub(super) name: String,
    pub(super) bytes: Arc<[u8]>,
}

pub(super) struct People {
    pub(super) office: Arc<Office>,
    pub(super) customers: Vec<Customer>,
    pub(super) written: Vec<Written>,
    /// Who got what, once each.
    got: BTreeSet<(String, String)>,
}

impl People {
    pub(super) const fn new(office: Arc<Office>) -> Self {
        Self {
            office,
            customers: Vec::new(),
            written: Vec::new(),
            got: BTreeSet::new(),
        }
    }

    pub(super) fn support(&self) -> String {
        self.office.settings.support.address.as_str().to_owned()
    }

    /// The support mailbox takes its address with and without a token.
    pub(super) fn is_support(&self, address: &str) -> bool {
        address.starts_with("support")
    }

    /// Whether a mail is one of handoffd's own.
    pub(super) fn is_ours(&self, name: &str) -> bool {
        !self.written.iter().any(|written| written.name == name)
    }

    /// The first mails, each after a while.
    pub(super) fn begin(&mut self, now: Timestamp, chance: &mut Seeded) -> Vec<Reply> {
        let count = 1 + chance.below(5);
        let mut first = Vec::new();
        for number in 0..count {
            let wish = *chance.one_of(&Wish::ALL);
            let customer = Customer {
                address: format!("customer{number}@home.example"),
                wish,
                has_given_details: false,
                has_thanked: false,
                answers: 0,
            };
            let (subject, words) = wish.words();
            let mut letter = self.letter(&customer.address, words, now);
            letter.subject = subject.to_owned();
            letter.to = Address::parse(&self.support()).into_iter().collect();
            if chance.happens(2000) {
                // A person's answer goes to both; each recipient has luck of their own.
                letter.cc = Address::parse("friend@elsewhere.example")
                    .into_iter()
                    .collect();
            }
            let after = Duration::from_millis(chance.below(STORM.as_millis() as u64));
            first.push(self.write(&letter, after, None));
            self.customers.push(customer);
        }
        first
    }

    fn letter(&self, from: &str, text: &str, now: Timestamp) -> Letter {
        let number = self.written.len();
        let name = from.split('@').next().unwrap_or_default();
        Letter {
            name: String::new(),
            from: Address::parse(from).expect("an address"),
            to: Vec::new(),
            cc: Vec::new(),
            subject: String::new(),
            at: now,
            message_id: MessageId::parse(&format!("<{number}.{name}@writers.example>"))
                .expect("a Message-ID"),
            in_reply_to: None,
            references: Vec::new(),
            text: format!("Hello,\n\n{text}\n\nKind regards\n"),
            attachments: Vec::new(),
            headers: Vec::new(),
        }
    }

    fn write(&mut self, letter: &Letter, after: Duration, line: Option<String>) -> Reply {
        let name = letter.message_id.as_str().to_owned();
        let bytes: Arc<[u8]> = letter.bytes().into();
        self.written.push(Written {
            name: name.clone(),
            bytes: Arc::clone(&bytes),
            line,
        });
        Reply { after, name, bytes }
    }

    /// Somebody gets a mail, and perhaps answers it.
    pub(super) fn got(
        &mut self,
        by: &str,
        name: &str,
        bytes: &Arc<[u8]>,
        now: Timestamp,
        chance: &mut Seeded,
    ) -> Vec<Reply> {
        if !self.got.insert((by.to_owned(), name.to_owned())) {
            // The mail program shows it twice, and nobody answers it twice.
            return Vec::new();
        }
        let Ok(mail) = self.office.read(&Content::Whole(bytes.to_vec())) else {
            return Vec::new();
        };
        let is_automatic = !header_of(bytes, "auto-submitted").is_empty();
        let kept = Kept::of(&mail, now);
        let after = Duration::from_secs(20 + chance.below(300));
        let (from, text, line) = match self.customer(by) {
            Some(place) => {
                let customer = &mut self.customers[place];
                let text = if customer.wish == Wish::Details
                    && is_automatic
                    && !customer.has_given_details
                {
                    customer.has_given_details = true;
                    "My order number is LT-20417."
                } else if !is_automatic && !customer.has_thanked && chance.happens(5000) {
                    customer.has_thanked = true;
                    "I see. One more question: How long does delivery take?"
                } else {
                    return Vec::new();
                };
                (by.to_owned(), text.to_owned(), None)
            }
            None => {
                let about = (0..self.customers.len())
                    .find(|place| mail.body.text.contains(&self.customers[*place].address));
                let member = self.member_of(by);
                let (Some(place), Some(member)) = (about, member) else {
                    return Vec::new();
                };
                let number = self.written.len();
                let customer = &mut self.customers[place];
                if customer.answers >= 2 || !chance.happens(8000) {
                    return Vec::new();
                }
                customer.answers += 1;
                if customer.wish == Wish::Draft && customer.answers == 1 {
                    (member, "OK".to_owned(), None)
                } else {
                    let line = format!("This is answer number {number} and a person wrote it.");
                    (member, line.clone(), Some(line))
                }
            }
        };
        let mut letter = self.letter(&from, &text, now);
        if self.customer(by).is_none() {
            letter.text.clone_from(&text);
        }
        kept.answer_with(&mut letter);
        vec![self.write(&letter, after, line)]
    }

    pub(super) fn customer(&self, address: &str) -> Option<usize> {
        (self.customers.iter()).position(|customer| customer.address == address)
    }

    fn member_of(&self, team: &str) -> Option<String> {
        let mut teams = self.office.settings.teams.iter();
        let team = teams.find(|one| one.address.as_str() == team)?;
        let member = team.members.first()?;
        Some(member.address.as_str().to_owned())
    }
}
