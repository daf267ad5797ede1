//! The loop: ask the server what is waiting, judge it, record it, wake the outbox, tag and file what is settled, wait.

use super::Office;
use crate::clock;
use crate::config::{FirstStart, Outcome};
use crate::inbox::{Backoff, Connection, Cursor, Filing, InboxError, Place};
use crate::journal::{Entry, HandledMail, Journal, JournalError};
use crate::report;
use jiff::Timestamp;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// At most this many mails are fetched at once.
const BATCH_MAILS: usize = 50;
/// At most about this many bytes are fetched at once.
const BATCH_BYTES: usize = 32 * 1024 * 1024;
/// The wait after a first failed connection.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// More logins in a minute look like a server that lets us in and drops us at once.
const LOGINS_PER_MINUTE: usize = 10;
/// Why the loop must start over with a new connection, or wait for the store.
#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Inbox(#[from] InboxError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The inbox side of the daemon. The outbox runs beside it; they speak through the journal.
pub struct Gateway {
    office: Arc<RwLock<Arc<Office>>>,
    pub(super) journal: Arc<Journal>,
    /// Wakes this loop: the outbox settled something, settings were reloaded.
    wake: Arc<Notify>,
    /// Wakes the outbox: something was recorded.
    pub(super) outbox_wake: Arc<Notify>,
    /// When the last complete sweep of the inbox began: the absence of a copy counts only after one.
    swept: watch::Sender<Option<Timestamp>>,
    /// Told after each round: the daemon is alive.
    heartbeat: watch::Sender<Timestamp>,
}

/// What joins the gateway to the rest of the daemon.
pub struct Wiring {
    /// The loaded desk; replaced on reload.
    pub office: Arc<RwLock<Arc<Office>>>,
    /// The truth.
    pub journal: Arc<Journal>,
    /// Wakes the gateway.
    pub wake: Arc<Notify>,
    /// Wakes the outbox.
    pub outbox_wake: Arc<Notify>,
}

impl Gateway {
    /// A gateway, and two values to watch: the start of the last complete sweep, and the last sign of life.
    #[must_use]
    pub fn new(
        wiring: Wiring,
    ) -> (
        Self,
        watch::Receiver<Option<Timestamp>>,
        watch::Receiver<Timestamp>,
    ) {
        let (swept, swept_seen) = watch::channel(None);
        let (heartbeat, heartbeat_seen) = watch::channel(clock::now());
        let Wiring {
            office,
            journal,
            wake,
            outbox_wake,
        } = wiring;
        let gateway = Self {
            office,
            journal,
            wake,
            outbox_wake,
            swept,
            heartbeat,
        };
        (gateway, swept_seen, heartbeat_seen)
    }

