//! What is due when, as a mail to staff says it: the time that the customer was promised, or, where none was told, the team's own.

use super::story;
use super::view::View;
use super::words::Tongue;
use crate::config::Team;
use crate::decide::{HandOff, NoticePlan, own_time};
use crate::ticket::{Ticket, TimedEvent, Waiting};
use jiff::SignedDuration;

impl View<'_> {
    /// What is due when.
    pub(super) fn deadlines(&self, team: &Team, hand_off: Option<&HandOff>) -> String {
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
