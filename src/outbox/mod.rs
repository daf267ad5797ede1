//! Carries out what the journal recorded, over SMTP. What each failure means is decided in one file (`failure.rs`).
//!
//! Promise: nothing is sent that the journal did not return, nothing is sent before it stands in the journal as in doubt, and
//! no mail is dropped in silence: it is sent, waits on record, or is told to staff. A mail that is stuck holds nobody else up
//! (`turn.rs`, `destinations.rs`, and further connections beside one that takes long). Reads hostile input: the server's replies.

mod connection;
mod content;
mod delivery;
mod destinations;
mod doubt;
mod doubted;
mod failure;
mod lane;
mod login;
mod next;
mod outcome;
mod overdue;
mod schedule;
mod size;
mod standing;
mod turn;

pub(crate) use schedule::has_been_tried_for;
pub use standing::{Holding, Standing};

use crate::chance;
use crate::clock::{self, Moment};
use crate::compose::Precedence;
use crate::config::Smtp;
use crate::journal::{DuePlace, Journal, JournalError, RecordedEffect, on_disk};
use crate::mail::{Address, MessageId};
use crate::report::outbox as report;
use crate::task::of_same_mailbox;
use crate::watch::{Part, Server, Signs};
use connection::{Connection, Failure};
use failure::Stage;
use jiff::Timestamp;
use lane::{Desk, End, Lane};
use next::{Search, Walk};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use turn::domains;

/// A sign of life may come so much later than planned.
const SIGN_MARGIN: Duration = Duration::from_mins(1);

/// A connection without work is ended after this.
const IDLE: Duration = Duration::from_secs(30);

/// The journal and the doubts are looked at at least this often, whether anything woke us or not.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(30);

/// After a failure of the store or the server the next look waits at most this long.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// So many connections are used at most. The second and third are opened only beside mails that take long.
const LANES_MAX: usize = 3;

/// A mail that the server works on for so long is not waited for by the others.
const SLOW: Duration = Duration::from_secs(2);

/// After a server has refused a further connection, none is asked for during this time.
const ONE_WILL_DO: Duration = Duration::from_secs(60);

/// Logs in to the SMTP server and leaves again, to see whether the settings are right.
///
/// # Errors
/// A sentence for people: what failed, where, and what to do.
pub async fn log_in(settings: &Smtp) -> Result<(), String> {
    match Connection::open(settings).await {
        Ok(connection) => {
            connection.quit().await;
            Ok(())
        }
        Err(Failure { stage, trouble }) => {
            let server = format!("{}:{}", settings.host, settings.port);
            let by_token =
                (settings.login.as_ref()).is_some_and(|(_, login)| login.keeper().is_some());
            let check = match (stage, by_token) {
                (Stage::Login, true) => {
                    "check that the mailbox may send by SMTP with a token (`handoffd login` walks through it)"
                }
                (_, true) => "check [smtp] host, port, tls, ca_file and user",
                (_, false) => "check [smtp] host, port, tls, ca_file, user and password_file",
            };
            Err(format!(
                "the SMTP server {server} failed {stage}: {trouble}; {check}"
            ))
        }
    }
}

/// The sender of everything that leaves.
pub struct Outbox {
    desk: Arc<Desk>,
    wake: Arc<Notify>,
    swept: watch::Receiver<Option<Moment>>,
    /// Since when each mail has been in doubt, as far as this process knows: an attempt of an earlier one ended before it began.
    doubted_since: BTreeMap<MessageId, Instant>,
    sent_is_watched: bool,
    signs: Arc<Signs>,
    idle: Vec<Lane>,
    busy: Vec<Busy>,
    tasks: JoinSet<Returned>,
    /// The walks through the due mails: through those that leave before the others, and through all.
    first: Walk,
    all: Walk,
    /// So many of the former were found since the latter was asked.
    first_in_a_row: u32,
    /// So many are asked of the latter before the former is asked again.
    until_first: u32,
    /// The walk through those that may be overdue while the server is away.
    overdue_place: DuePlace,
    failures_in_a_row: u32,
    /// Nothing is tried before then, after a failure of the store or the server.
    rest_until: Option<Instant>,
    /// The store reads and does not write.
    commits_fail: bool,
    no_further_lane_before: Option<Instant>,
    /// When it was last seen whether the server lets us in, for want of another sign.
    looked_in: Option<Instant>,
}

