//! What is written about a customer who waits and was told no time: reminders, that the team's own time is over, and, where a draft got no yes,
//! the first word to the customer.

use super::letters::{OfDraft, Reminder};
use super::{Writing, about};
use crate::compose::view::staff_tongue;
use crate::compose::words::Tongue;
use crate::compose::{ComposeError, Composed, Outgoing, story};
use crate::config::Team;
use crate::decide::NoticePlan;
use crate::mail::Address;
use crate::ticket::{Event, Notice, Reminded, Waiting, WaitsFor};
use jiff::Timestamp;

impl Writing<'_> {
    /// Before the time is over.
    pub(super) fn remind_of_waiting(
        &self,
        team: &Team,
        (to, whom): (&Address, Reminded),
        waiting: &Waiting,
        due_by: Timestamp,
    ) -> Result<Composed, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let waits = what_waits(waiting, team, tongue);
        let by = tongue.moment(due_by, &team.hours.time_zone);
        let (title, what) = match tongue {
            Tongue::English => (
                "answer due",
                format!("{waits} By your own time an answer is due by {by}."),
            ),
            Tongue::German => (
                "Antwort fällig",
                format!("{waits} Nach Ihrer eigenen Zeit ist eine Antwort fällig bis {by}."),
            ),
        };
        let mail = self.to_staff(team, to, about(title, &what, due_by))?;
        let reminded = Event::Reminded {
            team: team.name.clone(),
            whom,
            of: due_by,
        };
        Ok(Composed {
            events: vec![reminded, story::wrote(&mail)],
            mails: vec![mail],
        })
    }

    /// The time is over: everybody is told who can see to it.
    pub(super) fn waited_too_long(
        &self,
        team: &Team,
        waiting: &Waiting,
        due_by: Timestamp,
        hand_off: Option<&NoticePlan>,
    ) -> Result<Composed, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let mut events = vec![Event::WaitedTooLong {
            team: team.name.clone(),
            due_by,
        }];
        let mut mails = Vec::new();
        let waits = what_waits(waiting, team, tongue);
        let by = tongue.moment(due_by, &team.hours.time_zone);
        let mut what = match tongue {
            Tongue::English => {
                format!("{waits} By your own time an answer was due by {by}; nobody has answered.")
            }
            Tongue::German => format!(
                "{waits} Nach Ihrer eigenen Zeit war eine Antwort fällig bis {by}; niemand hat geantwortet."
            ),
        };
        if let Some(plan) = hand_off {
            let (notice, handed_off, words) = self.instead_of_draft(team, due_by, plan)?;
            mails.extend(notice);
            events.push(handed_off);
            what = format!("{what} {words}");
        }
        let title = tongue.choose("answer overdue", "Antwort überfällig");
        let reminder = Reminder {
            draft: OfDraft::Withdrawn,
            ..about(title, &what, due_by)
        };
        for to in [Some(&team.address), team.second_address.as_ref()]
            .into_iter()
            .flatten()
        {
            mails.push(self.to_staff(team, to, reminder)?);
        }
        mails.push(self.tell_admin_of_waiting(team, due_by, &what));
        events.extend(mails.iter().map(story::wrote));
        Ok(Composed { mails, events })
    }

    /// The draft gives way: what the customer is told, the hand-off on record, and how staff are told of it.
    fn instead_of_draft(
        &self,
        team: &Team,
        due_by: Timestamp,
        plan: &NoticePlan,
    ) -> Result<(Option<Outgoing>, Event, String), ComposeError> {
        let tongue = staff_tongue(self.settings);
        let handed_off = |promised_by, notice| Event::HandedOff {
            team: team.name.clone(),
            promised_by,
            notice,
            why: "nobody approved the draft in time".to_owned(),
        };
        let withdrawn = tongue.choose(
            "The draft is withdrawn, and OK sends it no more; to use its text, copy it into your answer.",
            "Der Entwurf ist zurückgezogen, und JA sendet ihn nicht mehr; um seinen Text zu nehmen, kopieren Sie ihn in Ihre Antwort.",
        );
        match plan {
            NoticePlan::Tell { promised_by } => {
                let draft = self.ticket.waiting_draft().ok_or_else(|| {
                    ComposeError::Build("a draft was to be withdrawn that is not there".to_owned())
                })?;
                let mail = self.notice(team, draft, due_by, *promised_by)?;
                let notice = Notice::Sent {
                    text: mail.text.clone(),
                };
                let by = tongue.moment(*promised_by, &team.hours.time_zone);
                let words = match tongue {
                    Tongue::English => format!(
                        "The customer was told now that a person answers by {by}. {withdrawn}"
                    ),
                    Tongue::German => format!(
                        "Dem Kunden wurde jetzt gesagt, dass ein Mensch bis {by} antwortet. {withdrawn}"
                    ),
                };
                Ok((Some(mail), handed_off(Some(*promised_by), notice), words))
            }
            NoticePlan::Withhold { why } => {
                let words = match tongue {
                    Tongue::English => format!(
                        "They are told nothing now either: {}. {withdrawn}",
                        why.english()
                    ),
                    Tongue::German => format!(
                        "Auch jetzt wird ihm nichts gesagt: {}. {withdrawn}",
                        why.german()
                    ),
                };
                let why = why.to_string();
                Ok((None, handed_off(None, Notice::Withheld { why }), words))
            }
        }
    }

    fn tell_admin_of_waiting(&self, team: &Team, due_by: Timestamp, what: &str) -> Outgoing {
        let reference = &self.ticket.id;
        let name = &team.name;
        let (subject, text) = match staff_tongue(self.settings) {
            Tongue::English => (
                "A customer waits who was told no time",
                format!(
                    "Ticket {reference} of team {name}: {what}

Please see to it that somebody answers.
"
                ),
            ),
            Tongue::German => (
                "Ein Kunde wartet, dem keine Zeit genannt wurde",
                format!(
                    "Vorgang {reference} des Teams {name}: {what}

Bitte sorgen Sie dafür, dass jemand antwortet.
"
                ),
            ),
        };
        let cause = self.cause(due_by, "admin");
        self.desk()
            .trouble(Some(reference), &cause, subject, &text, vec![])
    }
}

