//! When is a lookup left alone? After some failures in a row nobody waits for it any more; now and then one mail tries it. Pure.

use jiff::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

/// So many failures in a row, and it is left alone.
const FAILURES_MAX: u32 = 3;
/// For so long at first, doubled each time.
const REST_FIRST: Duration = Duration::from_secs(30);
/// And at most for so long.
const REST_MAX: Duration = Duration::from_mins(10);

/// How it went lately.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    failing: Option<(Timestamp, String)>,
    /// Nobody asks before then.
    rests_until: Option<Instant>,
}

impl Breaker {
    /// Why it may not be asked now; `None` where it may. Whoever tries one that has rested is alone in that for `patience`.
    pub(super) fn refuses(&mut self, now: Instant, patience: Duration) -> Option<String> {
        let until = self.rests_until?;
        if now >= until {
            self.rests_until = Some(now + patience);
            return None;
        }
        let why = self.failing.as_ref().map_or("", |(_, why)| why.as_str());
        Some(format!(
            "not asked, because it failed {} times in a row; last: {why}",
            self.failures
        ))
    }

    pub(super) fn works(&mut self) {
        *self = Self::default();
    }

    pub(super) fn failed(&mut self, why: &str, now: Instant, shown: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        let since = self.failing.as_ref().map_or(shown, |(since, _)| *since);
        self.failing = Some((since, why.to_owned()));
        if let Some(beyond) = self.failures.checked_sub(FAILURES_MAX) {
            let rest = REST_FIRST.saturating_mul(1 << beyond.min(10));
            self.rests_until = Some(now + rest.min(REST_MAX));
        }
    }

    /// Since when it has failed, and why last, where it failed too often to be chance.
    pub(super) fn failing(&self) -> Option<(Timestamp, &str)> {
        let (since, why) = self.failing.as_ref()?;
        (self.failures >= FAILURES_MAX).then_some((*since, why.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_three_failures_it_rests_longer_and_longer_and_one_tries_it() {
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let patience = Duration::from_secs(5);
        let shown = Timestamp::UNIX_EPOCH;
        let mut breaker = Breaker::default();
        for second in 0..3 {
            assert_eq!(breaker.refuses(at(second), patience), None);
            assert_eq!(breaker.failing(), None);
            breaker.failed("no answer", at(second), shown);
        }
        assert_eq!(breaker.failing(), Some((shown, "no answer")));
        assert!(
            breaker
                .refuses(at(31), patience)
                .unwrap()
                .contains("3 times in a row; last: no answer")
        );
        assert_eq!(breaker.refuses(at(32), patience), None, "one tries it");
        assert!(breaker.refuses(at(33), patience).is_some(), "and no other");
        breaker.failed("no answer", at(34), shown);
        assert!(breaker.refuses(at(93), patience).is_some(), "twice as long");
        assert_eq!(breaker.refuses(at(94), patience), None);
        breaker.works();
        assert_eq!(
            (breaker.refuses(at(95), patience), breaker.failing()),
            (None, None)
        );
    }
}
