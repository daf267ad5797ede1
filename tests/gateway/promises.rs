//! What a customer is told is kept an eye on, on the running desk and in real time: so its promises are a minute long.

use super::mail_system::{StoredMail, set};
use super::world::*;
use std::time::Duration;

/// A promise of a minute, the looks between, and a loaded machine.
const A_PROMISE: Duration = Duration::from_secs(240);

fn short_promises(settings: &mut toml::Table) {
    let teams = settings.get_mut("team").and_then(toml::Value::as_array_mut);
    for team in teams.expect("teams") {
        let team = team.as_table_mut().expect("a table");
        team.insert("hours".to_owned(), "24/7".into());
        team.insert("reply_within".to_owned(), "1m".into());
        team.insert("second_address".to_owned(), MIRA.into());
    }
    set(settings, "inbox.poll_seconds", 2);
    set(settings, "trouble.gather_seconds", 1);
}

#[test]
fn a_promise_that_nobody_keeps_is_reminded_of_and_told_honestly() {
    // Given a hand-off with a promise of a minute
    let world = World::with(short_promises);
    let customer = world.customer("ora");
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let notice = customer.receives("the notice", |mail| mail.says("a person will answer"));
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);

    // When nobody answers, the team is reminded, then the customer told, with a new time, and the second address
    let within = |who: &str, what: &str, fits: &dyn Fn(&StoredMail) -> bool| {
        let found = world.system.wait_for_within(who, what, A_PROMISE, fits);
        found.unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()))
    };
    within(CARE, "the reminder", &|mail| {
        mail.subject.contains("answer due")
    });
    let delay = within(&customer.address, "the honest word", &|mail| {
        mail.says("We did not manage that")
    });
    assert_automatic(&delay);
    assert_eq!(delay.ticket(), notice.ticket());
    assert_threaded(&delay, &letter);
    within(CARE, "the word to the team", &|mail| {
        mail.subject.contains("promise not kept") && mail.says("The customer was told so")
    });
    within(MIRA, "the word to the second address", &|mail| {
        mail.subject.contains("promise not kept")
    });

    within(ADMIN, "the word to the admin", &|mail| {
        mail.subject
            .contains("A promise to a customer was not kept")
    });

    // Then an answer ends it: the next look finds nothing that is due
    world.staff_replies(ROSA, &packet, "A new one leaves us this afternoon.");
    let reply = customer.receives("the reply", |mail| mail.says("A new one leaves us"));
    assert_from_a_person(&reply);
    let (code, status) = world.daemon.ask(&["status", "--json"]);
    assert_eq!(code, 0, "{status}");
    assert!(status.contains("\"broken\":1"), "{status}");
    world.settle();
    let delays = customer.mails();
    let delays = delays
        .iter()
        .filter(|mail| mail.says("We did not manage that"));
    assert_eq!(delays.count(), 1, "{:?}", customer.subjects());
}
