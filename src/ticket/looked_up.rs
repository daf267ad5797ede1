//! What did lookups say, and when?

use super::{Event, Ticket};
use crate::lookup::LookedUp;
use crate::mail::MailIdentity;

impl Ticket {
    /// What lookups said last about the customer; nothing where none was asked.
    #[must_use]
    pub fn looked_up(&self) -> &[LookedUp] {
        let mut events = self.events.iter().rev();
        let last = events.find_map(|timed| match &timed.event {
            Event::LookedUp { found } => Some(found.as_slice()),
            _ => None,
        });
        last.unwrap_or_default()
    }

    /// What they said when this mail came.
    #[must_use]
    pub fn looked_up_with(&self, mail: &MailIdentity) -> Option<&[LookedUp]> {
        let mut events = self.events.iter();
        events.find_map(|timed| match &timed.event {
            Event::LookedUp { found } if timed.cause.as_ref() == Some(mail) => {
                Some(found.as_slice())
            }
            _ => None,
        })
    }
}
