//! How long is the token server left alone? Pure: the chance is passed in.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// After so many failures in a row. Where a person is needed it is asked seldom: the person runs `handoffd login`, and another grant is tried
/// at once.
pub(super) fn after_failure(tries: u32, needs_a_person: bool, chance: f64) -> Duration {
    let (first, longest) = match needs_a_person {
        true => (Duration::from_secs(15), Duration::from_mins(10)),
        false => (Duration::from_secs(5), Duration::from_mins(1)),
    };
    doubled(tries, first, longest).mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

/// After a mail server refused a token so many times: the first is worth another token at once, a server that takes none is not.
pub(super) fn after_refusal(times: u32) -> Duration {
    doubled(times, Duration::from_secs(10), Duration::from_mins(10))
}

/// Whether a rest still lasts. One that seems longer than any is of a clock that was set back.
pub(super) fn rests(until: Timestamp, now: Timestamp) -> bool {
    const LONGEST: SignedDuration = SignedDuration::from_mins(12);
    now < until && until.duration_since(now) <= LONGEST
}

fn doubled(times: u32, first: Duration, longest: Duration) -> Duration {
    let doublings = times.saturating_sub(1).min(20);
    first.saturating_mul(1 << doublings).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_to_their_longest() {
        let seconds = |needs| -> Vec<u64> {
            (1..=8)
                .map(|tries| after_failure(tries, needs, 0.5).as_secs())
                .collect()
        };
        assert_eq!(seconds(false), [5, 10, 20, 40, 60, 60, 60, 60]);
        assert_eq!(seconds(true), [15, 30, 60, 120, 240, 480, 600, 600]);
        assert_eq!(after_failure(1, false, 0.0), Duration::from_secs(4));
        assert_eq!(after_failure(u32::MAX, true, 1.0), Duration::from_secs(720));
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        assert!(rests(at(720), at(0)) && !rests(at(0), at(0)));
        assert!(!rests(at(86_400), at(0)), "the clock was set back");
        assert_eq!(after_refusal(1), Duration::from_secs(10));
        assert_eq!(after_refusal(u32::MAX), Duration::from_secs(600));
    }
}