/// What a lane is sent out for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Errand {
    /// To send this mail.
    Mail(MessageId),
    /// To see whether the server lets us in.
    LookIn,
}

/// An errand that is under way.
struct Busy {
    errand: Errand,
    began: Instant,
    under_way: Arc<AtomicBool>,
}

/// What comes back from a lane.
struct Returned {
    lane: Lane,
    errand: Errand,
    end: End,
}

impl Outbox {
    /// An outbox that sends from `support` what is due in the journal.
    ///
    /// `wake` hints that something was recorded; `settled` is notified when something was settled; `swept` tells when the
    /// last complete sweep of the inbox began: only a sweep that began late enough shows that a copy did not come back.
    #[must_use]
    pub fn new(
        journal: Arc<Journal>,
        settings: Smtp,
        support: Address,
        wake: Arc<Notify>,
        settled: Arc<Notify>,
        swept: watch::Receiver<Option<Moment>>,
    ) -> Self {
        let desk = Desk {
            journal,
            settings,
            support,
            settled,
            clock: Arc::new(clock::moment),
            standing: Arc::default(),
        };
        Self {
            desk: Arc::new(desk),
            wake,
            swept,
            doubted_since: BTreeMap::new(),
            sent_is_watched: false,
            signs: Arc::default(),
            idle: Vec::new(),
            busy: Vec::new(),
            tasks: JoinSet::new(),
            first: Walk::of(Precedence::First),
            all: Walk::of(Precedence::InTurn),
            first_in_a_row: 0,
            until_first: 0,
            overdue_place: DuePlace::BEGINNING,
            failures_in_a_row: 0,
            rest_until: None,
            commits_fail: false,
            no_further_lane_before: None,
            looked_in: None,
        }
    }

