//! A mail that the server has and does not hand over: for how long is it asked for while all later mail waits? Pure: the time is
//! passed in.

use crate::inbox::Cursor;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// How long a mail is asked for that does not come. Both must be over: a server in trouble answers NO to everything, quickly, and
/// then each set-aside mail would be a healthy one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// So many tries in a row.
    pub tries: u32,
    /// And so long since the first of them.
    pub time: SignedDuration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 5,
            time: SignedDuration::from_mins(10),
        }
    }
}

/// The fetching that fails at present.
#[derive(Clone, Debug)]
pub(super) struct KeptBack {
    patience: Patience,
    failing: Option<Failing>,
    /// So many mails are fetched one by one, so that the one that fails is known.
    one_by_one: usize,
}

#[derive(Clone, Debug)]
struct Failing {
    cursor: Cursor,
    since: Timestamp,
    tries: u32,
    why: String,
}

impl KeptBack {
    pub(super) const fn new(patience: Patience) -> Self {
        Self {
            patience,
            failing: None,
            one_by_one: 0,
        }
    }

    /// How many mails to ask for at once.
    pub(super) const fn mails_at_once(&self, most: usize) -> usize {
        if self.one_by_one > 0 { 1 } else { most }
    }

    /// So many mails came; none at all is fine too.
    pub(super) fn came(&mut self, mails: usize) {
        self.failing = None;
        self.one_by_one = self.one_by_one.saturating_sub(mails);
    }

    /// Fetching `most` mails above the cursor failed.
    pub(super) fn failed(&mut self, cursor: Cursor, most: usize, why: String, now: Timestamp) {
        self.one_by_one = most;
        let before = self.failing.take();
        let before = before.filter(|failing| failing.cursor == cursor);
        self.failing = Some(Failing {
            cursor,
            since: before.as_ref().map_or(now, |failing| failing.since),
            tries: before.map_or(0, |failing| failing.tries).saturating_add(1),
            why,
        });
    }

    /// Why the next mail above the cursor is not asked for any more; `None` while it is.
    pub(super) fn given_up(&self, cursor: Cursor, now: Timestamp) -> Option<&str> {
        let failing = self.failing.as_ref()?;
        let is_over = failing.tries >= self.patience.tries
            && now.duration_since(failing.since) >= self.patience.time;
        (failing.cursor == cursor && is_over).then_some(failing.why.as_str())
    }

    /// How long to wait before the next try.
    pub(super) fn pause(&self) -> Duration {
        let tries = self.failing.as_ref().map_or(0, |failing| failing.tries);
        match tries {
            0 => Duration::ZERO,
            _ => Duration::from_secs(1_u64 << (tries - 1).min(10)).min(LONGEST_WAIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn above(uid: u32) -> Cursor {
        Cursor {
            uid_validity: 7,
            uid,
        }
    }

    fn failing(kept_back: &mut KeptBack, uid: u32, seconds: i64) {
        kept_back.failed(above(uid), 50, "NO".to_owned(), at(seconds));
    }

    #[test]
    fn only_many_failures_in_a_row_over_a_long_time_give_a_mail_up() {
        let mut kept_back = KeptBack::new(Patience::default());
        for seconds in 0..20 {
            failing(&mut kept_back, 4, seconds);
        }
        assert_eq!(kept_back.given_up(above(4), at(20)), None);
        assert_eq!(kept_back.given_up(above(4), at(600)), Some("NO"));
        assert_eq!(kept_back.given_up(above(5), at(600)), None);
        // A lost connection now and then is no sign about any mail.
        kept_back.came(0);
        failing(&mut kept_back, 4, 600);
        assert_eq!(kept_back.given_up(above(4), at(1199)), None);
        assert_eq!(kept_back.given_up(above(4), at(2000)), None, "one try");
        // Mails that come in between show that the next one is asked for the first time.
        failing(&mut kept_back, 5, 2001);
        assert_eq!(kept_back.given_up(above(5), at(9000)), None);
    }

    #[test]
    fn after_a_failure_mails_are_asked_for_one_by_one_and_with_pauses() {
        let mut kept_back = KeptBack::new(Patience::default());
        assert_eq!(
            (kept_back.mails_at_once(50), kept_back.pause()),
            (50, Duration::ZERO)
        );
        failing(&mut kept_back, 0, 0);
        assert_eq!(kept_back.mails_at_once(50), 1);
        for tries in 1..30 {
            assert!(
                kept_back.pause() <= LONGEST_WAIT && kept_back.pause() >= Duration::from_secs(1)
            );
            failing(&mut kept_back, 0, tries);
        }
        for _ in 0..50 {
            assert_eq!(kept_back.mails_at_once(50), 1);
            kept_back.came(1);
        }
        assert_eq!(
            (kept_back.mails_at_once(50), kept_back.pause()),
            (50, Duration::ZERO)
        );
    }
}
