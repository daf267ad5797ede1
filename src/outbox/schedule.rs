//! When is a mail tried again, and when no more? Pure: the chance is passed in.

use crate::config::Smtp;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// A moment passes between the choice of a time and its record.
pub(super) const MARGIN: Duration = Duration::from_secs(60);

/// The wait after so many failed attempts: doubled each time up to the longest, then spread by `chance` (0 to 1) from four
/// fifths to six fifths, so that mails that failed together do not come back together.
pub(super) fn delay(attempts: u32, first: Duration, longest: Duration, chance: f64) -> Duration {
    let doublings = attempts.saturating_sub(1).min(20);
    let plain = first.saturating_mul(1_u32 << doublings).min(longest);
    plain.mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
}

/// The next attempt of a mail; `None` where it has been tried for long enough.
pub(super) fn next_attempt(
    recorded_at: Timestamp,
    attempts: u32,
    settings: &Smtp,
    now: Timestamp,
    chance: f64,
) -> Option<Timestamp> {
    if is_over(recorded_at, settings, now) {
        return None;
    }
    let wait = delay(
        attempts,
        settings.retry_first_delay,
        settings.retry_longest_delay,
        chance,
    );
    Some(later(now, wait))
}

/// No mail is put off for longer than until then.
pub(super) fn latest(settings: &Smtp, now: Timestamp) -> Timestamp {
    later(now, settings.retry_longest_delay.mul_f64(1.2) + MARGIN)
}

/// Whether a mail has been tried for long enough.
pub(super) fn is_over(recorded_at: Timestamp, settings: &Smtp, now: Timestamp) -> bool {
    later(recorded_at, settings.retry_give_up_after) <= now
}

/// A moment after another; the end of time where it lies beyond.
pub(super) fn later(moment: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| moment.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_spread() {
        let (first, longest) = (Duration::from_secs(60), Duration::from_secs(3600));
        let middle: Vec<u64> = (1..=8)
            .map(|attempts| delay(attempts, first, longest, 0.5).as_secs())
            .collect();
        assert_eq!(middle, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(delay(1, first, longest, 0.0).as_secs(), 48);
        assert_eq!(delay(1, first, longest, 1.0).as_secs(), 72);
        assert_eq!(delay(u32::MAX, first, longest, 0.5), longest);
    }
}
