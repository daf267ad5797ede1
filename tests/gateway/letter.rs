//! The weekly letter, seen from outside: it comes by mail, and a reply is enough to say yes.

use super::mail_system::{Letter, PATIENCE, demo_folder, set, wait_until};
use super::world::*;
use serde_json::Value;
use std::fs;
use std::path::Path;

const ARTICLE: &str = "delivery-time.en";

/// What three customers ask that no article answers, and what a member answers each.
const ASKED: [&str; 3] = [
    "Good morning,\n\ndo you rent out samovars for weddings?",
    "Hello,\n\ncan we rent a samovar for our wedding, do you rent them out?",
    "Hi,\n\nwe need a samovar for a wedding. Do you rent out samovars for weddings?",
];
const RENTED: &str = "Yes, we rent out samovars for weddings, at 40 euros a day.";
const FETCHED: &str = "You fetch the samovar in our shop and bring it back within three days.";

/// A folder of articles that may be written to.
fn with_own_articles(settings: &mut toml::Table, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for entry in fs::read_dir(demo_folder().join("knowledge")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    generous_limits(settings);
    set(settings, "knowledge.folder", folder.to_str().unwrap());
    set(settings, "autonomy.advance", "ask");
    set(settings, "autonomy.start", "draft");
    set(settings, "autonomy.answer_after", 3);
    set(settings, "autonomy.answer_lower_bound", 0.3);
}

fn rows(world: &World, verb: &[&str]) -> Vec<Value> {
    let (code, text) = world.daemon.ask(verb);
    assert_eq!(code, 0, "{text}");
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn delivery(world: &World) -> Value {
    let rows = rows(world, &["autonomy", "--json"]);
    let mut rows = rows.into_iter().filter(|row| row["article"] == ARTICLE);
    rows.next().unwrap_or_default()
}

#[test]
fn a_letter_tells_the_week_and_a_reply_lets_an_article_go_on_and_makes_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let articles = folder.path().join("articles");
    // Given a week: drafts that a member approved, and a question that no article answers
    let world = World::with(|settings| with_own_articles(settings, &articles));
    for name in ["nora", "otis", "pia"] {
        let customer = world.customer(name);
        let letter = customer.writes("Delivery", &format!("{DELIVERY_QUESTION}, {name}"));
        assert_eq!(world.outcome_of(&letter), "Drafted");
        let draft = world.team_receives(CARE, &customer, "the draft", |mail| {
            mail.says(DELIVERY_ANSWER)
        });
        world.outcome_of(&world.staff_replies(ROSA, &draft, "OK"));
        customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    for (name, question) in ["quin", "ruth", "sven"].into_iter().zip(ASKED) {
        let customer = world.customer(name);
        let letter = customer.writes("A question", &format!("{question}\n\n{name}"));
        assert_eq!(world.outcome_of(&letter), "HandedOff");
        let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
        let answer = format!("Dear {name},\n\n{RENTED} {FETCHED}\n\nRosa");
        world.outcome_of(&world.staff_replies(ROSA, &packet, &answer));
        customer.receives("the reply", |mail| mail.says(RENTED));
    }
    wait_until("the proposal", PATIENCE, || {
        (delivery(&world)["proposal"] == "advance").then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}: {}", delivery(&world)));

    // When the admin asks for the letter, it is shown; and when they have it sent, it comes with its pictures
    let (code, shown) = world.daemon.ask(&["letter"]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("3 customers asked this"), "{shown}");
    let (code, text) = world.daemon.ask(&["letter", "--send"]);
    assert_eq!(code, 0, "{text}");
    let letter = world.system.wait_for(ADMIN, "the letter", |mail| {
        mail.subject.contains("The week from")
    });
    for words in [
        "delivery-time.en has earned",
        "YES 1",
        "YES 2",
        RENTED,
        FETCHED,
    ] {
        assert!(letter.says(words), "{words} is not in:\n{}", letter.text);
    }
    assert!(!letter.says("Dear quin"), "{}", letter.text);
    assert!(letter.raw_contains("Content-Type: image/png"));
    // And the team has a shorter one, whose answer goes to a person
    let of_team = world.system.wait_for(CARE, "the team's letter", |mail| {
        mail.subject.contains("The week from")
    });
    assert!(of_team.says("3 requests came to you"), "{}", of_team.text);
    assert!(of_team.header("Reply-To").unwrap().contains(ADMIN));

    // When somebody else answers it who has got hold of it, nothing happens
    let other = Letter::reply(&letter, ROSA, "YES 1, 2");
    world.send(&other);
    assert_eq!(world.outcome_of(&other), "Quarantined");
    assert_eq!(delivery(&world)["stage"], "draft");

    // When the admin answers, then it is done, and they are told; their answer is nobody's ticket
    let tickets = rows(&world, &["tickets", "--json"]).len();
    let answer = Letter::reply(&letter, ADMIN, "YES 1, 2\n\nThanks, Ada");
    world.send(&answer);
    assert_eq!(world.outcome_of(&answer), "Relayed");
    let told = world.system.wait_for(ADMIN, "what was done", |mail| {
        mail.says("is now at \"answer\"")
    });
    assert!(told.says("the article was written to"), "{}", told.text);
    assert_eq!(rows(&world, &["tickets", "--json"]).len(), tickets);
    let row = delivery(&world);
    assert_eq!(row["stage"], "answer");
    let by = row["changes"][0]["by"].as_str().unwrap();
    assert_eq!(by, format!("{ADMIN}, answering the weekly letter"));
    let demo = demo_folder().join("knowledge");
    let written: Vec<_> = fs::read_dir(&articles)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| !demo.join(name).exists())
        .collect();
    assert_eq!(written.len(), 1, "{written:?}");
    let intent = Path::new(&written[0]).file_stem().unwrap();
    let intent = intent.to_str().unwrap().to_owned();

    // Then the next customer who asks gets a draft of it, and one about delivery is answered at once
    wait_until("the new article in use", PATIENCE, || {
        let known = rows(&world, &["articles", "--json"]);
        known
            .iter()
            .any(|row| row["article"] == intent.as_str() && row["mode"] == "draft")
            .then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}: {intent}\n{}", world.daemon.log_text()));
    let customer = world.customer("tess");
    let mail = customer.writes(
        "Question",
        "Hello,\n\ndo you rent out samovars for weddings?",
    );
    assert_eq!(world.outcome_of(&mail), "Drafted");
    let draft = world.team_receives(CARE, &customer, "the draft", |mail| mail.says(FETCHED));
    assert!(draft.says(RENTED), "{}", draft.text);
    let customer = world.customer("ulla");
    let mail = customer.writes("Delivery", DELIVERY_QUESTION);
    assert_eq!(world.outcome_of(&mail), "Answered");

    // When the admin takes one back by a second answer, they are told that the first stands
    let answer = Letter::reply(&letter, ADMIN, "NO 1");
    world.send(&answer);
    assert_eq!(world.outcome_of(&answer), "Relayed");
    world.system.wait_for(ADMIN, "the word about it", |mail| {
        mail.says("YES was said to it before")
    });
    assert_eq!(delivery(&world)["stage"], "answer");
    let (code, text) = world.daemon.ask(&["journal", "--verify"]);
    assert_eq!(code, 0, "{text}");
}

#[test]
fn in_shadow_a_letter_is_shown_and_not_sent() {
    let world = World::with(|settings| set(settings, "automation.mode", "shadow"));
    let (code, text) = world.daemon.ask(&["letter"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("No mail of a customer came"), "{text}");
    let (code, _) = world.daemon.ask(&["letter", "--send"]);
    assert_eq!(code, 1, "in shadow nothing is sent");
    assert!(world.system.mailbox(ADMIN).is_empty());
}
