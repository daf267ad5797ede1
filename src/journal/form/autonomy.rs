//! The stored form of where articles stand, and of each change of that.

use super::FieldError;
use crate::autonomy::{
    ArticleName, By, Proposal, Review, Stage, StageChange, Standing, Tally, Why,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A change of stage.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct StageChangeForm {
    at: Timestamp,
    article: String,
    revision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    to: String,
    /// Who; nothing where the rule alone did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    why: String,
    tally: TallyForm,
}

/// Where an article stands.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct StandingForm {
    stage: String,
    since: Timestamp,
    text: String,
    revision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    ceiling: Option<String>,
    tally: TallyForm,
    proposal: String,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
pub(super) struct TallyForm {
    good: u32,
    counted: u32,
    against: u32,
    looked_at: u32,
}

impl From<Tally> for TallyForm {
    fn from(tally: Tally) -> Self {
        let Tally {
            good,
            counted,
            against,
            looked_at,
        } = tally;
        Self {
            good,
            counted,
            against,
            looked_at,
        }
    }
}

impl From<TallyForm> for Tally {
    fn from(form: TallyForm) -> Self {
        let TallyForm {
            good,
            counted,
            against,
            looked_at,
        } = form;
        Self {
            good,
            counted,
            against,
            looked_at,
        }
    }
}

impl From<&StageChange> for StageChangeForm {
    fn from(change: &StageChange) -> Self {
        Self {
            at: change.at,
            article: change.article.to_string(),
            revision: change.revision.clone(),
            from: change.from.map(|stage| stage.as_str().to_owned()),
            to: change.to.as_str().to_owned(),
            by: match &change.by {
                By::Rule => None,
                By::Person(name) => Some(name.clone()),
            },
            why: change.why.as_str().to_owned(),
            tally: change.tally.into(),
        }
    }
}

impl TryFrom<StageChangeForm> for StageChange {
    type Error = FieldError;

    fn try_from(form: StageChangeForm) -> Result<Self, FieldError> {
        Ok(Self {
            at: form.at,
            article: article(&form.article)?,
            revision: form.revision,
            from: form.from.as_deref().map(stage).transpose()?,
            to: stage(&form.to)?,
            by: form.by.map_or(By::Rule, By::Person),
            why: Why::by_word(&form.why).ok_or("why it was changed is not known")?,
            tally: form.tally.into(),
        })
    }
}

impl From<&Standing> for StandingForm {
    fn from(standing: &Standing) -> Self {
        Self {
            stage: standing.stage.as_str().to_owned(),
            since: standing.since,
            text: standing.text.clone(),
            revision: standing.revision.clone(),
            ceiling: standing.ceiling.map(|stage| stage.as_str().to_owned()),
            tally: standing.review.tally.into(),
            proposal: standing.review.proposal.as_str().to_owned(),
        }
    }
}

impl TryFrom<StandingForm> for Standing {
    type Error = FieldError;

    fn try_from(form: StandingForm) -> Result<Self, FieldError> {
        Ok(Self {
            stage: stage(&form.stage)?,
            since: form.since,
            text: form.text,
            revision: form.revision,
            ceiling: form.ceiling.as_deref().map(stage).transpose()?,
            review: Review {
                tally: form.tally.into(),
                proposal: Proposal::by_word(&form.proposal)
                    .ok_or("what is proposed is not known")?,
            },
        })
    }
}

/// An article by its name.
pub(super) fn article(text: &str) -> Result<ArticleName, FieldError> {
    ArticleName::parse(text).ok_or_else(|| "an article has no such name".to_owned())
}

/// A stage by its word.
pub(super) fn stage(word: &str) -> Result<Stage, FieldError> {
    Stage::by_word(word).ok_or_else(|| "a stage is not known".to_owned())
}
