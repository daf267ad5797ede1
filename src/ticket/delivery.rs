//! Did what the customer should have read arrive? A mail of ours is lost where the outbox gave it up or a report says so; it counts until a later
//! mail says more, or a person has seen to it. Computed from the events, never stored.

use super::{Event, ShownBy, Ticket, TimedEvent};
use crate::compose::Purpose;
use crate::mail::{Address, BounceAction, MessageId};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A mail of ours that the customer should have read and has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undelivered<'a> {
    /// When that became known.
    pub at: Timestamp,
    /// The mail.
    pub mail: &'a MessageId,
    /// What it was for.
    pub purpose: Purpose,
    /// What the servers said.
    pub why: &'a str,
    /// Whether they may have it all the same.
    pub may_have_arrived: bool,
}

impl Ticket {
    /// The last thing that the customer should have read, where it did not arrive.
    #[must_use]
    pub fn undelivered(&self) -> Option<Undelivered<'_>> {
        let mut delivery = Delivery::default();
        for timed in &self.events {
            delivery.take_in(timed);
        }
        delivery.lost
    }

    /// The last mail that the customer should read, but for notices.
    #[must_use]
    pub fn last_to_be_read(&self) -> Option<&MessageId> {
        self.plain_events().rev().find_map(Event::wrote_to_be_read)
    }

    /// Mails of ours that the customer certainly has not got: withdrawn, given up without a doubt, or reported as failed; found again ones are not among
    /// them.
    pub(crate) fn lost_to_customer(&self) -> BTreeSet<&MessageId> {
        let customer = self.customer().map(|customer| customer.address.key());
        let mut lost = BTreeSet::new();
        for event in self.plain_events() {
            match event {
                Event::MailWithdrawn { message_id, .. } => {
                    let _ = lost.insert(message_id);
                }
                Event::NotLost { message_id } => {
                    let _ = lost.remove(message_id);
                }
                Event::SendFailed {
                    may_have_arrived: true,
                    ..
                } => {}
                other => {
                    let named = other.lost_mail();
                    let to_customer =
                        named.filter(|(_, to, _)| to.is_none_or(|to| Some(to.key()) == customer));
                    lost.extend(to_customer.and_then(|(mail, ..)| mail));
                }
            }
        }
        lost
    }

    /// The mail that came of the event at this place: the next that the customer should read, before another such event.
    pub(crate) fn written_by(&self, place: usize) -> Option<&MessageId> {
        let later = self.events.iter().skip(place.saturating_add(1));
        let same = later.take_while(|timed| {
            !matches!(
                timed.event,
                Event::Answered { .. }
                    | Event::Asked { .. }
                    | Event::DraftApproved { .. }
                    | Event::StaffReplied { .. }
            )
        });
        same.map(|timed| &timed.event)
            .find_map(Event::wrote_to_be_read)
    }

    /// How many mails of ours to this address were lost already, whatever they were for, beside this one.
    #[must_use]
    pub fn times_lost_to(&self, address: &Address, beside: Option<&MessageId>) -> usize {
        let mut unnamed = 0;
        let mut lost: Vec<&MessageId> = Vec::new();
        for event in self.plain_events() {
            match event.lost_mail() {
                Some((Some(mail), Some(to), _))
                    if to.is_same_as(address) && !lost.contains(&mail) && Some(mail) != beside =>
                {
                    lost.push(mail);
                }
                Some((None, Some(to), _)) if to.is_same_as(address) => unnamed += 1,
                _ => {}
            }
        }
        lost.len() + unnamed
    }
}

/// What an event changes in this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Nothing.
    None,
    /// What the customer should have read last is lost.
    Lost(Purpose),
    /// It is not lost after all.
    NotLost(Purpose),
}

/// What the events so far come to.
#[derive(Debug, Default)]
pub(super) struct Delivery<'a> {
    customer: Option<&'a Address>,
    /// The last mail that the customer should read: which, what for, and to whom it goes first.
    latest: Option<(&'a MessageId, Purpose, Option<&'a Address>)>,
    lost: Option<Undelivered<'a>>,
}

