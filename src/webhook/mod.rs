//! Whom do we tell what happened to tickets? What a `[[webhook]]` is told is recorded in the commit of what happened, and told from there until the
//! receiver has taken it or a set time is over. Promises: nothing is told that is not on record; each telling is signed and has a name that stays
//! the same however often it is tried; it may be told more than once, and never holds up a mail. Nothing of a mail's words is ever told.
//! Reads hostile input: the receiver's status; its words are not read.

mod body;
mod courier;
mod occasion;
mod signature;

pub use courier::Courier;
pub use occasion::Occasion;
pub use signature::signature;

pub(crate) use body::telling;

use crate::config::{Mode, Settings, WebhookName};
use crate::mail::Address;
use crate::ticket::TicketId;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Who is told of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// Its name.
    pub webhook: WebhookName,
    /// What it is told of.
    pub occasions: BTreeSet<Occasion>,
    /// Whether it is told the customer's address.
    pub with_customer: bool,
    /// The support address of the mailbox.
    pub support: Address,
}

/// Who is told of what, by these settings: nobody in shadow mode, in which nothing leaves.
#[must_use]
pub fn listeners(settings: &Settings) -> Vec<Listener> {
    if settings.automation.mode == Mode::Shadow {
        return Vec::new();
    }
    let webhooks = settings.webhooks.iter();
    let listeners = webhooks.map(|webhook| Listener {
        webhook: webhook.name.clone(),
        occasions: webhook.events.clone(),
        with_customer: webhook.with_customer,
        support: settings.support.address.clone(),
    });
    listeners.collect()
}

/// Something that a webhook is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Its name, the same at each try.
    pub id: String,
    /// Who is told.
    pub webhook: WebhookName,
    /// What of.
    pub occasion: Occasion,
    /// The ticket.
    pub ticket: TicketId,
    /// The exact body: JSON.
    pub body: String,
    /// When it happened.
    pub recorded_at: Timestamp,
    /// Not tried before then.
    pub due: Timestamp,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// What went wrong last.
    pub last_failure: Option<String>,
}
