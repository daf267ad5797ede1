//! Keeps an eye on what customers were promised: reminds teams in time, and tells the customer honestly when a time goes by. Who waits without
//! a told time is not forgotten either: then the team's own time counts.
//!
//! What is due is asked of the journal and recorded there before it is sent, so a lost tick, a restart or a daemon that was off changes
//! nothing but the moment. What is recorded was decided on the ticket as it stands: an answer that comes in between wins.

use super::Office;
use super::handle::{is_shadow, timed};
use super::steady_clock::SteadyClock;
use crate::clock::{self, Moment};
use crate::compose::{ComposeError, Composed};
use crate::decide::{self, Due, History, NoticePlan, Sentence};
use crate::journal::{AsItStood, Entry, Journal, JournalError, RecordedEffect, on_disk};
use crate::report;
use crate::ticket::{Ticket, TicketId};
use crate::watch::{Happened, Kind, Part, Signs, Teller};
use jiff::Timestamp;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(20);
/// A look at thousands of promises takes seconds.
const LOOK_MAX: Duration = Duration::from_mins(5);
/// An answer may lie in the inbox: a promise counts as broken after a look at the inbox that began behind its time; or where the inbox could not
/// be looked at for this long, for then the customer has no answer whatever lies there.
const INBOX_PATIENCE: Duration = Duration::from_mins(15);
/// After so many failures of the store a look ends.
const STORE_FAILURES_MAX: usize = 3;

/// The part of the daemon that watches promises.
pub struct Deadlines {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    /// Wakes the outbox.
    outbox_wake: Arc<Notify>,
    /// Wakes the gateway: the inbox is to be looked at before a promise counts as broken.
    wake: Arc<Notify>,
    /// When the last complete sweep of the inbox began.
    swept: watch::Receiver<Option<Moment>>,
    /// What this part says of itself.
    signs: Arc<Signs>,
}

impl Deadlines {
    /// Watches the promises of a journal.
    #[must_use]
    pub const fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        outbox_wake: Arc<Notify>,
        wake: Arc<Notify>,
        swept: watch::Receiver<Option<Moment>>,
        signs: Arc<Signs>,
    ) -> Self {
        Self {
            office,
            journal,
            outbox_wake,
            wake,
            swept,
            signs,
        }
    }

    /// Runs until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut steady = SteadyClock::new(Instant::now(), clock::now());
        let mut inbox_watch = InboxWatch::new(Instant::now());
        let mut is_indexed = false;
        loop {
            self.signs.alive(Part::Deadlines, LOOK_MAX);
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let moment = clock::moment();
            let now = moment.shown;
            if let Some(leap) = steady.leap(Instant::now(), now) {
                report::gateway::clock_leapt(leap);
                self.signs.clock_leapt(leap, now);
                inbox_watch = InboxWatch::new(Instant::now());
                continue;
            }
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            let swept = (*self.swept.borrow()).map(|swept| swept.shown);
            let inbox = inbox_watch.seen(swept, Instant::now());
            let looked = on_disk(|| {
                if !is_indexed {
                    self.journal.index_deadlines_once(now)?;
                    is_indexed = true;
                }
                look(&self.journal, &office, inbox, now)
            });
            match looked {
                Ok(looked) => {
                    self.signs.store_works(Part::Deadlines);
                    if !looked.effects.is_empty() {
                        self.outbox_wake.notify_one();
                    }
                    if looked.waits_for_inbox {
                        self.wake.notify_one();
                    }
                }
                Err(error) => {
                    let why = error.to_string();
                    self.signs.store_fails(Part::Deadlines, why, moment);
                    report::gateway::journal_failed(&error, LOOK_EVERY);
                    // Something may be on record all the same.
                    self.outbox_wake.notify_one();
                }
            }
        }
    }
}

/// What is known of the inbox.
#[derive(Clone, Copy, Debug)]
pub struct InboxSeen {
    /// When the last complete sweep of it began.
    pub swept: Option<Timestamp>,
    /// It was not swept for so long that it cannot be reached.
    pub is_away: bool,
}

/// Since when the inbox has not been swept.
struct InboxWatch {
    swept: Option<Timestamp>,
    since: Instant,
}

impl InboxWatch {
    const fn new(since: Instant) -> Self {
        Self { swept: None, since }
    }

    fn seen(&mut self, swept: Option<Timestamp>, now: Instant) -> InboxSeen {
        if swept != self.swept {
            self.swept = swept;
            self.since = now;
        }
        InboxSeen {
            swept,
            is_away: now.duration_since(self.since) >= INBOX_PATIENCE,
        }
    }
}

/// What came of a look at all open promises.
#[derive(Debug, Default)]
pub struct Looked {
    /// The mails that are to be sent.
    pub effects: Vec<RecordedEffect>,
    /// Whether a promise is over that counts as broken only after a look at the inbox.
    pub waits_for_inbox: bool,
}

