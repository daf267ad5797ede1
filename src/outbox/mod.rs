//! Carries out what the journal recorded, over SMTP. What each failure means is decided in one file (`failure.rs`).
//!
//! Promise: nothing is sent that the journal did not return, nothing is sent before it stands in the journal as in doubt, and
//! no mail is dropped in silence: it is sent, waits on record, or is told to staff. Reads hostile input: the server's replies.

mod connection;
mod content;
mod delivery;
mod doubt;
mod failure;
mod login;
mod schedule;

use crate::config::Smtp;
use crate::journal::{
    Attempt, AttemptOutcome, CopyProof, Journal, JournalError, LostRecipient, RecordedEffect,
};
use crate::mail::Address;
use crate::report::outbox as report;
use crate::watch::{Part, Server, Signs};
use connection::{Connection, Failure};
use delivery::{Cut, Delivered};
use failure::{Stage, Trouble, Verdict, verdict};
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// So many effects are taken from the journal at a time.
const TAKEN_AT_ONCE: usize = 16;

/// A connection without work is ended after this.
const IDLE: Duration = Duration::from_secs(30);

/// The journal and the doubts are looked at at least this often, whether anything woke us or not.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(30);

/// After a failure of the store or the server the next look waits at most this long.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Connecting, TLS, greeting, login, and the few commands of one mail.
const STEPS_OF_A_LOGIN: u32 = 12;

/// A sign of life may come so much later than planned.
const SIGN_MARGIN: Duration = Duration::from_mins(1);

