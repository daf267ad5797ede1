//! Is the journal still ours? A journal that several machines can reach is worked with by who holds its lease. The database's clock says when a
//! lease ends; here stands until when it has surely not, on a clock of this machine that goes on while it sleeps.
//!
//! Promise: [`Lease::is_sure`] says yes only where nobody else can have taken over. Remembers and compares, speaks to nobody.

use rustix::time::{ClockId, clock_gettime};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;

/// So much of a lease we do not count on: clocks do not run alike, and what was asked must be carried out.
const MARGIN: u32 = 6;

/// A moment on a clock that goes on while the machine sleeps, and that nobody sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Awake(u64);

impl Awake {
    /// So many milliseconds after that clock began.
    pub(crate) const fn of_milliseconds(milliseconds: u64) -> Self {
        Self(milliseconds)
    }

    fn after(self, time: Duration) -> u64 {
        let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.0.saturating_add(milliseconds)
    }
}

/// Such a clock. A lease is given one when it is made, so that a world of several machines can have several.
#[derive(Clone)]
pub(crate) struct AwakeClock(Arc<dyn Fn() -> Awake + Send + Sync>);

impl AwakeClock {
    /// The clock of this machine.
    pub(crate) fn of_machine() -> Self {
        Self::of(|| {
            let now = clock_gettime(ClockId::Boottime);
            let seconds = u64::try_from(now.tv_sec).unwrap_or_default();
            let milliseconds = u64::try_from(now.tv_nsec).unwrap_or_default() / 1_000_000;
            Awake::of_milliseconds(seconds.saturating_mul(1_000).saturating_add(milliseconds))
        })
    }

    /// One that shows what this says.
    pub(crate) fn of(now: impl Fn() -> Awake + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// What it shows now.
    pub(crate) fn now(&self) -> Awake {
        (self.0)()
    }
}

impl fmt::Debug for AwakeClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("AwakeClock").finish()
    }
}

/// The lease that this process took.
#[derive(Debug)]
pub struct Lease {
    number: u64,
    length: Duration,
    clock: AwakeClock,
    /// In milliseconds of [`Awake`].
    surely_until: AtomicU64,
    is_lost: watch::Sender<bool>,
    /// Who asks for the journal.
    wanted_by: watch::Sender<Option<String>>,
    /// What is wrong with the journal, where it is not what its holder knows.
    damage: OnceLock<String>,
}

impl Lease {
    /// A lease that was asked for at that moment of that clock, and granted for so long.
    pub(crate) fn taken(number: u64, asked: Awake, length: Duration, clock: AwakeClock) -> Self {
        let (is_lost, _) = watch::channel(false);
        let lease = Self {
            number,
            length,
            clock,
            surely_until: AtomicU64::new(0),
            is_lost,
            wanted_by: watch::channel(None).0,
            damage: OnceLock::new(),
        };
        lease.renewed(asked);
        lease
    }

    /// Its number: each taking counts one up, and what an earlier holder writes is refused.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// How long it is from each renewal on.
    pub(crate) const fn length(&self) -> Duration {
        self.length
    }

    /// Now, on its clock.
    pub(crate) fn now(&self) -> Awake {
        self.clock.now()
    }

    /// It was renewed, as was asked for at that moment.
    pub(crate) fn renewed(&self, asked: Awake) {
        let until = asked.after(self.length - self.length / MARGIN);
        let _ = self.surely_until.fetch_max(until, Ordering::SeqCst);
    }

    /// A process that works with fewer journals asks for this one, or none does any more.
    pub(crate) fn is_wanted(&self, by: Option<String>) {
        let _ = self.wanted_by.send_if_modified(|now| {
            let is_new = *now != by;
            *now = by;
            is_new
        });
    }

    /// Who asks for the journal, whenever that changes.
    #[must_use]
    pub fn wishes(&self) -> watch::Receiver<Option<String>> {
        self.wanted_by.subscribe()
    }

    /// Somebody else has taken over, or we have given it back. That is never undone.
    pub(crate) fn lose(&self) {
        let _ = self.is_lost.send_replace(true);
    }

    /// The journal is not the one that we know: nobody may go on with it as if it were. The first reason stays.
    pub(crate) fn distrust(&self, why: &str) {
        let _ = self.damage.get_or_init(|| why.to_owned());
        self.lose();
    }

    /// Why the journal is not trusted any more; `None` where it is.
    #[must_use]
    pub fn damage(&self) -> Option<&str> {
        self.damage.get().map(String::as_str)
    }

    /// Whether nobody else can have taken over.
    #[must_use]
    pub fn is_sure(&self) -> bool {
        self.is_sure_at(self.now())
    }

    /// The same at that moment of its clock.
    pub(crate) fn is_sure_at(&self, now: Awake) -> bool {
        !self.is_lost() && now.0 < self.surely_until.load(Ordering::SeqCst)
    }

    /// Whether it is known to be another's.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        *self.is_lost.borrow()
    }

    /// Returns when it is another's, or the journal is not trusted any more ([`Lease::damage`]).
    pub async fn lost(&self) {
        let mut is_lost = self.is_lost.subscribe();
        // The sender is in `self`.
        let _ = is_lost.wait_for(|is_lost| *is_lost).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_counts_from_when_it_was_asked_for_and_not_to_its_end() {
        let lease = Lease::taken(
            7,
            Awake(1_000),
            Duration::from_secs(30),
            AwakeClock::of_machine(),
        );
        assert!(lease.is_sure_at(Awake(1_000)));
        assert!(lease.is_sure_at(Awake(25_999)));
        assert!(!lease.is_sure_at(Awake(26_000)));
        lease.renewed(Awake(20_000));
        assert!(lease.is_sure_at(Awake(44_999)));
        // An answer that overtook a later one takes nothing back.
        lease.renewed(Awake(10_000));
        assert!(lease.is_sure_at(Awake(44_999)));
        lease.lose();
        assert!(!lease.is_sure_at(Awake(20_001)));
        lease.renewed(Awake(21_000));
        assert!(!lease.is_sure_at(Awake(21_001)), "it does not come back");
    }
}
