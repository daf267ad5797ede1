//! What do the team and whoever wrote it hear after a word that changes what the customer was told? A refused draft becomes a promise, and
//! `CLOSE` and `BACK` leave one behind that nobody is reminded of any more.

use super::view::View;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing};
use crate::config::Team;
use crate::decide::{HandOff, NoticePlan};
use crate::desk::StaffAct;
use crate::mail::Address;

/// How much of a member's reason is shown, in characters.
const WHY_CHARACTERS: usize = 300;

impl View<'_> {
    /// `NO`: who refused the draft and why, and what the customer was told.
    pub(super) fn refused(
        &self,
        team: &Team,
        member: &Address,
        why: &str,
        hand_off: Option<&HandOff>,
    ) -> Result<Outgoing, ComposeError> {
        let tongue = self.staff_tongue;
        let title = tongue.choose("draft refused", "Entwurf abgelehnt");
        let answer = match tongue {
            Tongue::English => format!("{} refused the draft", team.called(member)),
            Tongue::German => format!("{} hat den Entwurf abgelehnt", team.called(member)),
        };
        let mut lines = Vec::new();
        if !why.trim().is_empty() {
            let label = tongue.choose("Why", "Warum");
            lines.push(format!("{label}: {}", shortened(why, WHY_CHARACTERS)));
        }
        let told = match hand_off.map(|hand_off| &hand_off.notice) {
            Some(NoticePlan::Tell { promised_by }) => {
                let by = tongue.moment(*promised_by, &team.hours.time_zone);
                match tongue {
                    Tongue::English => {
                        format!("The customer is told that a person answers by {by}")
                    }
                    Tongue::German => {
                        format!("Der Kunde erfährt, dass ein Mensch bis {by} antwortet")
                    }
                }
            }
            Some(NoticePlan::Withhold { why }) => {
                let label =
                    tongue.choose("The customer is told nothing", "Der Kunde erfährt nichts");
                format!("{label}: {}", tongue.sentence(why))
            }
            None => tongue
                .choose(
                    "The customer is told nothing: a person is in the ticket",
                    "Der Kunde erfährt nichts: ein Mensch ist im Vorgang",
                )
                .to_owned(),
        };
        lines.push(told);
        self.told(team, member, title, &answer, lines)
    }

    /// `CLOSE` and `BACK` where an answer is promised and nobody gave it: the customer hears nothing of the word.
    pub(super) fn promise_left(
        &self,
        team: &Team,
        member: &Address,
        act: &StaffAct,
    ) -> Result<Option<Outgoing>, ComposeError> {
        let before = self.situation.ticket;
        let Some(promised_by) = before.and_then(crate::ticket::Ticket::open_promise) else {
            return Ok(None);
        };
        let tongue = self.staff_tongue;
        let by = tongue.moment(promised_by, &team.hours.time_zone);
        let (title, answer) = match act {
            StaffAct::Close => (
                tongue.choose("closed, and promised", "geschlossen, und versprochen"),
                tongue.choose(
                    "The ticket is closed, and the customer waits for an answer",
                    "Der Vorgang ist geschlossen, und der Kunde wartet auf eine Antwort",
                ),
            ),
            StaffAct::GiveBack => (
                tongue.choose("given back, and promised", "zurückgegeben, und versprochen"),
                tongue.choose(
                    "The ticket is with the machine again, and the customer waits for an answer",
                    "Der Vorgang ist wieder bei der Automatik, und der Kunde wartet auf eine Antwort",
                ),
            ),
            _ => return Ok(None),
        };
        let lines = match tongue {
            Tongue::English => vec![
                format!("The customer was promised a person's answer by {by}, and hears nothing of your word"),
                "Nobody is reminded of it any more; to answer, simply reply with your text".to_owned(),
            ],
            Tongue::German => vec![
                format!(
                    "Dem Kunden ist die Antwort eines Menschen bis {by} versprochen, und von Ihrem Wort erfährt er nichts"
                ),
                "Niemand wird mehr daran erinnert; um zu antworten, schreiben Sie einfach Ihren Text".to_owned(),
            ],
        };
        self.told(team, member, title, answer, lines).map(Some)
    }
}
