//! A person's word about an article: let it go on, or take it back. On the command line now; whatever else brings such a word later does the same.

use super::{ArticleName, By, Proposal, Stage, StageChange, Standing, Why};
use jiff::Timestamp;

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// To the stage above, which it has earned.
    Advance,
    /// To the stage above, whatever its record.
    AdvanceAnyway,
    /// To the stage below.
    Back,
}

/// Why it cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no stage above.
    #[error("it answers by itself already: there is nothing above that")]
    AtTheTop,
    /// There is no stage below.
    #[error("it is in shadow, where it has no effect: there is nothing below that")]
    AtTheBottom,
    /// Its mode lets it go no further.
    #[error("its mode lets it go no further than {0}: set `mode = \"answer\"` in its file first")]
    AboveItsMode(Stage),
    /// Its file is gone, or it is only for people.
    #[error("its file is gone, or its mode is \"handoff\"")]
    NotLoaded,
    /// Its record is not enough.
    #[error(
        "its record is not enough yet (`handoffd autonomy` shows it); `--anyway` lets it go on by your word alone"
    )]
    NotEarned,
}

/// Does what a person wants with an article that stands there: the change, and where it stands from here.
///
/// # Errors
/// [`Refused`]
pub fn act(
    article: &ArticleName,
    standing: &Standing,
    act: Act,
    by: &str,
    now: Timestamp,
) -> Result<(StageChange, Standing), Refused> {
    let ceiling = standing.ceiling.ok_or(Refused::NotLoaded)?;
    let is_earned = standing.review.proposal == Proposal::Advance;
    let (to, why) = match act {
        Act::Back => {
            let below = standing.stage.before().ok_or(Refused::AtTheBottom)?;
            (below, Why::TakenBack)
        }
        Act::Advance | Act::AdvanceAnyway => {
            let above = standing.stage.next().ok_or(Refused::AtTheTop)?;
            if above > ceiling {
                return Err(Refused::AboveItsMode(ceiling));
            }
            match (is_earned, act) {
                (true, _) => (above, Why::Earned),
                (false, Act::AdvanceAnyway) => (above, Why::Allowed),
                (false, _) => return Err(Refused::NotEarned),
            }
        }
    };
    let change = StageChange {
        at: now,
        article: article.clone(),
        revision: standing.revision.clone(),
        from: Some(standing.stage),
        to,
        by: By::Person(by.to_owned()),
        why,
        tally: standing.review.tally,
    };
    let mut after = standing.clone();
    after.goes_to(to, now);
    Ok((change, after))
}
