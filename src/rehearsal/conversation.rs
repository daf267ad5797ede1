//! A conversation: who writes what and when, and what must come of each step.

use crate::compose::Purpose;
use crate::config::{FieldName, LookupName, TeamName};
use crate::mail::Address;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// One conversation, as its file tells it.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// Its file.
    pub path: PathBuf,
    /// What it shows, in a sentence.
    pub about: String,
    /// Other settings than those of the command line.
    pub settings: Option<PathBuf>,
    /// When it begins; a Monday morning where it does not say.
    pub begins: Option<Timestamp>,
    /// What lookups say about whoever writes; the others are not available.
    pub lookups: Lookups,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// What lookups say, by their names.
pub type Lookups = BTreeMap<LookupName, BTreeMap<FieldName, String>>;

/// One thing that happens, and what must come of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Its line in the file.
    pub line: usize,
    /// What happens.
    pub act: Act,
    /// Whether the mail comes from where it says.
    pub origin: Origin,
    /// What must come of it; empty where nothing is said.
    pub expected: Expected,
}

/// Whether a mail comes from where it says; the receiving server that the settings name says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It does.
    Genuine,
    /// Somebody else wrote that address.
    Forged,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// Somebody outside writes.
    Writes(Written),
    /// A member of staff replies to a mail that their team got.
    StaffReplies {
        /// Who.
        member: Address,
        /// To which, counted from 1; `None` is the last.
        to_mail: Option<usize>,
        /// Their words.
        text: String,
        /// Names of files that go with it.
        attachments: Vec<String>,
    },
    /// A member of staff taps a link in a mail that their team got, and sends the mail that opens.
    StaffTaps {
        /// Who.
        member: Address,
        /// In which, counted from 1; `None` is the last.
        in_mail: Option<usize>,
        /// The words of the link.
        link: String,
        /// What their mail program, or they, write below.
        text: String,
    },
    /// A mail comes, byte for byte as its writer made it.
    Comes {
        /// Its bytes.
        raw: Vec<u8>,
        /// Where it lies.
        lies: Lies,
    },
    /// Time passes.
    Waits(SignedDuration),
    /// The last mail that this address got comes back as undeliverable.
    Bounces(Address),
    /// The mail server delivers the mail of the step before once more.
    ComesAgain,
    /// From here our mails fare like that. Where they leave again, what waits leaves.
    ServerIs(Post),
}

/// How mails of ours fare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Post {
    /// They leave at once.
    #[default]
    Works,
    /// Their server is away: they wait.
    Away,
    /// What goes to customers is refused for good; staff get theirs.
    Refuses,
}

/// A mail from outside.
#[derive(Clone, Debug)]
pub struct Written {
    /// Who writes.
    pub from: Person,
    /// Its subject; a reply has that of the mail it answers where none is given.
    pub subject: Option<String>,
    /// Its text.
    pub text: String,
    /// Who else gets it.
    pub cc: Vec<Address>,
    /// Names of files that go with it.
    pub attachments: Vec<String>,
    /// Further headers, or others than a mail program would write.
    pub headers: Vec<(String, String)>,
    /// In which thread.
    pub thread: Thread,
    /// Where it lies.
    pub lies: Lies,
}

/// Where a mail lies in the support mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lies {
    /// It comes into the inbox.
    Inbox,
    /// It is a copy of what somebody sent from that mailbox.
    SentFolder,
}

/// Somebody outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name in `From`; may be empty.
    pub name: String,
    /// The address.
    pub address: Address,
}

/// In which thread a mail stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Thread {
    /// A reply to the last mail that the writer got from us; a mail of its own where they got none.
    Last,
    /// A mail of its own.
    Fresh,
    /// A reply to all on the last mail that this person wrote.
    All(Address),
}

/// What must come of a step. What is not said may be as it likes.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// The decision, by its word in `explain --json`; `again` for a mail that was handled before.
    pub decision: Option<Wanted<String>>,
    /// The rule that decided.
    pub rule: Option<Wanted<String>>,
    /// Exactly these mails leave.
    pub mails: Option<Wanted<Vec<ExpectedMail>>>,
    /// Words that stand in a mail which leaves.
    pub says: Vec<Wanted<Words>>,
    /// Words that stand in none.
    pub never_says: Vec<Wanted<Words>>,
    /// Words that stand in what the ticket's story gains.
    pub records: Vec<Wanted<String>>,
}

/// A value and its line in the file.
#[derive(Clone, Debug)]
pub struct Wanted<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: usize,
}

/// A mail that leaves: to whom, and what for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExpectedMail {
    /// To whom.
    pub to: Whom,
    /// What for.
    pub purpose: Purpose,
}

/// Who gets a mail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// The ticket's customer.
    Customer,
    /// A team.
    Team(TeamName),
    /// Who looks after handoffd itself.
    Admin,
}

/// Words, and in whose mail they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// In whose; `None` where it does not matter.
    pub to: Option<Whom>,
    /// The words.
    pub words: String,
}

impl Whom {
    /// Reads `customer`, `team NAME` or `admin`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "customer" => Some(Self::Customer),
            "admin" => Some(Self::Admin),
            other => {
                let name = other.strip_prefix("team ")?.trim();
                (!name.is_empty()).then(|| Self::Team(TeamName(name.to_owned())))
            }
        }
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customer => formatter.write_str("customer"),
            Self::Team(name) => write!(formatter, "team {name}"),
            Self::Admin => formatter.write_str("admin"),
        }
    }
}

impl fmt::Display for ExpectedMail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let purpose = crate::journal::purpose_word(self.purpose);
        write!(formatter, "{}: {purpose}", self.to)
    }
}

impl Words {
    /// Reads `words`, or `customer: words` for a mail of one party alone.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let to_one = text
            .split_once(':')
            .and_then(|(whom, words)| Some((Whom::parse(whom)?, words)));
        let (to, words) = match to_one {
            Some((whom, words)) => (Some(whom), words),
            None => (None, text),
        };
        Self {
            to,
            words: words.trim().to_owned(),
        }
    }
}

impl fmt::Display for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Some(whom) => write!(formatter, "{whom}: {}", self.words),
            None => formatter.write_str(&self.words),
        }
    }
}

impl Act {
    /// Who acts, in a few words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Writes(written) => format!("{} writes", written.from.address),
            Self::StaffReplies { member, .. } => format!("{member} of staff writes"),
            Self::StaffTaps { member, link, .. } => format!("{member} of staff taps {link}"),
            Self::Comes { .. } => "a mail comes as it was made".to_owned(),
            Self::Waits(_) => "time passes".to_owned(),
            Self::Bounces(address) => format!("the mail to {address} comes back"),
            Self::ComesAgain => "the same mail comes again".to_owned(),
            Self::ServerIs(Post::Works) => "the mail server works".to_owned(),
            Self::ServerIs(Post::Away) => "the mail server is away".to_owned(),
            Self::ServerIs(Post::Refuses) => {
                "the mail server refuses what goes to customers".to_owned()
            }
        }
    }
}
