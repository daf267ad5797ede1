//! What can a webhook be told of? Pure.

use crate::ticket::Event;

/// What a webhook can be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// A customer opened a ticket.
    Opened,
    /// An approved answer was sent by itself.
    Answered,
    /// A customer was asked for details.
    Asked,
    /// An answer waits for a member's yes.
    DraftWaiting,
    /// A person has the ticket from here.
    HandedOff,
    /// A customer wrote again to a person.
    PassedOn,
    /// A person's answer went to the customer.
    StaffReplied,
    /// A promised time went by.
    PromiseBroken,
    /// A customer waited too long who was told no time.
    WaitedTooLong,
    /// A mail to somebody did not arrive.
    NotDelivered,
    /// The customer said that it helped.
    Confirmed,
    /// Somebody closed the ticket.
    Closed,
}

impl Occasion {
    /// All.
    pub const ALL: [Self; 12] = [
        Self::Opened,
        Self::Answered,
        Self::Asked,
        Self::DraftWaiting,
        Self::HandedOff,
        Self::PassedOn,
        Self::StaffReplied,
        Self::PromiseBroken,
        Self::WaitedTooLong,
        Self::NotDelivered,
        Self::Confirmed,
        Self::Closed,
    ];

    /// Its name, in settings and on the wire. In stores as well: never change one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Answered => "answered",
            Self::Asked => "asked",
            Self::DraftWaiting => "draft-waiting",
            Self::HandedOff => "handed-off",
            Self::PassedOn => "passed-on",
            Self::StaffReplied => "staff-replied",
            Self::PromiseBroken => "promise-broken",
            Self::WaitedTooLong => "waited-too-long",
            Self::NotDelivered => "not-delivered",
            Self::Confirmed => "confirmed",
            Self::Closed => "closed",
        }
    }

    /// The occasion of that name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// What an event is for those who listen; nothing for most.
    #[must_use]
    pub const fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Opened { .. } => Self::Opened,
            Event::Answered { .. } => Self::Answered,
            Event::Asked { .. } => Self::Asked,
            Event::Drafted { .. } => Self::DraftWaiting,
            Event::HandedOff { .. } => Self::HandedOff,
            Event::PassedOn { .. } => Self::PassedOn,
            Event::StaffReplied { .. } | Event::DraftApproved { .. } => Self::StaffReplied,
            Event::PromiseLapsed { .. } => Self::PromiseBroken,
            Event::WaitedTooLong { .. } => Self::WaitedTooLong,
            Event::SendFailed { .. } | Event::Bounced { .. } => Self::NotDelivered,
            Event::Confirmed => Self::Confirmed,
            Event::Closed { .. } => Self::Closed,
            _ => return None,
        })
    }
}
