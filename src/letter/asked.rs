//! What do people ask that no article answers? Tickets that went to a person because no article was near, put together by what they ask.
//!
//! Reads hostile input: words of customers, as their tickets kept them. Bounded.

use super::proposal::{self, NewArticle};
use crate::config::{IntentName, Language, TeamName};
use crate::knowledge::Knowledge;
use crate::knowledge::likeness::words;
use crate::mail::{HeaderText, Mailbox};
use crate::ticket::{Event, ShownBy, Ticket, TicketId};
use crate::understand::gaps::gaps;
use crate::understand::meaning::Encoder;
use crate::understand::summary::{KEPT_OF_OURS_MAX, told_in};
use crate::understand::{asked_in, without_reply_marks};
use std::collections::BTreeSet;

/// The rules by which a mail goes to a person because no article is its own.
const NOT_COVERED: [&str; 2] = ["no-intent", "not-sure"];
/// So many gaps a letter tells.
const TOLD_MAX: usize = 5;
/// So many of a gap's questions are shown.
const EXAMPLES: usize = 3;
/// A question is cut here, in characters.
const WORDS_MAX_CHARACTERS: usize = 160;

/// A question that went to a person because no article covers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Where.
    pub ticket: TicketId,
    /// By whom, so that one person who asks again and again is one.
    pub customer: String,
    /// Parts of their name and address, in lower case: what holds one is shown to nobody.
    pub names: Vec<String>,
    /// In which language.
    pub language: Language,
    /// Its sentences, without greeting, signature, numbers and addresses.
    pub sentences: Vec<String>,
    /// The sentences of the first answer of a person, without greeting and name; nothing where none is known, or not all of it.
    pub answer: Vec<String>,
    /// The team that answered.
    pub team: Option<TeamName>,
}

/// A question that comes again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// So many customers asked it.
    pub customers: usize,
    /// The most typical ones, in the customers' words, without numbers and addresses.
    pub examples: Vec<String>,
    /// Where it was asked.
    pub tickets: Vec<TicketId>,
    /// The article that people's answers come to, where they wrote the same again and again.
    pub article: Option<NewArticle>,
}

impl Asked {
    /// The question that a ticket was opened with, where no article covers it.
    #[must_use]
    pub fn of(ticket: &Ticket) -> Option<Self> {
        let mut decided = ticket.events.iter().filter_map(|timed| match &timed.event {
            Event::Decided {
                decision, reasons, ..
            } => Some((*decision, reasons)),
            _ => None,
        });
        let (decision, reasons) = decided.next()?;
        let (rule, _) = reasons.first()?;
        if decision != "handoff" || !NOT_COVERED.contains(&rule.as_str()) {
            return None;
        }
        let first = ticket.customer_mails().into_iter().next()?;
        let subject = without_reply_marks(first.subject.as_str());
        let sentences = asked_in(subject, &first.excerpt);
        let (mut answer, team) = answer_of_a_person(ticket).unwrap_or_default();
        let theirs = ticket.customer_mails();
        let theirs: Vec<String> = (theirs.iter())
            .map(|mail| folded(&format!("{} {}", mail.subject, mail.excerpt)))
            .collect();
        // What a person quoted is no answer.
        answer.retain(|sentence| {
            let sentence = folded(sentence);
            !theirs.iter().any(|words| words.contains(&sentence))
        });
        (!sentences.is_empty()).then(|| Self {
            ticket: ticket.id.clone(),
            customer: ticket
                .customer()
                .map(|customer| customer.address.key())
                .unwrap_or_default(),
            names: ticket.customer().map(names_of).unwrap_or_default(),
            language: ticket.language().cloned().unwrap_or(Language("en".into())),
            sentences,
            answer,
            team,
        })
    }

    /// What it asks, in one line.
    fn in_one_line(&self) -> String {
        let whole = self.sentences.join(" ");
        HeaderText::clean(&whole).as_str().to_owned()
    }

    /// The sentence that says most; `None` where each names who wrote it.
    pub(super) fn shown(&self) -> Option<String> {
        let is_nameless = |sentence: &&String| {
            let spoken = words(sentence);
            !self.names.iter().any(|name| spoken.contains(name))
        };
        let mut nameless = self.sentences.iter().filter(is_nameless);
        let asks = nameless.clone().find(|sentence| sentence.contains('?'));
        let longest = || {
            nameless
                .by_ref()
                .max_by_key(|one| one.chars().count().min(80))
        };
        let sentence = HeaderText::clean(asks.or_else(longest)?);
        let shown = sentence.as_str().chars().take(WORDS_MAX_CHARACTERS);
        Some(shown.collect())
    }
}