/// What waits, since when, and that the customer was told nothing.
fn what_waits(waiting: &Waiting, team: &Team, tongue: Tongue) -> String {
    let since = tongue.moment(waiting.since, &team.hours.time_zone);
    match (waiting.what, tongue) {
        (WaitsFor::Approval, Tongue::English) => format!(
            "A draft has waited for your yes since {since}; the customer has heard nothing at all."
        ),
        (WaitsFor::Approval, Tongue::German) => format!(
            "Ein Entwurf wartet auf Ihr Ja seit {since}; der Kunde hat noch gar nichts gehört."
        ),
        (WaitsFor::FurtherAnswer, Tongue::English) => format!(
            "The customer wrote again and has waited since {since}; nothing was told to them."
        ),
        (WaitsFor::FurtherAnswer, Tongue::German) => format!(
            "Der Kunde schrieb noch einmal und wartet seit {since}; ihm wurde nichts gesagt."
        ),
        (WaitsFor::HandOffUntold, Tongue::English) => format!(
            "The customer's mail has waited for a person since {since}; nothing was told to them."
        ),
        (WaitsFor::HandOffUntold, Tongue::German) => format!(
            "Die Mail des Kunden wartet auf einen Menschen seit {since}; ihm wurde nichts gesagt."
        ),
        (WaitsFor::Undelivered, Tongue::English) => format!(
            "A mail of ours did not reach the customer, as is known since {since}; they have read nothing of it. Please reach them another way, and reply CLOSE when that is done."
        ),
        (WaitsFor::Undelivered, Tongue::German) => format!(
            "Eine Mail von uns erreichte den Kunden nicht, wie bekannt ist seit {since}; er hat nichts davon gelesen. Bitte erreichen Sie ihn auf anderem Weg, und antworten Sie mit SCHLIESSEN, wenn das geschehen ist."
        ),
        (WaitsFor::NewTime, Tongue::English) => format!(
            "The time that the customer was promised went by on {since}; no new one was told to them."
        ),
        (WaitsFor::NewTime, Tongue::German) => format!(
            "Die Zeit, die dem Kunden versprochen war, ging vorüber am {since}; ihm wurde keine neue gesagt."
        ),
    }
}
