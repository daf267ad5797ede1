//! A draft is decided on by the operator: on the page, on the command line, together with a member.

use super::client::{Door, PageWorld};
use super::world::{BILLING, CARE, Customer, MIRA, World, assert_nothing_twice};

pub const WHOLESALE_QUESTION: &str =
    "Hello, I run a café and would like to buy tea from you in bulk. Do you have wholesale prices?";
const WHOLESALE_ANSWER: &str = "2 kilograms per tea";

/// A customer whose question waits for a yes, and the ticket.
fn drafted<'w>(world: &'w World, name: &str) -> (Customer<'w>, String) {
    let customer = world.customer(name);
    let letter = customer.writes("Wholesale", WHOLESALE_QUESTION);
    assert_eq!(world.outcome_of(&letter), "Drafted");
    let draft = world.team_receives(BILLING, &customer, "the draft", |mail| {
        mail.says(WHOLESALE_ANSWER)
    });
    let ticket = draft.ticket().expect("a ticket").to_owned();
    (customer, ticket)
}

fn answers(customer: &Customer<'_>) -> usize {
    let mails = customer.mails();
    assert_nothing_twice(&mails);
    mails
        .iter()
        .filter(|mail| mail.says(WHOLESALE_ANSWER))
        .count()
}

#[test]
fn a_draft_that_is_approved_on_the_page_is_sent_once() {
    let page = PageWorld::new(Door::WithToken);
    let world = &page.world;
    let (customer, ticket) = drafted(world, "lea");
    let browser = page.come_in();

    // The question and what would be sent are both there
    let drafts = browser.get("/drafts").body;
    for words in [
        "I run a café",
        WHOLESALE_ANSWER,
        "Approve and send",
        &customer.address,
    ] {
        assert!(drafts.contains(words), "{words} in {drafts}");
    }

    // A form of nobody, of another draft, of none: nothing is sent
    let form = browser.form();
    let named = format!("ticket={ticket}&draft=1");
    for (body, status) in [
        (named.clone(), 403),
        (format!("form=guessed&{named}"), 403),
        (format!("form={form}&ticket={ticket}&draft=2"), 409),
        (format!("form={form}&ticket={ticket}"), 400),
        (format!("form={form}&ticket=AAAAA-AAAAA&draft=1"), 409),
    ] {
        let refused = browser.post("/approve", &body);
        assert_eq!(refused.status, status, "{body}: {refused:?}");
    }
    let elsewhere = page.ask(
        "POST",
        "/approve",
        &[&browser.cookie, "Origin: http://evil.example"],
        &format!("form={form}&{named}"),
    );
    assert_eq!(elsewhere.status, 403);
    world.settle();
    assert_eq!(answers(&customer), 0);

    // Many at once: one sends it
    let body = format!("form={form}&{named}");
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| browser.post("/approve", &body).status))
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let approved = statuses.iter().filter(|status| **status == 303).count();
    assert_eq!(approved, 1, "{statuses:?}");
    customer.receives("the answer", |mail| mail.says(WHOLESALE_ANSWER));

    // A member who says yes behind is told, and nothing more is sent
    let draft = world.team_receives(BILLING, &customer, "the draft", |mail| {
        mail.says(WHOLESALE_ANSWER)
    });
    let ok = world.staff_replies(MIRA, &draft, "OK");
    world.outcome_of(&ok);
    world.settle();
    assert_eq!(answers(&customer), 1);

    // And the story says who, and by what way
    let story = browser.get(&format!("/ticket/{ticket}?said=approved"));
    assert_eq!(story.status, 200);
    for words in [
        "as the operator, on the command line or the page",
        "Approved: the answer is on its way",
        "What it was made of",
    ] {
        assert!(story.body.contains(words), "{words} in {}", story.body);
    }
    assert!(browser.get("/drafts").body.contains("No draft waits"));
}

#[test]
fn a_draft_is_approved_and_refused_on_the_command_line() {
    let page = PageWorld::new(Door::Open);
    let world = &page.world;
    let (lea, leas) = drafted(world, "lea");
    let (max, maxs) = drafted(world, "max");
    let ask = |arguments: &[&str]| world.daemon.ask(arguments);

    let (code, _) = ask(&["approve", &leas, "--draft", "2"]);
    assert_eq!(code, 1);
    let (code, said) = ask(&["approve", &leas, "--draft", "1"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("approved"), "{said}");
    lea.receives("the answer", |mail| mail.says(WHOLESALE_ANSWER));
    let (code, _) = ask(&["approve", &leas]);
    assert_eq!(code, 1, "it is sent already");

    let (code, said) = ask(&["refuse", &maxs, "--why", "he resells stolen goods"]);
    assert_eq!(code, 0, "{said}");
    max.receives("the notice", |mail| mail.says("person"));
    let told = world
        .system
        .wait_for(BILLING, "why it was refused", |mail| {
            mail.says("he resells stolen goods")
        });
    assert_eq!(told.ticket(), Some(maxs.as_str()));
    world.settle();
    assert_eq!((answers(&lea), answers(&max)), (1, 0));
    assert!(!max.mails().iter().any(|mail| mail.says("stolen")));
    assert!(world.team_mails(CARE, &max).is_empty());

    // The record of the article tells of both
    let (code, said) = ask(&["articles", "--json"]);
    assert_eq!(code, 0, "{said}");
    let rows = said.lines().map(|line| serde_json::from_str(line).unwrap());
    let rows: Vec<serde_json::Value> = rows.collect();
    let wholesale = rows
        .iter()
        .find(|row| row["article"] == "wholesale")
        .unwrap();
    assert_eq!(wholesale["record"]["drafts_sent"], 1, "{wholesale}");
    assert_eq!(wholesale["record"]["drafts_refused"], 1, "{wholesale}");
    assert_eq!(wholesale["mode"], "draft");
    // Those with nothing on record are there as well.
    assert!(rows.iter().any(|row| row["article"] == "tea-storage"));
}
