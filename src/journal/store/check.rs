//! Is everything there, and in which words is it said that something is not? How it is found: `walk.rs`. sled opens a damaged log without a word
//! and simply has fewer records; this is what sees it. `verify` says which, and takes longer.

use super::linked::ChainEnd;
use super::walk::{Reads, Walk, Walked};
use super::witness::Remembered;
use super::{JournalError, Tree};
use crate::journal::Headway;

/// What is not there, or not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Links between these two are missing, or do not follow from each other: the last that is whole, and the last there should be.
    Chain { whole: u64, commits: u64 },
    /// The last link is not the one that the witness remembers.
    AnotherChain { commits: u64 },
    /// Records of a tree.
    Records {
        tree: Tree,
        /// So many should be there.
        expected: u64,
        /// So many are, with a seal.
        found: u64,
    },
}

impl std::fmt::Display for Damage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chain { whole, commits } => write!(
                formatter,
                "commit {} of {commits} is missing or damaged",
                whole.saturating_add(1)
            ),
            Self::AnotherChain { commits } => write!(
                formatter,
                "commit {commits} is not the one that the file `commits` remembers: these files do not belong together"
            ),
            Self::Records {
                tree,
                expected,
                found,
            } if expected > found => write!(
                formatter,
                "{} of {expected} records in `{}` are missing",
                expected.saturating_sub(*found),
                tree.name()
            ),
            Self::Records {
                tree,
                expected,
                found,
            } if expected < found => write!(
                formatter,
                "{} records in `{}` were recorded by no commit",
                found.saturating_sub(*expected),
                tree.name()
            ),
            Self::Records { tree, expected, .. } => write!(
                formatter,
                "of {expected} records in `{}` some are not as they were recorded",
                tree.name()
            ),
        }
    }
}

/// How a sentence about damage begins.
const DAMAGED: &str = "it is damaged";

/// What is wrong with a store, and what to do.
pub(crate) fn damaged_words(what: &str) -> String {
    format!(
        "{DAMAGED}: {what}; restore the whole folder from a backup, or move it away and `handoffd import` your last export; then, or to go on \
         with what is left, `handoffd recover` (docs/admin.md, section \"When the store is damaged\")"
    )
}

/// What is damaged; empty where everything is as it was recorded. Nothing may be committed meanwhile. `headway` is told how far it is.
pub(super) fn check(
    store: &dyn Reads,
    end: ChainEnd,
    remembered: Option<Remembered>,
    headway: &Headway,
) -> Result<Vec<Damage>, JournalError> {
    let mut walk = Walk::begin(store, end, remembered)?;
    loop {
        match walk.step(store)? {
            Walked::Some { percent } => headway.checked(percent),
            Walked::All(damage) => return Ok(damage),
        }
    }
}