    /// The same with another clock, for tests that do not wait.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Fn() -> Moment + Send + Sync>) -> Self {
        self.change_desk(|desk| desk.clock = clock);
        self
    }

    /// The same, with how it stands as an earlier outbox has left it, for others to look at.
    #[must_use]
    pub fn with_standing(mut self, standing: Arc<Standing>) -> Self {
        // What an earlier one had on its way is on its way no more.
        standing.lock().on_their_way.clear();
        self.change_desk(|desk| desk.standing = standing);
        self
    }

    /// The same, where the gateway looks at the folder of sent mail before each sweep: what stands there has left.
    #[must_use]
    pub const fn with_sent_folder(mut self, is_watched: bool) -> Self {
        self.sent_is_watched = is_watched;
        self
    }

    /// The same, saying of itself how it goes.
    #[must_use]
    pub fn with_signs(mut self, signs: Arc<Signs>) -> Self {
        self.signs = signs;
        self
    }

    fn change_desk(&mut self, change: impl FnOnce(&mut Desk)) {
        let old = &self.desk;
        let mut desk = Desk {
            journal: Arc::clone(&old.journal),
            settings: old.settings.clone(),
            support: old.support.clone(),
            settled: Arc::clone(&old.settled),
            clock: Arc::clone(&old.clock),
            standing: Arc::clone(&old.standing),
        };
        change(&mut desk);
        self.desk = Arc::new(desk);
    }

    /// Sends until it is told to stop; then what is in flight is finished within a bounded time.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let wait = match on_disk(|| self.look_and_settle(&shutdown)) {
                Ok(wait) => wait,
                Err(error) => {
                    let pause = self.store_failed(&error);
                    self.rest(pause);
                    pause
                }
            };
            self.signs.alive(Part::Outbox, wait + SIGN_MARGIN);
            if wait.is_zero() {
                // Others may have something to do between two long looks.
                tokio::task::yield_now().await;
                continue;
            }
            let watching = self.swept.has_changed().is_ok();
            tokio::select! {
                biased;
                () = shutdown.cancelled() => break,
                Some(returned) = self.tasks.join_next(), if !self.tasks.is_empty() => {
                    self.take_back(returned);
                }
                () = self.wake.notified() => {}
                _ = self.swept.changed(), if watching => {}
                () = tokio::time::sleep(wait) => {}
            }
            for lane in &mut self.idle {
                if lane.idle_for().is_some_and(|idle| idle >= IDLE) {
                    lane.hang_up().await;
                }
            }
            self.idle.retain(|lane| lane.idle_for().is_some());
        }
        while let Some(returned) = self.tasks.join_next().await {
            self.take_back(returned);
        }
        if let Err(error) = on_disk(|| self.desk.journal.sync()) {
            report::store_failed(&error);
        }
        for lane in &mut self.idle {
            lane.hang_up().await;
        }
    }

    fn now(&self) -> Timestamp {
        (self.desk.clock)().shown
    }

    /// The same as [`Self::look`]. Before a rest nothing else brings to the disk what was settled last; where that fails, whoever writes next
    /// hears of it.
    fn look_and_settle(&mut self, shutdown: &CancellationToken) -> Result<Duration, JournalError> {
        let wait = self.look(shutdown)?;
        if !wait.is_zero() {
            let _ = self.desk.journal.sync();
        }
        Ok(wait)
    }

    /// Does what is to be done, and says how long it may rest; zero where there is more.
    fn look(&mut self, shutdown: &CancellationToken) -> Result<Duration, JournalError> {
        if let Some(left) = self.left_to_rest() {
            return Ok(left);
        }
        let mut rest_max = LOOK_AT_LEAST_EVERY;
        if self.look_at_doubts()? {
            rest_max = rest_max.min(self.look_in(shutdown));
        }
        if !self.commits_fail {
            self.signs.store_works(Part::Outbox);
        }
        loop {
            if !self.has_free_lane() {
                // Whoever is slow by then is not waited for any longer.
                return Ok(if self.busy.len() < LANES_MAX {
                    SLOW
                } else {
                    LOOK_AT_LEAST_EVERY
                });
            }
            match self.next_mail()? {
                Search::Found(effect, except) => self.begin(*effect, except, shutdown),
                Search::GoOn => return Ok(Duration::ZERO),
                Search::Nothing(rest) => return Ok(rest.min(rest_max)),
            }
        }
    }

    /// What failed is left alone for its whole pause, whatever wakes us meanwhile: each mail that comes in does.
    fn left_to_rest(&mut self) -> Option<Duration> {
        let left = self.rest_until?.checked_duration_since(Instant::now());
        let left = left.filter(|left| !left.is_zero());
        if left.is_none() {
            self.rest_until = None;
        }
        left
    }

    fn rest(&mut self, pause: Duration) {
        self.rest_until = Some(Instant::now() + pause);
    }

    /// Whether a mail could leave now: one connection will do, unless what is on it takes long.
    fn has_free_lane(&self) -> bool {
        let may_be_further =
            (self.no_further_lane_before).is_none_or(|then| then <= Instant::now());
        let all_are_slow = (self.busy.iter())
            .all(|busy| busy.under_way.load(Ordering::SeqCst) && busy.began.elapsed() >= SLOW);
        self.busy.is_empty() || (self.busy.len() < LANES_MAX && may_be_further && all_are_slow)
    }

    fn begin(
        &mut self,
        effect: RecordedEffect,
        except: Vec<Address>,
        shutdown: &CancellationToken,
    ) {
        let record = effect.record();
        let mail = record.message_id.clone();
        let mut standing = self.desk.standing.lock();
        (standing.on_their_way).insert(mail.clone(), domains(record));
        drop(standing);
        let lane = self.idle.pop();
        let mut lane = lane.unwrap_or_else(|| Lane::new(Arc::clone(&self.desk)));
        self.busy.push(Busy {
            errand: Errand::Mail(mail.clone()),
            began: Instant::now(),
            under_way: lane.under_way(),
        });
        let shutdown = shutdown.clone();
        let sending = async move {
            let end = lane.carry_out(effect, &except, &shutdown).await;
            let errand = Errand::Mail(mail);
            Returned { lane, errand, end }
        };
        self.tasks.spawn(of_same_mailbox(sending));
    }

    fn take_back(&mut self, returned: Result<Returned, tokio::task::JoinError>) {
        let Returned { lane, errand, end } = match returned {
            Ok(returned) => returned,
            // A defect of ours: the daemon ends with it, and what was on its way is in doubt.
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return,
            },
        };
        self.busy.retain(|busy| busy.errand != errand);
        if let Errand::Mail(mail) = &errand {
            self.desk.standing.lock().on_their_way.remove(mail);
        }
        match end {
            End::Done => {
                self.failures_in_a_row = 0;
                self.commits_fail = false;
                self.signs.works(Server::Smtp, self.now());
                self.idle.push(lane);
            }
            End::Stopped => {}
            End::Journal(error) => {
                self.commits_fail = true;
                let pause = self.store_failed(&error);
                self.rest(pause);
            }
            End::Unreachable(_)
                if (self.busy.iter()).any(|busy| busy.under_way.load(Ordering::SeqCst)) =>
            {
                // It works for another mail, so it is not away: it wants no further connection.
                self.no_further_lane_before = Some(Instant::now() + ONE_WILL_DO);
            }
            End::Unreachable(failure) => self.server_is_away(&failure),
        }
    }

    /// The server is not there: that is no fault of the mails, so no attempt of theirs is counted.
    fn server_is_away(&mut self, failure: &Failure) {
        let settings = &self.desk.settings;
        let why = delivery::words(failure.stage, &failure.trouble);
        report::server_unreachable(&settings.host, settings.port, &why);
        if let Err(error) = self.give_up_the_overdue(&why) {
            report::store_failed(&error);
        }
        let pause = self.pause();
        let moment = (self.desk.clock)();
        let now = moment.shown;
        let standing = &self.desk.standing;
        (self.signs).fails(
            Server::Smtp,
            why.clone(),
            failure.stage == Stage::Login,
            moment,
        );
        standing.server_failed(&why, moment, schedule::later(now, pause));
        self.rest(pause);
    }

    /// The store failed; how long to leave it alone.
    fn store_failed(&mut self, error: &JournalError) -> Duration {
        report::store_failed(error);
        (self.signs).store_fails(Part::Outbox, error.to_string(), (self.desk.clock)());
        self.pause()
    }

    /// How long to leave a server or a store alone that has failed.
    fn pause(&mut self) -> Duration {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let settings = &self.desk.settings;
        let longest = settings.retry_longest_delay.min(PAUSE_MAX);
        let first = settings.retry_first_delay.min(Duration::from_secs(1));
        schedule::delay(self.failures_in_a_row, first, longest, chance::share())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::compose::{EnvelopeSender, Purpose};
    use crate::config::Tls;
    use crate::journal::{EffectRecord, EffectState};
    use crate::mail::MailIdentity;
    use crate::ticket::TicketId;

    /// A mail that waits, recorded at the beginning of time.
    pub(crate) fn mail(name: &str, ticket: u8, to: &[&str]) -> EffectRecord {
        EffectRecord {
            message_id: MessageId::parse(name).unwrap(),
            purpose: Purpose::Answer,
            precedence: Precedence::InTurn,
            ticket: Some(TicketId::for_mail(&MailIdentity([ticket; 32]), 0)),
            party: None,
            sender: EnvelopeSender::Null,
            recipients: to.iter().map(|to| Address::parse(to).unwrap()).collect(),
            subject: String::new(),
            bytes: Vec::new(),
            state: EffectState::Waiting {
                due: Timestamp::UNIX_EPOCH,
            },
            recorded_at: Timestamp::UNIX_EPOCH,
            attempts: 0,
            last_failure: None,
        }
    }

    /// Settings for tests of the parts.
    pub(crate) fn settings() -> Smtp {
        Smtp {
            host: String::new(),
            port: 25,
            tls: Tls::None,
            ca_file: None,
            login: None,
            step_timeout: Duration::from_secs(60),
            retry_first_delay: Duration::from_secs(60),
            retry_longest_delay: Duration::from_secs(3600),
            retry_give_up_after: Duration::from_secs(432_000),
            tell_staff_after: Duration::from_secs(14_400),
            copy_to_self: true,
            copy_wait: Duration::from_secs(300),
        }
    }
}
