//! The mailboxes that this process stands by for, because another works for them: one thread looks at all of them, and takes over what is free and ours
//! to take. Decides nothing about mail.
//!
//! Promise: who works for a mailbox alone has its lease, whatever is looked at here; how mailboxes spread over processes hangs on it, and nothing else.

use super::mailbox::{NotReady, NotTaken, Ready, in_name_of, span_of};
use super::turns::{LOOKED_AGAIN_AFTER, LOOKS_A_LEASE, judged, wished};
use crate::config::{Database, JournalName, MailboxName, Settings, StoreKind};
use crate::control::{Awaited, Bystander};
use crate::gateway::Office;
use crate::journal::{Headway, HeldBy, Lookout, NotOpened, Seen};
use crate::report;
use crate::ticket::TokenKey;
use crate::understand::meaning::Encoder;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// How long what could not be taken over is left alone: others may be able to.
const TAKEN_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// Everything that it takes to work for a mailbox, but for its journal.
#[derive(Clone)]
pub(super) struct Prepared {
    pub(super) name: Option<MailboxName>,
    /// Furnished with a key that is worth nothing: which is right the journal alone knows, and says when it is taken over.
    pub(super) office: Arc<Office>,
    pub(super) headway: Arc<Headway>,
}

impl Prepared {
    /// Loads what the settings name.
    pub(super) fn of(
        name: Option<MailboxName>,
        settings: Settings,
        headway: Arc<Headway>,
        models: &[Arc<Encoder>],
    ) -> Result<Self, NotReady> {
        let _in_its_name = span_of(name.as_ref()).entered();
        let office = Office::furnish_among(settings, TokenKey::new([0; 32]), &[], models);
        Ok(Self {
            name,
            office: Arc::new(office.map_err(NotReady::Problems)?),
            headway,
        })
    }

    /// Where its journal is; files are nobody's to stand by for.
    fn database(&self) -> Option<&Database> {
        match &self.office.settings.store.kind {
            StoreKind::Sled => None,
            StoreKind::Postgres(database) => Some(database),
        }
    }
}

/// A mailbox that was taken over.
pub(super) struct Taken {
    number: u64,
    pub(super) ready: Ready,
}

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
}

#[derive(Default)]
struct Book {
    waiting: BTreeMap<Option<MailboxName>, Waiting>,
    works_for: usize,
    numbers: u64,
    stops: bool,
}

impl Book {
    fn add(&mut self, prepared: Prepared) {
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
        };
        let _ = self.waiting.insert(name, waiting);
    }

    /// How many this process works for, or is about to.
    fn has(&self) -> usize {
        let under_way = self.waiting.values().filter(|one| one.is_under_way);
        self.works_for + under_way.count()
    }

    /// Says in the log and to whoever asks what a mailbox waits for now.
    fn waits(&mut self, name: Option<&MailboxName>, number: u64, awaited: Awaited) {
        let one = self.waiting.get_mut(&name.cloned());
        let Some(one) = one.filter(|one| one.number == number) else {
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
            Awaited::Database(why) => report::gateway::database_away(why),
            Awaited::Mending(why) => report::gateway::cannot_take_over(why, TAKEN_AGAIN_AFTER),
            Awaited::Look | Awaited::Turn => {}
        });
        one.was_kept_waiting |= matches!(awaited, Awaited::Holder(_) | Awaited::Database(_));
        if let Awaited::Mending(_) = awaited {
            one.not_before = Some(Instant::now() + TAKEN_AGAIN_AFTER);
        }
        let _ = one.awaited.send_replace(awaited);
    }
}