/// Words with single blanks between them, so that a sentence is found in a text however its lines were broken.
fn folded(text: &str) -> String {
    words(text).join(" ")
}

/// Parts of a name and of what stands before the `@`.
fn names_of(customer: &Mailbox) -> Vec<String> {
    let local = customer.address.key();
    let local = local.split('@').next().unwrap_or_default().to_owned();
    let name = customer.name.as_ref().map_or("", HeaderText::as_str);
    let letters = |text: &str| text.replace(|c: char| !c.is_alphabetic(), " ");
    words(&format!("{} {}", letters(name), letters(&local)))
}

/// The sentences of the first answer that a person wrote, and their team.
fn answer_of_a_person(ticket: &Ticket) -> Option<(Vec<String>, Option<TeamName>)> {
    let mut team = None;
    for timed in &ticket.events {
        team = timed.event.team().or(team);
        match &timed.event {
            Event::Wrote {
                purpose: crate::compose::Purpose::StaffReply,
                said,
                ..
            } if !said.is_empty() => {
                // Of a longer one the ticket keeps only a part, and the rest may say under what condition.
                let is_whole = said.len() < KEPT_OF_OURS_MAX;
                let said = if is_whole { said.clone() } else { vec![] };
                return Some((said, team.cloned()));
            }
            // The address alone shows nobody: anybody could write answers for us.
            Event::WroteOutside {
                mail,
                shown_by: ShownBy::SentFolder,
                ..
            } => {
                let said = told_in(&mail.excerpt).unwrap_or_default();
                return Some((said, team.cloned()));
            }
            _ => {}
        }
    }
    None
}

/// What somebody has said yes or no to: nothing is told of it again.
#[derive(Debug, Default)]
pub(super) struct DecidedOn {
    /// The tickets that it was made of.
    pub(super) tickets: BTreeSet<TicketId>,
    /// Its phrases: the same question of other customers is the same question.
    pub(super) phrases: Vec<String>,
}

/// The questions that come again and again, those of most customers first, without those that somebody has decided on.
#[must_use]
pub(super) fn told(
    asked: &[Asked],
    decided: &DecidedOn,
    knowledge: &Knowledge,
    encoder: Option<&Encoder>,
) -> Vec<Gap> {
    let open = asked
        .iter()
        .filter(|one| !decided.tickets.contains(&one.ticket));
    let open: Vec<&Asked> = open.collect();
    let mut languages: Vec<&Language> = open.iter().map(|one| &one.language).collect();
    languages.sort_by(|one, other| one.0.cmp(&other.0));
    languages.dedup();
    let mut taken: BTreeSet<IntentName> = knowledge.topics.keys().cloned().collect();
    let mut told: Vec<Gap> = Vec::new();
    for language in languages {
        let of_language = open.iter().filter(|one| one.language == *language);
        let of_language: Vec<&Asked> = of_language.copied().collect();
        let lines: Vec<String> = of_language.iter().map(|one| one.in_one_line()).collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        for gap in gaps(&lines, encoder) {
            let members = gap.mails.iter().filter_map(|place| of_language.get(*place));
            let members: Vec<&Asked> = members.copied().collect();
            let gap = gap_of(&members, &mut taken);
            told.extend(gap.filter(|gap| !is_decided(gap, decided)));
        }
    }
    told.sort_by_key(|gap| std::cmp::Reverse(gap.customers));
    told.truncate(TOLD_MAX);
    told
}

/// Whether most of what is shown of it asks what somebody has decided on.
fn is_decided(gap: &Gap, decided: &DecidedOn) -> bool {
    let is_known = |example: &&String| {
        let mut phrases = decided.phrases.iter();
        phrases.any(|phrase| proposal::says_the_same(example, phrase))
    };
    let known = gap.examples.iter().filter(is_known).count();
    known * 2 > gap.examples.len()
}

/// One gap, the most typical question first; `None` where it is of too few people.
fn gap_of(members: &[&Asked], taken: &mut BTreeSet<IntentName>) -> Option<Gap> {
    let customers: BTreeSet<&str> = members.iter().map(|one| one.customer.as_str()).collect();
    if customers.len() < proposal::CUSTOMERS_MIN {
        return None;
    }
    let mut examples: Vec<String> = Vec::new();
    for shown in members.iter().filter_map(|one| one.shown()) {
        if examples.len() < EXAMPLES && !examples.contains(&shown) {
            examples.push(shown);
        }
    }
    let article = proposal::propose(members, taken);
    if let Some(article) = &article {
        let _ = taken.insert(article.intent.clone());
    }
    Some(Gap {
        customers: customers.len(),
        examples,
        tickets: members.iter().map(|one| one.ticket.clone()).collect(),
        article,
    })
}
