//! What does a person need who takes over? The nine blocks of the hand-off, each always there, short for the first screen and whole below it.

use super::rule_titles;
use super::view::View;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing};
use crate::config::Team;
use crate::decide::{HandOff, History, NotLeft, NoticePlan, Reason, Standing};
use crate::ticket::{Event, Ticket};
use crate::trust::Identity;
use crate::understand::FactSource;
use serde_json::{Map, Value, json};

/// How much of a block stands on the first screen, in characters: nine blocks of about two lines each.
const SHORT_CHARACTERS: usize = 110;

/// So many earlier mails of the customer are shown.
const EARLIER_MAILS_MAX: usize = 5;

/// The most text of a mail that a packet shows; the rest is in the original beside it.
const TEXT_CHARACTERS: usize = 8_000;

impl View<'_> {
    /// The words of the mail, bounded.
    pub(super) fn mail_text(&self) -> String {
        self.bounded(&self.situation.mail.body.reply_text)
    }

    /// What the customer wrote before in this ticket, as far as it is kept, oldest first: who answers need not ask for it again.
    fn earlier_mails(&self) -> String {
        let this = self.situation.mail.identity;
        let mails = self.ticket.customer_mails();
        let earlier: Vec<&str> = mails
            .iter()
            .filter(|mail| mail.identity != this)
            .map(|mail| mail.excerpt.trim())
            .filter(|text| !text.is_empty())
            .collect();
        let newest = earlier.len().saturating_sub(EARLIER_MAILS_MAX);
        let shown = earlier.get(newest..).unwrap_or_default();
        shown.join("\n\n* * *\n\n")
    }

    /// Somebody's words, bounded, or that there are none.
    pub(super) fn bounded(&self, text: &str) -> String {
        let text = text.trim();
        let mut shown: String = text.chars().take(TEXT_CHARACTERS).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        if shown.is_empty() {
            shown.push_str(self.staff_tongue.none());
        }
        shown
    }

    /// Name and size of each file.
    pub(super) fn attachment_lines(&self) -> Vec<String> {
        let files = self.situation.mail.attachments.iter().take(50);
        files.map(|file| self.staff_tongue.file(file)).collect()
    }

    /// Name, address and proof of whoever wrote this mail.
    pub(super) fn who(&self) -> String {
        let mail = self.situation.mail;
        let tongue = self.staff_tongue;
        let from = match (&mail.form_writer, &mail.from) {
            (Some(writer), Some(form)) => {
                let by = tongue.choose("by the web form of", "mit dem Webformular von");
                format!("{writer}, {by} {}", form.address)
            }
            (Some(writer), None) | (None, Some(writer)) => writer.to_string(),
            (None, None) => tongue
                .choose("a mail without a sender", "eine Mail ohne Absender")
                .to_owned(),
        };
        let mut proof = tongue.proof(self.situation.sender).to_owned();
        let identity = self.situation.identity;
        // That nothing shows it needs no more words.
        if !matches!(identity, Identity::Unproven(_)) {
            let testimony = tongue.testimony(identity.testimony());
            proof = format!("{proof}: {}", shortened(&testimony, 120));
        }
        format!("{} ({proof})", shortened(&from, 90))
    }

    /// The customer's own words in quotation marks, or that there are none.
    pub(super) fn quoted(&self, words: &str) -> String {
        let words = shortened(words, SHORT_CHARACTERS).replace(['“', '”', '„'], "'");
        if words.is_empty() {
            self.staff_tongue.none().to_owned()
        } else {
            format!("“{words}”")
        }
    }

    /// One line for the first screen, or that there is nothing.
    pub(super) fn short(&self, text: &str) -> String {
        let text = shortened(text, SHORT_CHARACTERS);
        if text.is_empty() {
            self.staff_tongue.none().to_owned()
        } else {
            text
        }
    }

    fn fact_lines(&self) -> Vec<String> {
        let tongue = self.staff_tongue;
        let found = &self.situation.understanding.facts;
        let mut lines: Vec<String> = Vec::new();
        let known = self.ticket.facts();
        for (name, value) in &known {
            lines.push(format!("{name}: {}", shortened(value, 80)));
        }
        for (name, fact) in found {
            if known.get(name) == Some(&fact.value) {
                continue;
            }
            let place = match fact.source {
                FactSource::NewText => tongue.choose("this mail", "diese Mail"),
                FactSource::Aside => {
                    tongue.choose("signature or file name", "Signatur oder Dateiname")
                }
                FactSource::Quoted => tongue.choose("only in quoted text", "nur in zitiertem Text"),
                FactSource::Earlier => tongue.choose("an earlier mail", "eine frühere Mail"),
            };
            lines.push(format!("{name}: {} ({place})", shortened(&fact.value, 80)));
        }
        lines
    }

    /// Facts and files in one line.
    pub(super) fn given(&self) -> String {
        let mut given = self.fact_lines();
        let files = self.situation.mail.attachments.len();
        if files > 0 {
            let word = self.staff_tongue.choose("file(s)", "Datei(en)");
            given.push(format!("{files} {word}"));
        }
        self.short(&self.staff_tongue.joined(&given))
    }

    pub(super) fn is_vip(&self) -> bool {
        let mail = self.situation.mail;
        let escalate = &self.situation.settings.escalate;
        let mut people = mail.from.iter().chain(mail.writer());
        people.any(|person| escalate.vip_entry(&person.address).is_some())
    }

    pub(super) fn yes_or_no(&self, is_so: bool) -> &'static str {
        if is_so {
            self.staff_tongue.choose("yes", "ja")
        } else {
            self.staff_tongue.choose("no", "nein")
        }
    }

    /// The customer's earlier tickets: in one line, and each in its own.
    pub(super) fn earlier(&self, team: &Team) -> (String, Vec<String>) {
        let earlier = self.situation.history.earlier_tickets.iter();
        let earlier = earlier.filter(|earlier| earlier.id != *self.id());
        let lines: Vec<String> = earlier
            .map(|earlier| {
                let opened_at = earlier.opened_at.to_zoned(team.hours.time_zone.clone());
                let subject = shortened(earlier.subject.as_str(), 80);
                let status = shortened(&earlier.status, 60);
                format!("[{}] {}, {status}: {subject}", earlier.id, opened_at.date())
            })
            .collect();
        let tongue = self.staff_tongue;
        let line = match lines.as_slice() {
            [] => tongue.choose("none", "keine").to_owned(),
            [only] => self.short(only),
            several => format!(
                "{}, {}",
                several.len(),
                tongue.choose("listed below", "unten aufgeführt")
            ),
        };
        (line, lines)
    }

    fn reason_line(&self, reason: &Reason) -> String {
        let sentence = shortened(self.staff_tongue.sentence(&reason.sentence), 300);
        if reason.evidence.trim().is_empty() {
            format!("{}: {sentence}", reason.rule)
        } else {
            let evidence = shortened(&reason.evidence, 300);
            format!("{}: {sentence} – \"{evidence}\"", reason.rule)
        }
    }

    /// The blocks, by the names of the template's variables.
    pub(super) fn packet_data(
        &self,
        hand_off: &HandOff,
        team: &Team,
        notice: Option<&Outgoing>,
    ) -> Result<Map<String, Value>, ComposeError> {
        let tongue = self.staff_tongue;
        let reasons = &self.decision.reasons;
        let understanding = self.situation.understanding;
        let mut further: Vec<String> = Vec::new();
        for reason in &reasons.further {
            let title = rule_titles::title(reason.rule, tongue);
            if !further.contains(&title) {
                further.push(title);
            }
        }
        let (earlier_line, earlier) = self.earlier(team);
        let tried = tried(&self.ticket, self.situation.history, tongue, team);
        let missing: Vec<String> = hand_off.missing.iter().map(ToString::to_string).collect();
        let told = match (&hand_off.notice, notice) {
            (NoticePlan::Tell { promised_by }, Some(_)) => {
                let moment = tongue.moment(*promised_by, &team.hours.time_zone);
                match tongue {
                    Tongue::English => {
                        format!(
                            "a person answers by {moment}; reference {}; text below",
                            self.id()
                        )
                    }
                    Tongue::German => format!(
                        "ein Mensch antwortet bis {moment}; Zeichen {}; Wortlaut unten",
                        self.id()
                    ),
                }
            }
            (NoticePlan::Withhold { why }, _) => {
                format!(
                    "{}: {}",
                    tongue.choose("nothing", "nichts"),
                    self.short(tongue.sentence(why))
                )
            }
            (NoticePlan::Tell { .. }, None) => tongue.none().to_owned(),
        };
        let notice_text = notice.map_or_else(|| told.clone(), |mail| mail.text.clone());
        let oddities: Vec<String> = self
            .situation
            .mail
            .oddities
            .iter()
            .take(20)
            .map(|oddity| shortened(&oddity.0, 200))
            .collect();
        let tried_line = tried.last().map_or_else(
            || tongue.none().to_owned(),
            |last| self.short(&format!("{}; {last}", tried.len())),
        );
        let further_reasons: Vec<String> = reasons
            .further
            .iter()
            .map(|reason| self.reason_line(reason))
            .collect();
        let customer = self.customer()?;
        let facts = [
            ("reference", json!(self.id().to_string())),
            (
                "support_name",
                json!(self.situation.settings.support.name.as_str()),
            ),
            ("customer", json!(customer.to_string())),
            ("subject", json!(self.subject_for_staff())),
            (
                "title",
                json!(rule_titles::title(reasons.first.rule, tongue)),
            ),
            ("urgency", json!(tongue.urgency(self.decision.urgency))),
            (
                "reason",
                json!(shortened(tongue.sentence(&reasons.first.sentence), 160)),
            ),
            ("evidence", json!(self.quoted(&reasons.first.evidence))),
            ("further", json!(self.short(&tongue.joined(&further)))),
            ("further_reasons", json!(further_reasons)),
            ("wanted", json!(self.wanted())),
            ("requests", json!(self.request_lines())),
            ("who", json!(self.who())),
            ("also_on_it", json!(self.also_on_it())),
            ("looked_up", json!(self.looked_up())),
            ("looked_up_list", json!(self.looked_up_lines())),
            ("language", json!(understanding.language.language().0)),
            ("vip", json!(self.yes_or_no(self.is_vip()))),
            ("earlier", json!(earlier_line)),
            ("earlier_tickets", json!(earlier)),
            ("oddities", json!(oddities)),
            ("given", json!(self.given())),
            ("facts", json!(self.fact_lines())),
            ("attachments", json!(self.attachment_lines())),
            ("missing", json!(self.short(&tongue.joined(&missing)))),
            ("tried", json!(tried_line)),
            ("tried_list", json!(tried)),
            ("told", json!(told)),
            ("notice", json!(notice_text)),
            ("deadlines", json!(self.deadlines(team, Some(hand_off)))),
            ("can_reply", json!(tongue.can_reply())),
            ("gathered", json!(self.originals.gathered.is_some())),
            ("mail_text", json!(self.mail_text())),
            ("earlier_mails", json!(self.earlier_mails())),
        ];
        Ok(facts
            .into_iter()
            .chain(self.suggestion_data(hand_off))
            .chain(self.summary_data(team))
            .map(|(name, value)| (name.to_owned(), value))
            .collect())
    }
}

