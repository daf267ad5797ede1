//! Robots and the brake on real servers: the matrix of `tests/loops` in miniature, Dovecot's own vacation, two handoffd facing each other.

use super::mail_system::{Desk, Handoffd, Letter, Server, StoredMail, set};
use super::responder::{self, Got};
use super::world::*;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Robots that play here, with the first mail of their person.
const CHOSEN: [(&str, &str); 6] = [
    ("Exchange out of office, English", BROKEN_TEAPOT),
    ("Gmail vacation responder", DELIVERY_QUESTION),
    (
        "Freshdesk acknowledgement without headers",
        DELIVERY_QUESTION,
    ),
    (
        "Bare: answers every mail in words of a person",
        DELIVERY_QUESTION,
    ),
    (
        "Bare: quotes our whole mail in no thread, each time from another address",
        DELIVERY_QUESTION,
    ),
    ("Bare: sends our text back as it is", DELIVERY_QUESTION),
];

/// Rounds of mail and answer.
const ROUNDS_MAX: usize = 8;

#[test]
fn robots_end_on_real_servers_as_well() {
    let world = World::with(|settings| set(settings, "inbox.poll_seconds", 2));
    let responders = responder::all();
    for (number, (name, first)) in CHOSEN.into_iter().enumerate() {
        let responder = responders
            .iter()
            .find(|responder| responder.name == name)
            .expect(name);
        // Each has a domain of its own, so that what one sends says nothing about another.
        let domain = format!("inbox-of-{number}.example");
        let mut addresses = vec![format!("ann@{domain}")];
        addresses.extend((1..=9).map(|other| format!("ann-{other}@{domain}")));
        for address in &addresses {
            world.system.add_account(address);
        }
        world.send(&Letter::new(&addresses[0], SUPPORT, "A question", first));
        let mut answered: BTreeSet<String> = BTreeSet::new();
        let mut written = 0;
        for _ in 0..ROUNDS_MAX {
            world.settle();
            let mails = addresses.iter().flat_map(|address| {
                let mails = world.system.mailbox(address).into_iter();
                mails.map(move |mail| (address.clone(), mail))
            });
            let new: Vec<(String, StoredMail)> = mails
                .filter(|(_, mail)| answered.insert(mail.message_id()))
                .collect();
            if new.is_empty() {
                break;
            }
            let pace = responder.pace();
            assert_eq!(
                (pace.times, pace.after),
                (1, 0),
                "{name} is played as it comes"
            );
            for (address, mail) in new {
                assert_automatic(&mail);
                written += 1;
                let got = Got {
                    recipient: address.clone(),
                    subject: mail.subject.clone(),
                    text: mail.text.clone(),
                    message_id: mail.message_id(),
                    reply_to: mail.reply_address(),
                };
                let raw = responder.answers(&got, written, Timestamp::now());
                let raw = String::from_utf8(raw).unwrap();
                let raw = raw.replace("@inbox.example", &format!("@{domain}"));
                world
                    .system
                    .deliver(&address, &got.reply_to, raw.as_bytes());
            }
        }
        assert!(written >= 1, "{name} wrote nothing");
        let got = u32::try_from(answered.len()).unwrap();
        assert!(
            got <= responder.may_get,
            "{name} got {got} automatic mails; log:\n{}",
            world.daemon.log_text()
        );
    }
    world.daemon.assert_no_surprise();
}

#[test]
fn dovecots_own_vacation_is_left_alone() {
    // Given a customer who goes on holiday once they have written
    let world = World::new();
    let customer = world.customer("holly");
    world
        .system
        .set_vacation(&customer.address, "I am away until the 20th.");
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    customer.receives("the notice", |mail| mail.says("a person"));

    // When a person answers, which vacation programs answer (our automatic mail they do not: it says what it is)
    world.staff_replies(ROSA, &packet, "A new teapot is on its way.");
    customer.receives("the reply", |mail| mail.says("A new teapot"));
    let notice = world
        .system
        .wait_for(SUPPORT, "the vacation notice", |mail| {
            mail.says("I am away until the 20th")
        });
    world.settle();

    // Then it is left alone, and nobody is written to for it
    assert!(notice.is_automatic());
    let flags = world.system.flags(SUPPORT, &notice.message_id());
    assert!(flags.contains("Left"), "{flags:?}");
    let automatic = customer
        .mails()
        .iter()
        .filter(|mail| mail.is_automatic())
        .count();
    assert_eq!(automatic, 1, "{:?}", customer.subjects());
    let about = world.team_mails(CARE, &customer);
    assert_eq!(about.len(), 1, "the team hears of nothing but the request");
    assert!(
        world.system.server_log(Server::Imap).contains("sieve"),
        "the real Sieve answered"
    );
}

