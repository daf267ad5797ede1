//! What is done at each look at the mailboxes that are stood by for? What is free and ours to take is taken over, a process that has more is asked for one
//! of its, and what each waits for is noted. A thread of its own, since a look waits for the database.

use super::super::closing::{GIVEN_BACK_WITHIN, close_all};
use super::super::ready::{NotTaken, Ready};
use super::super::turns::{LOOKED_AGAIN_AFTER, LOOKS_A_LEASE, judged, wished};
use super::Taken;
use super::book::{Candidate, Shared, TAKEN_AGAIN_AFTER};
use super::look::look;
use crate::config::Database;
use crate::control::Awaited;
use crate::journal::{HeldBy, Lookout, Seen};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{self, error::SendError};

/// The thread.
pub(super) struct Watch {
    shared: Arc<Shared>,
    taken: mpsc::Sender<Taken>,
    lookout: Option<(Database, Lookout)>,
    /// When another process was last asked for a mailbox.
    wished: Option<Instant>,
}

impl Watch {
    pub(super) fn new(shared: Arc<Shared>, taken: mpsc::Sender<Taken>) -> Self {
        Self {
            shared,
            taken,
            lookout: None,
            wished: None,
        }
    }

    pub(super) fn run(mut self) {
        loop {
            let candidates = {
                let mut book = self.shared.lock();
                loop {
                    if book.stops {
                        return;
                    }
                    let candidates = book.candidates();
                    if !candidates.is_empty() {
                        break candidates;
                    }
                    let waited = self.shared.changed.wait(book);
                    book = waited.unwrap_or_else(PoisonError::into_inner);
                }
            };
            let wait = self.round(&candidates);
            let book = self.shared.lock();
            if book.stops {
                return;
            }
            drop(self.shared.changed.wait_timeout(book, wait));
        }
    }

    /// One look at all, and what follows from it. How long to wait before the next.
    fn round(&mut self, candidates: &[Candidate]) -> Duration {
        let databases = candidates.iter().filter_map(|one| one.prepared.database());
        let lease = databases.map(|database| database.lease).min();
        let mut wait = lease.map_or(LOOKED_AGAIN_AFTER, |lease| lease / LOOKS_A_LEASE);
        wait = wait.min(LOOKED_AGAIN_AFTER);
        match look(
            &mut self.lookout,
            candidates.iter().map(|one| &one.prepared),
        ) {
            Ok(seen) => {
                self.wish(candidates, &seen);
                for (candidate, seen) in candidates.iter().zip(seen) {
                    if self.shared.lock().stops {
                        break;
                    }
                    self.settle(candidate, seen);
                }
            }
            Err(not_seen) => {
                if let NotTaken::Fails(_) = not_seen {
                    wait = TAKEN_AGAIN_AFTER;
                }
                let mut book = self.shared.lock();
                for candidate in candidates {
                    let awaited = match &not_seen {
                        NotTaken::Waits(awaited) => awaited.clone(),
                        NotTaken::Fails(why) => Awaited::Mending(why.clone()),
                    };
                    book.waits(candidate.name(), candidate.number, awaited);
                }
            }
        }
        wait
    }

    /// Asks a process that has more for one of its mailboxes, at most once within a lease.
    fn wish(&mut self, candidates: &[Candidate], seen: &[Seen]) {
        // Who could not take one over just now asks nobody to give one up.
        if candidates.iter().any(|one| one.not_before.is_some()) {
            return;
        }
        let own = usize::try_from(std::process::id()).unwrap_or_default();
        let works_for = self.shared.lock().has();
        let Some(place) = wished(works_for, seen, own) else {
            return;
        };
        let candidate = candidates.get(place);
        let (Some(database), Some(Seen::Held(held)), Some((_, lookout))) = (
            candidate.and_then(|candidate| candidate.prepared.database()),
            seen.get(place),
            &mut self.lookout,
        ) else {
            return;
        };
        let since = (self.wished).is_none_or(|wished| wished.elapsed() >= database.lease);
        // Whoever has just begun, or just had to leave, takes what comes free first.
        let has_waited = candidates
            .iter()
            .all(|one| one.since.elapsed() >= database.lease);
        if since && has_waited {
            self.wished = Some(Instant::now());
            let us = HeldBy::own_process();
            // Where that fails the next look says so.
            let _ = lookout.ask_for(&database.journal, held, &us, database.lease);
        }
    }

    /// Takes a mailbox over where it is our turn, or says what it waits for.
    fn settle(&self, candidate: &Candidate, seen: Seen) {
        let Some(database) = candidate.prepared.database() else {
            return;
        };
        let works_for = self.shared.lock().has();
        let waited = candidate.since.elapsed();
        let mut awaited = judged(seen, works_for, waited, database.lease);
        if awaited.is_none() {
            if candidate.not_before.is_some_and(|at| Instant::now() < at) {
                return;
            }
            awaited = match Ready::take(&candidate.prepared) {
                Ok(ready) => {
                    self.offer(candidate, ready);
                    return;
                }
                Err(NotTaken::Waits(awaited)) => Some(awaited),
                Err(NotTaken::Fails(why)) => Some(Awaited::Mending(why)),
            };
        }
        if let Some(awaited) = awaited {
            let mut book = self.shared.lock();
            book.waits(candidate.name(), candidate.number, awaited);
        }
    }

    /// To the daemon. What is not wanted any more is given back.
    fn offer(&self, candidate: &Candidate, ready: Ready) {
        let number = candidate.number;
        let is_wanted = self.shared.lock().sends(candidate.name(), number);
        let unwanted = match is_wanted {
            true => {
                let sent = self.taken.blocking_send(Taken { number, ready });
                sent.err().map(|SendError(taken)| taken.ready)
            }
            false => Some(ready),
        };
        if let Some(ready) = unwanted {
            close_all(vec![ready.journal], GIVEN_BACK_WITHIN);
        }
    }
}
