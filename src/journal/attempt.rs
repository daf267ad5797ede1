//! One attempt to send one effect: in doubt on disk before the connection is used, settled on disk after.
//!
//! | crash after | found at the next start |
//! |---|---|
//! | recording | waiting: nothing left us |
//! | [`Journal::begin_attempt`] | in doubt: it may have left |
//! | [`Journal::settle`] | what was settled |

use super::form::Delivery;
use super::own_copy::unproven;
use super::store::{Act, Batch, Outlives, Tree};
use super::{EffectRecord, EffectState, Journal, JournalError, RecordedEffect};
use crate::mail::{Address, MessageId};
use jiff::Timestamp;

/// What the copy to ourselves can prove about an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyProof {
    /// It is asked for in the same transaction: it comes back exactly when the mail left.
    Asked,
    /// It is not asked for, was refused, or left with an earlier transaction: none can come of this one.
    #[default]
    None,
}

/// A recipient that a mail will never reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRecipient {
    /// Who.
    pub recipient: Address,
    /// The server's words.
    pub why: String,
    /// That the mail was too large for them, where that is why.
    pub too_large: Option<TooLarge>,
}

/// That a mail was refused for its size: without what makes it large it may get through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TooLarge {
    /// The most that the server takes, where it says so.
    pub limit_bytes: Option<u64>,
}

/// The proof that an attempt is on disk. Only [`Journal::begin_attempt`] makes one; sending needs one.
#[derive(Debug)]
pub struct Attempt {
    effect: RecordedEffect,
}

impl Attempt {
    /// What is to be sent.
    #[must_use]
    pub const fn record(&self) -> &EffectRecord {
        &self.effect.record
    }

    /// What the copy to ourselves can prove.
    #[must_use]
    pub const fn copy(&self) -> CopyProof {
        self.effect.delivery.copy
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum AttemptOutcome {
    /// The server took it for all recipients.
    Sent,
    /// The recipients had different luck: some are to be tried again, some are lost, others may have it.
    PartlySent {
        /// Whether the server took it for anybody.
        reached_some: bool,
        /// To be tried again; may be empty.
        remaining: Vec<Address>,
        /// When.
        due: Timestamp,
        /// Never to be reached; staff are told.
        lost: Vec<LostRecipient>,
        /// The server's words.
        why: String,
    },
    /// Nothing left us; to be tried again.
    Later {
        /// When.
        due: Timestamp,
        /// The server's words.
        why: String,
    },
    /// Nothing left us and nothing will; staff are told.
    GivenUp {
        /// The server's words.
        why: String,
    },
    /// The same, because the mail is larger than what the server takes.
    TooLarge {
        /// The server's words, or why it was not tried.
        why: String,
        /// What is known of the limit.
        too_large: TooLarge,
    },
    /// The connection was lost after the final dot: it may have left.
    InDoubt {
        /// What was seen.
        why: String,
    },
}

/// What becomes of an effect in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoubtVerdict {
    /// It did not leave, or twice does less harm than never: the same bytes again.
    SendAgain {
        /// Why.
        why: String,
        /// When.
        due: Timestamp,
    },
    /// A person must look; staff are told.
    GiveUp {
        /// Why.
        why: String,
    },
}

impl Journal {
    /// Records that the effect may be leaving from now on. After a crash it is found in doubt.
    ///
    /// # Errors
    /// [`JournalError::State`] where the effect does not wait any more; as of [`Journal::still_ours`]; otherwise as the store says.
    pub fn begin_attempt(
        &self,
        effect: RecordedEffect,
        copy: CopyProof,
        now: Timestamp,
    ) -> Result<Attempt, JournalError> {
        self.still_ours()?;
        let _writing = self.lock();
        let (mut record, mut delivery) = self.stored(&effect.record.message_id)?;
        if !matches!(record.state, EffectState::Waiting { .. }) {
            return Err(JournalError::State(format!(
                "mail {} does not wait to be sent any more",
                record.message_id
            )));
        }
        record.attempts = record.attempts.saturating_add(1);
        // An older program kept the attempt before this one in mind, and nothing beside it.
        if delivery.doubts > 0 && !delivery.reached_some && delivery.unproven.is_none() {
            delivery.unproven = Some(unproven(&record, &delivery));
        }
        delivery.copy = copy;
        delivery.postponed = Vec::new();
        delivery.too_large = None;
        self.write_state(
            record.clone(),
            &delivery,
            EffectState::InDoubt { since: now },
            now,
            Outlives::PowerCut,
        )?;
        record.state = EffectState::InDoubt { since: now };
        record.bytes = effect.record.bytes;
        Ok(Attempt {
            effect: RecordedEffect { record, delivery },
        })
    }

    /// Records, before the mail's content goes out, where this attempt differs from what was recorded at its begin: which
    /// recipients it will not reach, and what the copy proves. Without it a crash would take the copy as proof for all.
    ///
    /// # Errors
    /// [`JournalError`]; the content must not be sent then.
    pub fn narrow_attempt(
        &self,
        attempt: &mut Attempt,
        copy: CopyProof,
        postponed: Vec<Address>,
        lost: Vec<LostRecipient>,
    ) -> Result<(), JournalError> {
        let _writing = self.lock();
        let (mut record, mut delivery) = self.stored(&attempt.effect.record.message_id)?;
        let lost = still_to_reach(&record, lost, |lost| &lost.recipient);
        delivery.copy = copy;
        delivery.postponed = postponed;
        record
            .recipients
            .retain(|recipient| !lost.iter().any(|lost| lost.recipient == *recipient));
        delivery.lost.extend(lost);
        let mut batch = Batch::of(Act::Sending);
        if !delivery.lost.is_empty() {
            batch.put(
                Tree::Untold,
                record.message_id.as_str().as_bytes(),
                Vec::new(),
            );
        }
        let state = record.state.clone();
        self.change_state(&mut batch, record, &delivery, state)?;
        self.store.commit(batch, Outlives::PowerCut)?;
        attempt.effect.delivery = delivery;
        Ok(())
    }

