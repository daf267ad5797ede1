//! The stored form of a draft and of what a member changed of it.

use super::part::ArticleForm;
use super::{FieldError, address, number};
use crate::config::TeamName;
use crate::ticket::{Approvals, Change, Draft, Edit, Wording};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct DraftForm {
    article: ArticleForm,
    confidence: String,
    text: String,
    team: String,
    // These two are not in records of older programs: one yes was enough for every draft then, and all were texts of articles.
    #[serde(default, skip_serializing_if = "ApprovalsForm::is_one")]
    approvals: ApprovalsForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<EditedForm>,
}

#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ApprovalsForm {
    #[default]
    One,
    Two,
}

impl ApprovalsForm {
    // Serde hands over a reference.
    #[allow(clippy::trivially_copy_pass_by_ref)]
    const fn is_one(&self) -> bool {
        matches!(self, Self::One)
    }
}

#[derive(Serialize, Deserialize)]
struct EditedForm {
    by: String,
    edit: EditForm,
}

#[derive(Serialize, Deserialize)]
pub(super) struct EditForm {
    kept_percent: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    changes: Vec<ChangeForm>,
    #[serde(default)]
    further_changes: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ChangeForm {
    Removed(String),
    Added(String),
}

impl From<&Draft> for DraftForm {
    fn from(draft: &Draft) -> Self {
        Self {
            article: (&draft.article).into(),
            confidence: draft.confidence.to_string(),
            text: draft.text.clone(),
            team: draft.team.0.clone(),
            approvals: match draft.approvals {
                Approvals::One => ApprovalsForm::One,
                Approvals::Two => ApprovalsForm::Two,
            },
            edited: match &draft.wording {
                Wording::OfArticle => None,
                Wording::Edited { by, edit } => Some(EditedForm {
                    by: by.as_str().to_owned(),
                    edit: edit.into(),
                }),
            },
        }
    }
}

impl TryFrom<DraftForm> for Draft {
    type Error = FieldError;

    fn try_from(form: DraftForm) -> Result<Self, FieldError> {
        Ok(Self {
            article: form.article.into(),
            confidence: number(&form.confidence)?,
            text: form.text,
            team: TeamName(form.team),
            approvals: match form.approvals {
                ApprovalsForm::One => Approvals::One,
                ApprovalsForm::Two => Approvals::Two,
            },
            wording: match form.edited {
                None => Wording::OfArticle,
                Some(edited) => Wording::Edited {
                    by: address(&edited.by)?,
                    edit: edited.edit.into(),
                },
            },
        })
    }
}

impl From<&Edit> for EditForm {
    fn from(edit: &Edit) -> Self {
        let changes = edit.changes.iter().map(|change| match change {
            Change::Removed(sentence) => ChangeForm::Removed(sentence.clone()),
            Change::Added(sentence) => ChangeForm::Added(sentence.clone()),
        });
        Self {
            kept_percent: edit.kept_percent,
            changes: changes.collect(),
            further_changes: edit.further_changes,
        }
    }
}

impl From<EditForm> for Edit {
    fn from(form: EditForm) -> Self {
        let changes = form.changes.into_iter().map(|change| match change {
            ChangeForm::Removed(sentence) => Change::Removed(sentence),
            ChangeForm::Added(sentence) => Change::Added(sentence),
        });
        Self {
            kept_percent: form.kept_percent,
            changes: changes.collect(),
            further_changes: form.further_changes,
        }
    }
}
