//! What became of a draft, told for people: the text, who said yes, and what they changed. Pure.

use super::lines;
use crate::mail::Address;
use crate::ticket::{Approvals, ArticleReference, Draft, Edit, Wording};

/// A draft, and whose words it is.
pub(super) fn drafted(draft: &Draft) -> (String, Vec<String>) {
    let needs = match draft.approvals {
        Approvals::One => "",
        Approvals::Two => ", and two must say yes",
    };
    match &draft.wording {
        Wording::OfArticle => (
            format!("draft shown to {}{needs}", draft.team),
            lines(&draft.text),
        ),
        Wording::Edited { by, edit } => {
            let mut words = changed(edit);
            words.extend(lines(&draft.text));
            let title = format!("{by} changed the draft; shown to {}{needs}", draft.team);
            (title, words)
        }
    }
}

/// Who approved what, and what they changed.
pub(super) fn approved(
    member: &Address,
    article: Option<&ArticleReference>,
    edit: Option<&Edit>,
) -> (String, Vec<String>) {
    let of = article.map_or_else(String::new, |article| {
        format!(
            " of {}@{} ({})",
            article.intent, article.revision, article.language
        )
    });
    match edit {
        None => (format!("{member} approved the draft{of}"), Vec::new()),
        Some(edit) => (
            format!("{member} approved the draft{of}, changed"),
            changed(edit),
        ),
    }
}

fn changed(edit: &Edit) -> Vec<String> {
    let mut words = vec![format!("{} % of its words were kept", edit.kept_percent)];
    words.extend(edit.changes.iter().map(ToString::to_string));
    if edit.further_changes > 0 {
        words.push(format!("and {} more changes", edit.further_changes));
    }
    words
}