impl<'a> Delivery<'a> {
    pub(super) fn take_in(&mut self, timed: &'a TimedEvent) -> Turn {
        match &timed.event {
            Event::Opened { customer, .. } => self.customer = Some(&customer.address),
            Event::Wrote {
                message_id,
                purpose,
                to,
                ..
            } if is_to_be_read(*purpose) => {
                self.latest = Some((message_id, *purpose, to.first()));
                self.lost = None;
            }
            // A person has it, or has seen to it.
            Event::HandedOff { .. } | Event::Closed { .. } | Event::Confirmed => self.lost = None,
            Event::WroteOutside {
                shown_by: ShownBy::SentFolder,
                ..
            } => {
                self.latest = None;
                self.lost = None;
            }
            Event::MailWithdrawn { message_id, .. } if self.is_latest(message_id) => {
                self.latest = None;
                self.lost = None;
            }
            Event::NotLost { message_id } => {
                let found = self.lost.take_if(|lost| lost.mail == message_id);
                return found.map_or(Turn::None, |lost| Turn::NotLost(lost.purpose));
            }
            event => return self.perhaps_lost(timed.at, event),
        }
        Turn::None
    }

    fn perhaps_lost(&mut self, at: Timestamp, event: &'a Event) -> Turn {
        let (Some((Some(mail), to, why)), Some((latest, purpose, first))) =
            (event.lost_mail(), self.latest)
        else {
            return Turn::None;
        };
        // Who only got a copy keeps nobody waiting.
        let is_for_customer = to.is_none_or(|to| {
            let mut readers = self.customer.into_iter().chain(first);
            readers.any(|reader| reader.is_same_as(to))
        });
        if mail != latest || !is_for_customer || self.lost.is_some() {
            return Turn::None;
        }
        self.lost = Some(Undelivered {
            at,
            mail,
            purpose,
            why,
            may_have_arrived: matches!(
                event,
                Event::SendFailed {
                    may_have_arrived: true,
                    ..
                }
            ),
        });
        Turn::Lost(purpose)
    }

    fn is_latest(&self, mail: &MessageId) -> bool {
        self.latest.is_some_and(|(latest, _, _)| latest == mail)
    }
}

impl Event {
    const fn wrote_to_be_read(&self) -> Option<&MessageId> {
        match self {
            Self::Wrote {
                message_id,
                purpose,
                ..
            } if is_to_be_read(*purpose) => Some(message_id),
            _ => None,
        }
    }

    /// The mail of ours that it says is lost, to whom it went, and why; nothing where it says no such thing.
    fn lost_mail(&self) -> Option<(Option<&MessageId>, Option<&Address>, &str)> {
        match self {
            Self::SendFailed {
                recipient,
                why,
                mail,
                ..
            } => Some((mail.as_ref(), Some(recipient), why)),
            Self::Bounced {
                recipient,
                report,
                original,
            } if report.starts_with(BounceAction::Failed.as_str()) => {
                Some((original.as_ref(), recipient.as_ref(), report))
            }
            _ => None,
        }
    }
}

/// Mails for which the customer waits. A notice is none of them: a promise stands behind it, and people are at work.
pub(crate) const fn is_to_be_read(purpose: Purpose) -> bool {
    matches!(
        purpose,
        Purpose::Answer | Purpose::Question | Purpose::ApprovedAnswer | Purpose::StaffReply
    )
}

#[cfg(test)]
mod tests {
    use crate::compose::Purpose;
    use crate::decide::test_situation::{TicketStory, address, message_id, team_name};
    use crate::ticket::{Event, PromiseOutcome, ShownBy, Status, WaitsFor};

    fn lost(mail: &str, to: &str) -> Event {
        Event::SendFailed {
            recipient: address(to),
            why: "550 no such user".to_owned(),
            mail: Some(message_id(mail)),
            may_have_arrived: false,
        }
    }

    fn answered() -> TicketStory {
        TicketStory::opened().answered("hours")
    }

