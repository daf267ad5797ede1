//! The only source of "now". Whatever decides takes the time as an argument, so that a decision can be derived again.

use jiff::Timestamp;

/// The present moment, in UTC.
#[must_use]
#[allow(clippy::disallowed_methods)]
pub fn now() -> Timestamp {
    #[cfg(test)]
    if let Some(now) = crate::simulation::now() {
        return now;
    }
    Timestamp::now()
}