/// What is in flight when handoffd is stopped gets this long.
const FINISH_WITHIN: Duration = Duration::from_secs(20);

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
    journal: Arc<Journal>,
    settings: Smtp,
    support: Address,
    wake: Arc<Notify>,
    settled: Arc<Notify>,
    swept: watch::Receiver<Option<Timestamp>>,
    signs: Arc<Signs>,
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    started_at: Timestamp,
    connection: Option<Connection>,
    failures_in_a_row: u32,
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
        swept: watch::Receiver<Option<Timestamp>>,
    ) -> Self {
        Self {
            journal,
            settings,
            support,
            wake,
            settled,
            swept,
            signs: Arc::default(),
            now: Arc::new(crate::clock::now),
            started_at: crate::clock::now(),
            connection: None,
            failures_in_a_row: 0,
        }
    }

    /// The same with another clock, for tests that do not wait.
    #[must_use]
    pub fn with_clock(mut self, now: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        self.started_at = now();
        self.now = now;
        self
    }

    /// The same, saying of itself how it goes.
    #[must_use]
    pub fn with_signs(mut self, signs: Arc<Signs>) -> Self {
        self.signs = signs;
        self
    }

    /// Sends until it is told to stop; then what is in flight is finished within a bounded time.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            self.alive(Duration::ZERO);
            let wait = match self.look(&shutdown).await {
                Ok(wait) => {
                    self.signs.store_works(Part::Outbox);
                    if wait.is_zero() {
                        continue;
                    }
                    wait
                }
                Err(error) => {
                    report::store_failed(&error);
                    (self.signs).store_fails(Part::Outbox, error.to_string(), (self.now)());
                    self.pause()
                }
            };
            self.alive(wait);
            let watching = self.swept.has_changed().is_ok();
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = self.wake.notified() => {}
                _ = self.swept.changed(), if watching => {}
                () = tokio::time::sleep(wait) => {}
            }
            if self
                .connection
                .as_ref()
                .is_some_and(|open| open.idle_for() >= IDLE)
            {
                self.hang_up().await;
            }
        }
        self.hang_up().await;
    }

    /// Does what is to be done, and says how long it may rest; zero where there is more.
    async fn look(&mut self, shutdown: &CancellationToken) -> Result<Duration, JournalError> {
        self.look_at_doubts()?;
        let now = (self.now)();
        let due = on_disk(|| self.journal.due(now, TAKEN_AT_ONCE))?;
        if due.is_empty() {
            let next = on_disk(|| self.journal.next_due())?;
            let wait = next.map_or(LOOK_AT_LEAST_EVERY, |next| {
                Duration::try_from(next.duration_since(now)).unwrap_or(Duration::ZERO)
            });
            return Ok(wait.clamp(Duration::from_millis(1), LOOK_AT_LEAST_EVERY));
        }
        for effect in due {
            if shutdown.is_cancelled() {
                break;
            }
            let connected = tokio::select! {
                connected = self.be_connected() => connected,
                // Nothing is in flight yet: a server that is away must not hold up the end.
                () = shutdown.cancelled() => break,
            };
            if let Err(failure) = connected {
                // The server is not there: that is no fault of the mails, so no attempt of theirs is counted.
                let why = delivery::words(failure.stage, &failure.trouble);
                report::server_unreachable(&self.settings.host, self.settings.port, &why);
                let is_refused = failure.stage == Stage::Login;
                (self.signs).fails(Server::Smtp, why.clone(), is_refused, now);
                self.give_up_the_oldest(&why)?;
                return Ok(self.pause());
            }
            self.signs.works(Server::Smtp, now);
            self.alive(self.longest_transfer(&effect));
            self.carry_out(effect, shutdown).await?;
            self.alive(Duration::ZERO);
        }
        Ok(Duration::ZERO)
    }

    /// This part lives, and will say so again after what it does now.
    fn alive(&self, resting: Duration) {
        let steps = self.settings.step_timeout * STEPS_OF_A_LOGIN;
        (self.signs).alive(Part::Outbox, resting + steps + SIGN_MARGIN);
    }

    /// What one mail may take at most, on each of two connections: each step has its limit, and a large mail on a slow line more of it.
    fn longest_transfer(&self, effect: &RecordedEffect) -> Duration {
        let record = effect.record();
        let steps = u32::try_from(record.recipients.len()).unwrap_or(u32::MAX);
        let steps = steps.saturating_add(STEPS_OF_A_LOGIN);
        let content = Duration::from_millis(record.bytes.len() as u64 / 20);
        (self.settings.step_timeout.saturating_mul(steps) + content) * 2
    }

    async fn be_connected(&mut self) -> Result<(), Failure> {
        if let Some(mut open) = self.connection.take() {
            if open.is_ready().await {
                self.connection = Some(open);
                return Ok(());
            }
            open.quit().await;
        }
        self.connection = Some(Connection::open(&self.settings).await?);
        self.failures_in_a_row = 0;
        Ok(())
    }

    async fn hang_up(&mut self) {
        if let Some(open) = self.connection.take() {
            open.quit().await;
        }
    }

    /// How long to leave a server or a store alone that has failed.
    fn pause(&mut self) -> Duration {
        self.failures_in_a_row = self.failures_in_a_row.saturating_add(1);
        let longest = self.settings.retry_longest_delay.min(PAUSE_MAX);
        let first = self.settings.retry_first_delay.min(Duration::from_secs(1));
        schedule::delay(self.failures_in_a_row, first, longest, chance())
    }

    /// One attempt, recorded before and after.
    async fn carry_out(
        &mut self,
        effect: RecordedEffect,
        shutdown: &CancellationToken,
    ) -> Result<(), JournalError> {
        let began = (self.now)();
        let copy_to = self.copy_for(&effect);
        let copy = match copy_to {
            Some(_) => CopyProof::Asked,
            None => CopyProof::None,
        };
        let id = effect.record().message_id.clone();
        let mut attempt = match on_disk(|| self.journal.begin_attempt(effect, copy, began)) {
            Ok(attempt) => attempt,
            Err(JournalError::State(why)) => {
                report::not_waiting(&why);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let delivered = match self.deliver(&mut attempt, copy_to.as_ref(), shutdown).await {
            Ok(delivered) => delivered,
            Err(error) => {
                self.connection = None;
                report::left_in_doubt(&id, &error);
                return Err(error);
            }
        };
        if !delivered.connection_usable {
            self.connection = None;
        }
        let outcome = self.outcome_of(&attempt, delivered);
        report::attempt_ended(attempt.record(), &outcome);
        on_disk(|| self.journal.settle(attempt, outcome, (self.now)()))?;
        self.settled.notify_one();
        Ok(())
    }

    /// The attempt itself; on a stale connection once more on a new one.
    async fn deliver(
        &mut self,
        attempt: &mut Attempt,
        copy_to: Option<&Address>,
        shutdown: &CancellationToken,
    ) -> Result<Delivered, JournalError> {
        for _ in 0..2 {
            let Some(open) = self.connection.as_mut() else {
                break;
            };
            let dot_may_be_out = AtomicBool::new(false);
            let journal = &self.journal;
            let narrow = |attempt: &mut Attempt,
                          copy: CopyProof,
                          postponed: Vec<Address>,
                          lost: Vec<LostRecipient>| {
                on_disk(|| journal.narrow_attempt(attempt, copy, postponed, lost))
            };
            let outcome = tokio::select! {
                outcome = delivery::deliver(open, attempt, copy_to, &dot_may_be_out, narrow) => outcome,
                () = async { shutdown.cancelled().await; tokio::time::sleep(FINISH_WITHIN).await } => {
                    let stage = if dot_may_be_out.load(Ordering::SeqCst) { Stage::FinalDot } else { Stage::Content };
                    return Ok(nothing_delivered(stage, &Trouble::Stopped));
                }
            };
            match outcome {
                Ok(delivered) => return Ok(delivered),
                Err(Cut::Journal(error)) => return Err(error),
                Err(Cut::Stale) => {
                    self.connection = None;
                    let opened = tokio::select! {
                        opened = Connection::open(&self.settings) => opened,
                        () = shutdown.cancelled() => {
                            return Ok(nothing_delivered(Stage::Connect, &Trouble::Stopped));
                        }
                    };
                    match opened {
                        Ok(open) => self.connection = Some(open),
                        Err(failure) => {
                            return Ok(nothing_delivered(failure.stage, &failure.trouble));
                        }
                    }
                }
            }
        }
        let words = crate::mail::HeaderText::clean("the server ends each connection at once");
        Ok(nothing_delivered(Stage::Sender, &Trouble::Lost { words }))
    }

    /// Where the copy goes that proves that the mail left, if one can.
    fn copy_for(&self, effect: &RecordedEffect) -> Option<Address> {
        let is_recipient = (effect.record().recipients.iter())
            .any(|recipient| recipient.is_same_as(&self.support));
        (self.settings.copy_to_self && !effect.reached_some() && !is_recipient)
            .then(|| self.support.clone())
    }

    /// What an attempt comes to, with the schedule.
    fn outcome_of(&self, attempt: &Attempt, delivered: Delivered) -> AttemptOutcome {
        let record = attempt.record();
        let now = (self.now)();
        let due = schedule::next_attempt(
            record.recorded_at,
            record.attempts,
            &self.settings,
            now,
            chance(),
        );
        let Delivered {
            result,
            accepted,
            postponed: mut remaining,
            mut lost,
            refusal,
            ..
        } = delivered;
        let mut reached_some = false;
        let why = match result {
            Ok(()) => {
                if accepted.len() == record.recipients.len() && lost.is_empty() {
                    return AttemptOutcome::Sent;
                }
                reached_some = !accepted.is_empty();
                refusal.unwrap_or_else(|| "it has no recipient".to_owned())
            }
            Err((Verdict::InDoubt, why)) => return AttemptOutcome::InDoubt { why },
            Err((Verdict::Retry, why)) => {
                remaining = (record.recipients.iter())
                    .filter(|recipient| !lost.iter().any(|lost| lost.recipient == **recipient))
                    .cloned()
                    .collect();
                why
            }
            Err((Verdict::Permanent, why)) => {
                let refused = if accepted.is_empty() {
                    record.recipients.clone()
                } else {
                    accepted
                };
                lost.extend(refused.into_iter().map(|recipient| LostRecipient {
                    recipient,
                    why: why.clone(),
                }));
                why
            }
        };
        match due {
            Some(due) if lost.is_empty() && !reached_some && !remaining.is_empty() => {
                AttemptOutcome::Later { due, why }
            }
            _ if !reached_some && remaining.is_empty() => AttemptOutcome::GivenUp { why },
            None if !reached_some => AttemptOutcome::GivenUp {
                why: format!("tried for too long; last {why}"),
            },
            None => {
                lost.extend(remaining.into_iter().map(|recipient| LostRecipient {
                    recipient,
                    why: format!("tried for too long; last {why}"),
                }));
                AttemptOutcome::PartlySent {
                    reached_some,
                    remaining: Vec::new(),
                    due: now,
                    lost,
                    why,
                }
            }
            Some(due) => AttemptOutcome::PartlySent {
                reached_some,
                remaining,
                due,
                lost,
                why,
            },
        }
    }

    /// While the server is away, mails that have waited for too long are given up, so that staff are told.
    fn give_up_the_oldest(&self, why: &str) -> Result<(), JournalError> {
        let now = (self.now)();
        for effect in on_disk(|| self.journal.due(now, TAKEN_AT_ONCE))? {
            if !schedule::is_over(effect.record().recorded_at, &self.settings, now) {
                continue;
            }
            let given_up = on_disk(|| {
                let attempt = (self.journal).begin_attempt(effect, CopyProof::None, now)?;
                let outcome = AttemptOutcome::GivenUp {
                    why: format!("tried for too long; last {why}"),
                };
                report::attempt_ended(attempt.record(), &outcome);
                self.journal.settle(attempt, outcome, now)
            });
            match given_up {
                // It was withdrawn between the look and the attempt.
                Err(JournalError::State(why)) => report::not_waiting(&why),
                other => other?,
            }
            self.settled.notify_one();
        }
        Ok(())
    }

    fn look_at_doubts(&mut self) -> Result<(), JournalError> {
        let swept = *self.swept.borrow_and_update();
        let now = (self.now)();
        for effect in on_disk(|| self.journal.in_doubt())? {
            let Some(verdict) =
                doubt::verdict(&effect, self.started_at, swept, &self.settings, now)
            else {
                continue;
            };
            let id = effect.record().message_id.clone();
            if on_disk(|| self.journal.resolve_doubt(&id, verdict.clone(), now))? {
                report::doubt_resolved(effect.record(), &verdict);
                self.settled.notify_one();
            }
        }
        Ok(())
    }
}

fn nothing_delivered(stage: Stage, trouble: &Trouble) -> Delivered {
    Delivered {
        result: Err((verdict(stage, trouble), delivery::words(stage, trouble))),
        accepted: Vec::new(),
        postponed: Vec::new(),
        lost: Vec::new(),
        refusal: None,
        connection_usable: false,
    }
}

/// Waits for the disk without holding up the other tasks of this thread.
fn on_disk<T>(work: impl FnOnce() -> T) -> T {
    match tokio::runtime::Handle::current().runtime_flavor() {
        tokio::runtime::RuntimeFlavor::CurrentThread => work(),
        _ => tokio::task::block_in_place(work),
    }
}

/// A number from 0 to 1 that nobody foresees; one half where the system gives none.
fn chance() -> f64 {
    let mut bytes = [0_u8; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