/// Looks once at every open promise and records what is due by `now`, at most one thing a ticket.
///
/// # Errors
/// [`JournalError`] where the store fails; what was recorded stays.
pub fn look(
    journal: &Journal,
    office: &Office,
    inbox: InboxSeen,
    now: Timestamp,
) -> Result<Looked, JournalError> {
    if is_shadow(office) {
        return Ok(Looked::default());
    }
    look_at_each(&journal.with_deadlines()?, |id| {
        look_at(journal, office, id, inbox, now)
    })
}

/// A record that cannot be read is one ticket's trouble. A store that fails is everybody's: a few more tickets are tried, for it may be but one
/// place of the disk, and then it is said.
fn look_at_each(
    tickets: &[TicketId],
    mut look_at: impl FnMut(&TicketId) -> Result<Looked, JournalError>,
) -> Result<Looked, JournalError> {
    let mut all = Looked::default();
    let mut store_failures = 0;
    let mut store_failed = None;
    for id in tickets {
        // One ticket that cannot be read must not keep the others' promises from being watched.
        match look_at(id) {
            Ok(looked) => {
                all.effects.extend(looked.effects);
                all.waits_for_inbox |= looked.waits_for_inbox;
            }
            Err(error) => {
                report::gateway::deadline_not_read(id, &error);
                if matches!(error, JournalError::Store { .. }) {
                    store_failed = Some(error);
                    store_failures += 1;
                }
                if store_failures >= STORE_FAILURES_MAX {
                    break;
                }
            }
        }
    }
    store_failed.map_or(Ok(all), Err)
}

fn look_at(
    journal: &Journal,
    office: &Office,
    id: &TicketId,
    inbox: InboxSeen,
    now: Timestamp,
) -> Result<Looked, JournalError> {
    let Some(ticket) = journal.ticket(id)? else {
        return Ok(Looked::default());
    };
    let stood = AsItStood {
        ticket: id.clone(),
        events: ticket.events.len(),
    };
    if !ticket.waits_for_a_moment() {
        journal.forget_deadline(&stood)?;
        return Ok(Looked::default());
    }
    let due = |history: &History| decide::due(&ticket, history, &office.settings, now);
    let Some(found) = due(&History::default()) else {
        return Ok(Looked::default());
    };
    if !may_count(&found, inbox) {
        return Ok(Looked {
            waits_for_inbox: true,
            ..Looked::default()
        });
    }
    // Only what goes to the customer depends on what happened outside the ticket, which takes longer to find.
    let found = match (&found, ticket.customer()) {
        (
            Due::Lapsed { .. }
            | Due::WaitedTooLong {
                hand_off: Some(_), ..
            },
            Some(customer),
        ) => due(&journal.history(&customer.address, now)?),
        _ => Some(found),
    };
    let Some(due) = found else {
        return Ok(Looked::default());
    };
    Ok(Looked {
        effects: record(journal, office, &ticket, &due, stood, now)?,
        waits_for_inbox: false,
    })
}

/// Whether the inbox was looked at since the promised time, so that an answer would be known.
fn may_count(due: &Due<'_>, inbox: InboxSeen) -> bool {
    match due {
        Due::RemindTeam { .. }
        | Due::RemindSecondAddress { .. }
        | Due::RemindOfWaiting { .. }
        | Due::PrivacyRequest { .. }
        | Due::PutOff { .. } => true,
        Due::Lapsed {
            promised_by: by, ..
        }
        | Due::WaitedTooLong { due_by: by, .. } => {
            inbox.is_away || inbox.swept.is_some_and(|swept| swept >= *by)
        }
    }
}

fn record(
    journal: &Journal,
    office: &Office,
    ticket: &Ticket,
    due: &Due<'_>,
    stood: AsItStood,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let composed = match write(office, ticket, due, now) {
        Ok(composed) => composed,
        Err(error) => {
            report::gateway::due_not_written(&ticket.id, &error);
            return tell_admin(journal, ticket, &error, now);
        }
    };
    report::gateway::came_due(&ticket.id, due);
    let entry = Entry {
        happened: broken(ticket, due, now).into_iter().collect(),
        events: timed(&ticket.id, composed.events, None, now),
        effects: composed.mails,
        only_if: Some(stood),
        ..Entry::default()
    };
    journal.record(entry, now)
}

/// A promise that was not kept, for the admin; at the second time in a row the admin is on the team's mail.
fn broken(ticket: &Ticket, due: &Due<'_>, now: Timestamp) -> Option<Happened> {
    let Due::Lapsed {
        team,
        promised_by,
        tell_admin,
        ..
    } = due
    else {
        return None;
    };
    Some(Happened {
        kind: Kind::Broken,
        at: now,
        to: format!("ticket {}, promised by {promised_by}", ticket.id),
        why: format!("team {} did not answer in time", team.name),
        told_by: match tell_admin {
            true => Teller::OwnMail,
            false => Teller::Report,
        },
    })
}

