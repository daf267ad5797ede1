//! When is an answer due of which the customer was told no time? Within the team's own `reply_within`, counted in its working hours from
//! what nobody has answered. It is no promise: nobody outside hears of it, and it counts neither as kept nor as broken. Pure.

use super::due::delay_notice;
use super::{Due, History, NoticePlan, sentences};
use crate::config::{Settings, Team};
use crate::ticket::{Reminded, Ticket, Waiting, WaitsFor};
use jiff::Timestamp;

/// By when that team should answer a customer who waits without a told time.
#[must_use]
pub fn own_time(waiting: &Waiting, team: &Team) -> Timestamp {
    team.hours.after(waiting.counts_from, team.reply_within)
}

/// What is due on a ticket in which no promise is open.
pub(super) fn waiting<'a>(
    ticket: &Ticket,
    history: &History,
    settings: &'a Settings,
    now: Timestamp,
) -> Option<Due<'a>> {
    let waiting = ticket.waits_untold()?;
    // A member put it off: until then it is not looked at.
    if waiting.counts_from > now {
        return None;
    }
    let named = settings.team(&waiting.team);
    let team = named.or_else(|| settings.teams.first())?;
    let due_by = own_time(&waiting, team);
    if due_by <= now {
        let is_draft = waiting.what == WaitsFor::Approval;
        return Some(Due::WaitedTooLong {
            team,
            due_by,
            hand_off: is_draft.then(|| first_notice(ticket, history, settings, team, now)),
            waiting,
        });
    }
    let left = team.hours.open_between(now, due_by);
    if left > team.remind_before {
        return None;
    }
    let remind = |whom, address| Due::RemindOfWaiting {
        team,
        address,
        whom,
        waiting: waiting.clone(),
        due_by,
    };
    if !ticket.was_reminded(due_by, Reminded::Team) {
        return Some(remind(Reminded::Team, &team.address));
    }
    let second = team.second_address.as_ref()?;
    let is_late = left <= team.remind_before / 2;
    (is_late && !ticket.was_reminded(due_by, Reminded::SecondAddress))
        .then(|| remind(Reminded::SecondAddress, second))
}

/// Nobody approved the draft: whether the customer is told that a person answers instead. (A draft is made only of a mail that may be
/// answered by itself, so a robot or a list never waits for one.)
fn first_notice(
    ticket: &Ticket,
    history: &History,
    settings: &Settings,
    team: &Team,
    now: Timestamp,
) -> NoticePlan {
    let sent = ticket.automatic_mails();
    let limit = settings.limits.automatic_per_ticket;
    match delay_notice(ticket, history, settings, team, now, 0) {
        NoticePlan::Tell { .. } if sent >= limit => NoticePlan::Withhold {
            why: sentences::LIMIT_IN_TICKET.with([&sent, &limit]),
        },
        plan => plan,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::due;
    use crate::decide::test_situation::{TicketStory, address, at, settings, team_name};
    use crate::ticket::{Event, Notice};

    /// The stories' clock stands before ten: this puts each event of a story at ten.
    fn at_ten(story: TicketStory) -> Ticket {
        let mut ticket = story.ticket();
        for timed in &mut ticket.events {
            timed.at = at(0);
        }
        ticket
    }

    fn wrote_again() -> TicketStory {
        let answered = TicketStory::opened().handed_off("desk").staff_replied();
        answered.customer_wrote().event(Event::PassedOn {
            team: team_name("desk"),
        })
    }

    fn reminded(whom: Reminded) -> Event {
        Event::Reminded {
            team: team_name("desk"),
            whom,
            of: at(240),
        }
    }

    fn look(story: TicketStory, minutes: i64) -> String {
        look_with(&at_ten(story), minutes, &History::default())
    }

    fn look_with(ticket: &Ticket, minutes: i64, history: &History) -> String {
        let mut settings = settings();
        settings.teams[0].second_address = Some(address("lead@shop.example"));
        match due(ticket, history, &settings, at(minutes)) {
            None => "nothing".to_owned(),
            Some(Due::RemindOfWaiting { address, .. }) => format!("remind {address}"),
            Some(Due::WaitedTooLong { hand_off, .. }) => match hand_off {
                None => "over".to_owned(),
                Some(NoticePlan::Tell { promised_by }) => format!("over, told {promised_by}"),
                Some(NoticePlan::Withhold { why }) => format!("over, not told: {why}"),
            },
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn our_own_time_comes_due_step_by_step() {
        assert_eq!(look(wrote_again(), 170), "nothing");
        assert_eq!(look(wrote_again(), 180), "remind desk@shop.example");
        let once = || wrote_again().event(reminded(Reminded::Team));
        assert_eq!(look(once(), 209), "nothing");
        assert_eq!(look(once(), 210), "remind lead@shop.example");
        let twice = || once().event(reminded(Reminded::SecondAddress));
        assert_eq!(look(twice(), 239), "nothing");
        assert_eq!(look(twice(), 240), "over");
        assert_eq!(look(wrote_again().staff_replied(), 5_000), "nothing");
    }

    #[test]
    fn a_ticket_that_was_put_off_is_not_looked_at_before() {
        let put_off = wrote_again().event(Event::Postponed {
            member: address("kim@shop.example"),
            until: at(235),
        });
        let ticket = at_ten(put_off.event(Event::Reminded {
            team: team_name("desk"),
            whom: Reminded::Team,
            of: at(235),
        }));
        assert_eq!(look_with(&ticket, 240, &History::default()), "nothing");
        assert_eq!(look_with(&ticket, 5_000, &History::default()), "over");
    }

    #[test]
    fn who_waits_for_a_draft_hears_of_a_person_unless_they_may_not() {
        let draft = || TicketStory::opened().drafted("hours");
        assert_eq!(look(draft(), 180), "remind desk@shop.example");
        assert_eq!(look(draft(), 240), "over, told 2026-03-03T10:00:00Z");
        assert!(look(draft().event(Event::AutomationRefused), 240).contains("STOP"));
        let flooded = History {
            automatic_in_hour: u32::MAX,
            ..History::default()
        };
        assert!(look_with(&at_ten(draft()), 240, &flooded).contains("limit"));
        let untold = TicketStory::opened().event(Event::HandedOff {
            team: team_name("desk"),
            promised_by: None,
            notice: Notice::Withheld { why: String::new() },
            why: String::new(),
        });
        assert_eq!(look(untold, 240), "over");
    }
}
