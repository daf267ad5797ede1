//! `LATER` and `TEAM`: when is the team reminded, and who has the ticket from here? Pure.

use super::super::view::View;
use super::super::{Meant, Sentence};
use super::hints;
use super::plan::Plan;
use super::waiting::promise_after_yes;
use crate::config::{Team, TeamName};
use crate::desk::{DAYS_MAX, StaffAct, When};
use crate::ticket::{Event, Ticket};

/// So many names of teams are listed in a mail.
const NAMES_SHOWN_MAX: usize = 20;

/// The team is reminded then, by its own clock and working hours.
pub(super) fn postpone(view: &View<'_>, team: &TeamName, when: Option<When>) -> Plan {
    let act = StaffAct::Postpone { when };
    let hours = view.situation.settings.team(team).map(|team| &team.hours);
    let moment = when
        .zip(hours)
        .and_then(|(when, hours)| when.moment(view.situation.now, hours));
    match moment {
        Some(until) => Plan {
            meant: Some(Meant::Until(until)),
            ..Plan::simply(act)
        },
        None => Plan::impossible(act, hints::NO_TIME.with([&DAYS_MAX])),
    }
}

/// Another team has the ticket from here. What the customer was promised stays; where they have heard nothing yet, because only a
/// draft was made, they are told now that a person answers.
pub(super) fn give(view: &View<'_>, ticket: &Ticket, name: &str) -> Plan {
    let act = StaffAct::GiveToTeam {
        name: name.to_owned(),
    };
    let Some(team) = team_called(view, name) else {
        return Plan::impossible(act, no_such_team(view, name));
    };
    if ticket.waiting_forward().is_some() {
        return Plan::impossible(act, hints::FORWARD_IS_NO_TICKET);
    }
    if view.team_in_ticket().as_ref() == Some(&team.name) {
        return Plan::impossible(act, hints::TEAM_HAS_IT.with([&team.name]));
    }
    // Once it was decided what the customer hears of a hand-off, or they were answered, a machine has nothing new to say.
    let was_handed_off = ticket
        .events
        .iter()
        .any(|timed| matches!(timed.event, Event::HandedOff { .. }));
    let has_heard = was_handed_off || ticket.a_person_wrote() || !ticket.sent_answers().is_empty();
    let hand_off = (ticket.waiting_draft().is_some() || !has_heard)
        .then(|| promise_after_yes(view, ticket, &team.name));
    Plan {
        meant: Some(Meant::Team(team.name.clone())),
        hand_off,
        ..Plan::simply(act)
    }
}

/// By its name or its title, in any case.
fn team_called<'a>(view: &View<'a>, name: &str) -> Option<&'a Team> {
    let mut teams = view.situation.settings.teams.iter();
    teams.find(|team| {
        let mut titles = team.titles.values();
        team.name.0.to_lowercase() == name || titles.any(|title| title.to_lowercase() == name)
    })
}

fn no_such_team(view: &View<'_>, name: &str) -> Sentence {
    let teams = view.situation.settings.teams.iter();
    let names: Vec<&str> = teams
        .take(NAMES_SHOWN_MAX)
        .map(|team| team.name.0.as_str())
        .collect();
    let names = names.join(", ");
    // It goes into a mail: not more of it than a name may have.
    let name: String = name.chars().take(60).collect();
    if name.is_empty() {
        hints::NO_TEAM_NAMED.with([&names])
    } else {
        hints::NO_SUCH_TEAM.with([&name, &names])
    }
}
