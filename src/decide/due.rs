//! What is due on a ticket by now, although nobody wrote? A promise that a customer was told is kept an eye on: before it lapses the team
//! is reminded, then its second address; as it lapses the customer is told honestly, with a new time. Where none was told, the team's own
//! time counts ([`super::own_time()`]). Pure.

use super::held_back::held_back_by_history;
use super::legal_deadline;
use super::own_time::waiting;
use super::{History, NoticePlan, Sentence, sentences};
use crate::config::{Settings, Team};
use crate::mail::Address;
use crate::ticket::{Reminded, Ticket, Waiting};
use jiff::{SignedDuration, Timestamp};

/// So often in a row a customer is told a new time; then people outside the team must see to it.
const DELAYS_TOLD_MAX: usize = 2;

/// A limit on automatic mail passes: so long the customer is told later rather than never.
const LIMIT_PATIENCE: SignedDuration = SignedDuration::from_hours(26);

/// What is due.
#[derive(Clone, Debug)]
pub enum Due<'a> {
    /// The team's mailbox is reminded of a promise.
    RemindTeam {
        /// Whose promise.
        team: &'a Team,
        /// By when.
        promised_by: Timestamp,
    },
    /// The team's second address is reminded as well.
    RemindSecondAddress {
        /// Whose promise.
        team: &'a Team,
        /// Who is reminded.
        address: &'a Address,
        /// By when.
        promised_by: Timestamp,
    },
    /// A member put the ticket off until now (`LATER`): the team is reminded.
    PutOff {
        /// Whose ticket it is.
        team: &'a Team,
        /// Until when.
        until: Timestamp,
    },
    /// The promised time is over: the customer is told so, or not, and the team.
    Lapsed {
        /// Whose promise.
        team: &'a Team,
        /// By when an answer had been promised.
        promised_by: Timestamp,
        /// What the customer is told.
        notice: NoticePlan,
        /// Whether the admin is told as well: it is not the first time.
        tell_admin: bool,
    },
    /// The team, or its second address, is reminded of a customer who was told no time.
    RemindOfWaiting {
        /// For whom they wait.
        team: &'a Team,
        /// Where the reminder goes.
        address: &'a Address,
        /// Who that is.
        whom: Reminded,
        /// What the customer waits for.
        waiting: Waiting,
        /// By when an answer is due.
        due_by: Timestamp,
    },
    /// The month that the law gives for a request about personal data is running out, or over.
    PrivacyRequest {
        /// Whose ticket it is.
        team: &'a Team,
        /// When the request came.
        received: Timestamp,
        /// The end of its last day.
        by: Timestamp,
        /// Who is reminded.
        whom: Reminded,
    },
    /// The team's own time is over: the team, its second address and the admin are told.
    WaitedTooLong {
        /// For whom they wait.
        team: &'a Team,
        /// What the customer waits for.
        waiting: Waiting,
        /// By when an answer was due.
        due_by: Timestamp,
        /// Set where a draft waited for a yes. It is withdrawn and a person has the ticket: whether the customer, who has heard nothing
        /// yet, is told so.
        hand_off: Option<NoticePlan>,
    },
}

/// What is due on this ticket; the most pressing first, one at a time. `history` is that of the customer's address.
#[must_use]
pub fn due<'a>(
    ticket: &Ticket,
    history: &History,
    settings: &'a Settings,
    now: Timestamp,
) -> Option<Due<'a>> {
    let team = ticket
        .last_team()
        .and_then(|name| settings.team(name))
        .or_else(|| settings.teams.first())?;
    of_team(ticket, team, history, settings, now)
        .or_else(|| legal_deadline::due(ticket, team, settings, now))
}

/// What is due by what the team said, or says of itself.
fn of_team<'a>(
    ticket: &Ticket,
    team: &'a Team,
    history: &History,
    settings: &'a Settings,
    now: Timestamp,
) -> Option<Due<'a>> {
    let put_off = ticket.postponed_until();
    if let Some(until) = put_off
        && until <= now
        && !ticket.was_reminded(until, Reminded::Team)
    {
        return Some(Due::PutOff { team, until });
    }
    let Some(promised_by) = ticket.open_promise() else {
        return waiting(ticket, history, settings, now);
    };
    if promised_by <= now {
        let waited = now.duration_since(promised_by);
        if held_back_by_history(history, &settings.limits).is_some() && waited < LIMIT_PATIENCE {
            return None;
        }
        let told = ticket.delays_told();
        return Some(Due::Lapsed {
            team,
            promised_by,
            notice: delay_notice(ticket, history, settings, team, now, told),
            tell_admin: told > 0,
        });
    }
    let left = team.hours.open_between(now, promised_by);
    if left > team.remind_before {
        return None;
    }
    if !ticket.was_reminded(promised_by, Reminded::Team) {
        return Some(Due::RemindTeam { team, promised_by });
    }
    let address = team.second_address.as_ref()?;
    let is_late = left <= team.remind_before / 2;
    (is_late && !ticket.was_reminded(promised_by, Reminded::SecondAddress)).then_some(
        Due::RemindSecondAddress {
            team,
            address,
            promised_by,
        },
    )
}

