//! Who waits without a told time, since when, and what ends it.

use super::*;
use crate::decide::test_situation::{TicketStory, address, at, team_name};
use crate::ticket::Notice;

fn untold() -> Event {
    Event::HandedOff {
        team: team_name("desk"),
        promised_by: None,
        notice: Notice::Withheld { why: String::new() },
        why: String::new(),
    }
}

fn passed_on() -> Event {
    Event::PassedOn {
        team: team_name("desk"),
    }
}

fn decided(rule: &str) -> Event {
    Event::Decided {
        decision: "relay",
        reasons: vec![
            ("person-in-ticket".to_owned(), String::new()),
            (rule.to_owned(), String::new()),
        ],
        evidence: vec![],
        intent: None,
        close: vec![],
    }
}

fn kim() -> crate::mail::Address {
    address("kim@shop.example")
}

fn waited() -> Event {
    Event::WaitedTooLong {
        team: team_name("desk"),
        due_by: at(240),
    }
}

fn lapsed() -> Event {
    Event::PromiseLapsed {
        team: team_name("desk"),
        promised_by: at(240),
        new_promise: None,
        notice: Notice::Withheld { why: String::new() },
    }
}

fn answered() -> TicketStory {
    TicketStory::opened().handed_off("desk").staff_replied()
}

fn what(story: TicketStory) -> Option<WaitsFor> {
    story.ticket().waits_untold().map(|waiting| waiting.what)
}

#[test]
fn who_waits_without_a_told_time_and_what_for() {
    use WaitsFor::{Approval, FurtherAnswer, HandOffUntold, NewTime};
    let opened = TicketStory::opened;
    let rows = [
        ("nothing decided", opened(), None),
        ("answered", opened().answered("hours"), None),
        ("a draft", opened().drafted("hours"), Some(Approval)),
        (
            "a draft with one yes of two",
            opened()
                .drafted("hours")
                .event(Event::FirstApproval { member: kim() }),
            Some(Approval),
        ),
        ("a promise", opened().handed_off("desk"), None),
        (
            "wrote again under a promise",
            opened()
                .handed_off("desk")
                .customer_wrote()
                .event(passed_on()),
            None,
        ),
        ("answered by a person", answered(), None),
        (
            "wrote again after that",
            answered().customer_wrote().event(passed_on()),
            Some(FurtherAnswer),
        ),
        (
            "wrote again after the end",
            answered().closed().customer_wrote().event(passed_on()),
            Some(FurtherAnswer),
        ),
        (
            "only thanks",
            answered()
                .customer_wrote()
                .event(decided("thanks"))
                .event(passed_on()),
            None,
        ),
        (
            "only STOP",
            answered()
                .customer_wrote()
                .event(decided("stop"))
                .event(passed_on()),
            None,
        ),
        (
            "handed off untold",
            opened().event(untold()),
            Some(HandOffUntold),
        ),
        (
            "no new time",
            opened().handed_off("desk").event(lapsed()),
            Some(NewTime),
        ),
        (
            "no new time, and a colleague seems to have answered",
            opened()
                .handed_off("desk")
                .wrote_outside(ShownBy::Address)
                .event(lapsed()),
            None,
        ),
    ];
    for (name, story, expected) in rows {
        assert_eq!(what(story), expected, "{name}");
    }
}

#[test]
fn whatever_settles_it_ends_the_wait() {
    let waits = || answered().customer_wrote().event(passed_on());
    for (name, story) in [
        ("an answer", waits().staff_replied()),
        (
            "an answer past us",
            waits().wrote_outside(ShownBy::SentFolder),
        ),
        ("CLOSE", waits().closed()),
        ("TAKE", waits().event(Event::Taken { member: kim() })),
        ("BACK", waits().event(Event::GivenBack { member: kim() })),
        ("a promise", waits().handed_off("desk")),
    ] {
        assert_eq!(what(story), None, "{name}");
    }
    // What anybody can forge ends nothing.
    let perhaps = waits().wrote_outside(ShownBy::Address);
    assert_eq!(what(perhaps), Some(WaitsFor::FurtherAnswer));
    // What was taken and given on, or written to again, waits anew.
    let taken = || waits().event(Event::Taken { member: kim() });
    let given = taken().event(Event::Reassigned {
        member: kim(),
        team: team_name("workshop"),
    });
    assert_eq!(
        given.ticket().waits_untold().unwrap().team,
        team_name("workshop")
    );
    let again = taken().customer_wrote().event(passed_on());
    assert_eq!(what(again), Some(WaitsFor::FurtherAnswer));
}

#[test]
fn the_first_thing_that_nobody_answered_counts() {
    let once = || answered().customer_wrote().event(passed_on());
    let first = once().ticket().waits_untold().unwrap();
    let twice = once().customer_wrote().event(passed_on()).ticket();
    assert_eq!(twice.waits_untold().unwrap(), first);
    let put_off = once().event(Event::Postponed {
        member: kim(),
        until: at(9_000),
    });
    let put_off = put_off.ticket().waits_untold().unwrap();
    assert_eq!(
        (put_off.since, put_off.counts_from),
        (first.since, at(9_000))
    );
}

#[test]
fn a_draft_in_place_of_another_has_waited_as_long() {
    let made = TicketStory::opened().drafted("hours").ticket();
    let first = made.waits_untold().unwrap();
    let cause = Some(MailIdentity([5; 32]));
    let mut again = TicketStory::of(made)
        .customer_wrote()
        .event(Event::DraftWithdrawn)
        .drafted("hours")
        .ticket();
    for timed in again.events.iter_mut().rev().take(3) {
        timed.cause = cause;
    }
    assert_eq!(again.waits_untold().unwrap().since, first.since);
    // Void, and nothing in its place: nobody waits, and a draft of later begins anew.
    let void = TicketStory::opened()
        .drafted("hours")
        .event(Event::DraftWithdrawn);
    assert_eq!(void.ticket().waits_untold(), None);
}

#[test]
fn what_went_by_three_times_is_minded_again_only_when_somebody_writes() {
    let waits = || TicketStory::opened().event(untold());
    let twice = || waits().event(waited()).event(waited());
    let twice_gone = twice().ticket();
    let waiting = twice_gone.waits_untold().unwrap();
    assert_eq!(waiting.counts_from, twice_gone.events.last().unwrap().at);
    assert_eq!(what(twice().event(waited())), None);
    let wrote = twice().event(waited()).customer_wrote().event(passed_on());
    let wrote = wrote.ticket();
    let waiting = wrote.waits_untold().unwrap();
    assert_eq!(waiting.since, wrote.events.last().unwrap().at);
}

#[test]
fn a_notice_that_never_left_told_nobody() {
    let ticket = TicketStory::opened().handed_off("desk");
    let withdrawn = ticket.event(Event::MailWithdrawn {
        message_id: crate::decide::test_situation::message_id("a@desk.example"),
        purpose: Purpose::Notice,
    });
    assert_eq!(what(withdrawn), Some(WaitsFor::HandOffUntold));
}
