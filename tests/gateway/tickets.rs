//! Which mail belongs to which ticket, and to whom its answers go.

use super::mail_system::Letter;
use super::world::*;

#[test]
fn a_third_party_in_copy_never_becomes_the_customer() {
    // Given a ticket of one customer
    let world = shared();
    let customer = world.customer("anna");
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    let notice = customer.receives("the notice", |mail| mail.says("a person"));

    // When somebody in copy replies to all with what an article would answer
    let other = world.customer("brother");
    let from_other = Letter::reply(
        &notice,
        &other.address,
        "By the way, how long does delivery take?",
    );
    world.send(&from_other);
    world.outcome_of(&from_other);

    // Then that person gets nothing, and staff have the words
    world.team_receives(CARE, &customer, "the third party's words", |mail| {
        mail.message_id() != packet.message_id() && mail.says("how long does delivery take")
    });
    assert!(other.mails().is_empty(), "{:?}", other.subjects());

    // And the staff's answer goes to the customer alone
    world.staff_replies(ROSA, &packet, "A new teapot is on its way.");
    customer.receives("the reply", |mail| mail.says("A new teapot is on its way"));
    assert!(other.mails().is_empty(), "{:?}", other.subjects());
}

#[test]
fn a_reply_without_token_is_recognised_by_our_message_id() {
    // Given a customer who was asked for a detail
    let world = shared();
    let customer = world.customer("finn");
    customer.writes(
        "Where is my parcel?",
        "Where is my order? I ordered last week.",
    );
    let question = customer.receives("the question", |mail| mail.says("order number"));

    // When the mail program replies to the bare address, threading headers kept
    let mut reply = Letter::reply(&question, &customer.address, "LT-55123");
    reply.to = SUPPORT.to_owned();
    world.send(&reply);

    // Then it is the same ticket
    let answer = customer.receives("the answer", |mail| mail.says("LT-55123"));
    assert_eq!(answer.ticket(), question.ticket());
}

#[test]
fn a_mail_without_message_id_is_handled_once() {
    // Given a mail without a Message-ID
    let world = shared();
    let customer = world.customer("noid");
    let letter = customer
        .letter("Delivery time", DELIVERY_QUESTION)
        .without_message_id();
    // Written once: a second writing could carry another second in its Date.
    let raw = letter.bytes();
    // Straight into the mailbox: an SMTP server would give it one.
    world.system.deliver_lmtp(&customer.address, SUPPORT, &raw);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));

    // When the very same mail lands a second time, and a later mail after it has been handled
    world.system.deliver_lmtp(&customer.address, SUPPORT, &raw);
    let later = customer.writes("Tea", "How do I store tea?");
    assert_eq!(world.outcome_of(&later), "Answered");

    // Then it was answered once
    let answers = customer
        .mails()
        .iter()
        .filter(|mail| mail.says(DELIVERY_ANSWER))
        .count();
    assert_eq!(answers, 1, "{:?}", customer.subjects());
}

#[test]
fn a_doubled_mail_is_handled_once() {
    let world = shared();
    let customer = world.customer("twice");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world.send(&letter);
    world.send(&letter);
    let later = customer.writes("Tea", "How do I store tea?");
    assert_eq!(world.outcome_of(&later), "Answered");
    customer.receives("the later answer", |mail| {
        mail.says("keep tea dry") || mail.says("closed tin")
    });
    let answers = customer
        .mails()
        .iter()
        .filter(|mail| mail.says(DELIVERY_ANSWER))
        .count();
    assert_eq!(answers, 1, "{:?}", customer.subjects());
}

#[test]
fn a_reply_to_a_closed_ticket_is_not_lost() {
    // Given a ticket that staff have closed
    let world = shared();
    let customer = world.customer("closed");
    customer.writes("Broken teapot", BROKEN_TEAPOT);
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    let notice = customer.receives("the notice", |mail| mail.says("a person"));
    let close = world.staff_replies(ROSA, &packet, "CLOSE");
    world.outcome_of(&close);

    // When the customer replies
    let reply = customer.replies(
        &notice,
        "It happened again, the second pot is cracked as well.",
    );
    let outcome = world.outcome_of(&reply);

    // Then a person has it
    assert!(
        ["HandedOff", "Relayed"].contains(&outcome.as_str()),
        "{outcome}"
    );
    world.team_receives(CARE, &customer, "the further words", |mail| {
        mail.says("the second pot is cracked")
    });
}
