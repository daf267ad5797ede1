//! What does the row of a lease permit to whoever asks? Decided here for every kind of shared store, by the clock of the database alone.

use super::HeldBy;
use std::time::Duration;

/// The row of a journal's lease, as it stands at a moment of the database's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeaseRow {
    /// Under which number it was taken last.
    pub(crate) number: u64,
    /// By whom; nobody where it was given back.
    pub(crate) holder: String,
    /// How long until it ends; zero where it has ended.
    pub(crate) left: Duration,
}

impl LeaseRow {
    /// Under which number `asker` has it from now on: it is free, has ended, or is theirs. Otherwise who has it.
    pub(crate) fn take(self, asker: &str) -> Result<u64, HeldBy> {
        if !self.left.is_zero() && self.holder != asker {
            return Err(HeldBy {
                holder: self.holder,
                left: self.left,
            });
        }
        // Also for who had it: what they wrote under the old number is shut out.
        Ok(self.number.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_free_ended_or_ones_own_is_taken_and_each_taking_has_a_number_of_its_own() {
        let row = |holder: &str, seconds| LeaseRow {
            number: 7,
            holder: holder.to_owned(),
            left: Duration::from_secs(seconds),
        };
        assert_eq!(row("", 0).take("me"), Ok(8));
        assert_eq!(row("another", 0).take("me"), Ok(8));
        assert_eq!(row("me", 9).take("me"), Ok(8));
        let held = row("another", 9).take("me").unwrap_err();
        assert_eq!((held.holder.as_str(), held.left.as_secs()), ("another", 9));
    }
}
