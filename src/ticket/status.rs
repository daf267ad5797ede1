//! What do the events of a ticket add up to? Nothing here is stored: it is computed each time, so that it can never disagree
//! with what happened.

use super::{Draft, Event, Holder, MailSummary, ShownBy, Ticket};
use crate::config::{Language, TeamName};
use crate::mail::{Address, BounceAction, HeaderText, Mailbox, MessageId};
use std::collections::BTreeSet;

/// Where a ticket stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Nothing was done yet, or it was given back to automation.
    Open,
    /// An approved answer was sent; the customer has not come back.
    Answered,
    /// We asked the customer for details.
    WaitsForCustomer,
    /// A draft waits for a person's yes.
    WaitsForApproval(Draft),
    /// A mail that a member forwarded waits for the team's yes.
    ForwardWaits(TeamName),
    /// A person has it.
    WithPerson(TeamName),
    /// What the customer should have read last did not arrive: people must reach them another way. The name is empty where no team had to do with it.
    NotDelivered(TeamName),
    /// Done.
    Closed,
}

impl Status {
    /// Where it stands, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Open => "open".to_owned(),
            Self::Answered => "answered".to_owned(),
            Self::WaitsForCustomer => "waits for the customer".to_owned(),
            Self::WaitsForApproval(draft) => {
                format!("a draft waits for approval by {}", draft.team)
            }
            Self::ForwardWaits(team) => format!("forwarded, waits for a yes ({team})"),
            Self::WithPerson(team) if team.0.is_empty() => "with a person".to_owned(),
            Self::WithPerson(team) => format!("with a person ({team})"),
            Self::NotDelivered(team) if team.0.is_empty() => "not delivered".to_owned(),
            Self::NotDelivered(team) => format!("not delivered, with {team}"),
            Self::Closed => "closed".to_owned(),
        }
    }
}

