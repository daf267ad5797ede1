//! Is the brake on automatic mail pulled? Too many of them in an hour, or too many that come back from machines, mean that something is in a loop
//! or abuses us. Then nothing automatic leaves to customers, and everything goes on to people, until the time is over or somebody releases it.
//! Pure: the counts are those of the journal, which keeps what follows.

use super::{Sentence, sentences};
use crate::config::Limits;
use jiff::{SignedDuration, Timestamp};

/// A brake that was pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// When.
    pub at: Timestamp,
    /// It holds until then; `None`: until somebody releases it.
    pub until: Option<Timestamp>,
    /// By what.
    pub by: PulledBy,
}

/// What pulled the brake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PulledBy {
    /// So many automatic mails left within an hour.
    Sent {
        /// How many.
        count: u32,
    },
    /// So many of the automatic mails that left within an hour came back from machines: as bounces or as automatic replies.
    Returned {
        /// How many came back.
        count: u32,
        /// Of how many.
        sent: u32,
    },
}

/// What left within the last hour, counted from the last time that the brake was released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LastHour {
    /// Automatic mails to customers.
    pub sent: u32,
    /// How many of these came back from machines.
    pub returned: u32,
}

impl Pulled {
    /// Whether it still holds.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// What happened, as a sentence.
    #[must_use]
    pub fn why(&self) -> Sentence {
        match self.by {
            PulledBy::Sent { count } => sentences::BRAKE_SENT.with([&count]),
            PulledBy::Returned { count, sent } => sentences::BRAKE_RETURNED.with([&count, &sent]),
        }
    }
}

/// Whether these counts pull a brake that is not pulled.
#[must_use]
pub fn pull(hour: LastHour, limits: &Limits, now: Timestamp) -> Option<Pulled> {
    let comes_back =
        hour.returned >= limits.returned_per_hour && hour.returned.saturating_mul(2) >= hour.sent;
    let by = if hour.sent >= limits.automatic_per_hour {
        PulledBy::Sent { count: hour.sent }
    } else if comes_back {
        PulledBy::Returned {
            count: hour.returned,
            sent: hour.sent,
        }
    } else {
        return None;
    };
    let holds_for = limits
        .brake
        .map(|time| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
    Some(Pulled {
        at: now,
        until: holds_for.map(|time| now.checked_add(time).unwrap_or(Timestamp::MAX)),
        by,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{at, settings};
    use std::time::Duration;

    fn limits() -> Limits {
        Limits {
            automatic_per_hour: 100,
            returned_per_hour: 20,
            brake: Some(Duration::from_secs(3600)),
            ..settings().limits
        }
    }

    #[test]
    fn counts_pull_it_or_not() {
        let table = [
            (0, 0, "no"),
            (99, 0, "no"),
            (100, 0, "sent 100"),
            (250, 250, "sent 250"),
            (60, 19, "no"),
            (40, 20, "returned 20 of 40"),
            // Machines are a part of all mail: only where they are the half is it a loop.
            (41, 20, "no"),
            (90, 45, "returned 45 of 90"),
            (90, 44, "no"),
        ];
        for (sent, returned, expected) in table {
            let pulled = pull(LastHour { sent, returned }, &limits(), at(0));
            let got = match pulled.map(|pulled| pulled.by) {
                None => "no".to_owned(),
                Some(PulledBy::Sent { count }) => format!("sent {count}"),
                Some(PulledBy::Returned { count, sent }) => format!("returned {count} of {sent}"),
            };
            assert_eq!(got, expected, "{sent} sent, {returned} returned");
        }
    }

    #[test]
    fn it_holds_for_its_time_or_until_it_is_released() {
        let hour = LastHour {
            sent: 100,
            returned: 0,
        };
        let pulled = pull(hour, &limits(), at(0)).unwrap();
        assert!(pulled.holds(at(0)) && pulled.holds(at(59)));
        assert!(!pulled.holds(at(60)));
        let without_end = Limits {
            brake: None,
            ..limits()
        };
        let pulled = pull(hour, &without_end, at(0)).unwrap();
        assert!(pulled.holds(at(1_000_000)));
    }
}