#[test]
fn two_handoffd_facing_each_other_end_at_once() {
    // Given two desks on one mail system, each with its own daemon and key
    const OTHER: &str = "help@willow-press.example";
    let system = mail_system();
    system.add_account(OTHER);
    let other_desk = Desk::set_up(&system, OTHER, |settings| {
        set(settings, "inbox.poll_seconds", 2);
    });
    let other = Handoffd::start(&other_desk);
    let world = World::on(system, super::mail_system::Startup::UntilReady, |_| {});
    let of_other = |mail: &&StoredMail| mail.from == OTHER;
    let of_ours = |mail: &&StoredMail| mail.from == SUPPORT;

    // When somebody writes to one in the name of the other, and a person answers
    let letter = Letter::new(OTHER, SUPPORT, "Broken teapot", BROKEN_TEAPOT);
    world.send(&letter);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world
        .system
        .wait_for(CARE, "the packet", |mail| mail.raw_contains(OTHER));
    world
        .system
        .wait_for(OTHER, "our notice", |mail| mail.from == SUPPORT);
    world.staff_replies(
        ROSA,
        &packet,
        "Dear colleagues, how long does delivery take at yours?",
    );
    world
        .system
        .wait_for(SUPPORT, "their answer to our person", |mail| {
            mail.from == OTHER && mail.is_automatic()
        });
    world.settle();
    world.system.wait_until_delivered();

    // Then each machine wrote once
    let at_other = world.system.mailbox(OTHER);
    let automatic = at_other
        .iter()
        .filter(of_ours)
        .filter(|mail| mail.is_automatic());
    assert_eq!(automatic.count(), 1);
    let at_ours = world.system.mailbox(SUPPORT);
    let automatic = at_ours
        .iter()
        .filter(of_other)
        .filter(|mail| mail.is_automatic());
    assert_eq!(automatic.count(), 1);
    other.assert_no_surprise();
    world.daemon.assert_no_surprise();
}

#[test]
fn the_brake_stops_automatic_mail_until_it_is_released_and_survives_a_crash() {
    // Given a desk that may send two automatic mails an hour
    let mut world = World::with(|settings| {
        set(settings, "limits.automatic_per_hour", 2);
        set(settings, "limits.brake_minutes", 0);
    });
    world.daemon.expect_errors("brake-pulled");
    for name in ["una", "due"] {
        let customer = world.customer(name);
        customer.writes("Delivery time", DELIVERY_QUESTION);
        customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    }

    // When a third customer writes, and a fourth after a crash
    let handed_off = |world: &World, name: &str| {
        let customer = world.customer(name);
        let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
        assert_eq!(world.outcome_of(&letter), "HandedOff");
        let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
        assert!(packet.says("automatic mail is stopped"), "{}", packet.text);
        world.settle();
        assert!(customer.mails().is_empty(), "{:?}", customer.subjects());
    };
    handed_off(&world, "tria");
    world.daemon.kill();
    world.daemon.start_again();
    handed_off(&world, "quattro");

    // Then the admin was told once, and `status` says so
    let told = world.system.mailbox(ADMIN);
    let told: Vec<&str> = told.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(told, ["[handoffd] Automatic mail is stopped"]);
    let (code, status) = world.daemon.ask(&["status"]);
    assert_eq!(code, 0);
    assert!(status.contains("stopped since"), "{status}");

    // And once it is released, automatic mail goes again
    assert_eq!(world.daemon.ask(&["resume"]).0, 0);
    assert_eq!(
        world.daemon.ask(&["resume"]).0,
        1,
        "there is nothing more to release"
    );
    let customer = world.customer("cinque");
    customer.writes("Delivery time", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert_eq!(world.system.mailbox(ADMIN).len(), 1);
}
