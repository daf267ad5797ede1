//! What do the events of a ticket add up to? Nothing here is stored: it is computed each time.

use super::{Draft, Ticket};
use crate::config::TeamName;

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
    /// A person has it.
    WithPerson(TeamName),
    /// Done.
    Closed,
}

/// Who may write to the customer next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Automation may act.
    Automation,
    /// A person of this team is in: automation is silent.
    Person(TeamName),
}

impl Ticket {
    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        todo!()
    }
}
