//! Does the customer ask for their data, or for its end? The law gives a month for that (GDPR Art. 12(3)), whatever a first answer says.
//! Computed from the events, never stored.

use super::{Event, Reminded, Ticket};
use jiff::Timestamp;

/// The rule that finds such a request.
const RULE: &str = "hard-stop-privacy";

/// Whether the reasons of a decision say that it is such a request.
pub(crate) fn is_privacy_request<'r>(mut rules: impl Iterator<Item = &'r str>) -> bool {
    rules.any(|rule| rule == RULE)
}

impl Ticket {
    /// When a request about personal data came of which nobody has said that it is done: only closing the ticket says so.
    #[must_use]
    pub fn privacy_request(&self) -> Option<Timestamp> {
        let mut since = None;
        for timed in &self.events {
            match &timed.event {
                Event::Decided { reasons, .. }
                    if is_privacy_request(reasons.iter().map(|(rule, _)| rule.as_str())) =>
                {
                    let _ = since.get_or_insert(timed.at);
                }
                Event::Closed { .. } => since = None,
                _ => {}
            }
        }
        since
    }

    /// Whether the month of such a request is still to be watched: the admin has not been told that it is over.
    pub(super) fn waits_for_the_law(&self) -> bool {
        self.privacy_request().is_some_and(|since| {
            !self.events.iter().any(|timed| {
                timed.at >= since
                    && matches!(
                        timed.event,
                        Event::Reminded {
                            whom: Reminded::Admin,
                            ..
                        }
                    )
            })
        })
    }
}
