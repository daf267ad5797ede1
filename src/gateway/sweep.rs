//! The loop: ask the server what is waiting, judge it, record it, wake the outbox, tag and file what is settled, wait.

use super::Office;
use super::handle::{Clerk, Queue, begun};
use super::kept_back::{KeptBack, Patience};
use super::late::LateMails;
use super::retention::Retention;
use super::sent_folder::SentFolder;
use crate::chance;
use crate::clock::{self, Moment};
use crate::inbox::{Arrival, Backoff, Connection, Cursor, InboxError, Place};
use crate::journal::{BegunTogether, Journal, JournalError, on_disk};
use crate::mail::MailIdentity;
use crate::oauth2::Health;
use crate::outbox::Standing;
use crate::report;
use crate::watch::{Part, Server, Signs};
use futures_util::StreamExt;
use std::pin::pin;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// At most this many mails are fetched at once.
pub(super) const BATCH_MAILS: usize = 50;
/// At most so many mails are put on record as begun in one commit. One that ends the program lets all that are behind it come under suspicion
/// once.
const BEGUN_TOGETHER: usize = 16;
/// At most about this many bytes are fetched at once.
pub(super) const BATCH_BYTES: usize = 32 * 1024 * 1024;
/// So many old mails' bytes are dropped in one round.
const FORGOTTEN_AT_ONCE: usize = 200;
/// The wait after a first failed connection.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// The longest wait after a failure of the store.
const STORE_PAUSE_MAX: Duration = Duration::from_secs(20);
/// More logins in a minute look like a server that lets us in and drops us at once.
const LOGINS_PER_MINUTE: usize = 10;

/// One step over the network, or one mail, takes no longer: every step has its own time limit below this.
const WORK_MAX: Duration = Duration::from_mins(10);
/// And the handling of one mail that was fetched, see `time_limit.rs`.
const HANDLING_MAX: Duration = Duration::from_mins(5);
/// A rest may end so much later than planned.
const REST_MARGIN: Duration = Duration::from_mins(2);

/// Why the loop must start over with a new connection, or wait for the store.
#[derive(Debug, thiserror::Error)]
pub(super) enum SweepError {
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
    pub(super) wake: Arc<Notify>,
    /// Wakes the outbox: something was recorded.
    pub(super) outbox_wake: Arc<Notify>,
    /// Wakes the learner: a confirmation was recorded.
    pub(super) taught: Arc<Notify>,
    /// When the last complete sweep of the inbox began: the absence of a copy counts only after one.
    swept: watch::Sender<Option<Moment>>,
    /// What this part says of itself.
    pub(super) signs: Arc<Signs>,
    patience: Patience,
    /// Told when the inbox is lost and open again.
    pub(super) standing: Arc<Standing>,
    /// Whether it is on record what lay in the inbox when the program was started.
    pub(super) start_is_noted: AtomicBool,
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
    /// Wakes the learner.
    pub taught: Arc<Notify>,
    /// What the parts say of themselves.
    pub signs: Arc<Signs>,
}

impl Gateway {
    /// A gateway, and the start of the last complete sweep, to watch.
    #[must_use]
    pub fn new(wiring: Wiring) -> (Self, watch::Receiver<Option<Moment>>) {
        let (swept, swept_seen) = watch::channel(None);
        let Wiring {
            office,
            journal,
            wake,
            outbox_wake,
            taught,
            signs,
        } = wiring;
        let gateway = Self {
            office,
            journal,
            wake,
            outbox_wake,
            taught,
            swept,
            signs,
            patience: Patience::default(),
            standing: Arc::default(),
            start_is_noted: AtomicBool::new(false),
        };
        (gateway, swept_seen)
    }

    /// The same with another patience for mails that do not come, for tests that do not wait.
    #[must_use]
    pub const fn with_patience(mut self, patience: Patience) -> Self {
        self.patience = patience;
        self
    }

    /// The same, telling there whether the inbox can be reached.
    #[must_use]
    pub fn with_standing(mut self, standing: Arc<Standing>) -> Self {
        self.standing = standing;
        self
    }

