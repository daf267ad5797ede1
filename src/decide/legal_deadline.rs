//! By when does the law want a request about personal data done, and who is reminded of it? One month from its receipt (GDPR Art. 12(3)),
//! in days of the calendar: from 31 January to the last day of February. It is longer than any promise of a team, and a first answer does
//! not end it. Pure.

use super::Due;
use crate::config::{Settings, Team};
use crate::ticket::{Reminded, Ticket};
use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The team is reminded so long before.
const TEAM_BEFORE: SignedDuration = SignedDuration::from_hours(10 * 24);
/// Its second address, or the team again.
const SECOND_BEFORE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The end of the day on which a month is over, where the team is.
#[must_use]
pub fn legal_deadline(received: Timestamp, zone: &TimeZone) -> Timestamp {
    let day = received.to_zoned(zone.clone()).date();
    // Where the month is too short, its last day counts: that is what the calendar's arithmetic does.
    let last = day.checked_add(1.month()).unwrap_or(day);
    let end = last.to_datetime(time(23, 59, 0, 0));
    zone.to_timestamp(end).unwrap_or(received)
}

/// Who is to be reminded of it by now.
pub(super) fn due<'a>(
    ticket: &Ticket,
    team: &'a Team,
    settings: &Settings,
    now: Timestamp,
) -> Option<Due<'a>> {
    let received = ticket.privacy_request()?;
    let by = legal_deadline(received, &team.hours.time_zone);
    let left = by.duration_since(now);
    let stages = [
        (
            Reminded::Admin,
            SignedDuration::ZERO,
            &settings.support.admin,
        ),
        (
            Reminded::SecondAddress,
            SECOND_BEFORE,
            team.second_address.as_ref().unwrap_or(&team.address),
        ),
        (Reminded::Team, TEAM_BEFORE, &team.address),
    ];
    // A daemon that was off tells the most pressing thing alone.
    let (whom, _, _) = stages.into_iter().find(|(_, before, _)| left <= *before)?;
    (!ticket.was_reminded(by, whom)).then_some(Due::PrivacyRequest {
        team,
        received,
        by,
        whom,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{TicketStory, address, settings, team_name};
    use crate::decide::{self, History};
    use crate::ticket::Event;

    #[test]
    fn a_month_is_one_of_the_calendar() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for (received, last_day) in [
            ("2026-01-15T10:00:00Z", "2026-02-15"),
            ("2026-01-31T10:00:00Z", "2026-02-28"),
            ("2028-01-30T10:00:00Z", "2028-02-29"),
            ("2026-02-28T10:00:00Z", "2026-03-28"),
            ("2026-10-31T10:00:00Z", "2026-11-30"),
            ("2026-12-31T10:00:00Z", "2027-01-31"),
            // Half past eleven at night in London is the next day in Berlin.
            ("2026-03-31T22:30:00Z", "2026-05-01"),
        ] {
            let by = legal_deadline(received.parse().unwrap(), &berlin);
            let local = by.to_zoned(berlin.clone());
            assert_eq!(
                local.strftime("%Y-%m-%d %H:%M").to_string(),
                format!("{last_day} 23:59")
            );
        }
    }

    fn asked() -> TicketStory {
        TicketStory::opened().event(Event::Decided {
            decision: "handoff",
            reasons: vec![("hard-stop-privacy".to_owned(), String::new())],
            evidence: vec![],
            intent: None,
            close: vec![],
        })
    }

    fn look(story: &TicketStory, days_left: i64) -> &'static str {
        let mut settings = settings();
        settings.teams[0].second_address = Some(address("lead@shop.example"));
        let ticket = story.clone().ticket();
        let received = ticket.events.last().unwrap().at;
        let first = ticket.privacy_request().unwrap_or(received);
        let by = legal_deadline(first, &settings.teams[0].hours.time_zone);
        let now = by - SignedDuration::from_hours(24 * days_left);
        match decide::due(&ticket, &History::default(), &settings, now) {
            Some(Due::PrivacyRequest { whom, by: told, .. }) => {
                assert_eq!(told, by);
                match whom {
                    Reminded::Team => "team",
                    Reminded::SecondAddress => "second",
                    Reminded::Admin => "admin",
                }
            }
            None => "nothing",
            Some(_) => "something else",
        }
    }

    #[test]
    fn the_month_is_watched_until_the_ticket_is_closed_whatever_was_answered() {
        let by = |story: &TicketStory| {
            let ticket = story.clone().ticket();
            let zone = &settings().teams[0].hours.time_zone.clone();
            legal_deadline(ticket.privacy_request().unwrap(), zone)
        };
        let reminded = |story: TicketStory, whom| {
            let of = by(&story);
            story.event(Event::Reminded {
                team: team_name("desk"),
                whom,
                of,
            })
        };
        let answered = asked().staff_replied();
        assert!(answered.clone().ticket().waits_for_a_moment());
        assert_eq!(look(&answered, 11), "nothing");
        assert_eq!(look(&answered, 10), "team");
        let once = reminded(answered.clone(), Reminded::Team);
        assert_eq!(look(&once, 4), "nothing");
        assert_eq!(look(&once, 3), "second");
        // What is over is told to the admin, reminders or not.
        assert_eq!(look(&answered, 0), "admin");
        let over = reminded(once, Reminded::Admin);
        assert_eq!(look(&over, -9), "nothing");
        assert!(!over.ticket().waits_for_a_moment());
        assert_eq!(look(&answered.closed(), 0), "nothing");
    }
}