    /// Records what came of an attempt. Where a copy can prove it, this does not wait for the disk: a crash that takes it back leaves the effect in
    /// doubt, as one before it does. It is on disk before anything that follows from it leaves, at the latest with [`Journal::sync`].
    ///
    /// # Errors
    /// [`JournalError`]; the effect stays in doubt then, which is the truth as far as the disk knows.
    pub fn settle(
        &self,
        attempt: Attempt,
        outcome: AttemptOutcome,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        let _writing = self.lock();
        let (mut record, mut delivery) = self.stored(&attempt.effect.record.message_id)?;
        // The copy of an attempt before this one may have come meanwhile. It proves more than any answer of the server that says otherwise.
        let proven_meanwhile = matches!(record.state, EffectState::Sent { .. });
        let postponed = std::mem::take(&mut delivery.postponed);
        let state = match outcome {
            _ if proven_meanwhile => record.state.clone(),
            AttemptOutcome::Sent => EffectState::Sent { at: now },
            AttemptOutcome::PartlySent {
                reached_some,
                remaining,
                due,
                lost,
                why,
            } => {
                delivery.reached_some |= reached_some;
                let remaining = still_to_reach(&record, remaining, |recipient| recipient);
                for lost in still_to_reach(&record, lost, |lost| &lost.recipient) {
                    if !delivery.lost.contains(&lost) {
                        delivery.lost.push(lost);
                    }
                }
                record.last_failure = Some(why.clone());
                if !remaining.is_empty() {
                    record.recipients = remaining;
                    EffectState::Waiting { due }
                } else if delivery.reached_some {
                    EffectState::Sent { at: now }
                } else {
                    EffectState::GivenUp { at: now, why }
                }
            }
            AttemptOutcome::Later { due, why } => {
                record.last_failure = Some(why);
                EffectState::Waiting { due }
            }
            AttemptOutcome::GivenUp { why } => {
                record.last_failure = Some(why.clone());
                EffectState::GivenUp { at: now, why }
            }
            AttemptOutcome::TooLarge { why, too_large } => {
                record.last_failure = Some(why.clone());
                delivery.too_large = Some(too_large);
                EffectState::GivenUp { at: now, why }
            }
            AttemptOutcome::InDoubt { why } => {
                record.last_failure = Some(why);
                delivery.postponed = postponed;
                if delivery.reached_some {
                    // The copy that came is of another attempt, and none after it says anything.
                    delivery.copy = CopyProof::None;
                }
                EffectState::InDoubt { since: now }
            }
        };
        let outlives = match delivery.copy {
            CopyProof::Asked => Outlives::NothingYet,
            CopyProof::None => Outlives::PowerCut,
        };
        self.write_state(record, &delivery, state, now, outlives)
    }

    /// Decides about an effect in doubt; false where it is in doubt no more, because its copy came back meanwhile.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn resolve_doubt(
        &self,
        id: &MessageId,
        verdict: DoubtVerdict,
        now: Timestamp,
    ) -> Result<bool, JournalError> {
        let _writing = self.lock();
        let (mut record, mut delivery) = self.stored(id)?;
        if !matches!(record.state, EffectState::InDoubt { .. }) {
            return Ok(false);
        }
        delivery.doubts = delivery.doubts.saturating_add(1);
        delivery.unproven = Some(unproven(&record, &delivery));
        // All recipients that are not lost are tried again. Who was put off is kept in mind: the copy may still come, too late.
        let state = match verdict {
            DoubtVerdict::SendAgain { why, due } => {
                record.last_failure = Some(why);
                EffectState::Waiting { due }
            }
            DoubtVerdict::GiveUp { why } => EffectState::GivenUp { at: now, why },
        };
        self.write_state(record, &delivery, state, now, Outlives::PowerCut)?;
        Ok(true)
    }

    fn stored(&self, id: &MessageId) -> Result<(EffectRecord, Delivery), JournalError> {
        self.record_of(id)?
            .ok_or_else(|| JournalError::State(format!("mail {id} is not in the journal")))
    }

    fn write_state(
        &self,
        record: EffectRecord,
        delivery: &Delivery,
        state: EffectState,
        now: Timestamp,
        outlives: Outlives,
    ) -> Result<(), JournalError> {
        let mut batch = Batch::of(Act::Sending);
        let state = match state {
            EffectState::Waiting { due } => {
                self.unless_overtaken(&record, delivery, due, now, &mut batch)?
            }
            state => state,
        };
        if !delivery.lost.is_empty() {
            batch.put(
                Tree::Untold,
                record.message_id.as_str().as_bytes(),
                Vec::new(),
            );
        }
        self.change_state(&mut batch, record, delivery, state)?;
        self.store.commit(batch, outlives)
    }
}

/// Those to whom the mail is still to go: a copy that came while an attempt was under way shows that the others have it.
fn still_to_reach<T>(
    record: &EffectRecord,
    found: Vec<T>,
    recipient: impl Fn(&T) -> &Address,
) -> Vec<T> {
    let has_it = |one: &T| {
        matches!(record.state, EffectState::Sent { .. })
            || !record.recipients.contains(recipient(one))
    };
    found.into_iter().filter(|one| !has_it(one)).collect()
}
