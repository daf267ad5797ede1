//! What does a customer get who asked by a word? `STATUS`: how the request stands, by its events. `WHY`: which approved text was chosen and
//! which of their own words decided. Only of their own ticket, and only what they were told already or wrote themselves.

use super::asked::is_only_a_question;
use super::view::View;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing, Purpose};
use crate::config::{Team, TeamName};
use crate::decide::Asked;
use crate::ticket::{ArticleReference, Event, Status};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

/// So much of the customer's own words is repeated, in characters.
const WORDS_MAX_CHARACTERS: usize = 160;

/// Why a request went to a person, as the customer may be told: by the beginning of the rule's name. Others are "unsure".
const WHY_A_PERSON: [(&str, &str, &str); 7] = [
    (
        "hard-stop-human-request",
        "you asked for a person",
        "Sie wollten mit einem Menschen sprechen",
    ),
    (
        "hard-stop-",
        "matters of this kind always go to a person",
        "solche Anliegen gehen bei uns immer an einen Menschen",
    ),
    (
        "article-handoff",
        "matters of this kind always go to a person",
        "solche Anliegen gehen bei uns immer an einen Menschen",
    ),
    // What another program knows of somebody is not told them by a mail that anybody may have asked for.
    (
        "looked-up",
        "a person looks at mails like yours",
        "Mails wie Ihre sieht sich ein Mensch an",
    ),
    (
        "several-requests",
        "your mail asks for several things",
        "Ihre Mail hat mehrere Anliegen",
    ),
    (
        "did-not-help",
        "an automatic answer did not help",
        "eine automatische Antwort hatte nicht geholfen",
    ),
    (
        "same-again",
        "an automatic answer did not help",
        "eine automatische Antwort hatte nicht geholfen",
    ),
];

