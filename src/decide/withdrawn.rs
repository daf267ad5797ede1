//! Does this mail make a draft void that waits for a yes? The team is told, and whose yes is void with it.

use super::view::View;
use super::{Action, Reason, sentences};
use crate::desk::Sender;

/// That it does, as a further reason: it stands in what the team gets of this mail.
pub(super) fn draft(view: &View<'_>, action: &Action) -> Option<Reason> {
    let waiting = view.ticket()?.draft_in_waiting()?;
    let is_further_mail = matches!(view.situation.sender, Sender::Customer(_))
        && !matches!(
            action,
            Action::Leave { .. }
                | Action::NoteConfirmed
                | Action::Collect { .. }
                | Action::NoteOwnCopy
                | Action::ConfirmStop
                | Action::Tell(_)
        );
    let number = waiting.number;
    let sentence = match waiting.first_yes {
        None => sentences::DRAFT_WITHDRAWN.with([&number]),
        Some((member, _)) => sentences::DRAFT_AND_YES_WITHDRAWN.with([&number, member]),
    };
    is_further_mail.then(|| Reason {
        rule: "draft-withdrawn",
        sentence,
        evidence: String::new(),
    })
}
