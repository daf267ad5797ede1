//! Which mails follow a decision? One place that names them all, in the order in which they are recorded.

use super::author::Author;
use super::undelivered::{Fate, Oversize, Undelivered, words_unknown_to_team};
use super::view::View;
use super::{ComposeError, Outgoing, lost_to_staff};
use crate::config::Team;
use crate::decide::{Action, HandOff, Meant, NoticePlan, OnDraft};
use crate::desk::StaffAct;
use crate::mail::{Bounce, MessageId};
use crate::ticket::{Event, Ticket};

impl View<'_> {
    /// The mails of this decision, in the order in which they leave: what promises a person comes with the mail to that person.
    pub(super) fn mails(&self) -> Result<Vec<Outgoing>, ComposeError> {
        match &self.decision.action {
            Action::NoteOwnCopy
            | Action::NoteCrossed
            | Action::NoteConfirmed
            | Action::AnswerLetter { .. } => Ok(vec![]),
            Action::Leave { tell_of_bounce } => match tell_of_bounce {
                Some(team) => Ok(self.bounce_report(self.team(team)?)?.into_iter().collect()),
                None => Ok(vec![]),
            },
            Action::ConfirmStop => Ok(vec![self.stop_confirmation()?]),
            Action::Tell(asked) => Ok(vec![self.told_to_customer(*asked)?]),
            Action::Answer { text, .. } => Ok(vec![self.answer(text)?]),
            Action::Ask { missing, .. } => Ok(vec![self.question(missing)?]),
            Action::Draft(draft) => Ok(vec![self.draft(draft)?]),
            Action::HandOff(hand_off) => {
                let notice = self.notice_of(hand_off)?;
                let packet = self.packet(hand_off, notice.as_ref())?;
                Ok(notice.into_iter().chain([packet]).collect())
            }
            Action::PassOn { team }
            | Action::Collect {
                team,
                tells_team: true,
            } => Ok(vec![self.wrote_again(self.team(team)?)?]),
            Action::Collect { .. } => Ok(vec![]),
            Action::OfferTicket {
                team,
                member,
                original,
            } => Ok(vec![self.forwarded(self.team(team)?, member, original)?]),
            Action::Staff {
                team,
                member,
                impossible: Some(why),
                ..
            } => {
                let why = self.staff_tongue.sentence(why);
                Ok(vec![self.hint(self.team(team)?, member, why)?])
            }
            Action::Staff {
                team,
                member,
                act,
                draft,
                hand_off,
                meant,
                ..
            } => {
                let words = match (act, draft) {
                    (_, Some(OnDraft::Send(draft))) => Some(self.approved_answer(draft)?),
                    (
                        _,
                        Some(
                            OnDraft::AwaitSecond { .. }
                            | OnDraft::Replace { .. }
                            | OnDraft::Refuse(_),
                        ),
                    ) => None,
                    (StaffAct::Reply { text }, _) => {
                        let author = Author::of(self.team(team)?, member);
                        Some(self.staff_reply(&author, text)?)
                    }
                    // A forwarded mail: the team has it already.
                    (StaffAct::Approve { .. }, None) if hand_off.is_some() => None,
                    (StaffAct::Approve { .. }, _) => {
                        return Err(ComposeError::Build(
                            "a draft was approved that is not there".to_owned(),
                        ));
                    }
                    _ => None,
                };
                // The team has the draft and the original already: only the customer must still be told.
                let notice = match hand_off {
                    Some(hand_off) => self.notice_of(hand_off)?,
                    None => None,
                };
                let to_staff = match (act, meant) {
                    (StaffAct::Refuse { why, .. }, _) if draft.is_some() => {
                        Some(self.refused(self.team(team)?, member, why, hand_off.as_ref())?)
                    }
                    (StaffAct::Close | StaffAct::GiveBack, _) => {
                        self.promise_left(self.team(team)?, member, act)?
                    }
                    _ if draft.is_some() => self.told_of_draft(team, member, draft.as_ref())?,
                    (StaffAct::AskHelp, _) => Some(self.help(self.team(team)?, member)?),
                    (StaffAct::AskWhy, _) => Some(self.why(self.team(team)?, member)?),
                    (_, Some(Meant::Until(until))) => {
                        Some(self.put_off(self.team(team)?, member, *until)?)
                    }
                    (_, Some(Meant::Team(new))) => {
                        let gives = (member, team);
                        Some(self.reassigned(gives, self.team(new)?, hand_off.as_ref())?)
                    }
                    _ => None,
                };
                Ok(words.into_iter().chain(notice).chain(to_staff).collect())
            }
            Action::NoteColleague {
                from,
                team,
                tells_team: true,
            } => Ok(vec![self.seen_outside(self.team(team)?, from)?]),
            Action::NoteColleague { .. } => Ok(vec![]),
            Action::Quarantine => Ok(vec![self.quarantine_report()]),
        }
    }

    fn notice_of(&self, hand_off: &HandOff) -> Result<Option<Outgoing>, ComposeError> {
        match &hand_off.notice {
            NoticePlan::Tell { promised_by } => {
                let team = self.team(&hand_off.team)?;
                Ok(Some(self.notice(team, *promised_by)?))
            }
            NoticePlan::Withhold { .. } => Ok(None),
        }
    }

    fn bounce_report(&self, team: &Team) -> Result<Option<Outgoing>, ComposeError> {
        let Some(ticket) = self.situation.ticket else {
            return Ok(None);
        };
        let bounce = self.situation.mail.bounce.as_ref();
        let recipient = bounce.and_then(|bounce| bounce.recipient.as_ref());
        let why = self.decision.reasons.first.evidence.as_str();
        // The report's own subject ("Undelivered Mail …") says nothing of the mail that was lost.
        let subject = ticket.subject().map_or("", |subject| subject.as_str());
        let settings = self.situation.settings;
        let desk = self.writer.desk(settings, self.situation.now);
        let cause = &self.situation.mail.identity.0;
        let is_to_staff = recipient.is_some_and(|recipient| {
            let mut teams = settings.teams.iter();
            teams.any(|team| team.address.is_same_as(recipient))
        });
        let recipient = recipient.map(ToString::to_string).unwrap_or_default();
        if is_to_staff {
            let fate = Fate::NotArrived;
            let (title, text) = lost_to_staff(self.staff_tongue, &recipient, subject, why, &fate);
            let parts = vec![self.original()];
            return Ok(Some(desk.trouble(
                Some(self.id()),
                cause,
                title,
                &text,
                parts,
            )));
        }
        let lost_to = bounce.and_then(|bounce| bounce.recipient.as_ref());
        let lost_id = bounce.and_then(|bounce| bounce.original_message_id.as_ref());
        let said = lost_id.and_then(|id| said_in(ticket, id));
        let is_too_large = bounce.is_some_and(Bounce::is_for_size);
        let fate = match is_too_large {
            true => Fate::TooLarge(Oversize::default()),
            false => Fate::NotArrived,
        };
        let lost = Undelivered {
            recipient: &recipient,
            subject,
            why,
            text: said.as_deref(),
            customer_text: words_unknown_to_team(ticket),
            fate: &fate,
            lost_before: match (is_too_large, lost_to) {
                (false, Some(to)) => ticket.times_lost_to(to, lost_id),
                _ => 0,
            },
        };
        desk.delivery_trouble(self.writer, ticket, team, &lost, cause)
            .map(Some)
    }
}

/// The main sentences of a mail of ours, as the ticket's story keeps them: what a report of a stranger holds of it may be anything.
fn said_in(ticket: &Ticket, id: &MessageId) -> Option<String> {
    ticket.events.iter().find_map(|timed| match &timed.event {
        Event::Wrote {
            message_id, said, ..
        } if message_id == id => Some(said.join("\n\n")),
        _ => None,
    })
}
