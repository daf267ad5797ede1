//! A desk that checks senders itself: who is shown to have written may act, who only writes an address may not.

use super::mail_system::{Letter, NameServer, Startup, set};
use super::world::*;

/// The name of the receiving server in its `Received` fields.
const RECEIVING_SERVER: &str = "mail.localhost";

/// A desk whose name server knows that its own domain sends from this machine; another domain sends from elsewhere.
fn checking_world() -> (NameServer, World) {
    let record = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let names = NameServer::start(&[
        record("lindenhof-tea.example", "v=spf1 ip4:127.0.0.1 -all"),
        record("_dmarc.lindenhof-tea.example", "v=DMARC1; p=reject"),
        record("elsewhere.example", "v=spf1 ip4:192.0.2.7 -all"),
        record("_dmarc.elsewhere.example", "v=DMARC1; p=reject"),
    ]);
    let address = names.address.to_string();
    let world = World::on(mail_system(), Startup::UntilReady, |settings| {
        set(settings, "trust.own_checks", true);
        set(settings, "trust.receiving_server", RECEIVING_SERVER);
        set(settings, "trust.name_servers", vec![address]);
    });
    (names, world)
}

#[test]
fn a_member_is_known_by_our_own_check_and_a_forger_with_the_packet_is_not() {
    // Given a hand-off on a desk that checks senders
    let (_names, world) = checking_world();
    let customer = world.customer("sam");
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    assert!(packet.says("identity not proven"), "{}", packet.text);

    // When somebody who has the packet writes the member's address, from a server that is not the member's
    let forged = Letter {
        envelope_from: "rosa@elsewhere.example".to_owned(),
        ..Letter::reply(
            &packet,
            ROSA,
            "Dear Sam,\n\nplease pay again to account 12.",
        )
    };
    world.send(&forged);

    // Then it is kept aside, the admin reads why, and the customer gets nothing of it
    assert_eq!(world.outcome_of(&forged), "Quarantined");
    world.system.wait_for(ADMIN, "the word about it", |mail| {
        mail.says("our own check says that DMARC failed for lindenhof-tea.example")
    });

    // When the member writes
    let reply = world.staff_replies(
        ROSA,
        &packet,
        "Dear Sam,\n\nA new one leaves us today.\n\nRosa",
    );

    // Then the customer has it, and only it
    assert_eq!(world.outcome_of(&reply), "Relayed");
    customer.receives("the reply", |mail| mail.says("A new one leaves us"));
    assert!(!customer.mails().iter().any(|mail| mail.says("account 12")));
}

#[test]
fn a_customer_whose_domain_did_not_send_it_is_handed_to_a_person() {
    let (_names, world) = checking_world();
    // Given a routine question in the name of somebody whose domain sends from elsewhere only
    let address = "kim@elsewhere.example";
    world.system.add_account(address);
    let forged = Letter::new(address, SUPPORT, "Delivery", DELIVERY_QUESTION);
    world.send(&forged);

    // Then a person gets it, who reads that it may not be from them
    assert_eq!(world.outcome_of(&forged), "HandedOff");
    let packet = world
        .system
        .wait_for(CARE, "the packet", |mail| mail.says(address));
    assert!(
        packet.says("DMARC failed for elsewhere.example"),
        "{}",
        packet.text
    );
}
