//! `[[lookup]]` and `[[webhook]]`: whom we ask about a customer, and whom we tell what happened.

use super::{Language, TeamName};
use crate::https::Endpoint;
use crate::understand::Urgency;
use crate::webhook::Occasion;
use secrecy::SecretString;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// `[[lookup]]`: another program or server that knows something about who writes.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// By what name it is told of, in packets and in the log.
    pub name: LookupName,
    /// How it is asked. No key of the file.
    pub way: LookupWay,
    /// How long an answer may take; a mail waits no longer for it.
    pub time_limit: Duration,
    /// How long an answer is taken for the same question again; 0 asks each time.
    pub cache: Duration,
    /// Which fields of the answer are taken, and what they are called for staff: one text, or one for each language. Any other field is dropped.
    pub fields: BTreeMap<FieldName, BTreeMap<Language, String>>,
    /// What certain values mean for who gets a mail, and how soon.
    pub policy: Vec<LookupPolicy>,
}

/// How a lookup is asked.
#[derive(Clone, Debug)]
pub enum LookupWay {
    /// A program on this machine: its absolute path and its arguments. No shell reads them, and nothing of a mail is among them.
    Command {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
    },
    /// A web server.
    Url(WebServer),
}

/// A web server that is asked or told.
#[derive(Clone, Debug)]
pub struct WebServer {
    /// Where: https, or http on this machine. No redirect is followed.
    pub url: Endpoint,
    /// What shows it who we are (`Authorization: Bearer …`).
    pub token: Option<SecretString>,
    /// Certificates that its own must be signed by, instead of the machine's authorities.
    pub ca_file: Option<PathBuf>,
}

/// `[[lookup.policy]]`: what a value means for who gets a mail, and how soon.
#[derive(Clone, Debug)]
pub struct LookupPolicy {
    /// The field of the answer that is looked at.
    pub field: FieldName,
    /// It means something where the field is one of these, whatever the case of letters. In lower case.
    pub is: Vec<String>,
    /// Whether the mail goes to a person, however clear it is. No key of the file.
    pub hands_off: bool,
    /// The team that gets the mail where a person gets it, once it is shown who wrote: the customer is told its name.
    pub team: Option<TeamName>,
    /// How urgent it is at least.
    pub urgency: Option<Urgency>,
}

/// `[[webhook]]`: a web server that is told what happens to tickets.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// By what name it is told of, in the log and in reports of trouble.
    pub name: WebhookName,
    /// Where it is told: https, or http on this machine. No redirect is followed.
    pub url: Endpoint,
    /// Certificates that its own must be signed by, instead of the machine's authorities.
    pub ca_file: Option<PathBuf>,
    /// What each telling is signed with. No key of the file.
    pub secret: SecretString,
    /// What it is told of.
    pub events: BTreeSet<Occasion>,
    /// Whether it is told the customer's address.
    pub with_customer: bool,
    /// How long something is tried to be told before it is given up.
    pub give_up_after: Duration,
}

/// The name of a webhook: lower-case letters, digits, `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WebhookName(pub String);

impl fmt::Display for WebhookName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The name of a lookup: lower-case letters, digits, `-`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LookupName(pub String);

/// The name of a field of an answer: lower-case letters, digits, `_`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldName(pub String);

impl fmt::Display for LookupName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Lookup {
    /// What a field is called, in that language, else in any.
    #[must_use]
    pub fn title<'l>(&'l self, field: &'l FieldName, language: &Language) -> &'l str {
        let titles = self.fields.get(field);
        let title =
            titles.and_then(|titles| titles.get(language).or_else(|| titles.values().next()));
        title.map_or(field.0.as_str(), String::as_str)
    }
}
