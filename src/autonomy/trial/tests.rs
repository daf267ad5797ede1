//! What tickets say of an article, known by hand.

use super::*;
use crate::decide::test_situation::{TicketStory, address, article, draft, intent, team_name};
use crate::mail::Address;
use crate::ticket::{Edit, MailSummary, TimedEvent};
use jiff::SignedDuration;

fn seen(tickets: &[Ticket], now: Timestamp) -> Vec<Seen> {
    let mut gathering = Gathering::default();
    for ticket in tickets {
        gathering.take_in(ticket, now);
    }
    let found = gathering.trials();
    found
        .into_values()
        .flatten()
        .map(|trial| trial.seen)
        .collect()
}

fn kim() -> Address {
    address("kim@shop.example")
}

fn wrote_outside(shown_by: ShownBy, mail: MailSummary) -> Event {
    Event::WroteOutside {
        from: address("support@shop.example"),
        team: team_name("desk"),
        shown_by,
        mail,
    }
}

fn mail_of(ticket: &Ticket) -> MailSummary {
    ticket.events[0].event.mail().unwrap().clone()
}

fn decided(decision: &'static str, rule: &str) -> Event {
    Event::Decided {
        decision,
        reasons: vec![(rule.to_owned(), String::new())],
        evidence: vec![],
        intent: Some((intent("hours"), 0.9)),
        close: vec![],
    }
}

fn answered() -> Event {
    Event::Answered {
        article: article("hours"),
        confidence: 0.9,
    }
}

#[test]
fn each_end_of_a_draft_is_a_trial_and_one_that_was_overtaken_is_none() {
    let approved = |edit| Event::DraftApproved {
        member: kim(),
        article: None,
        edit,
    };
    let edit = Edit {
        kept_percent: 90,
        changes: vec![],
        further_changes: 0,
    };
    let copy = mail_of(&TicketStory::opened().ticket());
    for (event, expected) in [
        (approved(None), Some(Seen::Unchanged)),
        (approved(Some(edit)), Some(Seen::Edited)),
        (
            Event::DraftRefused {
                member: kim(),
                why: String::new(),
            },
            Some(Seen::Refused),
        ),
        (
            Event::StaffReplied { member: kim() },
            Some(Seen::AnsweredInstead),
        ),
        (
            wrote_outside(ShownBy::SentFolder, copy.clone()),
            Some(Seen::AnsweredInstead),
        ),
        // An address proves nothing.
        (wrote_outside(ShownBy::Address, copy.clone()), None),
        (Event::CustomerWrote { mail: copy }, None),
        (Event::Closed { member: None }, None),
        (Event::Taken { member: kim() }, None),
    ] {
        let ticket = TicketStory::opened().drafted("hours").event(event.clone());
        let found = seen(&[ticket.ticket()], Timestamp::MAX);
        assert_eq!(found, Vec::from_iter(expected), "{event:?}");
    }
    assert_eq!(draft("hours").article, article("hours"));
}

#[test]
fn an_answer_stands_until_somebody_writes_again() {
    let story = || TicketStory::opened().event(answered());
    let copy = mail_of(&TicketStory::opened().ticket());
    let again = Event::CustomerWrote { mail: copy.clone() };
    let replied = || Event::StaffReplied { member: kim() };
    for (events, expected) in [
        (vec![], Seen::Stands),
        (vec![Event::Confirmed], Seen::Stands),
        (vec![again.clone()], Seen::Recontacted),
        // What a person writes to that is no correction: the customer had asked.
        (vec![again, replied()], Seen::Recontacted),
        (vec![replied()], Seen::Corrected),
        (
            vec![wrote_outside(ShownBy::SentFolder, copy.clone())],
            Seen::Corrected,
        ),
        (vec![wrote_outside(ShownBy::Address, copy)], Seen::Stands),
    ] {
        let words = format!("{events:?}");
        let ticket = events
            .into_iter()
            .fold(story(), TicketStory::event)
            .ticket();
        assert_eq!(seen(&[ticket], Timestamp::MAX), [expected], "{words}");
    }
}

#[test]
fn naming_another_article_corrects_an_answer_and_naming_the_same_does_not() {
    let learned = |name: &str| {
        let mut ticket = TicketStory::opened().event(answered()).ticket();
        let cause = mail_of(&ticket).identity;
        let last = ticket.events.last_mut().unwrap();
        last.cause = Some(cause);
        let at = last.at;
        ticket.events.push(TimedEvent {
            at,
            cause: None,
            event: Event::Learned {
                member: kim(),
                mail: cause,
                intent: Some(intent(name)),
            },
        });
        seen(&[ticket], Timestamp::MAX)
    };
    assert_eq!(learned("track"), [Seen::Corrected]);
    assert_eq!(learned("hours"), [Seen::Stands]);
}

#[test]
fn a_new_ticket_about_the_same_within_two_weeks_is_writing_again() {
    let first = TicketStory::opened_as(1, "ann@a.example")
        .event(answered())
        .ticket();
    let ticket = |customer: &str, days: i64| {
        let mut ticket = TicketStory::opened_as(2, customer)
            .event(decided("handoff", "not-sure"))
            .ticket();
        for timed in &mut ticket.events {
            timed.at += SignedDuration::from_hours(24 * days);
        }
        ticket
    };
    for (customer, days, expected) in [
        ("ann@a.example", 13, Seen::Recontacted),
        ("ANN@A.example", 13, Seen::Recontacted),
        ("ann@a.example", 15, Seen::Stands),
        ("ben@a.example", 13, Seen::Stands),
    ] {
        let found = seen(&[first.clone(), ticket(customer, days)], Timestamp::MAX);
        assert_eq!(found, [expected], "{customer} after {days} days");
    }
}

#[test]
fn a_persons_first_answer_is_awaited_where_an_article_in_shadow_would_have_answered() {
    let copy = mail_of(&TicketStory::opened().ticket());
    let waits = |events: Vec<Event>| {
        let story = events
            .into_iter()
            .fold(TicketStory::opened(), TicketStory::event);
        awaits_comparison(&story.ticket()).is_some()
    };
    let in_shadow = || decided("handoff", IN_SHADOW);
    let again = || Event::CustomerWrote { mail: copy.clone() };
    let compared = Event::HeldAgainst {
        article: article("hours"),
        says_the_same: true,
        likeness_percent: 80,
    };
    assert!(waits(vec![in_shadow()]));
    // A mailbox in shadow decides, and nothing comes of it.
    assert!(waits(vec![decided("answer", "sure")]));
    assert!(waits(vec![decided("draft", "draft-article")]));
    for not in [
        vec![],
        vec![decided("handoff", "not-sure")],
        vec![decided("answer", "sure"), answered()],
        vec![
            decided("draft", "draft-article"),
            Event::Drafted {
                draft: draft("hours"),
            },
        ],
        vec![in_shadow(), again()],
        vec![in_shadow(), compared],
        vec![in_shadow(), Event::StaffReplied { member: kim() }],
        vec![
            in_shadow(),
            wrote_outside(ShownBy::SentFolder, copy.clone()),
        ],
        vec![in_shadow(), Event::Closed { member: None }],
    ] {
        assert!(!waits(not.clone()), "{not:?}");
    }
    assert!(waits(vec![
        in_shadow(),
        wrote_outside(ShownBy::Address, copy.clone())
    ]));
    assert!(waits(vec![again(), in_shadow()]));
}
