//! What is due when, as a mail to staff says it: the time that the customer was promised, or, where none was told, the team's own.

use super::story;
use super::view::View;
use super::words::Tongue;
use crate::config::Team;
use crate::decide::{HandOff, NoticePlan, legal_deadline, own_time};
use crate::ticket::{Ticket, TimedEvent, Waiting, is_privacy_request};
use jiff::{SignedDuration, Timestamp};

impl View<'_> {
    /// What is due when.
    pub(super) fn deadlines(&self, team: &Team, hand_off: Option<&HandOff>) -> String {
        let due = self.due_by_team(team, hand_off);
        let Some(by) = self.legal_deadline(team) else {
            return due;
        };
        let tongue = self.staff_tongue;
        let by = tongue.moment(by, &team.hours.time_zone);
        match tongue {
            Tongue::English => {
                format!(
                    "{due}; request about personal data to be done by {by} (GDPR Art. 12(3)), then close the ticket"
                )
            }
            Tongue::German => {
                format!(
                    "{due}; Anfrage zu persönlichen Daten zu erledigen bis {by} (Art. 12 Abs. 3 DSGVO), dann den Vorgang schließen"
                )
            }
        }
    }

    /// By when the law wants the request about personal data done that this mail is, or that is open in the ticket.
    fn legal_deadline(&self, team: &Team) -> Option<Timestamp> {
        let before = self.situation.ticket.and_then(Ticket::privacy_request);
        let received =
            before.or_else(|| self.is_privacy_request().then_some(self.situation.now))?;
        Some(legal_deadline(received, &team.hours.time_zone))
    }

    /// The same for the customer, in words; empty where there is none.
    pub(super) fn lawful_by(&self, team: &Team) -> String {
        let by = self.legal_deadline(team);
        by.map_or_else(String::new, |by| {
            self.tongue.moment(by, &team.hours.time_zone)
        })
    }

    pub(super) fn is_privacy_request(&self) -> bool {
        let reasons = &self.decision.reasons;
        let rules = std::iter::once(&reasons.first).chain(&reasons.further);
        is_privacy_request(rules.map(|reason| reason.rule))
    }

    /// What the team promised, or its own time.
    fn due_by_team(&self, team: &Team, hand_off: Option<&HandOff>) -> String {
        let tongue = self.staff_tongue;
        let zone = &team.hours.time_zone;
        let promised = match hand_off.map(|hand_off| &hand_off.notice) {
            Some(NoticePlan::Tell { promised_by }) => Some(*promised_by),
            _ => self.situation.ticket.and_then(Ticket::open_promise),
        };
        if let Some(moment) = promised {
            let moment = tongue.moment(moment, zone);
            return match tongue {
                Tongue::English => format!("answer promised by {moment}"),
                Tongue::German => format!("Antwort versprochen bis {moment}"),
            };
        }
        let Some(waiting) = self.waits_untold_from_here() else {
            return tongue.choose("none", "keine").to_owned();
        };
        let moment = tongue.moment(own_time(&waiting, team), zone);
        let within = SignedDuration::try_from(team.reply_within).unwrap_or(SignedDuration::MAX);
        match tongue {
            Tongue::English => format!(
                "nothing was told to the customer; answer due by {moment} (your own time of {within:#})"
            ),
            Tongue::German => format!(
                "dem Kunden wurde nichts gesagt; Antwort fällig bis {moment} (Ihre eigene Zeit von {within:#})"
            ),
        }
    }

    /// Whether the customer waits untold once this decision is in the ticket's story: what staff read and what is minded is one.
    fn waits_untold_from_here(&self) -> Option<Waiting> {
        let mut ticket = Ticket {
            id: self.id().clone(),
            events: (self.situation.ticket)
                .map(|ticket| ticket.events.clone())
                .unwrap_or_default(),
        };
        let gain = story::gain(self.decision, self.situation, &[]);
        ticket
            .events
            .extend(gain.into_iter().map(|event| TimedEvent {
                at: self.situation.now,
                cause: Some(self.situation.mail.identity),
                event,
            }));
        ticket.waits_untold()
    }
}
