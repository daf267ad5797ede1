//! A customer's mail that is larger than what the SMTP server takes: the team hears of it all the same, once, and can answer.

use super::mail_system::{PATIENCE, StoredMail, wait_until};
use super::world::*;
use std::time::{Duration, Instant};

/// What the SMTP server takes.
const LIMIT_BYTES: u32 = 200_000;

/// More than that.
fn film() -> Vec<u8> {
    vec![7; 300_000]
}

/// A desk whose SMTP server takes small mails only.
fn desk(change: impl FnOnce(&mut toml::Table)) -> World {
    let world = World::with(change);
    world.system.limit_mail_size(LIMIT_BYTES);
    world
}

/// Writes with a large film, past the SMTP server: that of the customer takes more than ours.
fn writes_with_film(world: &World, customer: &Customer<'_>) -> super::mail_system::Letter {
    let letter = (customer.letter("Broken teapot", BROKEN_TEAPOT)).attach(
        "spout <off>.mp4",
        "video/mp4",
        &film(),
    );
    (world.system).deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
    letter
}

fn is_made_lighter(mail: &StoredMail) -> bool {
    mail.says("was too large for the mail server")
}

#[test]
fn a_packet_that_is_too_large_comes_without_the_original_and_can_be_answered() {
    // Given a desk whose SMTP server takes 200 kB
    let world = desk(quick_retries);
    let customer = world.customer("ann");

    // When a customer's mail with a film of 300 kB goes to a person
    let letter = writes_with_film(&world, &customer);

    // Then the customer is told, and the team gets the packet without the film
    customer.receives("the notice", |mail| mail.is_automatic());
    let packet = world.team_receives(CARE, &customer, "the packet", is_made_lighter);
    for words in [
        "takes 200 kB at most",
        "spout <off>.mp4 (video/mp4, 300 kB)",
        "Broken teapot",
        "the spout is off",
        &letter.id(),
        &format!("it lies in the mailbox {SUPPORT}, folder"),
        "Suggestion:",
    ] {
        assert!(packet.says(words), "{words}: {}", packet.text);
    }
    assert!(packet.raw.len() < LIMIT_BYTES as usize);
    let kinds: Vec<&str> = (packet.attachments.iter())
        .map(|file| file.media_type.as_str())
        .collect();
    assert_eq!(kinds, ["application/json"]);

    // And a plain reply to it reaches the customer, in the thread
    world.staff_replies(ROSA, &packet, "Dear Ann, a new one leaves today. Rosa");
    let answer = customer.receives("the reply", |mail| mail.says("a new one leaves today"));
    assert_from_a_person(&answer);
    assert_threaded(&answer, &letter);

    // And each has it once; it was not even tried, and nobody else had to be told
    world.settle_beside_given_up();
    assert_eq!(customer.mails().len(), 2, "{:?}", customer.subjects());
    assert_eq!(world.team_mails(CARE, &customer).len(), 1);
    assert!(world.system.mailbox(ADMIN).is_empty());
    let log = world.daemon.log_text();
    assert!(
        log.contains("mail-made-lighter") && log.contains("it was not sent"),
        "{log}"
    );
}

#[test]
fn staff_are_told_that_their_files_were_too_large_for_the_customer() {
    let world = desk(quick_retries);
    let customer = world.customer("ben");
    customer.writes("Broken teapot", BROKEN_TEAPOT);
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);

    // When a member replies with a file that the SMTP server does not take
    let reply = super::mail_system::Letter::reply(&packet, ROSA, "Dear Ben, see the plan.").attach(
        "plan.pdf",
        "application/pdf",
        &film(),
    );
    (world.system).deliver_lmtp(ROSA, SUPPORT, &reply.bytes());

    // Then the team reads that nothing arrived, why, what was in it, and what to do
    let told = world.team_receives(CARE, &customer, "the report", |mail| {
        mail.says("did not reach")
    });
    for words in [
        "It was too large",
        "the server takes 200 kB at most",
        "plan.pdf (application/pdf, 300 kB)",
        "Dear Ben, see the plan.",
        "send the files in another way",
    ] {
        assert!(told.says(words), "{words}: {}", told.text);
    }
    // And a reply to that reaches the customer
    world.staff_replies(ROSA, &told, "Dear Ben, the plan is on our page.");
    customer.receives("the second reply", |mail| mail.says("is on our page"));
    world.settle_beside_given_up();
    assert_eq!(customer.mails().len(), 2, "{:?}", customer.subjects());
}

