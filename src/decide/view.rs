//! What do the rules look at? One situation with the few things worked out that several rules ask for: what is wanted, in which
//! language, which facts are known, whose ticket it is.

use super::meant;
use super::{Action, Decision, HandOff, Reason, Reasons, Situation};
use crate::config::{FactName, IntentName, Language, TeamName};
use crate::desk::Sender;
use crate::knowledge::{Article, Thresholds, Topic};
use crate::ticket::{Event, Holder, Ticket};
use crate::understand::{FactSource, Urgency};
use std::collections::BTreeMap;

/// The longest reply to our question that is taken as nothing but the answer to it, in words.
const BARE_REPLY_MAX_WORDS: usize = 40;

/// A situation, and what follows from it before any rule is asked.
pub(super) struct View<'a> {
    pub(super) situation: &'a Situation<'a>,
    /// What is wanted most, if anything is near.
    pub(super) wanted: Option<Wanted>,
    /// The language of what the customer gets.
    pub(super) language: Language,
    /// Every fact that was given, in this mail or earlier.
    pub(super) facts: BTreeMap<FactName, String>,
}

/// What the customer wants, and how sure that is.
pub(super) struct Wanted {
    pub(super) intent: IntentName,
    pub(super) confidence: f64,
    pub(super) evidence: String,
    /// How sure it must be for the article of this intent.
    pub(super) thresholds: Thresholds,
}

impl<'a> View<'a> {
    pub(super) fn of(situation: &'a Situation<'a>) -> Self {
        Self {
            situation,
            wanted: wanted(situation),
            language: language(situation),
            facts: facts(situation),
        }
    }

    pub(super) fn is_from_outside(&self) -> bool {
        matches!(
            self.situation.sender,
            Sender::Customer(_) | Sender::ThirdParty
        )
    }

    pub(super) fn ticket(&self) -> Option<&'a Ticket> {
        self.situation.ticket
    }

    /// The writer's own words.
    pub(super) fn new_text(&self) -> String {
        self.situation.mail.body.own_words().trim().to_owned()
    }

    pub(super) fn word_count(&self) -> usize {
        self.new_text().split_whitespace().count()
    }

    pub(super) fn signal(&self, name: &str) -> Option<&'a str> {
        let mut signals = self.situation.understanding.signals.iter();
        signals
            .find(|signal| signal.name == name)
            .map(|signal| signal.evidence.as_str())
    }

    pub(super) fn is_sure(&self) -> bool {
        self.wanted
            .as_ref()
            .is_some_and(|wanted| wanted.confidence >= wanted.thresholds.send)
    }

    /// What is wanted, if it is sure enough to be suggested or to choose the team.
    pub(super) fn likely(&self) -> Option<(&Wanted, &'a Topic)> {
        let wanted = self.wanted.as_ref()?;
        let topic = self.situation.knowledge.topics.get(&wanted.intent)?;
        (wanted.confidence >= wanted.thresholds.suggest).then_some((wanted, topic))
    }

    /// What is wanted, with its topic and the text in the customer's language.
    pub(super) fn article(&self) -> Option<(&Wanted, &'a Topic, &'a Article)> {
        let wanted = self.wanted.as_ref()?;
        let topic = self.situation.knowledge.topics.get(&wanted.intent)?;
        let article = topic.articles.get(&self.language)?;
        Some((wanted, topic, article))
    }

    /// Facts that the wanted article needs and nobody has given.
    pub(super) fn missing(&self) -> Vec<FactName> {
        let needs = self.likely().map(|(_, topic)| topic.needs.as_slice());
        let needs = needs.unwrap_or_default().iter();
        needs
            .filter(|name| !self.facts.contains_key(*name))
            .cloned()
            .collect()
    }

    /// The team of a person who is in the ticket.
    pub(super) fn team_in_ticket(&self) -> Option<TeamName> {
        match self.ticket()?.holder() {
            Holder::Automation => None,
            Holder::Person(team) => Some(self.existing_team(Some(&team))),
        }
    }

    /// The team that gets what this mail wants.
    pub(super) fn responsible_team(&self) -> TeamName {
        let of_article = self.likely().and_then(|(_, topic)| topic.team.as_ref());
        self.existing_team(meant::team(self.situation).or(of_article))
    }

    /// The team of what is wanted where that is sure, else the default one: a mail full of anger or danger bears some likeness to anything.
    pub(super) fn team_of_sure_intent(&self) -> TeamName {
        let sure = self.likely().filter(|_| self.is_sure());
        let of_article = sure.and_then(|(_, topic)| topic.team.as_ref());
        self.existing_team(meant::team(self.situation).or(of_article))
    }

    /// That team, or the default one where it is not (or no longer) in the settings.
    pub(super) fn existing_team(&self, name: Option<&TeamName>) -> TeamName {
        let settings = self.situation.settings;
        let named = name.filter(|name| settings.team(name).is_some());
        let default = || settings.teams.first().map(|team| &team.name);
        named
            .or_else(default)
            .cloned()
            .unwrap_or_else(|| TeamName(String::new()))
    }

    /// A person gets it: the one who is in already, or a team by a hand-off.
    pub(super) fn to_person(&self, team: Option<TeamName>) -> Action {
        match self.team_in_ticket() {
            Some(team) => Action::PassOn { team },
            None => Action::HandOff(self.hand_off(team)),
        }
    }

    pub(super) fn hand_off(&self, team: Option<TeamName>) -> HandOff {
        super::hand_off::hand_off(self, team)
    }

    pub(super) fn decision(&self, action: Action, first: Reason, further: Vec<Reason>) -> Decision {
        let concerns_a_request = self.is_from_outside()
            && !matches!(
                action,
                Action::Leave { .. } | Action::NoteOwnCopy | Action::Quarantine
            );
        let tags = self
            .likely()
            .filter(|_| concerns_a_request)
            .map(|(_, topic)| topic.tags.clone());
        let urgency = if concerns_a_request {
            let meant = meant::urgency(self.situation);
            meant
                .into_iter()
                .fold(self.situation.understanding.urgency, Ord::max)
        } else {
            Urgency::Low
        };
        Decision {
            action,
            reasons: Reasons { first, further },
            urgency,
            language: self.language.clone(),
            tags: tags.unwrap_or_default(),
        }
    }
}

