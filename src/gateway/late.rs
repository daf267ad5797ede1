//! Mails to customers that wait for long, although they were tried: their team is told, once, while there is still time to call.

use super::Office;
use super::handle::timed;
use super::sweep::Gateway;
use crate::clock::{self, Moment};
use crate::compose::Composed;
use crate::journal::{DuePlace, EffectRecord, Entry, JournalError};
use crate::mail::MessageId;
use crate::outbox::has_been_tried_for;
use crate::report;
use crate::ticket::Party;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::Instant;

/// The longest wait between two looks.
const LOOK_EVERY: Duration = Duration::from_mins(1);

/// So many waiting mails are looked at in one round; the next goes on behind them.
const LOOKED_AT_ONCE: usize = 500;

/// So many that were told are remembered; the journal knows all of them.
const REMEMBERED_MAX: usize = 10_000;

/// How far the look at waiting mails has come.
#[derive(Default)]
pub(super) struct LateMails {
    place: DuePlace,
    /// On a clock that nobody sets back.
    not_before: Option<Instant>,
    told: BTreeSet<MessageId>,
}

impl Gateway {
    /// One round.
    pub(super) fn tell_of_late_mails(
        &self,
        office: &Office,
        late: &mut LateMails,
    ) -> Result<(), JournalError> {
        let Moment { shown: now, passed } = clock::moment();
        if (late.not_before).is_some_and(|not_before| passed < not_before) {
            return Ok(());
        }
        let waiting = (self.journal).due_after(&late.place, Timestamp::MAX, LOOKED_AT_ONCE)?;
        if waiting.len() < LOOKED_AT_ONCE {
            late.place = DuePlace::BEGINNING;
            let wait = LOOK_EVERY.min(office.settings.smtp.tell_staff_after);
            late.not_before = passed.checked_add(wait);
        } else if let Some((place, _)) = waiting.last() {
            late.place = place.clone();
        }
        for (_, mail) in waiting {
            if is_late(office, &mail, now) && !late.told.contains(&mail.message_id) {
                self.tell_of_late_mail(office, &mail, now)?;
                if late.told.len() >= REMEMBERED_MAX {
                    late.told.clear();
                }
                late.told.insert(mail.message_id);
            }
        }
        Ok(())
    }

    fn tell_of_late_mail(
        &self,
        office: &Office,
        mail: &EffectRecord,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let ticket = match &mail.ticket {
            Some(id) => self.journal.ticket(id)?,
            None => None,
        };
        let Some(ticket) = ticket else { return Ok(()) };
        let text = self.text_of(office, mail)?;
        let (writer, settings) = (&office.writer, &office.settings);
        let told = writer.delivery_delayed(&ticket, mail, text.as_deref(), settings, now);
        let Composed { mails, events } = match told {
            Ok(composed) => composed,
            // Nothing is lost: the mail is still tried, and whoever sends it tells of its end.
            Err(error) => {
                report::gateway::late_mail_not_told(mail, &error);
                return Ok(());
            }
        };
        for report in &mails {
            if self.journal.own_mail(&report.message_id)? {
                return Ok(());
            }
        }
        report::gateway::mail_late(mail);
        let entry = Entry {
            effects: mails,
            events: timed(&ticket.id, events, None, now),
            ..Entry::default()
        };
        self.journal.record(entry, now)?;
        self.outbox_wake.notify_one();
        Ok(())
    }
}

/// Whether staff should hear of it. What was never tried waits for our own server, through which no report would leave either.
fn is_late(office: &Office, mail: &EffectRecord, now: Timestamp) -> bool {
    let smtp = &office.settings.smtp;
    let passed = |time| has_been_tried_for(mail, time, smtp, now);
    matches!(mail.party, Some(Party::Customer(_)))
        && mail.last_failure.is_some()
        && passed(smtp.tell_staff_after)
        && !passed(smtp.retry_give_up_after)
}
