//! An article earns its autonomy, and loses it, seen from outside: by mail, and by `handoffd autonomy`.

use super::mail_system::{PATIENCE, set, wait_until};
use super::trouble::told_soon;
use super::world::*;
use serde_json::Value;

const ARTICLE: &str = "delivery-time.en";

/// So little is enough that a test can bring it.
fn earned_soon(settings: &mut toml::Table) {
    told_soon(settings);
    generous_limits(settings);
    set(settings, "autonomy.advance", "ask");
    set(settings, "autonomy.start", "draft");
    set(settings, "autonomy.answer_after", 3);
    set(settings, "autonomy.answer_lower_bound", 0.3);
    set(settings, "autonomy.back_at", 2);
}

fn delivery(world: &World) -> Value {
    let (code, text) = world.daemon.ask(&["autonomy", "--json"]);
    assert_eq!(code, 0, "{text}");
    let rows = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut rows = rows.filter(|row| row["article"] == ARTICLE);
    rows.next().unwrap_or_default()
}

fn wait_for(world: &World, what: &str, holds: impl Fn(&Value) -> bool) {
    wait_until(what, PATIENCE, || holds(&delivery(world)).then_some(())).unwrap_or_else(|why| {
        panic!("{why}: {}\n{}", delivery(world), world.daemon.log_text());
    });
}

#[test]
fn an_article_earns_to_answer_by_drafts_and_goes_back_when_customers_write_again() {
    // Given a desk whose articles begin as drafts
    let world = World::with(earned_soon);
    wait_for(&world, "the first look", |row| row["stage"] == "draft");

    // When three customers ask, and a member approves each draft as it is
    for name in ["nora", "otis", "pia"] {
        let customer = world.customer(name);
        let letter = customer.writes("Delivery", &format!("{DELIVERY_QUESTION}, {name}"));
        assert_eq!(world.outcome_of(&letter), "Drafted");
        let draft = world.team_receives(CARE, &customer, "the draft", |mail| {
            mail.says(DELIVERY_ANSWER)
        });
        assert!(
            draft.says("has not yet earned to go out by itself"),
            "the draft says why it is one: {}",
            draft.subject
        );
        world.outcome_of(&world.staff_replies(ROSA, &draft, "OK"));
        let answer = customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
        assert_from_a_person(&answer);
    }

    // Then it has earned to answer, and waits for the admin's yes
    wait_for(&world, "the proposal", |row| row["proposal"] == "advance");
    let (_, text) = world.daemon.ask(&["autonomy"]);
    assert!(text.contains("3 of 3 drafts sent unchanged"), "{text}");
    assert!(
        text.contains("`handoffd autonomy advance delivery-time.en`"),
        "{text}"
    );
    let (code, text) = world.daemon.ask(&["autonomy", "advance", ARTICLE]);
    assert_eq!(code, 0, "{text}");
    let (code, _) = world.daemon.ask(&["autonomy", "advance", ARTICLE]);
    assert_eq!(code, 1, "there is nothing above");

    // And the next customers are answered by itself
    let mut answered = Vec::new();
    for name in ["quin", "ruth"] {
        let customer = world.customer(name);
        let letter = customer.writes("Delivery", &format!("{DELIVERY_QUESTION}, {name}"));
        assert_eq!(world.outcome_of(&letter), "Answered");
        let answer = customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
        assert_automatic(&answer);
        answered.push((customer, answer));
    }

    // When both write again, because it did not help
    for (customer, answer) in &answered {
        let again = customer.replies(
            answer,
            "That does not help me, how long does it take to Norway?",
        );
        world.outcome_of(&again);
    }

    // Then it goes back by itself, the admin is told, and the next answer is a draft again
    wait_for(&world, "the way back", |row| row["stage"] == "draft");
    let told = world.system.wait_for(ADMIN, "the report", |mail| {
        mail.says("An article went back a stage")
    });
    assert!(
        told.says("delivery-time.en goes back from answer to draft"),
        "{}",
        told.subject
    );
    let customer = world.customer("sven");
    let letter = customer.writes("Delivery", DELIVERY_QUESTION);
    assert_eq!(world.outcome_of(&letter), "Drafted");
    let row = delivery(&world);
    let story: Vec<String> = row["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            format!(
                "{} {}",
                change["reason"].as_str().unwrap(),
                change["to"].as_str().unwrap()
            )
        })
        .collect();
    assert_eq!(story, ["went-wrong draft", "earned answer", "began draft"]);
    assert!(
        row["changes"][1]["by"]
            .as_str()
            .unwrap()
            .ends_with("at the command line"),
        "{row}"
    );
    let (code, text) = world.daemon.ask(&["journal", "--verify"]);
    assert_eq!(code, 0, "{text}");
}
