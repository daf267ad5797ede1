//! One connection to the server, and one mail at a time over it: recorded as in doubt before, settled after.
//!
//! Promise: whatever happens on the way, the journal holds the truth, or the mail stays in doubt, which is the truth as far as anybody knows.

use super::connection::{Connection, Failure};
use super::delivery::{self, Cut, Delivered, Heard};
use super::failure::{Stage, Trouble};
use super::outcome::{not_lost, outcome};
use super::schedule;
use super::standing::Standing;
use crate::chance;
use crate::clock::Moment;
use crate::config::Smtp;
use crate::journal::on_disk;
use crate::journal::{Attempt, CopyProof, Journal, JournalError, LostRecipient, RecordedEffect};
use crate::mail::Address;
use crate::report::outbox as report;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// What is in flight when handoffd is stopped gets this long.
const FINISH_WITHIN: Duration = Duration::from_secs(20);

/// What all lanes share.
pub(super) struct Desk {
    pub(super) journal: Arc<Journal>,
    pub(super) settings: Smtp,
    pub(super) support: Address,
    pub(super) settled: Arc<Notify>,
    pub(super) clock: Arc<dyn Fn() -> Moment + Send + Sync>,
    pub(super) standing: Arc<Standing>,
}

/// A connection that may be open, and what it takes to use it.
pub(super) struct Lane {
    desk: Arc<Desk>,
    connection: Option<Connection>,
    /// The server has let us in, and works on a mail.
    under_way: Arc<AtomicBool>,
}

/// How a mail's time on a lane ended.
#[derive(Debug)]
pub(super) enum End {
    /// The mail is settled or has its next try, or it did not wait any more.
    Done,
    /// There is no connection to be had: no attempt was begun.
    Unreachable(Failure),
    /// We were stopped before anything was begun.
    Stopped,
    /// The journal failed.
    Journal(JournalError),
}

impl Lane {
    /// Not connected yet.
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        Self {
            desk,
            connection: None,
            under_way: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Tells whether the server works on the mail of this lane.
    pub(super) fn under_way(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.under_way)
    }

    /// How long its open connection was not used; `None` where there is none.
    pub(super) fn idle_for(&self) -> Option<Duration> {
        self.connection.as_ref().map(Connection::idle_for)
    }

    /// Ends the connection politely.
    pub(super) async fn hang_up(&mut self) {
        if let Some(open) = self.connection.take() {
            open.quit().await;
        }
    }

    /// Whether the server lets us in.
    pub(super) async fn look_in(&mut self, shutdown: &CancellationToken) -> End {
        let connected = tokio::select! {
            biased;
            connected = self.be_connected() => connected,
            // Nothing is in flight yet: a server that is away must not hold up the end.
            () = shutdown.cancelled() => return End::Stopped,
        };
        match connected {
            Ok(()) => {
                let now = (self.desk.clock)().passed;
                self.desk.standing.server_works(now);
                End::Done
            }
            Err(failure) => End::Unreachable(failure),
        }
    }

    /// One attempt, except to those recipients.
    pub(super) async fn carry_out(
        &mut self,
        effect: RecordedEffect,
        except: &[Address],
        shutdown: &CancellationToken,
    ) -> End {
        match self.look_in(shutdown).await {
            End::Done => {}
            other => return other,
        }
        self.under_way.store(true, Ordering::SeqCst);
        let end = match self.attempt(effect, except, shutdown).await {
            Ok(()) => End::Done,
            Err(error) => End::Journal(error),
        };
        self.under_way.store(false, Ordering::SeqCst);
        end
    }

    async fn be_connected(&mut self) -> Result<(), Failure> {
        if let Some(mut open) = self.connection.take() {
            if open.is_ready().await {
                self.connection = Some(open);
                return Ok(());
            }
            open.quit().await;
        }
        self.connection = Some(Connection::open(&self.desk.settings).await?);
        Ok(())
    }

