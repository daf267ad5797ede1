//! What does a member get who asked us something? The words that can be replied, the reasons of the last decision, when they will be
//! reminded. To the team's mailbox only, where the packet went as well.

use super::view::View;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing, Purpose, rule_titles};
use crate::config::Team;
use crate::decide::{Action, HandOff, NoticePlan};
use crate::desk::{Question, StaffAct};
use crate::mail::Address;
use crate::ticket::{Approvals, Event, Holder, TimedEvent};
use jiff::Timestamp;
use serde_json::json;

/// So many names are listed behind a word.
const NAMES_MAX: usize = 30;

/// So many reasons of a decision are told.
const REASONS_MAX: usize = 12;

impl View<'_> {
    /// That somebody wrote to the customer from an address of ours, past us: the team knows whether it was they.
    pub(super) fn seen_outside(
        &self,
        team: &Team,
        from: &Address,
    ) -> Result<Outgoing, ComposeError> {
        let is_answer_promised = self.ticket.open_promise().is_some();
        let further = [
            ("from", json!(from.as_str())),
            ("deadlines", json!(self.deadlines(team, None))),
            (
                "can_reply",
                json!(self.staff_tongue.can_reply_to_seen(is_answer_promised)),
            ),
            ("mail_text", json!(self.mail_text())),
        ];
        let data = self.staff_data(further)?;
        let parts = vec![self.original()];
        self.to_team(Purpose::SeenOutside, "seen-outside", team, data, parts)
    }

    /// `HELP`: the words, as they apply to this ticket.
    pub(super) fn help(&self, team: &Team, member: &Address) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let title = tongue.choose("what you can reply", "was Sie antworten können");
        let answer = tongue.choose(
            "What you can reply in this ticket, as a word alone above the first line",
            "Was Sie in diesem Vorgang antworten können, als Wort allein über der ersten Zeile",
        );
        self.told(team, member, title, answer, self.words_now())
    }

    fn words_now(&self) -> Vec<String> {
        let tongue = self.staff_tongue;
        let mut lines: Vec<String> = Vec::new();
        let mut say = |english: &str, german: &str| {
            lines.push(tongue.choose(english, german).to_owned());
        };
        if let Some(draft) = self.ticket.waiting_draft() {
            match draft.approvals {
                Approvals::One => {
                    say(
                        "OK or YES: sends the draft as it is",
                        "JA oder OK: sendet den Entwurf, wie er ist",
                    );
                    say(
                        "The whole draft with your changes, above the first line: goes to the customer like that",
                        "Der ganze Entwurf mit Ihren Änderungen, über der ersten Zeile: geht so an den Kunden",
                    );
                }
                Approvals::Two => {
                    say(
                        "OK or YES: your yes; with that of a second member the draft is sent as it is",
                        "JA oder OK: Ihr Ja; mit dem eines zweiten Mitglieds geht der Entwurf hinaus, wie er ist",
                    );
                    say(
                        "Any text, above the first line: takes the draft's place and waits for the yes of another member",
                        "Jeder Text, über der ersten Zeile: tritt an die Stelle des Entwurfs und wartet auf das Ja eines anderen Mitglieds",
                    );
                }
            }
            say(
                "NO and why: the draft is not sent, and the customer is told that a person answers",
                "NEIN und warum: der Entwurf geht nicht hinaus, und der Kunde erfährt, dass ein Mensch antwortet",
            );
        }
        if self.ticket.waiting_forward().is_some() {
            say(
                "OK or YES: the forwarded mail becomes a ticket, and the customer is told that a person answers",
                "JA oder OK: die weitergeleitete Mail wird ein Vorgang, und der Kunde erfährt, dass ein Mensch antwortet",
            );
            say(
                "NO: drops it; nobody hears of it",
                "NEIN: lässt sie fallen; niemand erfährt davon",
            );
        }
        let needs_two =
            (self.ticket.waiting_draft()).is_some_and(|draft| draft.approvals == Approvals::Two);
        if !needs_two {
            say(
                "Any other text: your answer; it goes to the customer as you write it",
                "Jeder andere Text: Ihre Antwort; sie geht so an den Kunden",
            );
        }
        if self.ticket.is_closed() {
            say(
                "TAKE: opens it again, and it is yours",
                "ÜBERNEHME: öffnet ihn wieder, und er gehört Ihnen",
            );
        } else {
            say(
                "TAKE: it is yours; the machine is silent",
                "ÜBERNEHME: er gehört Ihnen; die Automatik schweigt",
            );
            say("CLOSE: done", "SCHLIESSEN: erledigt");
        }
        if self.ticket.holder() != Holder::Automation {
            say(
                "BACK: the machine may answer again",
                "ZURÜCK: die Automatik darf wieder antworten",
            );
        }
        say(
            "LATER and a time (2h, 3 days, tomorrow, monday): your team is reminded then",
            "SPÄTER und eine Zeit (2h, 3 Tage, morgen, Montag): Ihr Team wird dann erinnert",
        );
        lines.push(
            self.with_names(
                "TEAM and a name: that team has it from here; one of",
                "TEAM und ein Name: dieses Team hat ihn von hier an; eines von",
                self.situation
                    .settings
                    .teams
                    .iter()
                    .map(|team| team.name.0.as_str()),
            ),
        );
        let mut say = |english: &str, german: &str| {
            lines.push(tongue.choose(english, german).to_owned());
        };
        say(
            "NOTE and a text: for colleagues only; the customer never sees it",
            "NOTIZ und ein Text: nur für Kollegen; der Kunde sieht es nie",
        );
        lines.push(self.with_names(
            "INTENT and a name: learn what the customer's mail is about; one of none,",
            "ANLIEGEN und ein Name: lernen, worum es in der Mail des Kunden geht; eines von keines,",
            self.situation.knowledge.topics.keys().map(|name| name.0.as_str()),
        ));
        lines.push(
            tongue
                .choose(
                    "WHY: the reasons of the last decision",
                    "WARUM: die Gründe der letzten Entscheidung",
                )
                .to_owned(),
        );
        lines
    }

    fn with_names<'n>(
        &self,
        english: &str,
        german: &str,
        names: impl Iterator<Item = &'n str>,
    ) -> String {
        let mut names: Vec<&str> = names.take(NAMES_MAX + 1).collect();
        if names.len() > NAMES_MAX {
            names.truncate(NAMES_MAX);
            names.push("…");
        }
        let what = self.staff_tongue.choose(english, german);
        format!("{what} {}", names.join(", "))
    }

    /// `WHY`: the reasons of the last decision about what the customer wants.
    pub(super) fn why(&self, team: &Team, member: &Address) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let title = tongue.choose("why", "warum");
        let events = self.ticket.events.iter().rev();
        let last = events
            .filter_map(|timed| Some((timed, of_outside(timed)?)))
            .next();
        let Some((timed, decided)) = last else {
            let answer = tongue.choose(
                "No decision about a mail of the customer is on record in this ticket",
                "In diesem Vorgang steht keine Entscheidung über eine Mail des Kunden",
            );
            return self.told(team, member, title, answer, vec![]);
        };
        let moment = tongue.moment(timed.at, &team.hours.time_zone);
        let what = decision_in_words(decided.decision, tongue);
        let answer = match tongue {
            Tongue::English => format!("Decided on {moment}: {what}"),
            Tongue::German => format!("Entschieden am {moment}: {what}"),
        };
        self.told(team, member, title, &answer, decided.lines(tongue))
    }

    /// `LATER`: when the team is reminded, and that the promise stays.
    pub(super) fn put_off(
        &self,
        team: &Team,
        member: &Address,
        until: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let moment = |at| tongue.moment(at, &team.hours.time_zone);
        let title = tongue.choose("later", "später");
        let answer = match tongue {
            Tongue::English => format!("Your team is reminded on {}", moment(until)),
            Tongue::German => format!("Ihr Team wird erinnert am {}", moment(until)),
        };
        let mut lines = Vec::new();
        if let Some(promise) = self.ticket.open_promise() {
            lines.push(match tongue {
                Tongue::English => format!(
                    "the customer was promised an answer by {}: that stays{}",
                    moment(promise),
                    if promise < until {
                        ", and comes first"
                    } else {
                        ""
                    }
                ),
                Tongue::German => format!(
                    "dem Kunden ist eine Antwort bis {} versprochen: dabei bleibt es{}",
                    moment(promise),
                    if promise < until {
                        ", und das ist früher"
                    } else {
                        ""
                    }
                ),
            });
        }
        self.told(team, member, title, &answer, lines)
    }

    /// The whole mail. What can be replied stands below, unless that is what was asked.
    pub(super) fn told(
        &self,
        team: &Team,
        member: &Address,
        title: &str,
        answer: &str,
        lines: Vec<String>,
    ) -> Result<Outgoing, ComposeError> {
        self.told_asking((team, member), title, answer, lines, None)
    }

    /// Whether the customer is told something by the decision that this mail is about.
    fn tells_customer(&self) -> bool {
        matches!(
            &self.decision.action,
            Action::Staff {
                hand_off: Some(HandOff {
                    notice: NoticePlan::Tell { .. },
                    ..
                }),
                ..
            }
        )
    }

    /// The same, with links that answer a question.
    pub(super) fn told_asking(
        &self,
        (team, member): (&Team, &Address),
        title: &str,
        answer: &str,
        lines: Vec<String>,
        question: Option<Question>,
    ) -> Result<Outgoing, ComposeError> {
        let is_help = matches!(
            self.decision.action,
            Action::Staff {
                act: StaffAct::AskHelp,
                ..
            }
        );
        let can_reply = if is_help {
            String::new()
        } else {
            self.staff_tongue.can_reply_in(&self.ticket)
        };
        let further = [
            ("member", json!(member.as_str())),
            ("title", json!(title)),
            ("answer", json!(answer)),
            ("lines", json!(lines)),
            ("nothing_went", json!(!self.tells_customer())),
            ("can_reply", json!(can_reply)),
        ];
        let data = self.staff_data(further)?;
        self.to_team_asking(
            Purpose::StaffAnswer,
            "staff-answer",
            team,
            data,
            vec![],
            question,
        )
    }
}

