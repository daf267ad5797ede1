//! How long to wait before the next connection: longer after each failure, with jitter so that many clients of one
//! server do not come back in step, and never a storm of logins that succeed and break at once.

use jiff::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST: Duration = Duration::from_mins(2);
/// So many logins in a minute are fine; more look like a server that takes a login and then drops it.
const LOGINS_A_MINUTE: usize = 10;

/// The state of waiting. Pure: time and chance are passed in.
#[derive(Clone, Debug, Default)]
pub struct Backoff {
    failures: u32,
    logins: VecDeque<Timestamp>,
}

impl Backoff {
    /// A connection was made and works.
    pub fn succeeded(&mut self, now: Timestamp) {
        self.logins.push_back(now);
        self.forget_old(now);
        if self.logins.len() <= LOGINS_A_MINUTE {
            self.failures = 0;
        }
    }

    /// The wait before the next try: doubled each time, a random part of up to a half added. `random` is any number.
    pub fn next_delay(&mut self, random: u64, now: Timestamp) -> Duration {
        self.forget_old(now);
        let doubled = FIRST.saturating_mul(2_u32.saturating_pow(self.failures.min(20)));
        self.failures = self.failures.saturating_add(1);
        let delay = doubled.min(LONGEST);
        let part = u32::try_from(random % 1000).unwrap_or(0);
        delay + delay / 2 * part / 1000
    }

    fn forget_old(&mut self, now: Timestamp) {
        let minute_ago = now - jiff::SignedDuration::from_mins(1);
        while self.logins.front().is_some_and(|login| *login < minute_ago) {
            self.logins.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_start_over_after_success() {
        let now = Timestamp::UNIX_EPOCH;
        let mut backoff = Backoff::default();
        let waits: Vec<Duration> = (0..12).map(|_| backoff.next_delay(0, now)).collect();
        assert!(waits.is_sorted());
        assert_eq!((waits[0], waits[11]), (FIRST, LONGEST));
        assert!(backoff.next_delay(999, now) <= LONGEST * 3 / 2);
        backoff.succeeded(now);
        assert_eq!(backoff.next_delay(0, now), FIRST);
    }

    #[test]
    fn a_server_that_drops_each_login_is_not_stormed() {
        let now = Timestamp::UNIX_EPOCH;
        let mut backoff = Backoff::default();
        let waits = (0..30).map(|_| {
            backoff.succeeded(now);
            backoff.next_delay(0, now)
        });
        assert_eq!(waits.last(), Some(LONGEST));
    }
}
