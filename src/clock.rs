//! The only source of "now". Whatever decides takes the time as an argument, so that a decision can be derived again.

use jiff::Timestamp;
use tokio::time::Instant;

/// The present moment, in UTC.
#[must_use]
#[allow(clippy::disallowed_methods)]
pub fn now() -> Timestamp {
    #[cfg(test)]
    if let Some(now) = crate::simulation::now() {
        return now;
    }
    Timestamp::now()
}

/// One moment on two clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What the clock on the wall shows, which anybody may set at any time. For whatever people read, and whatever outlives this process.
    pub shown: Timestamp,
    /// On a clock that nobody sets and that only goes on. Means something in this process alone.
    pub passed: Instant,
}

/// The present moment on both.
#[must_use]
pub fn moment() -> Moment {
    #[cfg(test)]
    if let Some(moment) = crate::simulation::moment() {
        return moment;
    }
    Moment {
        shown: now(),
        passed: Instant::now(),
    }
}
