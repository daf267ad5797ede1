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
use crate::journal::{HeldBy, Journal, Lookout, Seen};
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
                self.compare_one(candidates, &seen);
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
        // Who could not take one over asks nobody to give one up.
        let could_not = |one: &Candidate| one.not_before.is_some() || one.unfit.is_some();
        if candidates.iter().any(could_not) {
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

    /// Compares the key of one mailbox that another works for with that of its journal: one that is wrong is to be heard of before it is needed. One at each
    /// look, so that nobody waits for many.
    fn compare_one(&self, candidates: &[Candidate], seen: &[Seen]) {
        let held = candidates.iter().zip(seen);
        let held = held.filter(|(_, seen)| matches!(seen, Seen::Held(_)));
        let next = held.map(|(candidate, _)| candidate);
        let next = next.min_by_key(|candidate| candidate.compared_next);
        let Some(candidate) = next.filter(|one| one.compared_next <= Instant::now()) else {
            return;
        };
        let unfit = Journal::look_at(&candidate.prepared.office.settings.store)
            .and_then(|journal| journal.unfit_key());
        let mut book = self.shared.lock();
        book.compared(candidate.name(), candidate.number, unfit.ok());
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
        let awaited = match (awaited, &candidate.unfit) {
            (Some(Awaited::Holder(held)), Some(why)) => Some(Awaited::Unfit(held, why.clone())),
            (awaited, _) => awaited,
        };
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

#[cfg(test)]
mod tests {
    use super::super::super::prepared::Prepared;
    use super::super::super::prepared::tests::prepared;
    use super::*;
    use crate::journal::store::postgres_tests;
    use std::path::Path;

    const LEASE: Duration = Duration::from_secs(3);

    fn watch() -> Watch {
        let (taking, _taken) = mpsc::channel(1);
        Watch::new(Arc::default(), taking)
    }

    /// As another process, whose keys lie elsewhere.
    fn worked_with(prepared: &Prepared, folder: &Path) -> Journal {
        let mut store = prepared.office.settings.store.clone();
        store.path = folder.to_owned();
        let journal = Journal::open_of(&store, &Arc::default()).unwrap();
        let _ = journal.token_key().unwrap();
        journal
    }

    #[test]
    fn a_mailbox_is_asked_for_by_who_waited_and_could_take_it() {
        let database = postgres_tests::database();
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let prepared = ["sales", "support"].map(|text| prepared(text, &database, here.path()));
        // One process has both, and we have none.
        let _held = prepared
            .each_ref()
            .map(|one| worked_with(one, there.path()));
        let (runtime, client) = postgres_tests::plain_client(&database);
        let long_ago = Instant::now().checked_sub(2 * LEASE).unwrap();
        let candidates = |change: fn(&mut Candidate)| {
            let mut candidates = prepared.each_ref().map(|one| Candidate {
                prepared: one.clone(),
                number: 1,
                since: long_ago,
                not_before: None,
                compared_next: long_ago,
                unfit: None,
            });
            change(&mut candidates[1]);
            candidates
        };
        let asked_for = |watch: &mut Watch, candidates: &[Candidate]| {
            let seen = look(&mut watch.lookout, prepared.iter()).unwrap();
            watch.wish(candidates, &seen);
            let taken_back =
                "update handoffd_lease set wanted_by = null where wanted_by is not null";
            runtime.block_on(client.execute(taken_back, &[])).unwrap()
        };
        let could_not_just_now = candidates(|one| one.not_before = Some(one.since));
        assert_eq!(asked_for(&mut watch(), &could_not_just_now), 0);
        let could_not_now = candidates(|one| one.unfit = Some("another key".to_owned()));
        assert_eq!(asked_for(&mut watch(), &could_not_now), 0);
        let has_just_begun = candidates(|one| one.since = Instant::now());
        assert_eq!(asked_for(&mut watch(), &has_just_begun), 0);
        let mut busy = watch();
        busy.shared.lock().works_for = 1;
        let has_waited = candidates(|_| {});
        assert_eq!(asked_for(&mut busy, &has_waited), 0, "it has its share");
        let mut idle = watch();
        assert_eq!(asked_for(&mut idle, &has_waited), 1);
        let again = asked_for(&mut idle, &has_waited);
        assert_eq!(again, 0, "once within a lease");
    }

    #[test]
    fn a_key_that_is_not_the_journals_is_heard_of_before_it_is_needed() {
        let database = postgres_tests::database();
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let prepared = prepared("sales", &database, here.path());
        let _held = worked_with(&prepared, there.path());
        let mut watch = watch();
        let shared = Arc::clone(&watch.shared);
        shared.lock().add(prepared.clone());
        let mut awaited = || {
            // What was compared in one round is said in the next.
            for _ in 0..2 {
                let candidates = shared.lock().candidates();
                let _ = watch.round(&candidates);
            }
            let waiting = shared.lock().waiting();
            waiting[0].1.borrow().clone()
        };
        let Awaited::Unfit(_, why) = awaited() else {
            panic!("none lies here");
        };
        assert!(why.contains("copy token.key"), "{why}");
        let key = here.path().join("sales");
        std::fs::create_dir_all(&key).unwrap();
        std::fs::copy(there.path().join("token.key"), key.join("token.key")).unwrap();
        // It is not looked for at each look; a reload asks for one.
        assert!(matches!(awaited(), Awaited::Unfit(..)));
        shared.lock().change(prepared);
        assert!(matches!(awaited(), Awaited::Holder(_)));
    }
}
