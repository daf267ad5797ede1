//! SIGKILL at any moment: nothing lost, nothing twice, counted from the mailboxes.

use super::mail_system::{Letter, PATIENCE, wait_until};
use super::world::*;
use std::time::{Duration, Instant};

#[test]
fn a_mail_stored_while_the_daemon_was_dead_is_handled_after_its_restart() {
    // Given a desk that was killed
    let mut world = World::new();
    world.daemon.kill();

    // When mail is stored meanwhile
    let address = {
        let customer = world.customer("night");
        let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
        world
            .system
            .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
        customer.address.clone()
    };
    world.daemon.start_again();

    // Then it is answered, once
    world
        .system
        .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    world.settle();
    assert_eq!(world.system.mailbox(&address).len(), 1);
}

/// 20 times SIGKILL under a stream of mails. The moments come from a seed that is printed; `KILL_SEED` repeats a run.
#[test]
fn twenty_kills_lose_nothing_and_double_nothing() {
    let mut seed: u64 = std::env::var("KILL_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_261_123);
    println!("KILL_SEED={seed}");
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };

    // Given a desk and a stream of mails, half to be answered, half to be handed off
    let mut world = World::with(|settings| {
        quick_retries(settings);
        generous_limits(settings);
    });
    let mut answered = Vec::new();
    let mut handed_off = Vec::new();

    // When the daemon is killed 20 times at random moments
    for round in 0..20 {
        for number in 0..2_u64 {
            let is_routine = (round + number) % 2 == 0;
            let customer = world.customer(&format!("kill{round}x{number}"));
            let (subject, text) = if is_routine {
                ("Delivery time", DELIVERY_QUESTION)
            } else {
                ("Broken teapot", BROKEN_TEAPOT)
            };
            let letter: Letter = customer.letter(subject, text);
            world
                .system
                .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
            if is_routine {
                answered.push(customer.address.clone());
            } else {
                handed_off.push(customer.address.clone());
            }
        }
        // A random moment of the work, not a wait for anything: IDLE, reading, deciding, sending, filing.
        let moment = Instant::now() + Duration::from_millis(random(900));
        while Instant::now() < moment {
            std::thread::park_timeout(moment.saturating_duration_since(Instant::now()));
        }
        world.daemon.kill();
        // Every other time the next kill may hit the start itself.
        if round % 2 == 0 {
            world.daemon.start_again();
        } else {
            world.daemon.start_again_at_once();
        }
    }

    // Then each mail was handled, each customer has exactly one mail, staff have exactly one packet for each hand-off
    wait_until("a mail to every customer", PATIENCE * 4, || {
        answered
            .iter()
            .chain(&handed_off)
            .all(|address| !world.system.mailbox(address).is_empty())
            .then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()));
    world.settle();
    for address in &answered {
        let mails = world.system.mailbox(address);
        assert_eq!(mails.len(), 1, "{address}: {:?}", subjects(&mails));
        assert!(mails[0].says(DELIVERY_ANSWER), "{address}");
    }
    let packets = world.system.mailbox(CARE);
    assert_nothing_twice(&packets);
    for address in &handed_off {
        let mails = world.system.mailbox(address);
        assert_eq!(mails.len(), 1, "{address}: {:?}", subjects(&mails));
        let about = packets
            .iter()
            .filter(|packet| packet.raw_contains(address) || packet.says(address))
            .count();
        assert_eq!(about, 1, "packets about {address}");
    }
    assert_eq!(packets.len(), handed_off.len(), "{:?}", subjects(&packets));
    assert!(
        world.system.mailbox(ADMIN).is_empty(),
        "no trouble to report"
    );
}

fn subjects(mails: &[super::mail_system::StoredMail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.subject.as_str()).collect()
}
