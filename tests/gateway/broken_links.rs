//! Servers that are down, come back, restart or forget: mail is late, never lost and never doubled.

use super::mail_system::{Letter, Server, Startup};
use super::world::*;

#[test]
fn mail_read_by_another_client_is_still_handled() {
    // Given a stopped desk, and a mail that somebody has looked at meanwhile
    let mut world = World::new();
    world.daemon.terminate();
    let customer = world.customer("seen");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
    world.system.imap(SUPPORT).mark_seen(&letter.id());
    let address = customer.address.clone();

    // When the desk starts again
    world.daemon.start_again();

    // Then it is answered all the same
    assert_eq!(world.outcome_of(&letter), "Answered");
    world
        .system
        .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
}

#[test]
fn a_changed_uidvalidity_handles_nothing_twice() {
    // Given a desk that has handled several mails, one of them without a Message-ID
    let mut world = World::new();
    let mut customers = Vec::new();
    for name in ["uma", "ute", "udo"] {
        let customer = world.customer(name);
        let mut letter = customer.letter("Delivery time", DELIVERY_QUESTION);
        if name == "udo" {
            letter = letter.without_message_id();
        }
        world
            .system
            .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
        customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
        customers.push(customer.address.clone());
    }
    let packet_customer = world.customer("upset");
    packet_customer.writes("Broken teapot", BROKEN_TEAPOT);
    packet_customer.receives("the notice", |mail| mail.says("a person"));
    customers.push(packet_customer.address.clone());
    world.settle();
    let before: Vec<usize> = customers
        .iter()
        .map(|address| world.system.mailbox(address).len())
        .collect();
    let packets_before = world.system.mailbox(CARE).len();

    // When the server forgets UIDs and flags, and the desk meets all mails as if new, with one more
    world.daemon.terminate();
    world.system.renew_inbox(SUPPORT);
    let late = world
        .customer("late")
        .letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&late.from, SUPPORT, &late.bytes());
    world.daemon.start_again();
    assert_eq!(world.outcome_of(&late), "Answered");
    world.settle();

    // Then nobody has anything new but the one who wrote
    let after: Vec<usize> = customers
        .iter()
        .map(|address| world.system.mailbox(address).len())
        .collect();
    assert_eq!(before, after);
    assert_eq!(packets_before, world.system.mailbox(CARE).len());
    world
        .system
        .wait_for(&late.from, "the answer", |mail| mail.says(DELIVERY_ANSWER));
}

#[test]
fn an_smtp_server_down_at_start_only_delays() {
    // Given a desk whose SMTP server is down at its start, and a mail that waits
    let system = mail_system();
    let letter = Letter::new(
        "dora@dora.example",
        SUPPORT,
        "Delivery time",
        DELIVERY_QUESTION,
    );
    system.add_account("dora@dora.example");
    system.deliver_lmtp("dora@dora.example", SUPPORT, &letter.bytes());
    system.stop_server(Server::Smtp);
    let world = World::on(system, Startup::AtOnce, quick_retries);

    // When the server comes back after the desk has decided
    world.daemon.wait_for_log(SENDING_FAILED);
    world.system.start_server(Server::Smtp);

    // Then the answer arrives, once
    world
        .system
        .wait_for("dora@dora.example", "the answer", |mail| {
            mail.says(DELIVERY_ANSWER)
        });
    world.settle();
    assert_eq!(world.system.mailbox("dora@dora.example").len(), 1);
}

#[test]
fn an_imap_server_down_at_start_only_delays() {
    // Given a desk whose IMAP server is down at its start
    let system = mail_system();
    system.add_account("emil@emil.example");
    system.stop_server(Server::Imap);
    let letter = Letter::new(
        "emil@emil.example",
        SUPPORT,
        "Delivery time",
        DELIVERY_QUESTION,
    );
    system.deliver("emil@emil.example", SUPPORT, &letter.bytes());
    let world = World::on(system, Startup::AtOnce, quick_retries);

    // When the server comes back
    world.system.start_server(Server::Imap);

    // Then the mail that waited is answered
    world
        .system
        .wait_for("emil@emil.example", "the answer", |mail| {
            mail.says(DELIVERY_ANSWER)
        });
}

#[test]
fn servers_that_restart_in_between_lose_nothing() {
    // Given a running desk
    let world = World::with(quick_retries);
    let mut letters = Vec::new();

    // When mail comes between restarts of either server
    for (round, server) in [Server::Imap, Server::Smtp, Server::Imap, Server::Smtp]
        .into_iter()
        .enumerate()
    {
        let customer = world.customer(&format!("round{round}"));
        letters.push((
            customer.address.clone(),
            customer.writes("Delivery time", DELIVERY_QUESTION),
        ));
        world.system.restart_server(server);
    }

    // Then each customer has one answer
    for (address, _) in &letters {
        world
            .system
            .wait_for(address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    world.settle();
    for (address, _) in &letters {
        assert_eq!(world.system.mailbox(address).len(), 1, "{address}");
    }
}

/// A silent server is not waited for without end: the answer leaves once it speaks again.
#[test]
fn a_server_that_falls_silent_is_survived() {
    let world = World::with(quick_retries);
    let customer = world.customer("silent");
    world.system.pause_server(Server::Smtp);
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
    world.daemon.wait_for_log(SENDING_FAILED);
    world.system.resume_server(Server::Smtp);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    world.settle();
    assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());
}

#[test]
fn sigterm_finishes_and_a_restart_goes_on() {
    let mut world = World::new();
    for round in 0..3 {
        let customer = world.customer(&format!("term{round}"));
        customer.writes("Delivery time", DELIVERY_QUESTION);
        let address = customer.address.clone();
        world.daemon.terminate();
        world.daemon.start_again();
        world
            .system
            .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    world.settle();
}
