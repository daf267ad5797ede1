//! What was understood of a mail, as types. Whatever stands in them as text is the customer's own words: data, never a command.

use super::summary::ThreadSummary;
use crate::config::{FactName, IntentName, Language};
use std::collections::BTreeMap;

/// What was understood of one mail.
#[derive(Clone, Debug)]
pub struct Understanding {
    /// The language of the new text.
    pub language: SpokenLanguage,
    /// Intents by falling confidence, at most five; empty where nothing is near.
    pub intents: Vec<IntentScore>,
    /// The requests found in it, each with its sentence. More than one: never half answered.
    pub requests: Vec<Request>,
    /// Signals that always end at a person.
    pub hard_stops: Vec<StopFound>,
    /// How fast somebody must look at it.
    pub urgency: Urgency,
    /// The words that made it urgent.
    pub urgency_evidence: Option<String>,
    /// Other things noticed (annoyance, thanks, a repeated contact), each with its words.
    pub signals: Vec<SignalFound>,
    /// Facts found, in normal form.
    pub facts: BTreeMap<FactName, FactFound>,
    /// A word that stands alone on a line and commands the gateway.
    pub customer_word: Option<CustomerWord>,
    /// Days, dates and countries that the mail's questions name.
    pub particulars: Vec<Particular>,
    /// What is wanted, in one line, taken from the mail's own sentences.
    pub summary: String,
    /// What the whole thread comes to; empty where it was not looked at (`summary.rs`).
    pub thread: ThreadSummary,
}

impl Understanding {
    /// Nothing understood: what is handed off with when a part broke down.
    #[must_use]
    pub fn none(language: &Language) -> Self {
        Self {
            language: SpokenLanguage::Assumed(language.clone()),
            intents: Vec::new(),
            requests: Vec::new(),
            hard_stops: Vec::new(),
            urgency: Urgency::Normal,
            urgency_evidence: None,
            signals: Vec::new(),
            facts: BTreeMap::new(),
            customer_word: None,
            particulars: Vec::new(),
            summary: String::new(),
            thread: ThreadSummary::default(),
        }
    }
}

/// The language of a text, as far as it can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpokenLanguage {
    /// Known.
    Known(Language),
    /// Too short or too mixed: the support language is assumed.
    Assumed(Language),
}

impl SpokenLanguage {
    /// The language to go by.
    #[must_use]
    pub fn language(&self) -> &Language {
        match self {
            Self::Known(language) | Self::Assumed(language) => language,
        }
    }
}

/// One intent with the calibrated probability that it is what the customer wants.
#[derive(Clone, Debug, PartialEq)]
pub struct IntentScore {
    /// The intent.
    pub intent: IntentName,
    /// 0 to 1.
    pub confidence: f64,
    /// The sentence that spoke for it most.
    pub evidence: String,
}

/// One request in a mail.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The intent nearest to it.
    pub intent: IntentName,
    /// 0 to 1.
    pub confidence: f64,
    /// Its sentence.
    pub sentence: String,
}

/// The nine signals that always go to a human. Compiled in: configuration can add words, never remove a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HardStop {
    /// Asks for a person.
    HumanRequest,
    /// Rage or despair.
    Frustration,
    /// Legal threat, regulator, press.
    Legal,
    /// Violence, self-harm, injury, fire.
    Safety,
    /// A security report, a hacked account, phishing in our name.
    Security,
    /// Card or account numbers, fraud.
    PaymentData,
    /// Erasure or access request (GDPR).
    Privacy,
    /// A child writes.
    Minor,
    /// The sender's identity contradicts the thread.
    Identity,
}

impl HardStop {
    /// Every stop.
    pub const ALL: [Self; 9] = [
        Self::HumanRequest,
        Self::Frustration,
        Self::Legal,
        Self::Safety,
        Self::Security,
        Self::PaymentData,
        Self::Privacy,
        Self::Minor,
        Self::Identity,
    ];

    /// The name in settings and JSON (contract.md).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HumanRequest => "human-request",
            Self::Frustration => "frustration",
            Self::Legal => "legal",
            Self::Safety => "safety",
            Self::Security => "security",
            Self::PaymentData => "payment-data",
            Self::Privacy => "privacy",
            Self::Minor => "minor",
            Self::Identity => "identity",
        }
    }

    /// The stop of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stop| stop.as_str() == name)
    }
}

/// A hard stop with the customer's own words that show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopFound {
    /// Which.
    pub stop: HardStop,
    /// The sentence or words.
    pub evidence: String,
}

/// Something else noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalFound {
    /// Its name, lower case with `-`: `thanks`, `nothing-but-thanks`, `thanks-in-subject`, `did-not-help`, `annoyance`, `repeated-contact`.
    pub name: &'static str,
    /// The words.
    pub evidence: String,
}

/// Something that a question turns on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particular {
    /// Of which kind.
    pub kind: ParticularKind,
    /// As it is named, folded (`december 24`).
    pub words: String,
}

/// What kind of particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParticularKind {
    /// A feast or holiday.
    Day,
    /// A date.
    Date,
    /// A country.
    Country,
}

/// How fast somebody must look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Nobody waits.
    Low,
    /// A customer waits.
    Normal,
    /// Harm grows by the hour, or something is due within about a day.
    High,
}

impl Urgency {
    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
        }
    }
}

/// A fact in its normal form, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactFound {
    /// Normal form (`AB-204518`).
    pub value: String,
    /// Where it was found.
    pub source: FactSource,
}

/// Where a fact stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactSource {
    /// In the new text or the subject.
    NewText,
    /// In the signature or an attachment's name.
    Aside,
    /// In quoted text: used, but marked.
    Quoted,
    /// In an earlier mail of the same ticket.
    Earlier,
}

/// What a customer can command by a word alone on its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerWord {
    /// `HUMAN`: a person, please.
    Human,
    /// `STOP`: no automatic mail to me.
    Stop,
    /// `START`: takes STOP back.
    Start,
    /// `STATUS`: how does my request stand?
    Status,
    /// `WHY`: why was I answered like that?
    Why,
}