    fn replied() -> TicketStory {
        let replied = TicketStory::opened().handed_off("desk").staff_replied();
        replied.wrote("r@us", Purpose::StaffReply, "ann@a.example")
    }

    #[test]
    fn what_did_not_arrive_is_open_until_somebody_has_seen_to_it() {
        let given_up = || answered().event(lost("a@us", "ann@a.example"));
        let bounced = answered().event(Event::Bounced {
            recipient: None,
            report: "failed 5.1.1".to_owned(),
            original: Some(message_id("a@us")),
        });
        let delayed = answered().event(Event::Bounced {
            recipient: None,
            report: "delayed 4.2.2".to_owned(),
            original: Some(message_id("a@us")),
        });
        let not_lost = Event::NotLost {
            message_id: message_id("a@us"),
        };
        let is_closing = replied().closed().event(lost("r@us", "ann@a.example"));
        let rows = [
            ("given up", given_up(), true),
            ("sent back", bounced, true),
            ("delayed only", delayed, false),
            (
                "to somebody in Cc",
                answered().event(lost("a@us", "bob@a.example")),
                false,
            ),
            (
                "another mail",
                answered().event(lost("x@us", "ann@a.example")),
                false,
            ),
            ("wrote again", given_up().customer_wrote(), true),
            ("closed by hand", given_up().closed(), false),
            ("the reply that closed it", is_closing, true),
            (
                "a further mail",
                given_up()
                    .staff_replied()
                    .wrote("r@us", Purpose::StaffReply, "ann@a.example"),
                false,
            ),
            (
                "written past us",
                given_up().wrote_outside(ShownBy::SentFolder),
                false,
            ),
            ("tried again by hand", given_up().event(not_lost), false),
        ];
        for (name, story, is_open) in rows {
            let ticket = story.ticket();
            let is_shown = matches!(ticket.status(), Status::NotDelivered(_));
            assert_eq!(is_shown, is_open, "{name}");
            let waits = ticket.waits_untold();
            let waits = waits.is_some_and(|waiting| waiting.what == WaitsFor::Undelivered);
            assert_eq!(waits, is_open, "{name}");
        }
    }

    #[test]
    fn a_promise_is_not_kept_by_a_reply_that_did_not_arrive() {
        let outcome = |story: TicketStory| story.ticket().promises()[0].outcome;
        let given_up = || replied().event(lost("r@us", "ann@a.example"));
        assert_eq!(outcome(replied()), PromiseOutcome::Kept);
        assert_eq!(outcome(given_up()), PromiseOutcome::Broken);
        assert_eq!(given_up().ticket().open_promise(), None);
        let waiting = given_up().ticket().waits_untold().unwrap();
        assert_eq!(waiting.team, team_name("desk"));
        // Whoever reaches the customer in time keeps it all the same.
        assert_eq!(outcome(given_up().staff_replied()), PromiseOutcome::Kept);
        let tried_again = given_up().event(Event::NotLost {
            message_id: message_id("r@us"),
        });
        assert_eq!(outcome(tried_again), PromiseOutcome::Kept);
        // A member who has taken it, and answered, hears of it as well.
        let taken = TicketStory::opened()
            .handed_off("desk")
            .event(Event::Taken {
                member: address("kim@shop.example"),
            })
            .staff_replied()
            .wrote("r@us", Purpose::StaffReply, "ann@a.example")
            .event(lost("r@us", "ann@a.example"));
        assert!(taken.ticket().waits_untold().is_some());
    }

    #[test]
    fn each_lost_mail_counts_once() {
        let story = answered()
            .event(lost("a@us", "ann@a.example"))
            .event(lost("a@us", "ann@a.example"))
            .event(lost("r@us", "ANN@a.example"))
            .event(lost("x@us", "bob@a.example"));
        let ticket = story.ticket();
        let ann = address("ann@a.example");
        assert_eq!(ticket.times_lost_to(&ann, None), 2);
        assert_eq!(ticket.times_lost_to(&ann, Some(&message_id("a@us"))), 1);
    }
}
