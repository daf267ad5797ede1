//! What does a team get to which a member of another team gave a ticket? The nine blocks and what happened so far, out of the journal: the mail
//! at hand is the member's. The customer's mails come with it as long as the packets that they were attached to are kept.

use super::asked::{is_about_a_request, is_only_a_question};
use super::mime::Part;
use super::packet::tried;
use super::view::View;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing, Purpose, requests, rule_titles};
use crate::config::{FactName, IntentName, Team, TeamName};
use crate::decide::HandOff;
use crate::mail::Address;
use crate::ticket::{Event, MailSummary, Notice, TimedEvent};
use serde_json::json;
use std::collections::BTreeMap;

/// So much of the story is told, the newest.
const STORY_MAX: usize = 20;

/// How much of each mail stands in it, in characters.
const WORDS_CHARACTERS: usize = 160;

/// What the journal says of the decision that brought it to a person.
#[derive(Default)]
struct LastDecided<'a> {
    reason: &'a str,
    evidence: &'a str,
    /// What seemed to be wanted, and how sure that was.
    intent: Option<(&'a IntentName, f64)>,
}

impl LastDecided<'_> {
    fn near(&self, view: &View<'_>) -> Option<&IntentName> {
        let (intent, confidence) = self.intent?;
        view.may_suggest(intent, confidence).then_some(intent)
    }

    /// The nearest approved answer, as it stands today.
    fn suggestion(&self, view: &View<'_>) -> String {
        let article = self
            .near(view)
            .and_then(|intent| view.article_about(intent));
        let none = || view.staff_tongue.choose("none", "keiner").to_owned();
        article.map_or_else(none, |article| requests::title(&article))
    }

    /// What it needs and nobody has given.
    fn missing(&self, view: &View<'_>, facts: &BTreeMap<FactName, String>) -> Vec<String> {
        let topics = &view.situation.knowledge.topics;
        let topic = self.near(view).and_then(|intent| topics.get(intent));
        let needs = topic.map_or(&[][..], |topic| topic.needs.as_slice()).iter();
        let missing = needs.filter(|name| !facts.contains_key(*name));
        missing.map(ToString::to_string).collect()
    }
}

impl View<'_> {
    /// The ticket, to the team that has it from here.
    pub(super) fn reassigned(
        &self,
        (member, from_team): (&Address, &TeamName),
        team: &Team,
        hand_off: Option<&HandOff>,
    ) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let tried = tried(&self.ticket, self.situation.history, tongue, team);
        let tried = tried.last().map_or_else(
            || tongue.none().to_owned(),
            |last| self.short(&format!("{}; {last}", tried.len())),
        );
        let facts = self.ticket.facts();
        let given: Vec<String> = facts
            .iter()
            .map(|(name, value)| format!("{name}: {}", shortened(value, 80)))
            .collect();
        let mails = self.ticket.customer_mails();
        let last = mails.last().map_or("", |mail| mail.excerpt.as_str());
        let decided = self.last_decided();
        let (earlier, _) = self.earlier(team);
        let customer = self.customer()?;
        let vip = (self.situation.settings.escalate).vip_entry(&customer.address);
        let language = self.ticket.language().map(|language| language.0.as_str());
        let further = [
            ("member", json!(member.as_str())),
            ("from_team", json!(from_team.0)),
            ("reason", json!(self.short(decided.reason))),
            ("evidence", json!(self.quoted(decided.evidence))),
            ("wanted", json!(self.wanted_so_far(&mails))),
            ("language", json!(language.unwrap_or(tongue.none()))),
            ("vip", json!(self.yes_or_no(vip.is_some()))),
            ("earlier", json!(earlier)),
            ("given", json!(self.short(&tongue.joined(&given)))),
            (
                "missing",
                json!(self.short(&tongue.joined(&decided.missing(self, &facts)))),
            ),
            ("tried", json!(tried)),
            ("told", json!(self.told_so_far(team, hand_off))),
            ("suggestion", json!(decided.suggestion(self))),
            ("deadlines", json!(self.deadlines(team, hand_off))),
            ("story", json!(self.story_so_far(team))),
            ("can_reply", json!(tongue.can_reply())),
            ("mail_text", json!(self.bounded(last))),
            ("has_originals", json!(!self.originals.earlier.is_empty())),
            ("gathered", json!(self.originals.gathered.is_some())),
        ];
        let data = self.staff_data(further)?;
        let originals = self.originals.earlier.iter();
        let mut parts: Vec<Part> = originals.map(|mail| Part::Original(mail.clone())).collect();
        parts.extend(self.gathered());
        self.to_team(Purpose::Packet, "given-to-team", team, data, parts)
    }

    /// Why it came to a person, as the journal has it.
    fn last_decided(&self) -> LastDecided<'_> {
        let mut events = self.ticket.events.iter().rev();
        let found = events.find_map(|timed| match &timed.event {
            Event::Decided {
                decision,
                reasons,
                evidence,
                intent,
                ..
            } if is_about_a_request(decision) && !is_only_a_question(reasons) => {
                let (rule, sentence) = reasons.first()?;
                Some(LastDecided {
                    reason: rule_titles::recorded(rule, sentence, self.staff_tongue),
                    evidence: evidence.first().map_or("", String::as_str),
                    intent: intent
                        .as_ref()
                        .map(|(intent, confidence)| (intent, *confidence)),
                })
            }
            _ => None,
        });
        found.unwrap_or_default()
    }

    /// The first line of the newest mail that says something.
    pub(super) fn wanted_so_far(&self, mails: &[&MailSummary]) -> String {
        let lines = mails.iter().rev().flat_map(|mail| mail.excerpt.lines());
        let mut lines = lines.filter(|line| line.split_whitespace().count() > 3);
        let subject = mails.last().map_or("", |mail| mail.subject.as_str());
        self.short(lines.next().unwrap_or(subject))
    }

    fn told_so_far(&self, team: &Team, hand_off: Option<&HandOff>) -> String {
        let tongue = self.staff_tongue;
        let new = hand_off.map(|hand_off| match &hand_off.notice {
            crate::decide::NoticePlan::Tell { promised_by } => Ok(Some(*promised_by)),
            crate::decide::NoticePlan::Withhold { why } => Err(tongue.sentence(why)),
        });
        let mut events = self.ticket.events.iter().rev();
        let before = events.find_map(|timed| match &timed.event {
            // The last time that was told, if it still holds; one that ended with the ticket is no promise of the new team's.
            Event::HandedOff {
                notice: Notice::Sent { .. },
                ..
            } => Some(Ok(self.ticket.open_promise())),
            Event::HandedOff {
                notice: Notice::Withheld { why },
                ..
            } => Some(Err(why.as_str())),
            _ => None,
        });
        match new.or(before) {
            Some(Ok(Some(by))) => {
                let by = tongue.moment(by, &team.hours.time_zone);
                match tongue {
                    Tongue::English => format!("a person answers by {by}"),
                    Tongue::German => format!("ein Mensch antwortet bis {by}"),
                }
            }
            Some(Ok(None)) => tongue
                .choose("a person answers", "ein Mensch antwortet")
                .to_owned(),
            Some(Err(why)) => format!("{}: {}", tongue.none(), self.short(why)),
            None => tongue.none().to_owned(),
        }
    }

    fn story_so_far(&self, team: &Team) -> Vec<String> {
        let events = self.ticket.events.iter().rev();
        let lines = events.filter_map(|timed| {
            let local = timed.at.to_zoned(team.hours.time_zone.clone());
            let moment = local.strftime("%Y-%m-%d %H:%M");
            Some(format!("{moment}: {}", told(timed, self.staff_tongue)?))
        });
        let mut lines: Vec<String> = lines.take(STORY_MAX).collect();
        lines.reverse();
        lines
    }
}