impl Ticket {
    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        if self.undelivered().is_some() {
            let nobody = || TeamName(String::new());
            return Status::NotDelivered(self.last_team().cloned().unwrap_or_else(nobody));
        }
        if self.is_closed() {
            return Status::Closed;
        }
        if let Some(team) = self.waiting_forward() {
            return Status::ForwardWaits(team.clone());
        }
        if let Holder::Person(team) = self.holder() {
            return Status::WithPerson(team);
        }
        if let Some(draft) = self.waiting_draft() {
            return Status::WaitsForApproval(draft.clone());
        }
        let mut status = Status::Open;
        let mut before = Status::Open;
        for event in self.plain_events() {
            match event {
                Event::CustomerWrote { .. } => {
                    before = std::mem::replace(&mut status, Status::Open)
                }
                Event::Crossed => status = before.clone(),
                Event::Opened { .. } | Event::GivenBack { .. } | Event::DraftWithdrawn => {
                    status = Status::Open
                }
                Event::Answered { .. } | Event::DraftApproved { .. } => status = Status::Answered,
                Event::Asked { .. } => status = Status::WaitsForCustomer,
                _ => {}
            }
        }
        status
    }

    /// The last team that had to do with it, whoever holds it now.
    #[must_use]
    pub fn last_team(&self) -> Option<&TeamName> {
        self.plain_events().rev().find_map(Event::team)
    }

    /// Whose ticket it is. Only a damaged record has nobody.
    #[must_use]
    pub fn customer(&self) -> Option<&Mailbox> {
        self.plain_events().find_map(|event| match event {
            Event::Opened { customer, .. } => Some(customer),
            _ => None,
        })
    }

    /// The language that answers are written in.
    #[must_use]
    pub fn language(&self) -> Option<&Language> {
        self.plain_events().find_map(|event| match event {
            Event::Opened { language, .. } => Some(language),
            _ => None,
        })
    }

    /// The subject of the first mail.
    #[must_use]
    pub fn subject(&self) -> Option<&HeaderText> {
        self.plain_events().find_map(|event| match event {
            Event::Opened { subject, .. } => Some(subject),
            _ => None,
        })
    }

    /// The team whose yes a forwarded mail waits for. Whatever staff do instead settles it as well.
    #[must_use]
    pub fn waiting_forward(&self) -> Option<&TeamName> {
        let mut waiting = None;
        for event in self.plain_events() {
            match event {
                Event::Forwarded { team, .. } => waiting = Some(team),
                Event::HandedOff { .. }
                | Event::StaffReplied { .. }
                | Event::WroteOutside {
                    shown_by: ShownBy::SentFolder,
                    ..
                }
                | Event::Taken { .. }
                | Event::GivenBack { .. }
                | Event::Closed { .. } => waiting = None,
                _ => {}
            }
        }
        waiting
    }

    /// Whether a delivery report said before that this mail failed to reach this recipient.
    #[must_use]
    pub fn knows_of_bounce(&self, lost: &MessageId, lost_to: Option<&Address>) -> bool {
        self.plain_events().any(|event| match event {
            Event::Bounced {
                recipient,
                report,
                original,
            } => {
                let same_recipient = match (recipient, lost_to) {
                    (Some(one), Some(other)) => one.is_same_as(other),
                    // A report that names nobody adds nothing to one that does.
                    (_, None) => true,
                    (None, Some(_)) => false,
                };
                report.starts_with(BounceAction::Failed.as_str())
                    && original.as_ref() == Some(lost)
                    && same_recipient
            }
            _ => false,
        })
    }

    /// Whether the customer has said `STOP` in this ticket and not taken it back.
    #[must_use]
    pub fn automation_refused(&self) -> bool {
        let mut refused = false;
        for event in self.plain_events() {
            match event {
                Event::AutomationRefused => refused = true,
                Event::AutomationAllowed => refused = false,
                _ => {}
            }
        }
        refused
    }

    /// Whether it is done. A mail of a customer or a third party opens it again.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        let mut closed = false;
        for event in self.plain_events() {
            match event {
                Event::Closed { .. } | Event::Confirmed => closed = true,
                Event::CustomerWrote { .. }
                | Event::ThirdPartyWrote { .. }
                | Event::HandedOff { .. }
                | Event::StaffReplied { .. }
                | Event::WroteOutside {
                    shown_by: ShownBy::SentFolder,
                    ..
                }
                | Event::Taken { .. }
                | Event::Reassigned { .. }
                | Event::GivenBack { .. } => closed = false,
                _ => {}
            }
        }
        closed
    }

    /// Everybody outside who wrote into it, the customer first. Who was only in Cc is not among them.
    #[must_use]
    pub fn participants(&self) -> Vec<&Address> {
        let mut seen = BTreeSet::new();
        let writers = self.plain_events().filter_map(|event| match event {
            Event::Opened { customer, .. } => Some(&customer.address),
            Event::ThirdPartyWrote { from, .. } => Some(&from.address),
            _ => None,
        });
        // Who gets copies of answers may write as well.
        let mails = self.customer_mails().into_iter();
        let copied = mails.flat_map(|mail| mail.also_to.iter());
        writers
            .chain(copied)
            .filter(|address| seen.insert(address.key()))
            .collect()
    }

    /// Whether that address wrote into it before, or is on a mail of the customer.
    #[must_use]
    pub fn is_participant(&self, address: &Address) -> bool {
        self.participants()
            .iter()
            .any(|participant| participant.is_same_as(address))
    }

    /// The customer's mails, oldest first.
    #[must_use]
    pub fn customer_mails(&self) -> Vec<&MailSummary> {
        self.plain_events()
            .filter_map(|event| match event {
                Event::Opened { mail, .. } | Event::CustomerWrote { mail } => Some(mail),
                _ => None,
            })
            .collect()
    }

    pub(super) fn plain_events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        self.events.iter().map(|timed| &timed.event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{TicketStory, address, draft, team_name};

    #[test]
    fn status_and_holder_follow_the_story() {
        let member = || address("kim@shop.example");
        let person = || Holder::Person(team_name("desk"));
        let told = TicketStory::opened;
        let rows: Vec<(&str, Ticket, Status, Holder)> = vec![
            ("opened", told().ticket(), Status::Open, Holder::Automation),
            (
                "answered",
                told().answered("hours").ticket(),
                Status::Answered,
                Holder::Automation,
            ),
            (
                "asked",
                told().asked("track", &["order_number"]).ticket(),
                Status::WaitsForCustomer,
                Holder::Automation,
            ),
            (
                "drafted",
                told().drafted("hours").ticket(),
                Status::WaitsForApproval(draft("hours")),
                Holder::Automation,
            ),
            (
                "draft approved",
                told()
                    .drafted("hours")
                    .event(Event::DraftApproved {
                        member: member(),
                        article: None,
                        edit: None,
                    })
                    .ticket(),
                Status::Answered,
                Holder::Automation,
            ),
            (
                "handed off",
                told().handed_off("desk").ticket(),
                Status::WithPerson(team_name("desk")),
                person(),
            ),
            (
                "staff replied",
                told().handed_off("desk").staff_replied().ticket(),
                Status::WithPerson(team_name("desk")),
                person(),
            ),
            (
                "given back",
                told()
                    .handed_off("desk")
                    .event(Event::GivenBack { member: member() })
                    .ticket(),
                Status::Open,
                Holder::Automation,
            ),
            (
                "closed",
                told().handed_off("desk").closed().ticket(),
                Status::Closed,
                person(),
            ),
            (
                "closed, person, wrote again",
                told().handed_off("desk").closed().customer_wrote().ticket(),
                Status::WithPerson(team_name("desk")),
                person(),
            ),
            (
                "closed, automation, wrote again",
                told().answered("hours").closed().customer_wrote().ticket(),
                Status::Open,
                Holder::Automation,
            ),
            (
                "given to another team",
                told()
                    .handed_off("desk")
                    .closed()
                    .event(Event::Reassigned {
                        member: member(),
                        team: team_name("workshop"),
                    })
                    .event(Event::Taken { member: member() })
                    .ticket(),
                Status::WithPerson(team_name("workshop")),
                Holder::Person(team_name("workshop")),
            ),
            (
                "taken without a packet",
                told().event(Event::Taken { member: member() }).ticket(),
                Status::WithPerson(team_name("")),
                Holder::Person(team_name("")),
            ),
        ];
        for (name, ticket, status, holder) in rows {
            assert_eq!(ticket.status(), status, "{name}");
            assert_eq!(ticket.holder(), holder, "{name}");
        }
    }

    #[test]
    fn a_draft_is_void_as_soon_as_something_newer_happened() {
        let drafted = || TicketStory::opened().drafted("hours");
        assert!(drafted().ticket().waiting_draft().is_some());
        for newer in [
            drafted().customer_wrote(),
            drafted().staff_replied(),
            drafted().handed_off("desk"),
            drafted().closed(),
            drafted().event(Event::DraftWithdrawn),
        ] {
            assert_eq!(newer.ticket().waiting_draft(), None);
        }
    }

    #[test]
    fn a_promise_is_open_until_a_person_answers() {
        let handed_off = TicketStory::opened().handed_off("desk");
        assert!(handed_off.clone().ticket().open_promise().is_some());
        let kept = handed_off.staff_replied().ticket();
        assert_eq!(kept.open_promise(), None);
        assert!(kept.last_promise().is_some());
    }

    #[test]
    fn a_ticket_is_put_off_until_it_is_settled_and_the_promise_stays() {
        let member = || address("kim@shop.example");
        let until = crate::decide::test_situation::at(2880);
        let handed_off = TicketStory::opened().handed_off("desk");
        let put_off = handed_off.event(Event::Postponed {
            member: member(),
            until,
        });
        let still = put_off.clone().customer_wrote().ticket();
        assert_eq!(still.postponed_until(), Some(until));
        assert_eq!(still.status(), Status::WithPerson(team_name("desk")));
        assert!(still.open_promise().is_some());
        let moved = put_off.clone().event(Event::Reassigned {
            member: member(),
            team: team_name("workshop"),
        });
        assert!(moved.clone().ticket().open_promise().is_some());
        for settled in [put_off.clone().staff_replied(), put_off.closed(), moved] {
            assert_eq!(settled.ticket().postponed_until(), None);
        }
    }
}
