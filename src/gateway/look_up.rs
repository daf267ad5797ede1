//! What other programs know about who writes is asked before a mail is judged, and comes with it from then on. Who is asked about is worked out
//! here: a customer whose address nothing contradicts. All mails of a round are asked about side by side; none waits longer than the lookups' time
//! limit. The mails are on record as begun, and a watchdog stands beside whatever reads them.

use super::handle::{Clerk, begun};
use super::sweep::Gateway;
use super::time_limit::JUDGING_MAX;
use super::{JudgeError, Office, Past};
use crate::config::{FieldName, LookupName};
use crate::desk::{self, Sender, Trust};
use crate::inbox::Arrival;
use crate::journal::{BegunTogether, Journal, on_disk};
use crate::lookup::{Found, LookedUp, Question, Shown, not_asked};
use crate::mail::{Mail, SenderKind};
use crate::ticket::thread::Placement;
use crate::trust;
use futures_util::future::join_all;
use std::collections::BTreeMap;

/// Whether lookups are asked about a mail.
#[derive(Debug, PartialEq, Eq)]
enum Inquiry {
    /// They have nothing to do with it.
    None,
    /// They are not, for this reason, which people get to see.
    NotAsked(&'static str),
    /// This.
    Ask(Question),
}

/// An address that somebody else may have written: what is known about its owner would lend them a hand.
const CONTRADICTED: &str = "not asked, because something speaks against who wrote this";

/// Nobody has read it yet.
const UNDER_SUSPICION: &str =
    "not asked, because the program ended when this mail was handled before";

impl Gateway {
    /// These mails, in their order, with what lookups say about who wrote them.
    /// One that is not on record as begun with the others is under suspicion of ending the program: it is read when its turn comes, and not before.
    pub(super) async fn look_up(
        &self,
        office: &Office,
        arrivals: Vec<Arrival>,
        together: &BegunTogether,
    ) -> Vec<Arrival> {
        if office.lookups.is_empty() {
            return arrivals;
        }
        let inquiries = on_disk(|| {
            Clerk::new(office, &self.journal).watched(|watchdog| {
                let each = arrivals.iter().map(|arrival| {
                    if !together.holds(&begun(arrival)) {
                        return Inquiry::NotAsked(UNDER_SUSPICION);
                    }
                    let watched = (arrival.place, begun(arrival));
                    let inquiry = watchdog.within(JUDGING_MAX, watched, || {
                        office.inquiry(arrival, &self.journal)
                    });
                    // Whatever broke down or failed does so again where it is judged, and is on record there.
                    inquiry.ok().and_then(Result::ok).unwrap_or(Inquiry::None)
                });
                each.collect::<Vec<Inquiry>>()
            })
        });
        let asked = arrivals.into_iter().zip(inquiries);
        let asked = asked.map(|(arrival, inquiry)| async move {
            let looked_up = office.look_up(inquiry).await;
            Arrival {
                looked_up,
                ..arrival
            }
        });
        join_all(asked).await
    }
}

impl Office {
    async fn look_up(&self, inquiry: Inquiry) -> Vec<LookedUp> {
        match inquiry {
            Inquiry::None => Vec::new(),
            Inquiry::NotAsked(why) => not_asked(&self.settings, why),
            Inquiry::Ask(question) => self.lookups.ask(&question).await,
        }
    }

    /// What comes with a mail where nobody can be asked: what each lookup says instead, or else that it is not available, for this reason. Of a
    /// mail that nobody would be asked about, nothing.
    ///
    /// # Errors
    /// [`JudgeError`]
    pub fn told_instead(
        &self,
        mail: &Mail,
        past: &dyn Past,
        said: &dyn Fn(&LookupName) -> Option<BTreeMap<FieldName, String>>,
        otherwise: &str,
    ) -> Result<Vec<LookedUp>, JudgeError> {
        if self.lookups.is_empty() || mail.sender_kind != SenderKind::Person {
            return Ok(Vec::new());
        }
        match self.inquiry_about(mail, past)? {
            Inquiry::None => Ok(Vec::new()),
            Inquiry::NotAsked(why) => Ok(not_asked(&self.settings, why)),
            Inquiry::Ask(_) => {
                let mut found = not_asked(&self.settings, otherwise);
                for one in &mut found {
                    if let Some(fields) = said(&one.lookup) {
                        one.found = Found::Fields(fields);
                    }
                }
                Ok(found)
            }
        }
    }

    fn inquiry(&self, arrival: &Arrival, journal: &Journal) -> Result<Inquiry, JudgeError> {
        if arrival.was_handled {
            return Ok(Inquiry::None);
        }
        let mail = Mail {
            checked: arrival.checked.clone(),
            ..self.read(&arrival.content)?
        };
        if mail.sender_kind != SenderKind::Person || journal.handled(&mail.identity)?.is_some() {
            return Ok(Inquiry::None);
        }
        self.inquiry_about(&mail, journal)
    }

    /// Whether lookups are asked about a mail that a person wrote.
    fn inquiry_about(&self, mail: &Mail, past: &dyn Past) -> Result<Inquiry, JudgeError> {
        let placement = self.place(mail, past)?;
        let (ticket_id, ticket) = match &placement {
            Placement::Existing(id, _) => (id.clone(), past.ticket(id)?),
            Placement::New => (past.free_ticket_id(&mail.identity)?, None),
        };
        let identity = trust::identity(mail, &self.settings);
        let ticket = ticket.as_ref();
        let shown = match desk::who_wrote(mail, &identity, &placement, ticket, &self.settings) {
            Sender::Customer(Trust::Proven) => Shown::Proven,
            Sender::Customer(Trust::Thread) => Shown::Thread,
            Sender::Customer(Trust::Claimed) => Shown::Claimed,
            Sender::Customer(Trust::Contradicted) => return Ok(Inquiry::NotAsked(CONTRADICTED)),
            _ => return Ok(Inquiry::None),
        };
        let Some(writer) = mail.writer() else {
            return Ok(Inquiry::None);
        };
        let (facts, language) = self.trained().understander.details(mail, ticket);
        Ok(Inquiry::Ask(Question {
            address: writer.address.clone(),
            shown,
            facts,
            ticket: ticket_id,
            language,
        }))
    }
}
