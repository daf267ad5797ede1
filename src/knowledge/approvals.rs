//! `approvals` in an article: how many members must say yes to a draft, and can the team give so many?

use super::ArticleMode;
use crate::config::section::Section;
use crate::config::{Settings, TeamName};
use crate::ticket::Approvals;

/// Reads the key and checks it against mode and team.
pub(super) fn read(
    front: &Section<'_>,
    mode: Option<ArticleMode>,
    team: Option<&TeamName>,
    settings: &Settings,
) -> Approvals {
    let at = front.place("approvals");
    if front.number("approvals", 1, 1, 2) == 1 {
        return Approvals::One;
    }
    let at = at.as_ref().unwrap_or(front.at());
    if mode.is_some_and(|mode| mode != ArticleMode::Draft) {
        front.problem(
            at,
            "approvals = 2, but the article is no draft, so nobody would be asked",
            "write `mode = \"draft\"`, or remove `approvals`",
        );
    }
    // The team that the draft is shown to: the article's, or the default one.
    let team = match team {
        Some(name) => settings.team(name),
        None => settings.teams.first(),
    };
    if let Some(team) = team {
        // Each address stands there once.
        if team.members.len() < 2 {
            let what = format!(
                "approvals = 2, but team \"{}\" has fewer than two members, so no draft would ever be sent",
                team.name
            );
            let remedy = "add a member to the `[[team]]`, name another team, or remove `approvals`";
            front.problem(at, what, remedy);
        }
    }
    Approvals::Two
}