impl View<'_> {
    /// What the customer asked for.
    pub(super) fn told_to_customer(&self, asked: Asked) -> Result<Outgoing, ComposeError> {
        let lines = match asked {
            Asked::Status => vec![self.status_line()],
            Asked::Why => self.why_lines(),
            Asked::Unknown => vec![
                self.tongue
                    .choose(
                        "We cannot see which request you mean. To learn how it stands, reply to one of our mails about it, with the word STATUS.",
                        "Wir sehen nicht, welche Anfrage Sie meinen. Wie sie steht, erfahren Sie, wenn Sie auf eine unserer Mails dazu mit dem Wort STATUS antworten.",
                    )
                    .to_owned(),
            ],
        };
        self.to_customer(Purpose::Told, "told", [("lines", json!(lines))], vec![])
    }

    fn status_line(&self) -> String {
        let tongue = self.tongue;
        let text = |english: &str, german: &str| tongue.choose(english, german).to_owned();
        match self.ticket.status() {
            Status::WithPerson(team) | Status::NotDelivered(team) => self.with_person(&team),
            Status::ForwardWaits(_) | Status::WaitsForApproval(_) => text(
                "A person is looking at your request before anything is sent.",
                "Ein Mensch sieht sich Ihre Anfrage an, bevor etwas gesendet wird.",
            ),
            Status::WaitsForCustomer => text(
                "We asked you for details and wait for your reply. Simply reply with them.",
                "Wir haben Sie um Angaben gebeten und warten auf Ihre Antwort. Antworten Sie einfach damit.",
            ),
            Status::Answered => text(
                "Your request was answered. If the answer did not help, reply with the word HUMAN.",
                "Ihre Anfrage wurde beantwortet. Hat die Antwort nicht geholfen, antworten Sie mit dem Wort MENSCH.",
            ),
            Status::Closed => text(
                "Your request was closed. To open it again, simply reply.",
                "Ihre Anfrage wurde abgeschlossen. Mit jeder Antwort wird sie wieder aufgenommen.",
            ),
            Status::Open => text(
                "Your request is here, and nothing has been decided about it yet.",
                "Ihre Anfrage ist da, und es ist noch nichts entschieden.",
            ),
        }
    }

    fn with_person(&self, team: &TeamName) -> String {
        let tongue = self.tongue;
        let found = self.team(team).ok();
        let name = found.map_or_else(String::new, |team| tongue.team(team));
        let by = self
            .ticket
            .open_promise()
            .filter(|by| *by > self.situation.now)
            .map(|by| tongue.moment(by, &zone(found)));
        match (tongue, by) {
            (Tongue::English, Some(by)) => {
                format!("A person has your request: {name}. You will have an answer by {by}.")
            }
            (Tongue::German, Some(by)) => {
                format!("Ein Mensch hat Ihre Anfrage: {name}. Sie bekommen eine Antwort bis {by}.")
            }
            (Tongue::English, None) => format!("A person has your request: {name}."),
            (Tongue::German, None) => format!("Ein Mensch hat Ihre Anfrage: {name}."),
        }
    }

    /// The last thing that was done by itself, with what decided it.
    fn why_lines(&self) -> Vec<String> {
        let tongue = self.tongue;
        let mut decided: Option<(&str, &str)> = None;
        let mut lines: Vec<String> = Vec::new();
        for timed in &self.ticket.events {
            match &timed.event {
                Event::Decided {
                    reasons, evidence, ..
                } => {
                    if is_only_a_question(reasons) {
                        continue;
                    }
                    let rule = reasons.first().map_or("", |(rule, _)| rule.as_str());
                    let words = evidence.first().map_or("", String::as_str);
                    decided = Some((rule, words));
                }
                Event::Answered { article, .. } => {
                    lines = self.why_answered(
                        article,
                        decided.map_or("", |(_, words)| words),
                        timed.at,
                    );
                }
                Event::Asked { .. } => {
                    lines = vec![
                        tongue
                            .choose(
                                "You were asked for details because the answer needs them.",
                                "Sie wurden um Angaben gebeten, weil die Antwort sie braucht.",
                            )
                            .to_owned(),
                    ];
                }
                Event::HandedOff { .. } => {
                    lines = vec![why_a_person(tongue, decided.map_or("", |(rule, _)| rule))];
                }
                _ => {}
            }
        }
        if lines.is_empty() {
            lines.push(self.status_line());
        }
        lines
    }

    fn why_answered(&self, article: &ArticleReference, words: &str, at: Timestamp) -> Vec<String> {
        let tongue = self.tongue;
        let knowledge = self.situation.knowledge;
        let title = knowledge
            .article(&article.intent, &article.language)
            .map_or_else(|| article.intent.0.clone(), |article| article.title.clone());
        let when = tongue.moment(at, &zone(self.team_of_ticket()));
        let mut lines = vec![match tongue {
            Tongue::English => format!(
                "Your mail was answered automatically on {when}, with our approved text \u{201c}{title}\u{201d}."
            ),
            Tongue::German => format!(
                "Ihre Mail wurde am {when} automatisch beantwortet, mit unserem freigegebenen Text \u{201e}{title}\u{201c}."
            ),
        }];
        let words = shortened(words, WORDS_MAX_CHARACTERS);
        if !words.is_empty() {
            lines.push(match tongue {
                Tongue::English => {
                    format!(
                        "It was chosen because of these words of yours: \u{201c}{words}\u{201d}"
                    )
                }
                Tongue::German => format!(
                    "Er wurde wegen dieser Worte von Ihnen gewählt: \u{201e}{words}\u{201c}"
                ),
            });
        }
        lines
    }

    fn team_of_ticket(&self) -> Option<&Team> {
        super::view::team(self.situation.settings, self.ticket.last_team()).ok()
    }
}

fn why_a_person(tongue: Tongue, rule: &str) -> String {
    let known = WHY_A_PERSON
        .iter()
        .find(|(beginning, ..)| rule.starts_with(beginning));
    let (english, german) = known.map_or(
        (
            "none of our approved texts surely answers your mail",
            "keiner unserer freigegebenen Texte beantwortet Ihre Mail sicher",
        ),
        |(_, english, german)| (*english, *german),
    );
    match tongue {
        Tongue::English => format!("Your mail went to a person, because {english}."),
        Tongue::German => format!("Ihre Mail ging an einen Menschen. Der Grund: {german}."),
    }
}

fn zone(team: Option<&Team>) -> TimeZone {
    team.map_or(TimeZone::UTC, |team| team.hours.time_zone.clone())
}