    /// One attempt, recorded before and after.
    async fn attempt(
        &mut self,
        effect: RecordedEffect,
        except: &[Address],
        shutdown: &CancellationToken,
    ) -> Result<(), JournalError> {
        let desk = Arc::clone(&self.desk);
        let copy_to = desk.copy_for(&effect);
        let copy = match copy_to {
            Some(_) => CopyProof::Asked,
            None => CopyProof::None,
        };
        let id = effect.record().message_id.clone();
        let mut attempt = match on_disk(|| {
            desk.journal
                .begin_attempt(effect, copy, (desk.clock)().shown)
        }) {
            Ok(attempt) => attempt,
            Err(JournalError::State(why)) => {
                report::not_waiting(&why);
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let delivered = self
            .deliver(&mut attempt, copy_to.as_ref(), except, shutdown)
            .await;
        let delivered = match delivered {
            Ok(delivered) => delivered,
            Err(error) => {
                self.connection = None;
                report::left_in_doubt(&id, &error);
                return Err(error);
            }
        };
        if !delivered.connection_usable {
            self.connection = None;
            desk.standing.server_out_of_sight();
        }
        let now = (desk.clock)().shown;
        desk.remember(&delivered.heard, now);
        let due = desk.next_attempt(&attempt, &delivered, now);
        let outcome = outcome(attempt.record(), delivered, due, now);
        report::attempt_ended(attempt.record(), &outcome);
        let settled = on_disk(|| desk.journal.settle(attempt, outcome, now));
        desk.settled.notify_one();
        settled
    }

    /// The attempt itself; on a stale connection once more on a new one.
    async fn deliver(
        &mut self,
        attempt: &mut Attempt,
        copy_to: Option<&Address>,
        except: &[Address],
        shutdown: &CancellationToken,
    ) -> Result<Delivered, JournalError> {
        for _ in 0..2 {
            let Some(open) = self.connection.as_mut() else {
                break;
            };
            let dot_may_be_out = AtomicBool::new(false);
            let journal = &self.desk.journal;
            let narrow = |attempt: &mut Attempt,
                          copy: CopyProof,
                          postponed: Vec<Address>,
                          lost: Vec<LostRecipient>| {
                on_disk(|| journal.narrow_attempt(attempt, copy, postponed, lost))
            };
            let is_ours = || journal.still_ours().is_ok();
            let delivering = delivery::deliver(
                open,
                attempt,
                copy_to,
                except,
                &dot_may_be_out,
                is_ours,
                narrow,
            );
            let outcome = tokio::select! {
                biased;
                outcome = delivering => outcome,
                () = async { shutdown.cancelled().await; tokio::time::sleep(FINISH_WITHIN).await } => {
                    let stage = if dot_may_be_out.load(Ordering::SeqCst) { Stage::FinalDot } else { Stage::Content };
                    return Ok(Delivered::nothing(stage, &Trouble::Stopped));
                }
            };
            match outcome {
                Ok(delivered) => return Ok(delivered),
                Err(Cut::Journal(error)) => return Err(error),
                Err(Cut::Stale) => {
                    self.connection = None;
                    let opened = tokio::select! {
                        biased;
                        opened = Connection::open(&self.desk.settings) => opened,
                        () = shutdown.cancelled() => {
                            return Ok(Delivered::nothing(Stage::Connect, &Trouble::Stopped));
                        }
                    };
                    match opened {
                        Ok(open) => self.connection = Some(open),
                        Err(failure) => {
                            return Ok(Delivered::nothing(failure.stage, &failure.trouble));
                        }
                    }
                }
            }
        }
        let words = crate::mail::HeaderText::clean("the server ends each connection at once");
        Ok(Delivered::nothing(Stage::Sender, &Trouble::Lost { words }))
    }
}

impl Desk {
    /// Where the copy goes that proves that the mail left, if one can.
    fn copy_for(&self, effect: &RecordedEffect) -> Option<Address> {
        let is_recipient = (effect.record().recipients.iter())
            .any(|recipient| recipient.is_same_as(&self.support));
        (self.settings.copy_to_self && !effect.reached_some() && !is_recipient)
            .then(|| self.support.clone())
    }

    /// What the server said about recipients, for other mails to their domains.
    fn remember(&self, heard: &[Heard], now: Timestamp) {
        let mut standing = self.standing.lock();
        for Heard { recipient, trouble } in heard {
            let domain = recipient.domain();
            match trouble {
                None => standing.destinations.answered(domain),
                Some((blame, why)) => {
                    let all = &mut standing.destinations;
                    all.failed(recipient, *blame, why, &self.settings, now, chance::share());
                }
            }
        }
    }

    /// When the mail is tried again; at once where only a domain that is left alone from now on was in the way of its other recipients.
    fn next_attempt(
        &self,
        attempt: &Attempt,
        delivered: &Delivered,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let record = attempt.record();
        let due = schedule::next_attempt(record, &self.settings, now, chance::share())?;
        let broke_at = delivered.heard.last().filter(|last| {
            delivered.result.is_err() && last.trouble.is_some() && !delivered.connection_usable
        });
        let standing = self.standing.lock();
        let is_left_alone = |recipient: &Address| {
            (standing.destinations)
                .left_alone(recipient.domain(), now)
                .is_some()
        };
        let is_in_the_way = broke_at.is_some_and(|broke_at| is_left_alone(&broke_at.recipient));
        let others = not_lost(record, &delivered.lost);
        if is_in_the_way && others.iter().any(|other| !is_left_alone(other)) {
            return Some(now);
        }
        Some(due)
    }
}
