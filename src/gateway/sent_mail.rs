//! A copy of a mail that somebody sent from the support mailbox: is it an answer to a customer of ours, written by a person? Then the ticket
//! knows it, and automation is silent. Whoever put it into that folder has access to the mailbox, so it counts like a reply through us.

use super::Past;
use super::handle::{Clerk, timed};
use super::held_against::held_against;
use crate::compose::kept_of_mail;
use crate::inbox::Arrival;
use crate::journal::{Entry, JournalError, SentMail};
use crate::mail::{Mail, MailIdentity, SenderKind};
use crate::report;
use crate::ticket::thread::{Placement, goes_to_customer};
use crate::ticket::{Event, Holder, ShownBy, Ticket, TicketId};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

/// The clock of whoever wrote may go wrong by so much against ours.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(2);

impl Clerk<'_> {
    /// Notes a copy of sent mail, together with how far the folder was looked at; the ticket that it belongs to, where it is a
    /// person's answer.
    ///
    /// # Errors
    /// The store failed. Nothing is recorded then, and the copy is to be looked at again.
    pub fn note_sent(
        &self,
        arrival: &Arrival,
        looked_at: Option<SentMail>,
        now: Timestamp,
    ) -> Result<Option<TicketId>, JournalError> {
        // A mail that breaks the reader is nobody's answer that we could show; it is passed over.
        let mail = self.office.read(&arrival.content).ok();
        let history = looked_at.as_ref().and_then(|looked| looked.history_until);
        let is_history = history.is_some_and(|until| arrival.place.uid <= until);
        let answered = match &mail {
            // What people wrote before is no word against what was done since.
            Some(mail) if !is_history => self.answered_by(mail)?,
            _ => None,
        };
        let identity = mail.as_ref().map_or_else(
            || MailIdentity(Sha256::digest(arrival.raw()).into()),
            |mail| mail.identity,
        );
        let ticket = answered.as_ref().map(|(ticket, _)| ticket.clone());
        let events = match answered {
            Some((ticket, events)) => {
                report::gateway::answered_outside(&ticket, arrival.place);
                timed(&ticket, events, Some(identity), now)
            }
            None => vec![],
        };
        let ours = mail.as_ref().and_then(|mail| mail.message_id.clone());
        let seen_in_sent = match ours {
            Some(id) if self.journal.own_mail(&id)? => {
                report::gateway::copy_in_sent(&id, arrival.place);
                Some(id)
            }
            _ => None,
        };
        let entry = Entry {
            sent_mail: looked_at,
            seen_in_sent,
            events,
            ..Entry::default()
        };
        self.journal.record(entry, now)?;
        Ok(ticket)
    }

    /// The ticket that this mail answers past us, and what its story gains.
    fn answered_by(&self, mail: &Mail) -> Result<Option<(TicketId, Vec<Event>)>, JournalError> {
        let Some(from) = mail.from.as_ref().map(|from| &from.address) else {
            return Ok(None);
        };
        let is_ours = self.office.settings.is_ours(from);
        if !is_ours || !is_by_person(mail) || self.is_ours_by_name(mail)? {
            return Ok(None);
        }
        let Placement::Existing(id, _) = self.office.place(mail, self.journal)? else {
            return Ok(None);
        };
        let Some(ticket) = Past::ticket(self.journal, &id)? else {
            return Ok(None);
        };
        let known = ticket.knows_of_outside(mail);
        if !goes_to_customer(mail, &ticket) || known == Some(ShownBy::SentFolder) {
            return Ok(None);
        }
        let Some(team) = self.team_of(&ticket) else {
            return Ok(None);
        };
        let shown_by = match answers_what_is_open(mail, &ticket) {
            true => ShownBy::SentFolder,
            false => ShownBy::Address,
        };
        // What settles nothing is no witness either.
        let compared = match shown_by {
            ShownBy::SentFolder => held_against(self.office, &ticket, &mail.body.own_words()),
            ShownBy::Address => None,
        };
        let mut events = vec![Event::WroteOutside {
            from: from.clone(),
            team,
            shown_by,
            mail: kept_of_mail(mail, &self.office.settings),
        }];
        events.extend(compared);
        Ok(Some((id, events)))
    }

    /// Many servers file a copy of all that they send, ours among it.
    fn is_ours_by_name(&self, mail: &Mail) -> Result<bool, JournalError> {
        match &mail.message_id {
            Some(id) => self.journal.own_mail(id),
            None => Ok(false),
        }
    }

    fn team_of(&self, ticket: &Ticket) -> Option<crate::config::TeamName> {
        let settings = &self.office.settings;
        let holder = match ticket.holder() {
            Holder::Person(team) => Some(team),
            Holder::Automation => ticket.last_team().cloned(),
        };
        let named = holder.filter(|team| settings.team(team).is_some());
        named.or_else(|| settings.teams.first().map(|team| team.name.clone()))
    }
}

/// Nothing but an address of ours: no mark of this program (a server may have given its mail another name), no sign of a machine.
fn is_by_person(mail: &Mail) -> bool {
    match mail.sender_kind {
        SenderKind::Person => true,
        SenderKind::Own => {
            let mut evidence = mail.sender_evidence.iter();
            evidence.all(|evidence| evidence.place == "From")
        }
        _ => false,
    }
}

/// Whether a copy answers the customer as things stand: written to them, and not before their latest mail. A copy that was filed late, or that
/// went to somebody else with the customer in Cc, shows that a person is in; nothing is settled by it.
fn answers_what_is_open(mail: &Mail, ticket: &Ticket) -> bool {
    let is_to_customer = ticket.customer().is_some_and(|customer| {
        let mut to = mail.to.iter();
        to.any(|to| to.address.is_same_as(&customer.address))
    });
    let latest = ticket.events.iter().rev().find(|timed| {
        matches!(
            timed.event,
            Event::Opened { .. } | Event::CustomerWrote { .. }
        )
    });
    let is_newer = match (mail.date, latest) {
        (Some(date), Some(latest)) => {
            date.checked_add(CLOCKS_DIFFER).unwrap_or(Timestamp::MAX) >= latest.at
        }
        _ => false,
    };
    is_to_customer && is_newer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::TicketStory;
    use crate::mail::Reader;

    #[test]
    fn a_copy_settles_only_what_is_older_and_the_customers() {
        let ticket = TicketStory::opened_as(1, "ann@a.example")
            .customer_wrote()
            .ticket();
        let latest = ticket.events.last().unwrap().at;
        let copy = |to: &str, cc: &str, minutes: i64| {
            let date = latest + SignedDuration::from_mins(minutes);
            let date = date.strftime("%a, %d %b %Y %H:%M:%S +0000");
            let raw = format!(
                "From: support@shop.example\r\nTo: {to}\r\nCc: {cc}\r\nDate: {date}\r\n\r\nHello\r\n"
            );
            answers_what_is_open(&Reader::default().read(raw.as_bytes()), &ticket)
        };
        assert!(copy("ann@a.example", "ben@b.example", 5));
        assert!(copy("ann@a.example", "ben@b.example", -1), "clocks differ");
        assert!(!copy("ann@a.example", "ben@b.example", -10), "filed late");
        assert!(!copy("maker@m.example", "ann@a.example", 5), "in Cc only");
        let undated = "From: support@shop.example\r\nTo: ann@a.example\r\n\r\nHello\r\n";
        assert!(!answers_what_is_open(
            &Reader::default().read(undated.as_bytes()),
            &ticket
        ));
    }
}