/// Whether the customer is told that the time went by, and until when it will take now.
pub(super) fn delay_notice(
    ticket: &Ticket,
    history: &History,
    settings: &Settings,
    team: &Team,
    now: Timestamp,
    told: usize,
) -> NoticePlan {
    let withhold = |why: Sentence| NoticePlan::Withhold { why };
    if history.automation_refused || ticket.automation_refused() {
        return withhold(sentences::REFUSES_AUTOMATION.into());
    }
    if ticket.is_taken() {
        return withhold(sentences::TAKEN.into());
    }
    if ticket.was_silenced_by_an_address() {
        return withhold(sentences::WROTE_OUTSIDE_PERHAPS.into());
    }
    if told >= DELAYS_TOLD_MAX {
        return withhold(sentences::TOLD_OFTEN_ENOUGH.with([&told]));
    }
    if held_back_by_history(history, &settings.limits).is_some() {
        return withhold(sentences::LIMIT.into());
    }
    // The new promise is as long as the first.
    NoticePlan::Tell {
        promised_by: team.hours.after(now, team.reply_within),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{TicketStory, address, at, settings, team_name};
    use crate::ticket::{Event, Notice, PromiseOutcome, ShownBy, TicketId};

    /// Promised on a Monday at ten, by two in the afternoon; the desk is reminded an hour before.
    fn promised() -> TicketStory {
        promised_by(at(240))
    }

    fn promised_by(time: Timestamp) -> TicketStory {
        TicketStory::opened().event(Event::HandedOff {
            team: team_name("desk"),
            promised_by: Some(time),
            notice: Notice::Sent {
                text: String::new(),
            },
            why: String::new(),
        })
    }

    fn reminded(whom: Reminded) -> Event {
        Event::Reminded {
            team: team_name("desk"),
            whom,
            of: at(240),
        }
    }

    fn lapsed(new_promise: Option<Timestamp>) -> Event {
        Event::PromiseLapsed {
            team: team_name("desk"),
            promised_by: at(240),
            new_promise,
            notice: Notice::Withheld { why: String::new() },
        }
    }

    /// What is due, in a word or two.
    fn look(story: TicketStory, minutes: i64) -> String {
        look_with(story, minutes, &History::default())
    }

    fn look_with(story: TicketStory, minutes: i64, history: &History) -> String {
        let mut settings = settings();
        if let Some(team) = settings.teams.first_mut() {
            team.second_address = Some(address("lead@shop.example"));
        }
        match due(&story.ticket(), history, &settings, at(minutes)) {
            None => "nothing".to_owned(),
            Some(Due::RemindTeam { .. }) => "remind team".to_owned(),
            Some(Due::RemindSecondAddress { .. }) => "remind second".to_owned(),
            Some(Due::PutOff { .. }) => "put off until now".to_owned(),
            Some(Due::RemindOfWaiting { .. } | Due::WaitedTooLong { .. }) => {
                "our own time".to_owned()
            }
            Some(Due::PrivacyRequest { .. }) => "the law's month".to_owned(),
            Some(Due::Lapsed {
                notice, tell_admin, ..
            }) => {
                let told = match notice {
                    NoticePlan::Tell { promised_by } => format!("told {promised_by}"),
                    NoticePlan::Withhold { why } => format!("not told, {why}"),
                };
                let admin = if tell_admin { ", and the admin" } else { "" };
                format!("lapsed, {told}{admin}")
            }
        }
    }

    #[test]
    fn a_promise_comes_due_step_by_step() {
        assert_eq!(look(promised(), 170), "nothing");
        assert_eq!(look(promised(), 180), "remind team");
        let once = || promised().event(reminded(Reminded::Team));
        assert_eq!(look(once(), 209), "nothing");
        assert_eq!(look(once(), 210), "remind second");
        let twice = || once().event(reminded(Reminded::SecondAddress));
        assert_eq!(look(twice(), 239), "nothing");
        // Three hours of this afternoon, one of the next morning.
        assert_eq!(look(twice(), 240), "lapsed, told 2026-03-03T10:00:00Z");
        // A daemon that was off: what is over needs no reminder.
        assert_eq!(look(promised(), 5_000), "lapsed, told 2026-03-06T13:00:00Z");
    }

    #[test]
    fn a_ticket_that_a_member_put_off_comes_back() {
        let put_off = || {
            TicketStory::opened().event(Event::Postponed {
                member: address("kim@shop.example"),
                until: at(100),
            })
        };
        assert_eq!(look(put_off(), 99), "nothing");
        assert_eq!(look(put_off(), 100), "put off until now");
        let back = put_off().event(Event::Reminded {
            team: team_name("desk"),
            whom: Reminded::Team,
            of: at(100),
        });
        assert_eq!(look(back, 101), "nothing");
        assert_eq!(look(put_off().staff_replied(), 100), "nothing");
    }

    #[test]
    fn what_is_settled_is_never_due() {
        assert_eq!(look(promised().staff_replied(), 5_000), "nothing");
        assert_eq!(look(promised().closed(), 5_000), "nothing");
        assert_eq!(look(TicketStory::opened(), 5_000), "nothing");
        // No new time was told: from here the team's own counts.
        let untold = promised().event(lapsed(None));
        assert_eq!(look(untold, 5_000), "our own time");
    }

    #[test]
    fn whoever_may_not_be_written_to_is_not() {
        let taken = promised().event(Event::Taken {
            member: address("kim@shop.example"),
        });
        assert!(look(taken, 240).starts_with("lapsed, not told, a member took"));
        let stopped = promised().event(Event::AutomationRefused);
        assert!(look(stopped, 240).contains("STOP"));
        let stopped_elsewhere = History {
            automation_refused: true,
            ..History::default()
        };
        assert!(look_with(promised(), 240, &stopped_elsewhere).contains("STOP"));
        let flooded = History {
            automatic_in_hour: u32::MAX,
            ..History::default()
        };
        // A limit passes: it is told later, and after a day the team learns that it cannot be.
        assert_eq!(look_with(promised(), 240, &flooded), "nothing");
        assert!(look_with(promised(), 240 + 26 * 60, &flooded).contains("limit"));
    }

    #[test]
    fn a_customer_is_told_new_times_twice_and_the_admin_from_the_second_on() {
        let once = promised().event(lapsed(Some(at(400))));
        assert_eq!(
            look(once, 400),
            "lapsed, told 2026-03-03T12:40:00Z, and the admin"
        );
        let twice = promised()
            .event(lapsed(Some(at(400))))
            .event(lapsed(Some(at(500))));
        assert!(
            look(twice, 500)
                .starts_with("lapsed, not told, the customer was told a new time 2 times")
        );
    }

    #[test]
    fn promises_are_counted_by_what_came_of_them() {
        let outcomes = |story: TicketStory| -> Vec<PromiseOutcome> {
            let promises = story.ticket().promises();
            promises.iter().map(|promise| promise.outcome).collect()
        };
        assert_eq!(outcomes(promised()), [PromiseOutcome::Open]);
        assert_eq!(outcomes(promised().staff_replied()), [PromiseOutcome::Kept]);
        let outside = |shown_by| promised().wrote_outside(shown_by);
        assert_eq!(
            outcomes(outside(ShownBy::SentFolder)),
            [PromiseOutcome::Kept]
        );
        assert_eq!(outcomes(outside(ShownBy::Address)), [PromiseOutcome::Open]);
        // The stories' clock stands a thousand minutes before ten.
        let late = promised_by(at(-5_000)).staff_replied();
        assert_eq!(outcomes(late), [PromiseOutcome::Broken]);
        let moved = promised().event(lapsed(Some(at(400)))).staff_replied();
        assert_eq!(
            outcomes(moved),
            [PromiseOutcome::Broken, PromiseOutcome::Kept]
        );
        assert_eq!(outcomes(promised().closed()), [PromiseOutcome::Withdrawn]);
    }

    #[test]
    fn without_a_ticket_of_ours_nothing_is_due() {
        let nobody = Ticket {
            id: TicketId::for_mail(&crate::mail::MailIdentity([9; 32]), 0),
            events: vec![],
        };
        assert!(due(&nobody, &History::default(), &settings(), at(0)).is_none());
    }
}
