//! Is the brake pulled, and what do the counts of the last hour say? On disk, so that no restart releases it and nobody is told of it twice.

use super::form::{self, BrakeForm};
use super::history::{HOUR, before, is_automatic_to_customer};
use super::store::{Act, Batch, Order, Outlives, Tree, end_of_prefix};
use super::{Journal, JournalError, place};
use crate::decide::{LastHour, Pulled};
use crate::mail::{Address, MessageId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The key of the one brake.
const BRAKE: &[u8] = b"automatic mail";

/// More rows than this are not counted: every limit is below it.
const COUNTED_MAX: usize = 100_000;

/// So many mails that came back from one domain count in an hour.
const RETURNED_OF_DOMAIN_MAX: u32 = 10;

/// How many old entries one new one clears away.
const PRUNED_MAX: usize = 64;

impl Journal {
    /// The brake, where it is pulled and holds.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn brake(&self, now: Timestamp) -> Result<Option<Pulled>, JournalError> {
        let last = self.last_brake()?;
        Ok(last
            .filter(|form| form.released.is_none())
            .map(BrakeForm::into_pulled)
            .filter(|pulled| pulled.holds(now)))
    }

    /// Releases the brake; false where none holds.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn release_brake(&self, now: Timestamp) -> Result<bool, JournalError> {
        let _writing = self.lock();
        if self.brake(now)?.is_none() {
            return Ok(false);
        }
        let Some(mut form) = self.last_brake()? else {
            return Ok(false);
        };
        form.released = Some(now);
        let mut batch = Batch::of(Act::Brake);
        batch.put(Tree::Brake, BRAKE, form::write("brake", &form)?);
        self.store.commit(batch, Outlives::PowerCut)?;
        Ok(true)
    }

    /// What left within the last hour, and how much of it came back from machines; counted from the last time that the brake let go.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn last_hour(&self, now: Timestamp) -> Result<LastHour, JournalError> {
        let from = self.counts_from(now)?;
        let rows = self.store.scan(
            Tree::Returned,
            &place::time(from),
            None,
            Order::Upwards,
            COUNTED_MAX,
        )?;
        // One domain that answers everything must not stop what everybody else gets.
        let mut of_domain: BTreeMap<Vec<u8>, u32> = BTreeMap::new();
        for (_, domain) in rows {
            let count = of_domain.entry(domain).or_default();
            *count = count.saturating_add(1).min(RETURNED_OF_DOMAIN_MAX);
        }
        Ok(LastHour {
            sent: self.automatic_to_anybody_from(from)?,
            returned: of_domain.into_values().sum(),
        })
    }

    /// The beginning of the last hour, or the end of the last pull of the brake.
    pub(super) fn counts_from(&self, now: Timestamp) -> Result<Timestamp, JournalError> {
        let let_go = self.last_brake()?.and_then(|form| match form.released {
            Some(released) => Some(released),
            None => form.until.filter(|until| *until <= now),
        });
        let hour = before(now, HOUR);
        Ok(let_go.map_or(hour, |let_go| let_go.max(hour)))
    }

    fn last_brake(&self) -> Result<Option<BrakeForm>, JournalError> {
        let bytes = self.store.get(Tree::Brake, BRAKE)?;
        bytes.map(|bytes| form::read("brake", &bytes)).transpose()
    }

    pub(super) fn put_brake(pulled: &Pulled, batch: &mut Batch) -> Result<(), JournalError> {
        let form = BrakeForm::from(pulled);
        batch.put(Tree::Brake, BRAKE, form::write("brake", &form)?);
        Ok(())
    }

    /// Notes that a machine answered a mail of ours, or sent it back: once a mail, under the time at which that was recorded.
    pub(super) fn note_returned(
        &self,
        answered: &[MessageId],
        now: Timestamp,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let day = place::time(before(now, HOUR * 24));
        for id in answered {
            let Some((record, _)) = self.record_of(id)? else {
                continue;
            };
            if is_automatic_to_customer(&record) {
                let name = id.as_str().as_bytes();
                let key = place::timed(record.recorded_at, name);
                let to = record.recipients.first().map_or("", Address::domain);
                batch.put(Tree::Returned, key, to.to_ascii_lowercase().into_bytes());
            }
        }
        let old = self.store.scan(
            Tree::Returned,
            &[],
            end_of_prefix(&day).as_deref(),
            Order::Upwards,
            PRUNED_MAX,
        )?;
        for (key, _) in old {
            if place::time_of(&key).is_some_and(|at| at < before(now, HOUR * 24)) {
                batch.delete(Tree::Returned, key);
            }
        }
        Ok(())
    }
}
