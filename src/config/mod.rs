//! What did the admin set? `handoffd.toml` becomes a checked [`Configuration`], [`Settings`] for each mailbox; every problem is found in one run and
//! named with file, line and column. Whatever holds a `Settings` may rely on it.

mod connection;
mod database;
pub(crate) mod gathered;
mod hours;
mod load;
mod mailbox;
mod member;
mod ours;
mod page;
mod problem;
pub(crate) mod section;
mod server;
pub(crate) mod source;
mod trust;
pub(crate) mod withheld;

pub use connection::{
    FieldName, Lookup, LookupName, LookupPolicy, LookupWay, WebServer, Webhook, WebhookName,
};
pub use database::{Database, DatabaseServer, DatabaseTls, JournalName, StoreKind};
pub use hours::{HoursError, WorkingHours};
pub use load::{ArticleFolder, Inspected, Inspection};
pub(crate) use load::{TEMPLATE_LANGUAGES, folder_of, is_loopback, models_near};
pub use mailbox::{ChoiceError, Configuration, Mailbox, MailboxName};
pub use member::{Member, SenderName};
pub use page::{Listen, Page};
pub use problem::Problem;
pub use server::{FirstStart, Inbox, Login, Smtp, Tls};
pub use trust::{OwnChecks, SenderTrust, StaffProof, WhoseWord};

use crate::autonomy::{Demands, Stage};
use crate::mail::{Address, HeaderText};
use crate::oauth2::Keeper;
use jiff::civil::Weekday;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// All settings of one mailbox, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `[support]`
    pub support: Support,
    /// `[support]` of every other mailbox of the file: what comes from there is ours.
    pub others: Vec<Support>,
    /// `[inbox]`
    pub inbox: Inbox,
    /// `[smtp]`
    pub smtp: Smtp,
    /// `[[team]]`, at least one; the first is the default team.
    pub teams: Vec<Team>,
    /// `[automation]`
    pub automation: Automation,
    /// `[autonomy]`
    pub autonomy: Autonomy,
    /// `[letter]`
    pub letter: WeeklyLetter,
    /// `[trust]`
    pub trust: SenderTrust,
    /// `[escalate]`
    pub escalate: Escalate,
    /// `[limits]`
    pub limits: Limits,
    /// `[trouble]`
    pub trouble: TroubleReports,
    /// `[knowledge]`
    pub knowledge: KnowledgeFolder,
    /// `[understanding]`
    pub understanding: Meaning,
    /// `[templates]`: a folder whose files take the place of built-in templates of the same name (`en/notice.hbs`).
    pub templates_folder: Option<PathBuf>,
    /// `[store]`
    pub store: Store,
    /// `[control]`
    pub control: Control,
    /// `[page]`; without it there is none.
    pub page: Option<Page>,
    /// `[fact.NAME]`
    pub facts: BTreeMap<FactName, Fact>,
    /// `[[lookup]]`
    pub lookups: Vec<Lookup>,
    /// `[[webhook]]`
    pub webhooks: Vec<Webhook>,
}

impl Settings {
    /// The keeper of tokens, where a server is logged in to with one.
    #[must_use]
    pub fn token_keeper(&self) -> Option<&Keeper> {
        let smtp = self.smtp.login.as_ref().map(|(_, login)| login);
        let mut logins = [Some(&self.inbox.login), smtp].into_iter().flatten();
        logins.find_map(Login::keeper)
    }

    /// The team of that name.
    #[must_use]
    pub fn team(&self, name: &TeamName) -> Option<&Team> {
        self.teams.iter().find(|team| &team.name == name)
    }

    /// The team that an address is a member of.
    #[must_use]
    pub fn team_of_member(&self, address: &Address) -> Option<&Team> {
        self.teams
            .iter()
            .find(|team| team.member(address).is_some())
    }
}

/// The desk as customers see it.
#[derive(Clone, Debug)]
pub struct Support {
    /// The address that customers write to, and that everything leaves from.
    pub address: Address,
    /// The name beside it.
    pub name: HeaderText,
    /// The language of a mail whose language is not known, and of what staff and admin get.
    pub language: Language,
    /// The languages that we answer in; mail in any other language goes to a person.
    pub languages: Vec<Language>,
    /// Last lines of every mail to a customer (company name, legal lines). May be empty.
    pub footer: String,
    /// The form of addresses that carry a ticket's token, with one `{token}`.
    pub reply_address: ReplyAddress,
    /// Who is told when something is wrong with handoffd itself. The default is the first team's address.
    pub admin: Address,
}

