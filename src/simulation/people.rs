//! Who lives in the world: customers who write and answer, and staff who read what comes and answer from their mail programs.

use super::post::header_of;
use super::seeded::Seeded;
use super::tally::Tally;
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
    /// The first mail, to which a customer may add something.
    first: Kept,
    has_added: bool,
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
            let address = format!("customer{number}@home.example");
            let (subject, words) = wish.words();
            let mut letter = self.letter(&address, words, now);
            letter.subject = subject.to_owned();
            letter.to = Address::parse(&self.support()).into_iter().collect();
            if chance.happens(2000) {
                // A person's answer goes to both; each recipient has luck of their own.
                letter.cc = Address::parse("friend@elsewhere.example")
                    .into_iter()
                    .collect();
            }
            let after = Duration::from_millis(chance.below(STORM.as_millis() as u64));
            let mail = self.write(&letter, after, None);
            let read = (self.office.read(&Content::Whole(mail.bytes.to_vec())))
                .expect("a customer's mail can be read");
            first.push(mail);
            self.customers.push(Customer {
                address,
                wish,
                has_given_details: false,
                has_thanked: false,
                answers: 0,
                first: Kept::of(&read, now),
                has_added: false,
            });
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
        (by, name, bytes): (&str, &str, &Arc<[u8]>),
        now: Timestamp,
        chance: &mut Seeded,
        tally: &mut Tally,
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
        match self.customer(by) {
            Some(place) => self.customer_got(place, &kept, is_automatic, after, now, chance),
            None => {
                let about = (0..self.customers.len())
                    .find(|place| mail.body.text.contains(&self.customers[*place].address));
                match about {
                    Some(place) => self.team_got((by, place), &kept, after, now, (chance, tally)),
                    None => Vec::new(),
                }
            }
        }
    }

    fn customer_got(
        &mut self,
        place: usize,
        kept: &Kept,
        is_automatic: bool,
        after: Duration,
        now: Timestamp,
        chance: &mut Seeded,
    ) -> Vec<Reply> {
        let customer = &mut self.customers[place];
        let text = if customer.wish == Wish::Details && is_automatic && !customer.has_given_details
        {
            customer.has_given_details = true;
            "My order number is LT-20417."
        } else if !is_automatic && !customer.has_thanked && chance.happens(5000) {
            customer.has_thanked = true;
            "I see. One more question: How long does delivery take?"
        } else {
            return Vec::new();
        };
        let address = customer.address.clone();
        let mut letter = self.letter(&address, text, now);
        kept.answer_with(&mut letter);
        vec![self.write(&letter, after, None)]
    }

    /// A mail about a customer reached a team: one of them answers, or two at once, or the customer adds something meanwhile.
    fn team_got(
        &mut self,
        (team, place): (&str, usize),
        kept: &Kept,
        after: Duration,
        now: Timestamp,
        (chance, tally): (&mut Seeded, &mut Tally),
    ) -> Vec<Reply> {
        let members = self.members_of(team);
        if members.is_empty() || self.customers[place].answers >= 2 || !chance.happens(8000) {
            return Vec::new();
        }
        let answering = match chance.happens(2500) {
            true => 2.min(members.len()),
            false => 1,
        };
        if answering == 2 {
            tally.hit("people", "two of staff answer at once");
        }
        let first = usize::try_from(chance.below(members.len() as u64)).unwrap_or(0);
        let mut replies = Vec::new();
        for turn in 0..answering {
            let member = &members[(first + turn) % members.len()];
            let number = self.written.len();
            let customer = &mut self.customers[place];
            customer.answers += 1;
            let (text, line) = if customer.wish == Wish::Draft && customer.answers == 1 {
                ("OK".to_owned(), None)
            } else {
                let line = format!("This is answer number {number} and a person wrote it.");
                (line.clone(), Some(line))
            };
            let mut letter = self.letter(member, &text, now);
            letter.text = text;
            kept.answer_with(&mut letter);
            let apart = Duration::from_secs(chance.below(4));
            replies.push(self.write(&letter, after + apart, line));
        }
        if !self.customers[place].has_added && chance.happens(2500) {
            tally.hit("people", "customer writes while staff answer");
            replies.push(self.adds(place, after + Duration::from_secs(chance.below(8)), now));
        }
        replies
    }

    /// A customer adds something to the first mail.
    fn adds(&mut self, place: usize, after: Duration, now: Timestamp) -> Reply {
        let customer = &mut self.customers[place];
        customer.has_added = true;
        let (address, first) = (customer.address.clone(), customer.first.clone());
        let mut letter = self.letter(
            &address,
            "By the way: I am at home in the morning only.",
            now,
        );
        first.answer_with(&mut letter);
        letter.to = Address::parse(&self.support()).into_iter().collect();
        self.write(&letter, after, None)
    }

    pub(super) fn customer(&self, address: &str) -> Option<usize> {
        (self.customers.iter()).position(|customer| customer.address == address)
    }

    fn members_of(&self, team: &str) -> Vec<String> {
        let mut teams = self.office.settings.teams.iter();
        let team = teams.find(|one| one.address.as_str() == team);
        let members = team.map(|team| team.members.iter());
        let addresses = members.map(|members| members.map(|one| one.address.as_str().to_owned()));
        addresses.map(Iterator::collect).unwrap_or_default()
    }

    /// Whether a member of staff wrote this.
    pub(super) fn is_by_staff(&self, name: &str) -> bool {
        let written = self.written.iter().find(|written| written.name == name);
        written.is_some_and(|written| {
            let from = header_of(&written.bytes, "from");
            self.customers
                .iter()
                .all(|customer| !from.contains(&customer.address))
        })
    }
}
