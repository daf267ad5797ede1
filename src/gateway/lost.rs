//! Mails of ours that were given up: somebody is told, once. A failed mail is never silent.

use super::Office;
use super::handle::timed;
use super::sweep::Gateway;
use crate::clock;
use crate::compose::{Fate, Loss, Purpose};
use crate::inbox::Content;
use crate::journal::{
    EffectRecord, EffectState, Entry, Journal, JournalError, RecordedEffect, on_disk, purpose_word,
};
use crate::report;
use crate::ticket::Ticket;
use crate::watch::{Happened, Kind, Teller};
use jiff::Timestamp;

/// So many are told in one round; mail that comes in is not held up by a bad day of the outbox.
const TOLD_AT_ONCE: usize = 50;

impl Gateway {
    /// Mails of ours that were given up: their team is told, once.
    pub(super) fn tell_of_lost_mails(&self, office: &Office) -> Result<(), JournalError> {
        let now = clock::now();
        let untold = || self.journal.given_up_untold(TOLD_AT_ONCE);
        let untold = on_disk(untold)?;
        if untold.len() == TOLD_AT_ONCE {
            // There may be more: the next round begins at once.
            self.wake.notify_one();
        }
        for lost in untold {
            let why = match &lost.state {
                EffectState::GivenUp { why, .. } => why.clone(),
                EffectState::Withdrawn { .. } => {
                    let _ = tell_of_withdrawn(office, &self.journal, &lost, now)?;
                    self.outbox_wake.notify_one();
                    continue;
                }
                _ => continue,
            };
            let mut entry = Entry {
                told: vec![lost.message_id.clone()],
                ..Entry::default()
            };
            report::gateway::mail_lost(&lost, &why);
            let too_large = self.journal.refused_for_size(&lost.message_id)?;
            if let Some(too_large) = too_large
                && let Some(lighter) = self.lighter(office, &lost, too_large, now)?
                && !self.journal.own_mail(&lighter.message_id)?
            {
                report::gateway::mail_made_lighter(&lost, &lighter);
                let events = crate::compose::made_lighter(&lost, &lighter, &why);
                if let Some(id) = &lost.ticket
                    && self.journal.ticket(id)?.is_some()
                {
                    entry.events = timed(id, events, None, now);
                }
                entry.effects = vec![lighter];
                self.journal.record(entry, now)?;
                self.outbox_wake.notify_one();
                continue;
            }
            if lost.purpose == Purpose::Trouble {
                // A report of a lost report would be lost as well, and so on without end: the log says it.
                self.journal.record(entry, now)?;
                continue;
            }
            let ticket = match &lost.ticket {
                Some(id) => self.journal.ticket(id)?,
                None => None,
            };
            let fate = match too_large {
                Some(too_large) => Fate::TooLarge(self.oversize(office, &lost, too_large)?),
                None if self.journal.is_given_up_in_doubt(&lost.message_id)? => Fate::Unknown,
                None => Fate::NotArrived,
            };
            let loss = Loss {
                why: why.clone(),
                text: self.text_of(office, &lost)?,
                fate,
            };
            tell(office, &lost, &loss, ticket.as_ref(), &mut entry, now);
            self.journal.record(entry, now)?;
            self.outbox_wake.notify_one();
        }
        Ok(())
    }

    /// What a mail of ours says, for people; `None` where it is forgotten.
    pub(super) fn text_of(
        &self,
        office: &Office,
        mail: &EffectRecord,
    ) -> Result<Option<String>, JournalError> {
        text_of(&self.journal, office, mail)
    }
}

/// A mail was refused while a conversation is played: what the daemon would tell of it.
pub(crate) fn tell_of_refused(
    office: &Office,
    journal: &Journal,
    lost: &EffectRecord,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let why = match &lost.state {
        EffectState::GivenUp { why, .. } => why,
        EffectState::Withdrawn { .. } => return tell_of_withdrawn(office, journal, lost, now),
        _ => return Ok(Vec::new()),
    };
    let mut entry = Entry {
        told: vec![lost.message_id.clone()],
        ..Entry::default()
    };
    let ticket = match &lost.ticket {
        Some(id) => journal.ticket(id)?,
        None => None,
    };
    let loss = Loss {
        why: why.clone(),
        text: text_of(journal, office, lost)?,
        fate: Fate::NotArrived,
    };
    tell(office, lost, &loss, ticket.as_ref(), &mut entry, now);
    journal.record(entry, now)
}

/// An answer was held back, because a person came into its ticket first: the team gets the question that it was to answer.
fn tell_of_withdrawn(
    office: &Office,
    journal: &Journal,
    withdrawn: &EffectRecord,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let mut entry = Entry {
        told: vec![withdrawn.message_id.clone()],
        ..Entry::default()
    };
    let ticket = match &withdrawn.ticket {
        Some(id) => journal.ticket(id)?,
        None => None,
    };
    let loss = Loss {
        why: "a person came into the ticket before it was sent".to_owned(),
        text: text_of(journal, office, withdrawn)?,
        fate: Fate::Withdrawn,
    };
    tell(office, withdrawn, &loss, ticket.as_ref(), &mut entry, now);
    journal.record(entry, now)
}

/// Its team is told, and its ticket says so; the admin where no team can be.
fn tell(
    office: &Office,
    lost: &EffectRecord,
    loss: &Loss,
    ticket: Option<&Ticket>,
    entry: &mut Entry,
    now: Timestamp,
) {
    let composed = ticket.map(|ticket| {
        let (writer, settings) = (&office.writer, &office.settings);
        let told = writer.delivery_trouble(ticket, lost, loss, settings, now);
        (ticket.id.clone(), told)
    });
    match composed {
        Some((id, Ok(composed))) => {
            entry.effects = composed.mails;
            entry.events = timed(&id, composed.events, None, now);
        }
        _ => entry.happened = vec![lost_without_team(lost, &loss.why, now)],
    }
}

fn text_of(
    journal: &Journal,
    office: &Office,
    mail: &EffectRecord,
) -> Result<Option<String>, JournalError> {
    let Some(bytes) = journal.bytes_of(&mail.message_id)? else {
        return Ok(None);
    };
    let read = office.read(&Content::Whole(bytes)).ok();
    Ok(read.map(|mail| mail.body.text))
}

/// A lost mail that no team can be told of: the admin is.
fn lost_without_team(lost: &EffectRecord, why: &str, now: Timestamp) -> Happened {
    Happened {
        kind: Kind::Lost,
        at: now,
        to: format!("{} ({})", lost.message_id, purpose_word(lost.purpose)),
        why: report::without_addresses(why),
        told_by: Teller::Report,
    }
}