/// One event as a line for colleagues; `None` where it says nothing to them.
fn told(timed: &TimedEvent, tongue: Tongue) -> Option<String> {
    // What stands in quotation marks is somebody's to the end: they cannot close them and forge what we say.
    let quoted = |text: &str| {
        let words = shortened(text, WORDS_CHARACTERS).replace(['“', '”', '„'], "'");
        format!("“{words}”")
    };
    let by = |who: &Address, english: &'static str, german: &'static str| {
        format!("{who} {}", tongue.choose(english, german))
    };
    Some(match &timed.event {
        Event::Opened { mail, .. } | Event::CustomerWrote { mail } => format!(
            "{}: {}",
            tongue.choose("the customer wrote", "der Kunde schrieb"),
            quoted(&mail.excerpt)
        ),
        Event::ThirdPartyWrote { from, mail } => format!(
            "{}: {}",
            by(&from.address, "wrote", "schrieb"),
            quoted(&mail.excerpt)
        ),
        Event::Answered { article, .. } => format!(
            "{} {}",
            tongue.choose("answered by itself about", "von selbst geantwortet zu"),
            article.intent
        ),
        Event::Asked { intent, .. } => format!(
            "{} {intent}",
            tongue.choose("asked for details for", "nach Angaben gefragt für")
        ),
        Event::Drafted { draft } => format!(
            "{} {}",
            tongue.choose("a draft for team", "ein Entwurf für Team"),
            draft.team
        ),
        Event::HandedOff { team, .. } | Event::PassedOn { team } => {
            format!("{} {team}", tongue.choose("to team", "an Team"))
        }
        Event::Reassigned { member, team } => format!(
            "{} {team}",
            by(member, "gave it to team", "gab ihn an Team")
        ),
        Event::StaffReplied { member } => by(member, "answered", "antwortete"),
        Event::WroteOutside { from, mail, .. } => format!(
            "{}: {}",
            by(
                from,
                "wrote to the customer past us",
                "schrieb dem Kunden an uns vorbei"
            ),
            quoted(&mail.excerpt)
        ),
        Event::Wrote { said, .. } if !said.is_empty() => format!(
            "{}: {}",
            tongue.choose("we wrote", "wir schrieben"),
            quoted(&said.join(" "))
        ),
        Event::FirstApproval { member } => {
            by(member, "said yes to the draft", "sagte Ja zum Entwurf")
        }
        Event::DraftApproved {
            member,
            edit: Some(_),
            ..
        } => by(
            member,
            "sent the draft, changed",
            "sandte den Entwurf, geändert",
        ),
        Event::DraftApproved { member, .. } => by(member, "sent the draft", "sandte den Entwurf"),
        Event::DraftRefused { member, why } => format!(
            "{}: {}",
            by(member, "refused the draft", "lehnte den Entwurf ab"),
            quoted(why)
        ),
        Event::Taken { member } => by(member, "took it", "übernahm ihn"),
        Event::GivenBack { member } => by(
            member,
            "gave it back to automation",
            "gab ihn an die Automatik zurück",
        ),
        Event::Noted { member, text } => {
            format!("{}: {}", by(member, "noted", "notierte"), quoted(text))
        }
        Event::Closed { .. } => tongue.choose("closed", "geschlossen").to_owned(),
        Event::Bounced { .. } | Event::SendFailed { .. } => tongue
            .choose(
                "a mail of ours did not arrive",
                "eine Mail von uns kam nicht an",
            )
            .to_owned(),
        _ => return None,
    })
}
