//! Keeps the desk trained on what staff confirmed: after each confirmation, after a reload, and once a day for what grew too old.
//!
//! A confirmation is in the journal before anything is trained; the signal only wakes, and what is to be learned is asked of the journal.
//! So confirmations that come while a training runs are taken together in the one after it, and a lost signal costs a day at most.

use super::Office;
use crate::journal::{Journal, JournalError};
use crate::learning::{self, InUse};
use crate::{clock, report};
use jiff::Timestamp;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// What grows too old is looked for this often.
const DAY: Duration = Duration::from_hours(24);
/// The wait after the journal could not be read, or training broke down.
const RETRY: Duration = Duration::from_mins(1);

/// The part of the daemon that learns.
pub struct Learner {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    /// Wakes it: something was confirmed or forgotten, or the desk was reloaded.
    taught: Arc<Notify>,
    in_use: watch::Sender<InUse>,
}

/// Why nothing was learned; what was known stays in use.
#[derive(Debug, thiserror::Error)]
pub enum LearnError {
    /// The journal could not be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Training broke down.
    #[error("training broke down")]
    Broken,
}

impl Learner {
    /// A learner, and what is in use, to watch.
    #[must_use]
    pub fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        taught: Arc<Notify>,
    ) -> (Self, watch::Receiver<InUse>) {
        let now = in_use(&current(&office));
        let (in_use, seen) = watch::channel(now);
        let learner = Self {
            office,
            journal,
            taught,
            in_use,
        };
        (learner, seen)
    }

    /// Runs until `shutdown`. A training that has begun is not waited for: it changes nothing that lasts.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            let pause = tokio::select! {
                () = shutdown.cancelled() => return,
                learned = self.learn() => match learned {
                    Ok(()) => DAY,
                    Err(error) => {
                        report::gateway::not_learned(&error, RETRY);
                        RETRY
                    }
                },
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.taught.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Brings what is in use up to date with the journal. Away from the reactor: it takes up to seconds.
    async fn learn(&self) -> Result<(), LearnError> {
        let office = current(&self.office);
        // This is asked for as well when somebody was forgotten: nothing that a lookup said of them is kept.
        office.lookups.forget_all();
        let (journal, desk) = (Arc::clone(&self.journal), Arc::clone(&office));
        let mailbox = tracing::Span::current();
        let learning = tokio::task::spawn_blocking(move || {
            mailbox.in_scope(|| learn(&journal, &desk, clock::now()))
        });
        learning.await.map_err(|_| LearnError::Broken)??;
        self.in_use.send_replace(in_use(&office));
        Ok(())
    }
}

/// Trains, unless what the journal holds is in use already.
///
/// # Errors
/// The journal could not be read; what was known stays in use.
pub fn learn(journal: &Journal, office: &Office, now: Timestamp) -> Result<(), JournalError> {
    let began = Instant::now();
    let keep = office.settings.store.keep_learned;
    let lessons = journal.lessons()?;
    journal.forget_lessons(&learning::outdated(&lessons, now, keep))?;
    if office.learn_from(&lessons, now) {
        report::gateway::learned(office.trained().taught.len(), began.elapsed());
    }
    Ok(())
}

fn in_use(office: &Office) -> InUse {
    let trained = office.trained();
    InUse::of(&trained.taught, trained.held_back.clone())
}

fn current(office: &RwLock<Arc<Office>>) -> Arc<Office> {
    Arc::clone(&office.read().unwrap_or_else(PoisonError::into_inner))
}
