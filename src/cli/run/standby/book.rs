//! Which mailboxes are stood by for, and what does each wait for? Read and written by the daemon and by the thread that looks; says in the log what
//! changes for one, and speaks to nobody else.

use super::super::named::span_of;
use super::super::prepared::Prepared;
use crate::config::MailboxName;
use crate::control::Awaited;
use crate::report;
use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long what could not be taken over is left alone: others may be able to.
pub(super) const TAKEN_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// How long a key that fits is taken to fit: whoever works for the mailbox may change it.
const COMPARED_AGAIN_AFTER: Duration = Duration::from_mins(10);

/// A mailbox that is stood by for.
struct Waiting {
    prepared: Prepared,
    /// Another one after each change: what was taken over before counts for nothing.
    number: u64,
    /// Since when it could have been ours.
    since: Instant,
    not_before: Option<Instant>,
    /// Taken over, and on the way to the daemon.
    is_under_way: bool,
    /// Whether another process, or the database, was waited for.
    was_kept_waiting: bool,
    awaited: watch::Sender<Awaited>,
    /// When the key that lies here is to be compared with that of the journal.
    compared_next: Instant,
    /// Why it could not be taken over.
    unfit: Option<String>,
}

/// What is looked at in one round.
pub(super) struct Candidate {
    pub(super) prepared: Prepared,
    pub(super) number: u64,
    pub(super) since: Instant,
    pub(super) not_before: Option<Instant>,
    pub(super) compared_next: Instant,
    pub(super) unfit: Option<String>,
}

impl Candidate {
    pub(super) const fn name(&self) -> Option<&MailboxName> {
        self.prepared.name.as_ref()
    }
}

/// All that are stood by for.
#[derive(Default)]
pub(super) struct Book {
    waiting: BTreeMap<Option<MailboxName>, Waiting>,
    /// So many mailboxes this process works for.
    pub(super) works_for: usize,
    numbers: u64,
    /// Nobody is to look any more.
    pub(super) stops: bool,
}

impl Book {
    pub(super) fn add(&mut self, prepared: Prepared) {
        self.numbers += 1;
        let name = prepared.name.clone();
        let waiting = Waiting {
            prepared,
            number: self.numbers,
            since: Instant::now(),
            not_before: None,
            is_under_way: false,
            was_kept_waiting: false,
            awaited: watch::channel(Awaited::Look).0,
            compared_next: Instant::now(),
            unfit: None,
        };
        let _ = self.waiting.insert(name, waiting);
    }

    pub(super) fn leave(&mut self, name: Option<&MailboxName>) {
        let _ = self.waiting.remove(&name.cloned());
    }

    /// Goes on with what was loaded anew, where it is stood by for.
    pub(super) fn change(&mut self, prepared: Prepared) {
        let number = self.numbers + 1;
        if let Some(one) = self.waiting.get_mut(&prepared.name) {
            one.prepared = prepared;
            one.number = number;
            one.is_under_way = false;
            one.not_before = None;
            one.compared_next = Instant::now();
            self.numbers = number;
        }
    }

    /// Whether what was taken over under this number is still wanted. It is on its way then.
    pub(super) fn sends(&mut self, name: Option<&MailboxName>, number: u64) -> bool {
        let one = self.of(name, number);
        one.is_some_and(|one| {
            one.is_under_way = true;
            true
        })
    }

    /// Whether what was taken over under this number is still wanted. It is worked for then.
    pub(super) fn accepts(&mut self, name: Option<&MailboxName>, number: u64) -> bool {
        let Some(one) = self.of(name, number) else {
            return false;
        };
        if one.was_kept_waiting {
            span_of(name).in_scope(report::gateway::takes_over);
        }
        self.leave(name);
        self.works_for += 1;
        true
    }

    fn of(&mut self, name: Option<&MailboxName>, number: u64) -> Option<&mut Waiting> {
        let one = self.waiting.get_mut(&name.cloned());
        one.filter(|one| one.number == number)
    }

    /// How many this process works for, or is about to.
    pub(super) fn has(&self) -> usize {
        let under_way = self.waiting.values().filter(|one| one.is_under_way);
        self.works_for + under_way.count()
    }

    /// Those that are to be looked at.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let waiting = self.waiting.values().filter(|one| !one.is_under_way);
        waiting
            .map(|one| Candidate {
                prepared: one.prepared.clone(),
                number: one.number,
                since: one.since,
                not_before: one.not_before,
                compared_next: one.compared_next,
                unfit: one.unfit.clone(),
            })
            .collect()
    }

    /// The key that lies here was compared with that of the journal: why it does not fit, or nothing where that could not be seen.
    pub(super) fn compared(
        &mut self,
        name: Option<&MailboxName>,
        number: u64,
        unfit: Option<Option<String>>,
    ) {
        let Some(one) = self.of(name, number) else {
            return;
        };
        let fits = unfit == Some(None);
        if let Some(unfit) = unfit {
            one.unfit = unfit;
        }
        one.compared_next = Instant::now()
            + match fits {
                true => COMPARED_AGAIN_AFTER,
                false => TAKEN_AGAIN_AFTER,
            };
    }

    /// What is stood by for, and what each waits for.
    pub(super) fn waiting(&self) -> Vec<(Prepared, watch::Receiver<Awaited>)> {
        let waiting = self.waiting.values();
        waiting
            .map(|one| (one.prepared.clone(), one.awaited.subscribe()))
            .collect()
    }

    /// Says in the log and to whoever asks what a mailbox waits for now.
    pub(super) fn waits(&mut self, name: Option<&MailboxName>, number: u64, awaited: Awaited) {
        let Some(one) = self.of(name, number) else {
            return;
        };
        if let Awaited::Database(_) = awaited {
            // Whoever worked for it may still be there when the database is back: it comes first.
            one.since = Instant::now();
        }
        if one.awaited.borrow().in_words() == awaited.in_words() {
            return;
        }
        span_of(name).in_scope(|| match &awaited {
            Awaited::Holder(held) => report::gateway::stands_by(&held.holder),
            Awaited::Unfit(_, why) => report::gateway::could_not_take_over(why),
            Awaited::Database(why) => report::gateway::database_away(why),
            Awaited::Mending(why) => report::gateway::cannot_take_over(why, TAKEN_AGAIN_AFTER),
            Awaited::Look | Awaited::Turn => {}
        });
        one.was_kept_waiting |= matches!(
            awaited,
            Awaited::Holder(_) | Awaited::Unfit(..) | Awaited::Database(_)
        );
        if let Awaited::Mending(_) = awaited {
            one.not_before = Some(Instant::now() + TAKEN_AGAIN_AFTER);
        }
        let _ = one.awaited.send_replace(awaited);
    }
}

/// What the thread and the daemon share.
#[derive(Default)]
pub(super) struct Shared {
    book: Mutex<Book>,
    /// Told whenever there may be more to look at.
    pub(super) changed: Condvar,
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
