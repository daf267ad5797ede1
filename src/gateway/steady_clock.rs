//! Does the wall clock go as time passes? Where it was set, or the machine slept, nothing is decided by it at once.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A wall clock that is further ahead than time has passed was set, or the machine slept: mail is fetched first, and a wrong clock has time
/// to be put right.
const LEAP: SignedDuration = SignedDuration::from_mins(5);

/// Notices when the wall clock moves otherwise than time passes.
pub(super) struct SteadyClock {
    last: Instant,
    wall: Timestamp,
}

impl SteadyClock {
    pub(super) const fn new(last: Instant, wall: Timestamp) -> Self {
        Self { last, wall }
    }

    /// How far the wall clock leapt ahead since the last look, if it did.
    pub(super) fn leap(&mut self, instant: Instant, wall: Timestamp) -> Option<SignedDuration> {
        let passed = SignedDuration::try_from(instant.duration_since(self.last));
        let shown = wall.duration_since(self.wall);
        self.last = instant;
        self.wall = wall;
        let ahead = shown.checked_sub(passed.ok()?)?;
        (ahead > LEAP).then_some(ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_clock_that_leaps_ahead_is_noticed_once() {
        let (began, wall) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let mut steady = SteadyClock::new(began, wall);
        let at = |seconds: u64| began + Duration::from_secs(seconds);
        let shows = |seconds: i64| wall + SignedDuration::from_secs(seconds);
        assert_eq!(steady.leap(at(20), shows(20)), None);
        assert_eq!(
            steady.leap(at(40), shows(7_240)),
            Some(SignedDuration::from_secs(7_200))
        );
        assert_eq!(steady.leap(at(60), shows(7_260)), None);
        assert_eq!(steady.leap(at(80), shows(100)), None);
    }
}