/// Where the word to the customer cannot be written, staff are told all the same.
fn write(
    office: &Office,
    ticket: &Ticket,
    due: &Due<'_>,
    now: Timestamp,
) -> Result<Composed, ComposeError> {
    let settings = &office.settings;
    let written = office.writer.due(ticket, due, settings, now);
    match (written, due) {
        (
            Err(error),
            Due::Lapsed {
                team,
                promised_by,
                notice: NoticePlan::Tell { .. },
                ..
            },
        ) => {
            report::gateway::due_not_written(&ticket.id, &error);
            let untold = Due::Lapsed {
                team,
                promised_by: *promised_by,
                notice: not_written(&error),
                tell_admin: true,
            };
            office.writer.due(ticket, &untold, settings, now)
        }
        (
            Err(error),
            Due::WaitedTooLong {
                team,
                waiting,
                due_by,
                hand_off: Some(NoticePlan::Tell { .. }),
            },
        ) => {
            report::gateway::due_not_written(&ticket.id, &error);
            let untold = Due::WaitedTooLong {
                team,
                waiting: waiting.clone(),
                due_by: *due_by,
                hand_off: Some(not_written(&error)),
            };
            office.writer.due(ticket, &untold, settings, now)
        }
        (written, _) => written,
    }
}

fn not_written(error: &ComposeError) -> NoticePlan {
    NoticePlan::Withhold {
        why: Sentence::could_not_be_written(error),
    }
}

/// Once for each promise: what has that name is noted once.
fn tell_admin(
    journal: &Journal,
    ticket: &Ticket,
    why: &ComposeError,
    now: Timestamp,
) -> Result<Vec<RecordedEffect>, JournalError> {
    let own = || ticket.waits_untold().map(|waiting| waiting.counts_from);
    let promised = ticket.open_promise().or_else(|| ticket.postponed_until());
    let promised = promised.or_else(own);
    let due = promised.map_or_else(String::new, |promised| format!(", due {promised}"));
    let happened = Happened {
        kind: Kind::Untold,
        at: now,
        to: format!("ticket {}{due}", ticket.id),
        why: report::without_addresses(why),
        told_by: Teller::Report,
    };
    let entry = Entry {
        happened: vec![happened],
        ..Entry::default()
    };
    journal.record(entry, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    #[test]
    fn an_inbox_is_away_when_it_was_not_swept_for_long_however_long_we_run() {
        let began = Instant::now();
        let after = |minutes: u64| began + Duration::from_mins(minutes);
        let swept = |minutes: i64| Some(Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes));
        let mut watch = InboxWatch::new(began);
        assert!(!watch.seen(None, after(14)).is_away);
        assert!(watch.seen(None, after(15)).is_away);
        assert!(!watch.seen(swept(16), after(16)).is_away);
        assert!(!watch.seen(swept(300), after(300)).is_away);
        assert!(!watch.seen(swept(300), after(314)).is_away);
        assert!(watch.seen(swept(300), after(315)).is_away);
    }

    #[test]
    fn a_store_that_fails_is_said_and_a_ticket_that_cannot_be_read_holds_up_nobody() {
        let tickets: Vec<TicketId> = ["ooooo-lllll", "ABCDE-FGHJK"]
            .iter()
            .cycle()
            .take(10)
            .map(|id| TicketId::parse(id).unwrap())
            .collect();
        let waits = || {
            Ok(Looked {
                waits_for_inbox: true,
                ..Looked::default()
            })
        };
        let unreadable = || JournalError::Form {
            key: "ticket".to_owned(),
            why: "damaged".to_owned(),
        };
        let fails = || JournalError::Store {
            path: "store".to_owned(),
            why: "no space left".to_owned(),
        };
        let mut tried = 0;
        let mut look_with = |failure: &dyn Fn(usize) -> Option<JournalError>| {
            tried = 0;
            let looked = look_at_each(&tickets, |_| {
                tried += 1;
                failure(tried).map_or_else(waits, Err)
            });
            (looked, tried)
        };
        let (looked, tried) = look_with(&|number| (number < 10).then(unreadable));
        assert!(looked.unwrap().waits_for_inbox);
        assert_eq!(tried, 10);
        let (looked, tried) = look_with(&|number| (number == 1).then(fails));
        assert!(matches!(looked, Err(JournalError::Store { .. })));
        assert_eq!(tried, 10, "the others are looked at");
        let (looked, tried) = look_with(&|_| Some(fails()));
        assert!(looked.is_err());
        assert_eq!(tried, STORE_FAILURES_MAX);
    }

    #[test]
    fn a_promise_counts_as_broken_only_after_a_look_at_the_inbox() {
        let settings = crate::decide::test_situation::settings();
        let by = Timestamp::UNIX_EPOCH;
        let lapsed = Due::Lapsed {
            team: &settings.teams[0],
            promised_by: by,
            notice: NoticePlan::Withhold {
                why: Sentence::same_in_each(String::new()),
            },
            tell_admin: false,
        };
        let before = Some(by - SignedDuration::from_secs(1));
        for (swept, is_away, counts) in [
            (None, false, false),
            (before, false, false),
            (Some(by), false, true),
            (before, true, true),
        ] {
            assert_eq!(may_count(&lapsed, InboxSeen { swept, is_away }), counts);
        }
    }
}
