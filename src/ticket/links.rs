//! Where does the next mail of a ticket stand in its reader's thread? `In-Reply-To` and `References` (RFC 5322 section 3.6.4), short enough
//! for relays that refuse long header fields.

use super::{Event, Ticket};
use crate::mail::{Address, MessageId};

/// What the next mail to one party puts into `In-Reply-To` and `References`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ThreadLinks {
    /// The mail that is answered.
    pub in_reply_to: Option<MessageId>,
    /// The thread so far, oldest first, at most [`ThreadLinks::REFERENCES_MAX`]; the answered mail is the last.
    pub references: Vec<MessageId>,
}

impl ThreadLinks {
    /// The most identifiers kept: the first, which is the root that mail clients group by, and the newest.
    pub const REFERENCES_MAX: usize = 10;

    /// Links under `parent`, whose own references are `before`.
    fn under(before: &[MessageId], parent: &MessageId) -> Self {
        let mut references: Vec<MessageId> = Vec::new();
        for reference in before.iter().filter(|id| *id != parent) {
            if !references.contains(reference) {
                references.push(reference.clone());
            }
        }
        references.push(parent.clone());
        if references.len() > Self::REFERENCES_MAX {
            let newest = references.split_off(references.len() - (Self::REFERENCES_MAX - 1));
            references.truncate(1);
            references.extend(newest);
        }
        Self {
            in_reply_to: Some(parent.clone()),
            references,
        }
    }
}

impl Ticket {
    /// Whether we wrote that mail, to whomever.
    #[must_use]
    pub fn is_mail_of_ours(&self, id: &MessageId) -> bool {
        self.plain_events()
            .any(|event| matches!(event, Event::Wrote { message_id, .. } if message_id == id))
    }

    /// Where the next mail to the customer stands in their thread: under their last mail that can be answered, or under our own
    /// last mail to them where none of theirs has a Message-ID.
    #[must_use]
    pub fn customer_thread(&self) -> ThreadLinks {
        let theirs = self
            .customer_mails()
            .into_iter()
            .rev()
            .find_map(|mail| Some((mail, mail.message_id.as_ref()?)));
        if let Some((mail, message_id)) = theirs {
            return ThreadLinks::under(&mail.references, message_id);
        }
        self.customer()
            .map(|customer| self.thread_of_our_mails_to(&customer.address))
            .unwrap_or_default()
    }

    /// Where the next mail to a team stands in its thread: all packets and drafts of a ticket hang under the first one that went to
    /// that mailbox, so that staff see one conversation.
    #[must_use]
    pub fn staff_thread(&self, team_address: &Address) -> ThreadLinks {
        self.thread_of_our_mails_to(team_address)
    }

    fn thread_of_our_mails_to(&self, address: &Address) -> ThreadLinks {
        let ours: Vec<MessageId> = self
            .plain_events()
            .filter_map(|event| match event {
                Event::Wrote { message_id, to, .. }
                    if to.iter().any(|recipient| recipient.is_same_as(address)) =>
                {
                    Some(message_id.clone())
                }
                _ => None,
            })
            .collect();
        match ours.split_last() {
            Some((last, before)) => ThreadLinks::under(before, last),
            None => ThreadLinks::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::Purpose;
    use crate::decide::test_situation::{TicketStory, address, message_id};

    #[test]
    fn threads_hang_under_the_right_mail_and_stay_short() {
        let ticket = TicketStory::opened()
            .wrote("p1@us", Purpose::Packet, "desk@shop.example")
            .wrote("n1@us", Purpose::Notice, "ann@a.example")
            .wrote("p2@us", Purpose::CustomerWroteAgain, "Desk@shop.example")
            .ticket();
        let staff = ticket.staff_thread(&address("desk@shop.example"));
        assert_eq!(staff.in_reply_to, Some(message_id("p2@us")));
        assert_eq!(
            staff.references,
            vec![message_id("p1@us"), message_id("p2@us")]
        );
        assert_eq!(
            ticket.customer_thread().in_reply_to,
            Some(message_id("first@a.example"))
        );
        assert_eq!(ticket.automatic_mails(), 1);

        let many: Vec<MessageId> = (0..40).map(|n| message_id(&format!("{n}@x"))).collect();
        let links = ThreadLinks::under(&many, &message_id("last@x"));
        assert_eq!(links.references.len(), ThreadLinks::REFERENCES_MAX);
        assert_eq!(links.references.first(), Some(&message_id("0@x")));
        assert_eq!(links.references.last(), Some(&message_id("last@x")));
    }
}