/// A decision as it is on record.
struct Decided<'a> {
    decision: &'a str,
    reasons: &'a [(String, String)],
    evidence: &'a [String],
    near: Vec<String>,
}

/// Whether a decision says what becomes of a request: not one about staff's own mails, nor that further words were passed on.
pub(super) fn is_about_a_request(decision: &str) -> bool {
    !matches!(decision, "relay" | "quarantine")
}

/// Whether a customer only asked how the request stands: that decided nothing about it.
pub(super) fn is_only_a_question(reasons: &[(String, String)]) -> bool {
    let rule = reasons.first().map_or("", |(rule, _)| rule.as_str());
    matches!(rule, "status" | "why" | "status-unknown")
}

fn of_outside(timed: &TimedEvent) -> Option<Decided<'_>> {
    let Event::Decided {
        decision,
        reasons,
        evidence,
        intent,
        close,
    } = &timed.event
    else {
        return None;
    };
    let near = intent.iter().chain(close);
    (is_about_a_request(decision) && !is_only_a_question(reasons)).then(|| Decided {
        decision,
        reasons,
        evidence,
        near: near
            .map(|(intent, confidence)| format!("{intent} {confidence:.2}"))
            .collect(),
    })
}

impl Decided<'_> {
    fn lines(&self, tongue: Tongue) -> Vec<String> {
        let words = self.evidence.iter().map(String::as_str);
        let words = words.chain(std::iter::repeat(""));
        let reasons = self.reasons.iter().zip(words).take(REASONS_MAX);
        let mut lines: Vec<String> = reasons
            .map(|((rule, sentence), words)| {
                // What stands in quotation marks is the customer's to the end.
                let words = shortened(words, 200).replace(['“', '”', '„'], "'");
                let sentence = shortened(rule_titles::recorded(rule, sentence, tongue), 300);
                if words.is_empty() {
                    format!("{sentence} ({rule})")
                } else {
                    format!("{sentence} ({rule}): “{words}”")
                }
            })
            .collect();
        if let Some((nearest, others)) = self.near.split_first() {
            let word = tongue.choose("nearest intent", "nächstes Anliegen");
            lines.push(format!("{word}: {nearest}"));
            let word = tongue.choose("also close", "auch nahe");
            lines.push(format!("{word}: {}", tongue.joined(others)));
        }
        lines
    }
}

/// The word of a decision (contract.md) as staff say it.
const fn decision_in_words(decision: &str, tongue: Tongue) -> &'static str {
    match decision.as_bytes() {
        b"answer" => tongue.choose("answer by itself", "von selbst antworten"),
        b"ask" => tongue.choose(
            "ask the customer for details",
            "den Kunden nach Angaben fragen",
        ),
        b"draft" => tongue.choose("ask you first", "erst Sie fragen"),
        b"handoff" => tongue.choose("a person answers", "ein Mensch antwortet"),
        _ => tongue.choose("leave it unanswered", "unbeantwortet lassen"),
    }
}