/// Where the token of a ticket stands in an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplyAddress {
    /// A pattern with one `{token}`: `support+{token}@x.example`, or without plus `support-{token}@x.example`.
    Pattern {
        /// What stands before the token.
        before: String,
        /// What stands after it, the domain included.
        after: String,
    },
    /// The server takes no such address: replies are recognised by our Message-IDs alone.
    None,
}

/// A human mailbox.
#[derive(Clone, Debug)]
pub struct Team {
    /// The name that articles use.
    pub name: TeamName,
    /// How the team is called in a text to customers, by language (or one text for all). The default is the name.
    pub titles: BTreeMap<Language, String>,
    /// The mailbox that hand-offs go to.
    pub address: Address,
    /// Who may speak for us; replies from anybody else change nothing.
    pub members: Vec<Member>,
    /// When people read this mailbox.
    pub hours: WorkingHours,
    /// The promise: an answer within this much working time.
    pub reply_within: Duration,
    /// The team is reminded when so much working time is left of a promise.
    pub remind_before: Duration,
    /// Reminded as well when half of that is left, and told of broken promises.
    pub second_address: Option<Address>,
    /// Whether a member's own signature stays on the reply that the customer gets. Not where one of the settings takes its place.
    pub keep_signature: bool,
    /// What stands below the words of each member who has no signature of their own here.
    pub signature: Option<String>,
    /// Whose name stands beside the support address on a member's own words.
    pub sender_name: SenderName,
}

/// A team's name: lower-case letters, digits, `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TeamName(pub String);

/// A fact's name: lower-case letters, digits, `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactName(pub String);

/// An intent's name: lower-case letters, digits, `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IntentName(pub String);

macro_rules! displayed_as_text {
    ($($name:ty),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result { formatter.write_str(&self.0) }
        }
    )*};
}
displayed_as_text!(TeamName, FactName, IntentName, Language);

/// A language by its ISO 639-1 code, in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language(pub String);

/// How much handoffd may do by itself.
#[derive(Clone, Debug)]
pub struct Automation {
    /// How much handoffd may do by itself.
    pub mode: Mode,
    /// Confidence from which an answer is sent, 0 to 1. `None` means the shipped, calibrated threshold.
    pub send_threshold: Option<f64>,
    /// Confidence from which an answer is suggested to staff, 0 to 1. `None` means the shipped threshold.
    pub suggest_threshold: Option<f64>,
}

/// `[autonomy]`: whether each article must earn what its mode lets it do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autonomy {
    /// Who lets an article go on that has earned it: "off" asks for no record, and each article does what its mode says; "ask" waits for
    /// `handoffd autonomy advance`; "automatic" goes on by the rule.
    pub advance: Advance,
    /// Where an article begins: "shadow", "draft" or "answer".
    pub start: Stage,
    /// From shadow to drafts: people answered so many mails that it would have answered.
    pub draft_after: u32,
    /// And with 95 % certainty at least this share of their answers says what it says, 0 to 1.
    pub draft_lower_bound: f64,
    /// From drafts to answers: people decided on so many drafts.
    pub answer_after: u32,
    /// And with 95 % certainty at least this share is sent unchanged, 0 to 1.
    pub answer_lower_bound: f64,
    /// From answers back to drafts: what went wrong of the last answers weighs so much. A customer who wrote again weighs 1, a correction by our
    /// own people 2.
    pub back_at: u32,
    /// So many of the last answers are looked at for that.
    pub back_within: u32,
}

/// `[letter]`: what the admin and the teams are told each week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeeklyLetter {
    /// The day on which the weekly letter leaves, or "never".
    pub weekday: Option<Weekday>,
    /// The hour of that day, 0 to 23, where the first team works.
    pub hour: i8,
    /// Whether each team gets a shorter one about its own work.
    pub to_teams: bool,
}

impl Default for WeeklyLetter {
    fn default() -> Self {
        Self {
            weekday: Some(Weekday::Monday),
            hour: 7,
            to_teams: true,
        }
    }
}

