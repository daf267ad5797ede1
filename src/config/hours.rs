//! When does a team work? Weekly hours, time zone and holidays, and the moment by which an answer is promised.

use jiff::Timestamp;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::time::Duration;

/// The hours in which people read a mailbox, with their time zone and days off.
#[derive(Clone, Debug)]
pub struct WorkingHours {
    /// For each weekday the spans of work, `from` before `until`, in order.
    pub spans: Vec<(Weekday, Time, Time)>,
    /// The team's time zone.
    pub time_zone: TimeZone,
    /// Days on which nobody works.
    pub holidays: BTreeSet<Date>,
}

/// Why a text describes no working hours.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "`{part}` is not understood; write days and hours like `Mon-Fri 09:00-17:00, Sat 10:00-13:00`"
)]
pub struct HoursError {
    /// The part that could not be read.
    pub part: String,
}

impl WorkingHours {
    /// The moment at which `working_time` of working time has passed since `from`: the promise. Without any working
    /// span in the next year it is plain time.
    #[must_use]
    pub fn after(&self, _from: Timestamp, _working_time: Duration) -> Timestamp {
        todo!()
    }

    /// Whether people are at work at that moment.
    #[must_use]
    pub fn are_open_at(&self, _moment: Timestamp) -> bool {
        todo!()
    }

    /// Reads `Mon-Fri 09:00-17:00, Sat 10:00-13:00` (any order, several spans a day, `24/7` for always).
    ///
    /// # Errors
    /// [`HoursError`] names the part that is not understood.
    pub fn parse_spans(_text: &str) -> Result<Vec<(Weekday, Time, Time)>, HoursError> {
        todo!()
    }
}