/// What is wanted: the nearest intent, or, where the mail only brings the details that we asked for, what we asked them for.
fn wanted(situation: &Situation<'_>) -> Option<Wanted> {
    let nearest = situation.understanding.intents.first();
    let asked = asked_for(situation);
    if let Some(asked) = asked
        && nearest.is_none_or(|nearest| {
            nearest.intent == asked.intent || nearest.confidence < asked.confidence
        })
    {
        return Some(asked);
    }
    nearest.map(|nearest| Wanted {
        intent: nearest.intent.clone(),
        confidence: nearest.confidence,
        evidence: nearest.evidence.clone(),
        thresholds: (situation.knowledge)
            .thresholds(&nearest.intent, &situation.settings.automation),
    })
}

/// The intent that we asked details for, if this mail answers that question.
fn asked_for(situation: &Situation<'_>) -> Option<Wanted> {
    let ticket = situation.ticket?;
    let waits = ticket.question_is_open();
    let words = situation.mail.body.own_words().split_whitespace().count();
    if !waits || words > BARE_REPLY_MAX_WORDS {
        return None;
    }
    let (asked, intent) = ticket.asked_before()?;
    let given: Vec<&str> = asked
        .iter()
        .filter_map(|name| situation.understanding.facts.get(name))
        .map(|fact| fact.value.as_str())
        .collect();
    if given.is_empty() {
        return None;
    }
    // As sure as it was when we asked; the details make it no less so.
    let confidence = ticket
        .events
        .iter()
        .rev()
        .skip_while(|timed| !matches!(timed.event, Event::Asked { .. }))
        .find_map(|timed| match &timed.event {
            Event::Decided {
                intent: Some((decided, confidence)),
                ..
            } if decided == intent => Some(*confidence),
            _ => None,
        });
    let automation = &situation.settings.automation;
    let thresholds = situation.knowledge.thresholds(intent, automation);
    Some(Wanted {
        intent: intent.clone(),
        confidence: confidence.unwrap_or(thresholds.send),
        evidence: given.join(", "),
        thresholds,
    })
}

/// The language of this mail where we answer in it, or that of the ticket, or the desk's own.
fn language(situation: &Situation<'_>) -> Language {
    use crate::understand::SpokenLanguage::{Assumed, Known};
    let support = &situation.settings.support;
    let of_ticket = situation.ticket.and_then(Ticket::language);
    let spoken = match (&situation.understanding.language, of_ticket) {
        (Known(language), _) | (Assumed(language), None) => language,
        (Assumed(_), Some(language)) => language,
    };
    [Some(spoken), of_ticket]
        .into_iter()
        .flatten()
        .find(|language| support.languages.contains(language))
        .unwrap_or(&support.language)
        .clone()
}

fn facts(situation: &Situation<'_>) -> BTreeMap<FactName, String> {
    let mut facts = situation.ticket.map(Ticket::facts).unwrap_or_default();
    for (name, found) in &situation.understanding.facts {
        match found.source {
            // The customer said it now: it corrects what was said before.
            FactSource::NewText => {
                facts.insert(name.clone(), found.value.clone());
            }
            FactSource::Aside | FactSource::Earlier => {
                facts
                    .entry(name.clone())
                    .or_insert_with(|| found.value.clone());
            }
            // What an old mail below says may be about another order: staff see it, nothing is decided on it.
            FactSource::Quoted => {}
        }
    }
    facts
}
