//! Each mail is checked for who sent it before it is judged, where the settings say so: what was found comes with it from then on, so that
//! judging asks nobody. A name server that does not answer holds a mail up for the set time at most.

use super::Office;
use crate::config::WhoseWord;
use crate::inbox::Arrival;
use crate::report;
use crate::sender_checks::Checker;
use futures_util::{Stream, StreamExt, stream};

/// How many mails are asked about at once. They are handled one after the other all the same.
const CHECKED_AT_ONCE: usize = 8;

impl Office {
    /// What asks about senders; `None` where the settings do without, or where nobody can be asked.
    pub fn checker(&self) -> Option<&Checker> {
        let checker = self
            .checker
            .get_or_init(|| match &self.settings.trust.word {
                WhoseWord::Own(checks) => match Checker::new(checks) {
                    Ok(checker) => Some(checker),
                    Err(error) => {
                        report::gateway::senders_not_checked(&error);
                        None
                    }
                },
                WhoseWord::Nobodys | WhoseWord::Server(_) => None,
            });
        checker.as_ref()
    }

    /// These mails, in their order, with what was found about their senders.
    pub(super) fn check_senders(&self, arrivals: Vec<Arrival>) -> impl Stream<Item = Arrival> {
        let checker = self.checker();
        let checks = stream::iter(arrivals).map(move |arrival| async move {
            let checked = match checker {
                Some(checker) => Some(checker.check(&arrival.content).await),
                None => None,
            };
            Arrival { checked, ..arrival }
        });
        checks.buffered(CHECKED_AT_ONCE)
    }
}