    /// Runs until `shutdown`; finishes the mail that is in flight. A lost connection is made again with back-off.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT, LOGINS_PER_MINUTE);
        let mut kept_back = KeptBack::new(self.patience);
        let mut retention = Retention::default();
        let mut late = LateMails::default();
        let mut store_pauses = StorePauses::default();
        while !shutdown.is_cancelled() {
            let rounds = Rounds {
                retention: &mut retention,
                late: &mut late,
            };
            let office = self.office();
            let kept = self.keep_inbox(&mut backoff, &mut kept_back, rounds, &shutdown);
            let error = match kept.await {
                Ok(()) => continue,
                Err(error) => error,
            };
            let after_failure = match &error {
                SweepError::Inbox(_) => backoff.failed(chance::number()),
                // The inbox was opened, so its own pauses begin anew each time: these grow until a while has gone well.
                SweepError::Journal(_) => store_pauses.failed(clock::moment().passed),
            };
            let delay = after_failure
                .max(backoff.before_login(clock::moment().passed))
                .max(kept_back.pause());
            self.alive(delay + REST_MARGIN);
            self.say_what_failed(&error);
            match &error {
                SweepError::Inbox(error) => {
                    self.standing.inbox_lost(Instant::now());
                    report::inbox::connection_failed(error, delay);
                }
                SweepError::Journal(error) => report::gateway::journal_failed(error, delay),
            }
            tokio::select! {
                biased;
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(delay) => {}
                () = self.token_again(&error) => {}
                // Whoever corrects a password does not want to wait for the next try.
                () = self.desk_replaced(&office) => {}
            }
        }
        // What was recorded last is there at the next start: nothing is handled again for want of it.
        if let Err(error) = on_disk(|| self.journal.sync()) {
            report::gateway::journal_failed(&error, Duration::ZERO);
        }
    }

    /// Waits until another desk is in force.
    async fn desk_replaced(&self, office: &Arc<Office>) {
        while Arc::ptr_eq(&self.office(), office) {
            // What else wakes us is seen by the sweep that follows this wait.
            self.wake.notified().await;
        }
    }

    /// Waits until there are tokens again, where it was for want of one that the inbox could not be opened.
    async fn token_again(&self, error: &SweepError) {
        let office = self.office();
        if let (SweepError::Inbox(InboxError::NoToken { .. }), Some(keeper)) =
            (error, office.settings.token_keeper())
        {
            let mut health = keeper.health();
            let works = |health: &Health| health.failing.is_none() && health.token_ends.is_some();
            if health.wait_for(works).await.is_ok() {
                return;
            }
        }
        std::future::pending().await
    }

    /// One connection's life: sweep, file, wait, until the connection is lost, settings change, or shutdown.
    async fn keep_inbox(
        &self,
        backoff: &mut Backoff,
        kept_back: &mut KeptBack,
        rounds: Rounds<'_>,
        shutdown: &CancellationToken,
    ) -> Result<(), SweepError> {
        let office = self.office();
        self.alive(WORK_MAX);
        let opening = Connection::open(&office.settings.inbox);
        let mut connection = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            connection = opening => connection?,
        };
        backoff.succeeded(clock::moment().passed);
        self.standing.inbox_opened(Instant::now());
        let mut sent_folder = SentFolder::of(&office, self.patience);
        loop {
            let began = clock::moment();
            self.alive(WORK_MAX);
            let office_now = self.office();
            if !Arc::ptr_eq(&office_now, &office) {
                connection.close().await;
                return Ok(());
            }
            // Before the inbox: whoever has answered is known before a customer's next mail is decided on, and before a promise lapses.
            if let Some(sent_folder) = &mut sent_folder {
                self.look_at_sent(&office, sent_folder, shutdown).await?;
            }
            connection.check_folder().await?;
            let swept = self
                .sweep(&office, &mut connection, kept_back, shutdown)
                .await?;
            if swept == Swept::All {
                self.swept.send_replace(Some(began));
                self.signs.works(Server::Imap, began.shown);
                self.signs.store_works(Part::Inbox);
                self.outbox_wake.notify_one();
            }
            self.tell_of_lost_mails(&office)?;
            on_disk(|| self.tell_of_late_mails(&office, rounds.late))?;
            self.file(&office, &mut connection).await?;
            self.forget_old_bytes(&office)?;
            on_disk(|| rounds.retention.look(&self.journal, &office.settings.store))?;
            self.alive(office.settings.inbox.poll_interval + REST_MARGIN);
            tokio::select! {
                biased;
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
        kept_back: &mut KeptBack,
        shutdown: &CancellationToken,
    ) -> Result<Swept, SweepError> {
        let mut cursor = self.first_cursor(office, connection, kept_back).await?;
        loop {
            match self.fetch(connection, cursor, kept_back).await? {
                Fetched::Nothing => return Ok(Swept::All),
                Fetched::KeptBack { place, why } => {
                    cursor.uid = place.uid;
                    on_disk(|| self.give_up(office, place, cursor, &why))?;
                }
                Fetched::Mails(arrivals) => {
                    let checked = office.check_senders(arrivals).ready_chunks(BEGUN_TOGETHER);
                    let mut checked = pin!(checked);
                    while let Some(arrivals) = checked.next().await {
                        let identities: Vec<MailIdentity> = arrivals.iter().map(begun).collect();
                        let together = on_disk(|| self.journal.begin_together(&identities))?;
                        self.alive(HANDLING_MAX);
                        let arrivals = tokio::select! {
                            biased;
                            () = shutdown.cancelled() => {
                                on_disk(|| self.journal.not_begun_after_all(together))?;
                                return Ok(Swept::Part);
                            }
                            arrivals = self.look_up(office, arrivals, &together) => arrivals,
                        };
                        let swept = on_disk(|| {
                            let begun = (arrivals.as_slice(), together);
                            self.handle_in_order(office, begun, &mut cursor, shutdown)
                        });
                        if swept? == Swept::Part {
                            return Ok(Swept::Part);
                        }
                    }
                    // One wait for the disk for all of them.
                    on_disk(|| self.journal.sync())?;
                }
            }
        }
    }

    /// One mail after the other, of those that are on record as begun; the cursor goes with them.
    fn handle_in_order(
        &self,
        office: &Office,
        (arrivals, together): (&[Arrival], BegunTogether),
        cursor: &mut Cursor,
        shutdown: &CancellationToken,
    ) -> Result<Swept, JournalError> {
        Clerk::new(office, &self.journal).watched(|watchdog| {
            let mut queue = Queue { together, watchdog };
            for arrival in arrivals {
                // A desk that was replaced judges no further mail: its key may be one that somebody stole.
                let is_replaced = !std::ptr::eq(Arc::as_ptr(&self.office()), office);
                if shutdown.is_cancelled() || is_replaced {
                    self.journal.not_begun_after_all(queue.together)?;
                    return Ok(Swept::Part);
                }
                cursor.uid = arrival.place.uid;
                self.alive(HANDLING_MAX);
                self.signs.mail_came(clock::now());
                if let Err(error) = self.handle(office, arrival, *cursor, &mut queue) {
                    // The others did nothing. Where this fails as well they are begun once too often: no harm.
                    let _ = self.journal.not_begun_after_all(queue.together);
                    return Err(error);
                }
            }
            Ok(Swept::All)
        })
    }

    /// The next mails above the cursor.
    pub(super) async fn fetch(
        &self,
        connection: &mut Connection,
        cursor: Cursor,
        kept_back: &mut KeptBack,
    ) -> Result<Fetched, SweepError> {
        if let Some(why) = kept_back.given_up(cursor, clock::now()) {
            let why = why.to_owned();
            // Asked on this connection: a server that does not even tell its UIDs is in trouble as a whole.
            if let Some(place) = connection.place_after(cursor.uid).await? {
                kept_back.came(1);
                return Ok(Fetched::KeptBack { place, why });
            }
        }
        let mails = kept_back.mails_at_once(BATCH_MAILS);
        let fetched = connection.fetch_after(cursor.uid, mails, BATCH_BYTES).await;
        match fetched {
            Ok(arrivals) => {
                kept_back.came(arrivals.len());
                // A first sweep of thousands of mails takes long: the server works all the same.
                self.signs.works(Server::Imap, clock::now());
                Ok(match arrivals.is_empty() {
                    true => Fetched::Nothing,
                    false => Fetched::Mails(arrivals),
                })
            }
            Err(error) => {
                kept_back.failed(cursor, BATCH_MAILS, error.to_string(), clock::now());
                Err(error.into())
            }
        }
    }

    /// The bytes of mails that left long ago are no more than the copies that everybody has.
    fn forget_old_bytes(&self, office: &Office) -> Result<(), JournalError> {
        let kept = jiff::SignedDuration::try_from(office.settings.store.keep_sent);
        let Some(before) = kept
            .ok()
            .and_then(|kept| clock::now().checked_sub(kept).ok())
        else {
            return Ok(());
        };
        on_disk(|| self.journal.forget_sent(before, FORGOTTEN_AT_ONCE))?;
        Ok(())
    }

    fn office(&self) -> Arc<Office> {
        let office = self.office.read();
        Arc::clone(&office.unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// This part lives, and will say so again within this time.
    fn alive(&self, again_within: Duration) {
        self.signs.alive(Part::Inbox, again_within);
    }

    /// While more is fetched.
    pub(super) fn works_on(&self) {
        self.alive(WORK_MAX);
    }

    fn say_what_failed(&self, error: &SweepError) {
        let now = clock::moment();
        match error {
            SweepError::Inbox(error) => {
                self.signs.store_works(Part::Inbox);
                let is_refused = error.is_refused_login();
                (self.signs).fails(Server::Imap, error.to_string(), is_refused, now);
            }
            // It is tried again at once, and says nothing about the store.
            SweepError::Journal(JournalError::State(_)) => {}
            SweepError::Journal(error) => {
                (self.signs).store_fails(Part::Inbox, error.to_string(), now);
            }
        }
    }
}

/// The pauses after failures of the store: opening the inbox for nothing is what the server counts.
#[derive(Default)]
struct StorePauses {
    in_a_row: u32,
    last: Option<Instant>,
}

impl StorePauses {
    fn failed(&mut self, now: Instant) -> Duration {
        let is_old = self
            .last
            .is_none_or(|last| now.saturating_duration_since(last) > STORE_PAUSE_MAX * 2);
        self.in_a_row = if is_old {
            0
        } else {
            self.in_a_row.saturating_add(1)
        };
        self.last = Some(now);
        FIRST_WAIT
            .saturating_mul(1 << self.in_a_row.min(10))
            .min(STORE_PAUSE_MAX)
    }
}

/// What is done once a round beside the mail, and where each of it had come.
struct Rounds<'a> {
    retention: &'a mut Retention,
    late: &'a mut LateMails,
}

/// How far a sweep came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Swept {
    /// Nothing is left above the cursor.
    All,
    /// It was cut short.
    Part,
}

/// What a look above the cursor found.
pub(super) enum Fetched {
    /// No mail.
    Nothing,
    /// These, in order.
    Mails(Vec<Arrival>),
    /// A mail that the server has and did not hand over for long.
    KeptBack {
        /// Where it stands.
        place: Place,
        /// What was seen last.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_fails_does_not_use_up_the_logins_of_a_minute() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut pauses = StorePauses::default();
        let (mut now, mut tries) = (0, 0);
        while now < 60 {
            now += pauses.failed(at(now)).as_secs().max(1);
            tries += 1;
        }
        assert!(tries < LOGINS_PER_MINUTE, "{tries}");
        assert_eq!(pauses.failed(at(now)), STORE_PAUSE_MAX);
        assert_eq!(pauses.failed(at(now + 100)), FIRST_WAIT, "all went well");
    }
}