/// What the thread and the daemon share.
#[derive(Default)]
struct Shared {
    book: Mutex<Book>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The mailboxes that are stood by for, and the thread that looks.
pub(super) struct Standby {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Standby {
    /// For nobody so far. What is taken over is sent to `taken`; when the thread ends without being told to, the channel closes.
    pub(super) fn begin(taken: mpsc::Sender<Taken>) -> std::io::Result<Self> {
        let shared: Arc<Shared> = Arc::default();
        let looking = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("standby".to_owned())
            .spawn(move || Watch::new(looking, taken).run())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// From now on also for this one.
    pub(super) fn add(&self, prepared: Prepared) {
        self.shared.lock().add(prepared);
        self.shared.changed.notify_all();
    }

    /// Not any more for this one.
    pub(super) fn leave(&self, name: Option<&MailboxName>) {
        drop(self.shared.lock().waiting.remove(&name.cloned()));
    }

    /// Goes on with what was loaded anew for a mailbox that is stood by for.
    pub(super) fn change(&self, prepared: Prepared) {
        let mut book = self.shared.lock();
        let number = book.numbers + 1;
        if let Some(one) = book.waiting.get_mut(&prepared.name) {
            one.prepared = prepared;
            one.number = number;
            one.is_under_way = false;
            one.not_before = None;
            book.numbers = number;
        }
        drop(book);
        // What was on its way is not wanted any more: where it was the only one nobody looks until then.
        self.shared.changed.notify_all();
    }

    /// Whether what was taken over is still wanted. Then it is not stood by for any more.
    pub(super) fn accepts(&self, taken: &Taken) -> bool {
        let mut book = self.shared.lock();
        let name = taken.ready.name().cloned();
        let is_wanted = (book.waiting.get(&name)).is_some_and(|one| one.number == taken.number);
        if is_wanted {
            let was_kept_waiting = book.waiting.remove(&name);
            if was_kept_waiting.is_some_and(|one| one.was_kept_waiting) {
                span_of(name.as_ref()).in_scope(report::gateway::takes_over);
            }
            book.works_for += 1;
        }
        is_wanted
    }

    /// So many mailboxes does this process work for.
    pub(super) fn works_for(&self, number: usize) {
        self.shared.lock().works_for = number;
    }

    /// What is stood by for.
    pub(super) fn waiting(&self) -> Vec<(Prepared, watch::Receiver<Awaited>)> {
        let book = self.shared.lock();
        let waiting = book.waiting.values();
        waiting
            .map(|one| (one.prepared.clone(), one.awaited.subscribe()))
            .collect()
    }

    /// Looks no more. What is just being taken over is waited for.
    pub(super) fn stop(mut self) {
        self.shared.lock().stops = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Prepared {
    /// What questions about it are answered from meanwhile.
    pub(super) fn bystander(&self, awaited: watch::Receiver<Awaited>) -> Bystander {
        Bystander {
            store: self.office.settings.store.clone(),
            awaited,
        }
    }
}

/// What is looked at in one round.
struct Candidate {
    prepared: Prepared,
    number: u64,
    since: Instant,
    not_before: Option<Instant>,
}

/// The thread.
struct Watch {
    shared: Arc<Shared>,
    taken: mpsc::Sender<Taken>,
    lookout: Option<(Database, Lookout)>,
    /// When another process was last asked for a mailbox.
    wished: Option<Instant>,
}

impl Watch {
    fn new(shared: Arc<Shared>, taken: mpsc::Sender<Taken>) -> Self {
        Self {
            shared,
            taken,
            lookout: None,
            wished: None,
        }
    }

    fn run(mut self) {
        loop {
            let candidates = {
                let mut book = self.shared.lock();
                loop {
                    if book.stops {
                        return;
                    }
                    let candidates = candidates(&book);
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
        let is_wanted = {
            let mut book = self.shared.lock();
            let one = book.waiting.get_mut(&candidate.prepared.name);
            let one = one.filter(|one| one.number == number);
            one.is_some_and(|one| {
                one.is_under_way = true;
                true
            })
        };
        if is_wanted {
            let _ = self.taken.blocking_send(Taken { number, ready });
        }
    }
}

impl Candidate {
    const fn name(&self) -> Option<&MailboxName> {
        self.prepared.name.as_ref()
    }
}

fn candidates(book: &Book) -> Vec<Candidate> {
    let waiting = book.waiting.values().filter(|one| !one.is_under_way);
    waiting
        .map(|one| Candidate {
            prepared: one.prepared.clone(),
            number: one.number,
            since: one.since,
            not_before: one.not_before,
        })
        .collect()
}

/// Who works for each of these, which are all of one file and so in one database.
fn look<'p>(
    lookout: &mut Option<(Database, Lookout)>,
    all: impl Iterator<Item = &'p Prepared>,
) -> Result<Vec<Seen>, NotTaken> {
    let databases: Vec<&Database> = all.filter_map(Prepared::database).collect();
    let Some(first) = databases.first() else {
        return Ok(Vec::new());
    };
    let of_first = Database {
        journal: JournalName::default(),
        ..(*first).clone()
    };
    let names: Vec<&JournalName> = databases.iter().map(|one| &one.journal).collect();
    let (database, mut looks) = match lookout.take() {
        Some((database, looks)) if database == of_first => (database, looks),
        _ => {
            let looks = Lookout::over(&of_first)?;
            (of_first, looks)
        }
    };
    let seen = looks.look(&names);
    *lookout = Some((database, looks));
    seen.map_err(|why: NotOpened| why.into())
}

/// At a start: takes what is free and ours at once, so that what is wrong with the database or a journal ends the start. The others are stood by for.
pub(super) fn first_round(
    prepared: Vec<Prepared>,
) -> Result<(Vec<Ready>, Vec<Prepared>), NotReady> {
    let fails = |name: Option<&MailboxName>, why: &str| NotReady::Store(in_name_of(name, why));
    let seen = match look(&mut None, prepared.iter()) {
        Ok(seen) => seen,
        Err(NotTaken::Waits(_)) => return Ok((Vec::new(), prepared)),
        // The same for all of them.
        Err(NotTaken::Fails(why)) => return Err(fails(None, &why)),
    };
    let (mut ready, mut others) = (Vec::new(), Vec::new());
    for (one, seen) in prepared.into_iter().zip(seen) {
        let lease = one.database().map(|database| database.lease);
        let awaited = judged(seen, ready.len(), Duration::ZERO, lease.unwrap_or_default());
        if awaited.is_some() {
            others.push(one);
            continue;
        }
        match Ready::take(&one) {
            Ok(taken) => ready.push(taken),
            Err(NotTaken::Waits(_)) => others.push(one),
            Err(NotTaken::Fails(why)) => return Err(fails(one.name.as_ref(), &why)),
        }
    }
    Ok((ready, others))
}
