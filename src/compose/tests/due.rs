//! What leaves when a promise comes due.

use super::whole::redacted;
use super::*;
use crate::decide::{Due, Sentence};
use crate::ticket::{Event, Notice, Ticket};

fn promised(in_language: &str) -> Ticket {
    let story = TicketStory::opened().event(Event::HandedOff {
        team: team_name("desk"),
        promised_by: Some(at(240)),
        notice: Notice::Sent {
            text: String::new(),
        },
        why: String::new(),
    });
    let mut ticket = story.ticket();
    for timed in &mut ticket.events {
        if let Event::Opened {
            language: spoken,
            mail,
            ..
        } = &mut timed.event
        {
            *spoken = language(in_language);
            mail.excerpt = "Where is my bike?\nI have waited for a month.".to_owned();
        }
    }
    ticket
}

fn lapsed(in_language: &str, notice: NoticePlan, tell_admin: bool) -> Composed {
    let settings = settings();
    let due = Due::Lapsed {
        team: &settings.teams[0],
        promised_by: at(240),
        notice,
        tell_admin,
    };
    writer()
        .due(&promised(in_language), &due, &settings, at(241))
        .unwrap()
}

fn told() -> NoticePlan {
    NoticePlan::Tell {
        promised_by: at(400),
    }
}

#[test]
fn a_promise_that_was_not_kept_is_told_honestly() {
    let english = lapsed("en", told(), true);
    let names: Vec<Purpose> = english.mails.iter().map(|mail| mail.purpose).collect();
    assert_eq!(names, [Purpose::Delay, Purpose::Reminder, Purpose::Trouble]);
    insta::assert_snapshot!("delay-en", redacted(&english.mails[0]));
    insta::assert_snapshot!("promise-not-kept-en", redacted(&english.mails[1]));
    insta::assert_snapshot!("promise-not-kept-admin-en", redacted(&english.mails[2]));
    let german = lapsed("de", told(), false);
    insta::assert_snapshot!("delay-de", redacted(&german.mails[0]));
    // What the journal keeps is what the customer got.
    assert!(english.events.contains(&Event::PromiseLapsed {
        team: team_name("desk"),
        promised_by: at(240),
        new_promise: Some(at(400)),
        notice: Notice::Sent {
            text: english.mails[0].text.clone()
        },
    }));
}

#[test]
fn a_customer_who_may_not_be_written_to_gets_nothing() {
    let why = "the customer has asked for no automatic mail (STOP)".to_owned();
    let why = Sentence::same_in_each(why);
    let composed = lapsed("en", NoticePlan::Withhold { why }, false);
    assert!(
        composed
            .mails
            .iter()
            .all(|mail| mail.purpose == Purpose::Reminder)
    );
    assert!(
        composed.mails[0]
            .text
            .contains("The customer was told nothing")
    );
}

#[test]
fn a_team_is_reminded() {
    let mut settings = settings();
    settings.support.language = language("de");
    let due = Due::RemindTeam {
        team: &settings.teams[0],
        promised_by: at(240),
    };
    let composed = writer()
        .due(&promised("en"), &due, &settings, at(200))
        .unwrap();
    insta::assert_snapshot!("reminder-de", redacted(&composed.mails[0]));
    let again = writer()
        .due(&promised("en"), &due, &settings, at(201))
        .unwrap();
    assert_eq!(composed.mails[0].message_id, again.mails[0].message_id);
}

#[test]
fn a_draft_without_a_yes_gives_way_to_a_person_and_says_so() {
    let mut settings = settings();
    settings.support.language = language("de");
    let ticket = TicketStory::opened().drafted("hours").ticket();
    let due = Due::WaitedTooLong {
        team: &settings.teams[0],
        waiting: ticket.waits_untold().unwrap(),
        due_by: at(240),
        hand_off: Some(told()),
    };
    let composed = writer().due(&ticket, &due, &settings, at(241)).unwrap();
    let purposes: Vec<Purpose> = composed.mails.iter().map(|mail| mail.purpose).collect();
    let expected = [Purpose::Notice, Purpose::Reminder, Purpose::Trouble];
    assert_eq!(purposes, expected);
    insta::assert_snapshot!("no-yes-notice", redacted(&composed.mails[0]));
    insta::assert_snapshot!("no-yes-reminder-de", redacted(&composed.mails[1]));
    // From here it is a hand-off like any other: the promise counts, and the draft waits no more.
    let story = composed.events.into_iter();
    let after = story
        .fold(TicketStory::of(ticket), TicketStory::event)
        .ticket();
    assert_eq!(after.open_promise(), Some(at(400)));
    assert_eq!(after.waits_untold(), None);
    assert_eq!(after.waiting_draft(), None);
}

#[test]
fn a_customer_whose_message_id_looks_like_a_staff_token_is_told_all_the_same() {
    let settings = settings();
    let mut ticket = promised("en");
    let token = key().token(&ticket.id, &crate::ticket::Party::Staff(team_name("desk")));
    for timed in &mut ticket.events {
        if let Event::Opened { mail, .. } = &mut timed.event {
            mail.message_id = Some(message_id(&format!("{}@a.example", token.as_str())));
        }
    }
    let due = Due::Lapsed {
        team: &settings.teams[0],
        promised_by: at(240),
        notice: told(),
        tell_admin: false,
    };
    let composed = writer().due(&ticket, &due, &settings, at(241)).unwrap();
    assert_eq!(composed.mails[0].purpose, Purpose::Delay);
    let bytes = String::from_utf8_lossy(&composed.mails[0].bytes).to_lowercase();
    assert!(!bytes.contains(&token.as_str().to_lowercase()));
}