/// What a mail server further on says that took a mail and could not get rid of it.
fn report_of(mail: &StoredMail, status: &str) -> Vec<u8> {
    let id = mail.message_id();
    let lines = format!(
        "From: MAILER-DAEMON@mx.example\nTo: {SUPPORT}\nSubject: Undelivered Mail Returned to Sender\n\
         Message-ID: <{status}.{id}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n\
         --x\n\nYour message could not be delivered.\n\n\
         --x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n\
         Final-Recipient: rfc822; {CARE}\nAction: failed\nStatus: {status}\n\
         Diagnostic-Code: smtp; 552 {status} no\n\n\
         --x\nContent-Type: text/rfc822-headers\n\nFrom: {SUPPORT}\nTo: {CARE}\nMessage-ID: <{id}>\n\n--x--\n"
    );
    lines.replace('\n', "\r\n").into_bytes()
}

#[test]
fn a_packet_that_a_server_further_on_sends_back_for_its_size_comes_without_the_original() {
    // Given a packet that our own SMTP server has taken
    let world = World::with(quick_retries);
    let customer = world.customer("cleo");
    writes_with_film(&world, &customer);
    let first = world.team_receives(CARE, &customer, "the packet", |_| true);
    assert!(!is_made_lighter(&first));

    // When it comes back, because the team's mailbox takes no mail of this size
    let report = report_of(&first, "5.2.3");
    world.system.deliver_lmtp("", SUPPORT, &report);

    // Then the team gets it without the film, once, and can answer; the admin is told that there is a limit
    let second = world.team_receives(CARE, &customer, "the second packet", is_made_lighter);
    assert!(second.says("spout <off>.mp4") && second.says("the spout is off"));
    world.staff_replies(ROSA, &second, "Dear Cleo, a new one leaves today.");
    customer.receives("the reply", |mail| mail.says("a new one leaves today"));
    world.system.deliver_lmtp("", SUPPORT, &report);
    world.settle();
    assert_eq!(world.team_mails(CARE, &customer).len(), 2);
    assert_eq!(world.system.mailbox(ADMIN).len(), 1);
}

/// SIGKILL while packets are refused and written again. `KILL_SEED` repeats a run.
#[test]
fn kills_between_refusal_and_second_packet_lose_nothing_and_double_nothing() {
    let mut seed: u64 = std::env::var("KILL_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20_261_127);
    println!("KILL_SEED={seed}");
    let mut random = move |below: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed % below
    };
    let mut world = desk(|settings| {
        quick_retries(settings);
        generous_limits(settings);
    });
    let mut addresses = Vec::new();
    for round in 0..10 {
        for number in 0..2 {
            let customer = world.customer(&format!("film{round}x{number}"));
            writes_with_film(&world, &customer);
            addresses.push(customer.address.clone());
        }
        let moment = Instant::now() + Duration::from_millis(random(900));
        while Instant::now() < moment {
            std::thread::park_timeout(moment.saturating_duration_since(Instant::now()));
        }
        world.daemon.kill();
        world.daemon.start_again();
    }
    let packets = |address: &str| -> Vec<StoredMail> {
        let mut packets = world.system.mailbox(CARE);
        packets.retain(|mail| mail.says(address));
        packets
    };
    wait_until("a packet about every customer", PATIENCE * 4, || {
        (addresses.iter())
            .all(|address| !packets(address).is_empty())
            .then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()));
    world.settle_beside_given_up();
    for address in &addresses {
        let packets = packets(address);
        assert_eq!(packets.len(), 1, "{address}");
        assert!(is_made_lighter(&packets[0]), "{}", packets[0].text);
        assert_eq!(world.system.mailbox(address).len(), 1, "{address}");
    }
    assert!(
        world.system.mailbox(ADMIN).is_empty(),
        "no trouble to report"
    );
}
