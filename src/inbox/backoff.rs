//! How long to wait before the server is tried again? Pure: time and chance are passed in.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// Doubling waits with jitter after failures, and a limit on logins for a server that lets us in and drops us at once.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    logins_per_minute: usize,
    failures: u32,
    logins: VecDeque<Instant>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_secs(1), Duration::from_secs(300), 6)
    }
}

impl Backoff {
    /// Waits from `first`, doubled each time up to `longest`; at most `logins_per_minute` logins (at least one).
    #[must_use]
    pub fn new(first: Duration, longest: Duration, logins_per_minute: usize) -> Self {
        Self {
            first,
            longest: longest.max(first),
            logins_per_minute: logins_per_minute.max(1),
            failures: 0,
            logins: VecDeque::new(),
        }
    }

    /// A try failed. Returns how long to wait before the next: between half and all of the doubled wait, so that many
    /// gateways do not come back in the same second.
    pub fn failed(&mut self, random: u64) -> Duration {
        let doubled = self
            .first
            .saturating_mul(2_u32.saturating_pow(self.failures.min(31)))
            .min(self.longest);
        self.failures = self.failures.saturating_add(1);
        let half = doubled / 2;
        let part = u32::try_from(random & 0xffff).unwrap_or(0);
        half.saturating_add(half.saturating_mul(part) / 0xffff)
    }

    /// A login succeeded: the next failure starts from the first wait again.
    pub fn succeeded(&mut self, now: Instant) {
        self.failures = 0;
        self.logins.push_back(now);
        while self.logins.len() > self.logins_per_minute {
            self.logins.pop_front();
        }
    }

    /// How long to wait before logging in, so that no minute sees more logins than allowed.
    #[must_use]
    pub fn before_login(&self, now: Instant) -> Duration {
        if self.logins.len() < self.logins_per_minute {
            return Duration::ZERO;
        }
        let Some(oldest) = self.logins.front() else {
            return Duration::ZERO;
        };
        MINUTE.saturating_sub(now.saturating_duration_since(*oldest))
    }

    /// How often in a row it has failed.
    #[must_use]
    pub const fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_up_to_the_longest_and_start_again_after_success() {
        let now = Instant::now();
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10), 3);
        let waits: Vec<u64> = (0..6).map(|_| backoff.failed(u64::MAX).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        assert_eq!(backoff.failed(0), Duration::from_secs(5));
        assert_eq!(backoff.failures(), 7);
        backoff.succeeded(now);
        assert_eq!(backoff.failed(u64::MAX), Duration::from_secs(1));
    }

    #[test]
    fn logins_a_minute_are_limited() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10), 2);
        assert_eq!(backoff.before_login(at(0)), Duration::ZERO);
        backoff.succeeded(at(0));
        assert_eq!(backoff.before_login(at(1)), Duration::ZERO);
        backoff.succeeded(at(10));
        assert_eq!(backoff.before_login(at(20)), Duration::from_secs(40));
        assert_eq!(backoff.before_login(at(60)), Duration::ZERO);
    }

    proptest! {
        #[test]
        fn never_longer_than_the_longest(randoms in proptest::collection::vec(any::<u64>(), 0..100)) {
            let mut backoff = Backoff::default();
            for random in randoms {
                let wait = backoff.failed(random);
                prop_assert!(wait <= Duration::from_secs(300) && wait >= Duration::from_millis(500));
            }
        }
    }
}
