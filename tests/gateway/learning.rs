//! What staff confirm is known to the next mail of the kind, and can be taken back.

use super::mail_system::{PATIENCE, wait_until};
use super::world::*;

/// Nothing that an article says in these words, and no stop.
const ODD_WORDS: &str = "Please could you tell me about the zibblefrotz of my parcel moonwards?";

/// How sure the ticket's decision was of an intent.
fn confidence(world: &World, reference: &str, intent: &str) -> f64 {
    let (_, story) = world.daemon.ask(&["ticket", reference]);
    let found = story
        .split(&format!("nearest intent: {intent} ("))
        .nth(1)
        .and_then(|rest| rest.split(')').next()?.parse().ok());
    found.unwrap_or(0.0)
}

fn learned_in_use(world: &World) -> u64 {
    let (_, status) = world.daemon.ask(&["status", "--json"]);
    let status: serde_json::Value = serde_json::from_str(&status).unwrap_or_default();
    status["learned_in_use"]["all"].as_u64().unwrap_or(u64::MAX)
}

#[test]
fn what_a_member_names_is_known_to_the_next_mail_of_the_kind_until_it_is_taken_back() {
    // Given a mail that no article was near enough to
    let world = World::with(generous_limits);
    let first = world.customer("otto");
    let letter = first.writes("", ODD_WORDS);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &first, "the packet", |_| true);
    let reference = packet.ticket().expect("a ticket").to_owned();
    let before = confidence(&world, &reference, "tea-storage");

    // When a member names an article that is not there, they are told
    world.staff_replies(ROSA, &packet, "INTENT tea-storige");
    world.team_receives(CARE, &first, "the hint", |mail| mail.says("tea-storage"));
    assert_eq!(learned_in_use(&world), 0);

    // And when they name the right one
    let named = world.staff_replies(ROSA, &packet, "INTENT tea-storage");
    assert_eq!(world.outcome_of(&named), "Relayed");
    wait_until("the lesson in use", PATIENCE, || {
        (learned_in_use(&world) == 1).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()));

    // Then the same from somebody else is recognised more surely, and it is known who taught it
    let second = world.customer("olga");
    let letter = second.writes("", ODD_WORDS);
    world.outcome_of(&letter);
    world.settle();
    let (_, tickets) = world.daemon.ask(&["tickets", "--json"]);
    let newest: serde_json::Value =
        serde_json::from_str(tickets.lines().next().expect("a ticket")).expect("JSON");
    let newest = newest["ticket"].as_str().expect("a reference").to_owned();
    assert_ne!(newest, reference);
    let (_, story) = world.daemon.ask(&["ticket", &newest]);
    let answered = story.contains("answered with tea-storage");
    let after = confidence(&world, &newest, "tea-storage");
    assert!(
        answered || after > before + 0.2,
        "{before} then {after}:\n{story}"
    );
    let (_, lessons) = world.daemon.ask(&["learned"]);
    for part in [
        reference.as_str(),
        ROSA,
        "an example of tea-storage",
        "zibblefrotz",
    ] {
        assert!(lessons.contains(part), "{part} is not in:\n{lessons}");
    }

    // And the customer who wrote first got no command word, only the notice
    assert_eq!(first.mails().len(), 1, "{:?}", first.subjects());

    // When the admin takes it back, then it is out of use at once
    let (code, _) = world.daemon.ask(&["unlearn", &reference]);
    assert_eq!(code, 0);
    wait_until("the lesson out of use", PATIENCE, || {
        (learned_in_use(&world) == 0).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()));
    assert_ne!(world.daemon.ask(&["unlearn", &reference]).0, 0);
}