/// `[autonomy] advance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// No record is asked for.
    Off,
    /// The admin's yes is.
    Ask,
    /// The rule alone decides.
    Automatic,
}

impl Autonomy {
    /// Whether what an article has earned counts.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.advance != Advance::Off
    }

    /// What the rule demands.
    #[must_use]
    pub const fn demands(&self) -> Demands {
        Demands {
            draft_after: self.draft_after,
            draft_from: self.draft_lower_bound,
            answer_after: self.answer_after,
            answer_from: self.answer_lower_bound,
            back_at: self.back_at,
            back_within: self.back_within,
        }
    }
}

impl Default for Autonomy {
    fn default() -> Self {
        let demands = Demands::default();
        Self {
            advance: Advance::Off,
            start: Stage::Shadow,
            draft_after: demands.draft_after,
            draft_lower_bound: demands.draft_from,
            answer_after: demands.answer_after,
            answer_lower_bound: demands.answer_from,
            back_at: demands.back_at,
            back_within: demands.back_within,
        }
    }
}

/// `[automation] mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Decides and records; sends nothing and changes nothing on the server.
    Shadow,
    /// Every answer waits for a person's yes; hand-offs work.
    Draft,
    /// Answers what it is sure of.
    Live,
}

/// `[escalate]`: what goes to a person, beyond what is compiled in.
#[derive(Clone, Debug, Default)]
pub struct Escalate {
    /// Addresses, or `@domain`, whose mails always go to a person. In lower case.
    pub vip: Vec<String>,
    /// Which team gets a hard stop; others go to the article's or the first team. By the stop's name.
    pub team_by_stop: BTreeMap<String, TeamName>,
    /// Further words that mean a hard stop here. Configuration can add, never remove. By the stop's name.
    pub words: BTreeMap<String, Vec<String>>,
}

impl Escalate {
    /// The entry that makes this address a VIP's: the address itself, or its domain.
    #[must_use]
    pub fn vip_entry(&self, address: &Address) -> Option<&str> {
        let (address, domain) = (address.key(), format!("@{}", address.domain()));
        let mut entries = self.vip.iter();
        entries
            .find(|entry| **entry == address || **entry == domain)
            .map(String::as_str)
    }
}

/// `[limits]`: how many automatic mails leave at most.
#[derive(Clone, Debug)]
pub struct Limits {
    /// To one address in 24 hours.
    pub automatic_per_sender_per_day: u32,
    /// In one ticket, ever.
    pub automatic_per_ticket: u32,
    /// To one domain in an hour.
    pub automatic_per_domain_per_hour: u32,
    /// To one domain in 24 hours.
    pub automatic_per_domain_per_day: u32,
    /// In one hour, to all. Reaching it pulls the brake.
    pub automatic_per_hour: u32,
    /// In 24 hours, to all.
    pub automatic_per_day: u32,
    /// So many automatic mails of one hour that came back from machines pull the brake, where they are at least half of all.
    pub returned_per_hour: u32,
    /// How long a pulled brake holds. `None`: until somebody releases it.
    pub brake: Option<Duration>,
    /// From this many mails of one text within an hour on, each further one is kept in one ticket, without a packet of its own.
    pub same_text_per_hour: u32,
    /// From this many mails of one sender within an hour on, each further one is kept in their latest ticket, without a packet of its own.
    pub mails_per_sender_per_hour: u32,
    /// Mails of one sender that come so soon one after the other may be about one matter: the same text is not sent twice for it.
    pub same_matter: Duration,
}

/// `[trouble]`: when the admin is told that something needs a person.
#[derive(Clone, Copy, Debug)]
pub struct TroubleReports {
    /// How long a server must be away before that is told. One that refuses the login: a fifth of it.
    pub tell_after: Duration,
    /// What comes within this time goes into one mail. At least ten times as long lies between two mails, and sixty times between two about the same.
    pub gather: Duration,
    /// All must be well for so long before that is told.
    pub calm: Duration,
    /// What lasts is told again after this.
    pub remind: Duration,
}

/// `[knowledge]`.
#[derive(Clone, Debug)]
pub struct KnowledgeFolder {
    /// The folder of articles.
    pub folder: PathBuf,
}

