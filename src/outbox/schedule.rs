//! When is a mail tried again, and when no more? Pure: the chance is passed in.

use crate::config::Smtp;
use crate::journal::EffectRecord;
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
    record: &EffectRecord,
    settings: &Smtp,
    now: Timestamp,
    chance: f64,
) -> Option<Timestamp> {
    if is_over(record, settings, now) {
        return None;
    }
    let wait = delay(
        record.attempts,
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
pub(super) fn is_over(record: &EffectRecord, settings: &Smtp, now: Timestamp) -> bool {
    has_been_tried_for(record, settings.retry_give_up_after, settings, now)
}

/// Whether a mail has waited for so long. One that was recorded in the future, before somebody set the clock back, might wait for years by that
/// clock: there its attempts are counted.
pub(crate) fn has_been_tried_for(
    record: &EffectRecord,
    time: Duration,
    settings: &Smtp,
    now: Timestamp,
) -> bool {
    let is_from_the_future = record.recorded_at > now;
    later(record.recorded_at, time) <= now
        || (is_from_the_future && record.attempts >= attempts_within(time, settings))
}

/// How many attempts are made within that time, if every wait is as short as it can be.
fn attempts_within(time: Duration, settings: &Smtp) -> u32 {
    let (first, longest) = (settings.retry_first_delay, settings.retry_longest_delay);
    let (mut left, mut attempts) = (time, 1_u32);
    loop {
        let wait = delay(attempts, first, longest, 0.0);
        let Some(rest) = left.checked_sub(wait).filter(|_| !wait.is_zero()) else {
            return attempts;
        };
        if wait == delay(u32::MAX, first, longest, 0.0) {
            let further = left.as_nanos() / wait.as_nanos();
            return attempts.saturating_add(u32::try_from(further).unwrap_or(u32::MAX));
        }
        left = rest;
        attempts = attempts.saturating_add(1);
    }
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

    #[test]
    fn a_mail_from_the_future_is_tried_as_often_as_others() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let settings = Smtp {
            retry_first_delay: Duration::from_secs(100),
            retry_longest_delay: Duration::from_secs(400),
            retry_give_up_after: Duration::from_secs(4000),
            ..crate::outbox::tests::settings()
        };
        // After 80, 160, and then every 320 seconds: 1 + 2 + 3760 / 320.
        assert_eq!(attempts_within(settings.retry_give_up_after, &settings), 14);
        let mail = |recorded, attempts| EffectRecord {
            attempts,
            recorded_at: at(recorded),
            ..crate::outbox::tests::mail("<a@b.example>", 1, &["a@c.example"])
        };
        let cases = [
            ("tried for long enough", mail(-4000, 1), true),
            ("not yet", mail(-3999, 500), false),
            ("from the future, tried often enough", mail(1, 14), true),
            ("from the future, not yet", mail(100_000_000, 13), false),
        ];
        for (case, mail, expected) in cases {
            assert_eq!(is_over(&mail, &settings, at(0)), expected, "{case}");
            assert_eq!(
                next_attempt(&mail, &settings, at(0), 0.5).is_none(),
                expected,
                "{case}"
            );
        }
    }
}
