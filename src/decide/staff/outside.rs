//! One of our people wrote to the customer past us. Anybody can write an address of ours, so all that follows is silence: nothing is sent
//! to the customer, nothing counts as kept, and the team is told, which ends it with a word. Pure.

use super::super::view::View;
use super::super::{Action, Match, leave, sentences};
use crate::desk::Sender;

pub(super) fn colleague(view: &View<'_>) -> Vec<Match> {
    let (Sender::Colleague { from, team }, Some(ticket)) = (view.situation.sender, view.ticket())
    else {
        return vec![];
    };
    let subject = view.situation.mail.subject.to_string();
    if ticket.knows_of_outside(view.situation.mail).is_some() {
        return vec![Match::new(
            "wrote-outside-known",
            sentences::WROTE_OUTSIDE_KNOWN.with([from]),
            subject,
            leave::LEAVE,
        )];
    }
    let team = view
        .team_in_ticket()
        .unwrap_or_else(|| view.existing_team(ticket.last_team().or(Some(team))));
    // Once is enough; and where a person has come in and nothing is promised, nothing changes by it.
    let changes_something = !ticket.a_person_wrote() || ticket.open_promise().is_some();
    let tells_team = changes_something && !ticket.was_silenced_by_an_address();
    vec![Match::new(
        "wrote-outside",
        sentences::WROTE_OUTSIDE.with([from]),
        subject,
        Action::NoteColleague {
            from: from.clone(),
            team,
            tells_team,
        },
    )]
}