/// Each automatic mail so far: when, which text, how sure, and what came back.
pub(super) fn tried(
    ticket: &Ticket,
    history: &History,
    tongue: Tongue,
    team: &Team,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for (place, timed) in ticket.events.iter().enumerate() {
        let moment = || {
            let local = timed.at.to_zoned(team.hours.time_zone.clone());
            local.strftime("%Y-%m-%d %H:%M").to_string()
        };
        let line = match &timed.event {
            Event::Answered {
                article,
                confidence,
            } => Some(format!(
                "{}: {} {} ({}, {}), {confidence:.2}",
                moment(),
                tongue.choose("answered about", "Antwort zu"),
                article.intent,
                article.language,
                article.revision
            )),
            Event::Asked { facts, intent } => {
                let names: Vec<String> = facts.iter().map(ToString::to_string).collect();
                Some(format!(
                    "{}: {} {} ({intent})",
                    moment(),
                    tongue.choose("asked for", "gefragt nach"),
                    names.join(", ")
                ))
            }
            Event::DraftApproved { member, edit, .. } => Some(format!(
                "{}: {} {member}",
                moment(),
                match edit {
                    None => tongue.choose(
                        "draft sent, approved by",
                        "Entwurf gesendet, freigegeben von"
                    ),
                    Some(_) =>
                        tongue.choose("draft sent, changed by", "Entwurf gesendet, geändert von"),
                }
            )),
            // They had not seen it when they wrote that.
            Event::CustomerWrote { .. } if has_crossed(ticket, place) => None,
            Event::CustomerWrote { mail } if open => {
                let words = shortened(&mail.excerpt, 80);
                if let Some(last) = lines.last_mut() {
                    let reply = tongue.choose("the customer replied", "der Kunde antwortete");
                    last.push_str(&format!("; {reply}: \"{words}\""));
                }
                open = false;
                None
            }
            _ => None,
        };
        if let Some(line) = line {
            let mail = ticket.written_by(place);
            let not_left = mail.and_then(|mail| history.not_left(mail));
            // Nobody replies to what they cannot have read.
            open = not_left.is_none();
            lines.push(match not_left {
                Some(not_left) => format!("{line}; {}", unread(not_left, tongue)),
                None => line,
            });
        }
    }
    lines
}

/// Whether the customer's mail at this place crossed ours.
fn has_crossed(ticket: &Ticket, place: usize) -> bool {
    let mut later = ticket.events.iter().skip(place.saturating_add(1));
    let next = later.find(|timed| {
        matches!(
            timed.event,
            Event::Crossed | Event::CustomerWrote { .. } | Event::Wrote { .. }
        )
    });
    next.is_some_and(|timed| timed.event == Event::Crossed)
}

/// Why the customer cannot have read a mail.
fn unread(mail: &NotLeft, tongue: Tongue) -> String {
    let what = match mail.standing {
        Standing::Waits => tongue.choose("it has not left yet", "sie ging noch nicht hinaus"),
        Standing::InDoubt => tongue.choose(
            "it is not known yet whether it has left",
            "ob sie hinausging, ist noch nicht bekannt",
        ),
        Standing::GivenUp => tongue.choose("it did not arrive", "sie kam nicht an"),
    };
    match &mail.why {
        Some(why) => format!("{what}: {}", shortened(why, 120)),
        None => what.to_owned(),
    }
}