    /// Runs until `shutdown`; finishes the mail that is in flight. A lost connection is made again with back-off.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT, LOGINS_PER_MINUTE);
        while !shutdown.is_cancelled() {
            let error = match self.keep_inbox(&mut backoff, &shutdown).await {
                Ok(()) => continue,
                Err(error) => error,
            };
            self.beat();
            let delay = backoff
                .failed(random_number())
                .max(backoff.before_login(clock::now()));
            match &error {
                SweepError::Inbox(error) => report::inbox::connection_failed(error, delay),
                SweepError::Journal(error) => report::gateway::journal_failed(error, delay),
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(delay) => {}
            }
        }
    }

    /// One connection's life: sweep, file, wait, until the connection is lost, settings change, or shutdown.
    async fn keep_inbox(
        &self,
        backoff: &mut Backoff,
        shutdown: &CancellationToken,
    ) -> Result<(), SweepError> {
        let office = self.office();
        let opening = Connection::open(&office.settings.inbox);
        let mut connection = tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            connection = opening => connection?,
        };
        backoff.succeeded(clock::now());
        loop {
            let began = clock::now();
            let office_now = self.office();
            if !Arc::ptr_eq(&office_now, &office) {
                connection.close().await;
                return Ok(());
            }
            let swept = self.sweep(&office, &mut connection, shutdown).await?;
            if swept == Swept::All {
                self.swept.send_replace(Some(began));
                self.outbox_wake.notify_one();
            }
            self.tell_of_lost_mails(&office)?;
            self.file(&office, &mut connection).await?;
            self.beat();
            tokio::select! {
                () = shutdown.cancelled() => {
                    // Dropping a waiting connection is safe: nothing is under way on it.
                    return Ok(());
                }
                woken = connection.wait(&self.wake) => { woken?; }
            }
        }
    }

    /// Handles all mails above the cursor, in order of UID.
    async fn sweep(
        &self,
        office: &Office,
        connection: &mut Connection,
        shutdown: &CancellationToken,
    ) -> Result<Swept, SweepError> {
        let mut cursor = self.first_cursor(office, connection).await?;
        loop {
            let arrivals = connection
                .fetch_after(cursor.uid, BATCH_MAILS, BATCH_BYTES)
                .await?;
            if arrivals.is_empty() {
                return Ok(Swept::All);
            }
            for arrival in arrivals {
                if shutdown.is_cancelled() {
                    return Ok(Swept::Part);
                }
                cursor.uid = arrival.place.uid;
                tokio::task::block_in_place(|| self.handle(office, &arrival, cursor))?;
                self.beat();
            }
        }
    }

    /// Where to begin in this folder. A changed UIDVALIDITY begins at its first mail: what was met before is recognised
    /// by its identity.
    async fn first_cursor(
        &self,
        office: &Office,
        connection: &mut Connection,
    ) -> Result<Cursor, SweepError> {
        let uid_validity = connection.uid_validity();
        if let Some(cursor) = self.journal.cursor(uid_validity)? {
            return Ok(cursor);
        }
        let first_meeting = !self.journal.has_any_cursor()?;
        let uid = match office.settings.inbox.first_start {
            FirstStart::NewMail if first_meeting => self.pass_over(office, connection).await?,
            _ => 0,
        };
        let cursor = Cursor { uid_validity, uid };
        report::gateway::folder_first_seen(uid_validity, uid, first_meeting);
        let entry = Entry {
            cursor: Some(cursor),
            ..Entry::default()
        };
        self.journal.record(entry, clock::now())?;
        Ok(cursor)
    }

    /// Remembers all mail that lies in the folder without handling it, and gives the UID of the last. It is remembered
    /// one by one, because a later change of UIDVALIDITY would make it look new. Until the cursor is recorded, a crash
    /// begins this again.
    async fn pass_over(
        &self,
        office: &Office,
        connection: &mut Connection,
    ) -> Result<u32, SweepError> {
        let last_uid = connection
            .uid_next()
            .map_or(0, |next| next.saturating_sub(1));
        let mut uid = 0;
        while uid < last_uid {
            let arrivals = connection
                .fetch_after(uid, BATCH_MAILS, BATCH_BYTES)
                .await?;
            let old = arrivals
                .iter()
                .filter(|arrival| arrival.place.uid <= last_uid);
            let places: Vec<Place> = old.clone().map(|arrival| arrival.place).collect();
            let Some(last) = places.last() else {
                break;
            };
            uid = last.uid;
            tokio::task::block_in_place(|| -> Result<(), JournalError> {
                for arrival in old {
                    let identity = office.identify(arrival);
                    let mail = HandledMail {
                        identity,
                        place: arrival.place,
                        outcome: Outcome::Left,
                        tags: Vec::new(),
                        ticket: None,
                    };
                    let entry = Entry {
                        mail: Some(mail),
                        ..Entry::default()
                    };
                    self.journal.record(entry, clock::now())?;
                }
                // Left alone on the server as well.
                self.journal.filed(&places)
            })?;
            self.beat();
        }
        Ok(last_uid)
    }

    /// Tags and files the handled mails whose effects are settled.
    async fn file(&self, office: &Office, connection: &mut Connection) -> Result<(), SweepError> {
        loop {
            let filings = tokio::task::block_in_place(|| self.journal.to_file(BATCH_MAILS))?;
            let (here, elsewhere): (Vec<Filing>, Vec<Filing>) = filings
                .into_iter()
                .partition(|filing| filing.place.uid_validity == connection.uid_validity());
            let mut done: Vec<_> = elsewhere.iter().map(|filing| filing.place).collect();
            if !here.is_empty() {
                let filed = connection.file(&here).await?;
                done.extend(filed.iter().map(|filed| filed.place));
            }
            if done.is_empty() {
                return Ok(());
            }
            tokio::task::block_in_place(|| self.journal.filed(&done))?;
            report::gateway::filed(done.len(), office.settings.inbox.folder.as_str());
        }
    }

    fn office(&self) -> Arc<Office> {
        let office = self.office.read();
        Arc::clone(&office.unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn beat(&self) {
        self.heartbeat.send_replace(clock::now());
    }
}

/// How far a sweep came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Swept {
    /// Nothing is left above the cursor.
    All,
    /// It was cut short.
    Part,
}

/// For jitter only.
fn random_number() -> u64 {
    getrandom::u64().unwrap_or(0)
}