/// `[understanding]`: what knows that two texts mean the same.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The folder of the models of meaning, as `make model` fills it, or of one sentence-transformers BERT model. Without it: `models` beside this
    /// file or up to two folders above it, else what the package installed.
    pub models_folder: Option<PathBuf>,
    /// Which model of meaning is used.
    pub embedding: Embedding,
    /// The languages that the model knows; in all others words and letters alone decide.
    pub languages: Vec<Language>,
}

/// `[understanding] embedding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Embedding {
    /// The transformer, else the table of word meanings, else none: whatever is there.
    #[default]
    Best,
    /// The table of word meanings: a thousandth of the time, nearly as good.
    Static,
    /// None: words and letters alone decide.
    None,
}

/// `[store]`.
#[derive(Clone, Debug)]
pub struct Store {
    /// Where the journal is kept.
    pub kind: StoreKind,
    /// The folder of the store. The key of all tokens lies in it, unless the credential token-key gives one.
    pub path: PathBuf,
    /// How long the exact bytes of a sent mail are kept.
    pub keep_sent: Duration,
    /// How long what staff confirmed of a customer's mail is kept and learned from.
    pub keep_learned: Duration,
    /// How long texts, details and notes of a ticket are kept after the last thing happened in it. `None` keeps them.
    pub keep_texts: Option<Duration>,
    /// How long a ticket is kept at all after the last thing happened in it. Counts stay; `None` keeps it.
    pub keep_tickets: Option<Duration>,
    /// How long these counts are kept. `None` keeps them.
    pub keep_counts: Option<Duration>,
    /// Whose mailbox it is about; `None` is the only one. No key of the file.
    pub mailbox: Option<MailboxName>,
}

/// `[control]`.
#[derive(Clone, Debug)]
pub struct Control {
    /// The Unix socket through which the command line asks the running daemon.
    pub socket: PathBuf,
}

impl Control {
    /// Where the socket is unless the settings say otherwise.
    pub const DEFAULT_SOCKET: &'static str = "/run/handoffd/control.sock";
}

/// `[fact.NAME]`: a detail that answers need.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Its normal form as a regular expression. Or one of a list.
    pub form: FactForm,
    /// An example, shown to the customer.
    pub example: String,
    /// How to ask for it, by language (or one text for the support language). The support language is always there.
    pub ask: BTreeMap<Language, String>,
}

/// The normal form of a fact.
#[derive(Clone, Debug)]
pub enum FactForm {
    /// `pattern = "AB-[0-9]{6}"`: the source of a regular expression that compiles.
    Pattern(String),
    /// `values = ["Alder City", …]`.
    OneOf(Vec<String>),
}

/// What became of a mail; the IMAP keyword and the folder follow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// An approved answer was sent.
    Answered,
    /// Missing details were asked for.
    Asked,
    /// A draft waits for a person.
    Drafted,
    /// A person has it.
    HandedOff,
    /// Nothing to do: a robot, a list, a duplicate.
    Left,
    /// Passed on: a staff reply to the customer, or the customer's further words to staff.
    Relayed,
    /// Kept aside; the admin was told.
    Quarantined,
    /// The copy of a mail of ours, which came to ourselves as a proof that it left.
    OwnCopy,
}

impl Outcome {
    /// The IMAP keyword set beside `$Handoff` (contract.md).
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::Answered => "Answered",
            Self::Asked => "Asked",
            Self::Drafted => "Drafted",
            Self::HandedOff => "HandedOff",
            Self::Left | Self::OwnCopy => "Left",
            Self::Relayed => "Relayed",
            Self::Quarantined => "Quarantined",
        }
    }

    /// The key in `[inbox.folders]`.
    #[must_use]
    pub const fn folder_key(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Asked => "asked",
            Self::Drafted => "drafted",
            Self::HandedOff => "handed_off",
            Self::Left => "left",
            Self::Relayed => "relayed",
            Self::Quarantined => "quarantined",
            Self::OwnCopy => "own_copies",
        }
    }

    /// Every outcome.
    pub const ALL: [Self; 8] = [
        Self::Answered,
        Self::Asked,
        Self::Drafted,
        Self::HandedOff,
        Self::Left,
        Self::Relayed,
        Self::Quarantined,
        Self::OwnCopy,
    ];
}
