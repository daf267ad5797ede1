//! Who may write to a journal that several processes reach? The journal's row says under which lease and after which commit; who believes
//! anything else is kept out, and here stands what that means for them. Pure, and the same for every kind of shared store.

use super::linked::ChainEnd;
use crate::journal::JournalError;
use std::cmp::Ordering;

/// On which condition something is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fence {
    /// The number of our lease.
    pub(super) lease: u64,
    /// The last commit that we know of.
    pub(super) before: ChainEnd,
}

/// What the journal's row says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Standing {
    pub(super) lease: u64,
    pub(super) end: ChainEnd,
}

/// What became of a commit whose caller heard of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Became {
    /// Nothing.
    Nothing,
    /// It was made all the same.
    Made,
    /// Another has taken over.
    Lost,
    /// The journal's row says what none of us wrote after what we know.
    SetBack,
}

/// Compares what the journal's row says with all that it can say after that failure.
pub(super) fn became(fence: Fence, meant: Option<ChainEnd>, found: Standing) -> Became {
    match found.lease.cmp(&fence.lease) {
        Ordering::Greater => Became::Lost,
        // Numbers of leases only grow.
        Ordering::Less => Became::SetBack,
        Ordering::Equal if found.end == fence.before => Became::Nothing,
        Ordering::Equal if Some(found.end) == meant => Became::Made,
        Ordering::Equal => Became::SetBack,
    }
}

/// The words of [`Became::SetBack`].
pub(super) fn set_back(known: ChainEnd, found: ChainEnd) -> String {
    let (known, now) = (known.commits, found.commits);
    let what = match now < known {
        true => format!("the database has lost commits: it knows of {now} of {known}"),
        false => format!(
            "the database has another past: its commit {now} is none of ours after our {known}"
        ),
    };
    format!(
        "{what}, so mails that were handled would be handled again. Was an older state of it restored, or did a replica take over that was \
         behind? Restore the newest state that there is, then run `handoffd recover`"
    )
}

impl Fence {
    /// What a commit came to that the journal's row kept out: an earlier try was made and only its answer lost, or it is refused. `meant`: the
    /// end to which an earlier try may have come.
    pub(super) fn kept_out(
        self,
        meant: Option<ChainEnd>,
        found: Standing,
        place: &str,
    ) -> Result<(), JournalError> {
        match became(self, meant, found) {
            Became::Made => Ok(()),
            _ => Err(self.refused(found, place)),
        }
    }

    /// Why it is refused.
    pub(super) fn refused(self, found: Standing, place: &str) -> JournalError {
        let path = place.to_owned();
        match became(self, None, found) {
            Became::Lost => JournalError::LeaseLost { journal: path },
            Became::SetBack => JournalError::Damaged {
                path,
                why: set_back(self.before, found.end),
            },
            Became::Nothing | Became::Made => JournalError::Store {
                path,
                why: "the journal was locked against us for a moment; try again".to_owned(),
            },
        }
    }
}
