//! When does something end that only a person can renew, and is it time to say so? Pure.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};
use std::fmt;

/// So many days before the end it is said, once each.
const WARN_DAYS: [i64; 5] = [1, 3, 7, 14, 30];

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// `[oauth2] secret_expires`.
    ClientSecret,
    /// What a person allowed, as the token server says.
    Grant,
}

/// An end that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What ends.
    pub what: What,
    /// Its last day, in UTC.
    pub on: Date,
}

impl Ending {
    /// A grant that ends then; `None` in the first half of its life: a server that renews it with each refresh never gets past that.
    pub(super) fn of_grant(since: Timestamp, ends: Timestamp, now: Timestamp) -> Option<Self> {
        let half = ends.duration_since(since) / 2;
        (now.duration_since(since) >= half).then(|| Self {
            what: What::Grant,
            on: ends.to_zoned(TimeZone::UTC).date(),
        })
    }

    /// Days that are left; negative when it is over.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        let today = now.to_zoned(TimeZone::UTC).date();
        let left = today.until((Unit::Day, self.on));
        left.map_or(i64::MAX, |left| i64::from(left.get_days()))
    }
}

/// Which of the warnings is due: the number of days that it is called by. 0 when it is over.
#[must_use]
pub fn warning_due(ending: &Ending, now: Timestamp) -> Option<i64> {
    let left = ending.days_left(now);
    if left < 0 {
        return Some(0);
    }
    WARN_DAYS.into_iter().find(|days| left <= *days)
}

impl fmt::Display for What {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ClientSecret => "the client secret",
            Self::Grant => "what was allowed by `handoffd login` or with refresh_token_file",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn each_warning_has_its_days() {
        let ending = Ending {
            what: What::ClientSecret,
            on: date(2027, 5, 1),
        };
        for (day, expected) in [
            (date(2027, 3, 1), None),
            (date(2027, 3, 31), None),
            (date(2027, 4, 1), Some(30)),
            (date(2027, 4, 16), Some(30)),
            (date(2027, 4, 17), Some(14)),
            (date(2027, 4, 24), Some(7)),
            (date(2027, 4, 28), Some(3)),
            (date(2027, 4, 30), Some(1)),
            (date(2027, 5, 1), Some(1)),
            (date(2027, 5, 2), Some(0)),
            (date(2028, 1, 1), Some(0)),
        ] {
            let noon = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap();
            assert_eq!(warning_due(&ending, noon.timestamp()), expected, "{day}");
        }
    }

    #[test]
    fn a_grant_that_is_renewed_all_the_time_gives_no_warning() {
        let at = |day: i64| Timestamp::from_second(1_800_000_000 + day * 86_400).unwrap();
        assert_eq!(Ending::of_grant(at(0), at(7), at(3)), None);
        assert!(Ending::of_grant(at(0), at(7), at(4)).is_some());
        assert!(Ending::of_grant(at(0), at(90), at(60)).is_some());
    }
}
