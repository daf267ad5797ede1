//! A mail that brings the daemon down: kept, told with itself attached, and no other mail waits for it. That no shipped code has a door for such a
//! mail is why its deaths are written into the journal here, as the daemon writes them.

use super::mail_system::Letter;
use super::trouble::{status, wait_for_troubles};
use super::world::*;
use handoffd::journal::Journal;
use handoffd::mail::MailIdentity;
use sha2::{Digest, Sha256};

/// Stores mail while the daemon is down; under what the daemon will begin it.
pub fn stored(world: &World, letter: &Letter) -> MailIdentity {
    let from = letter.envelope_from.as_str();
    world.system.deliver_lmtp(from, SUPPORT, &letter.bytes());
    let mails = world.system.mailbox(SUPPORT);
    let mail = (mails.iter())
        .find(|mail| mail.message_id() == letter.id())
        .expect("the mail is stored");
    // As IMAP hands it over.
    let mut raw = Vec::new();
    for byte in &mail.raw {
        if *byte == b'\n' && raw.last() != Some(&b'\r') {
            raw.push(b'\r');
        }
        raw.push(*byte);
    }
    MailIdentity(Sha256::digest(&raw).into())
}

fn is_trouble_with_a_mail(mail: &super::mail_system::StoredMail) -> bool {
    mail.subject.contains("was set aside and needs a person")
}

#[test]
fn a_mail_that_broke_the_daemon_down_three_times_is_set_aside_whole_and_the_next_is_answered() {
    // Given a mail whose handling broke down or hung three times, and another behind it
    let mut world = World::new();
    world.daemon.expect_errors("set-aside");
    world.daemon.terminate();
    let (poison, healthy) = {
        let mallory = world.customer("mallory");
        let poison = mallory.letter("Poison", "What breaks you?");
        let identity = stored(&world, &poison);
        let journal = Journal::open(&world.daemon.folder().join("store")).unwrap();
        for _ in 0..3 {
            let before = journal.begin_handling(&identity).unwrap();
            assert_eq!(before.brings_us_down(), None);
            journal.broke_down(&identity).unwrap();
        }
        let nora = world.customer("nora");
        let healthy = nora.letter("Delivery time", DELIVERY_QUESTION);
        stored(&world, &healthy);
        (poison, healthy)
    };

    // When the daemon is started again
    world.daemon.start_again();

    // Then the mail is kept with its keywords, the admin has it, and the next is answered
    assert_eq!(world.outcome_of(&healthy), "Answered");
    let (_, aside) = world.daemon.ask(&["quarantine"]);
    assert!(aside.contains("a mail was set aside"), "{aside}");
    assert!(!aside.contains("kept aside"), "{aside}");
    assert_eq!(world.outcome_of(&poison), "Quarantined");
    let told = world
        .system
        .wait_for(ADMIN, "the mail itself", is_trouble_with_a_mail);
    assert!(told.says("three times"), "{}", told.text);
    assert!(told.says("Subject: Poison"), "{}", told.text);
    assert!(told.says("no team knows of it"), "{}", told.text);
    let attached = &told.attachments[0];
    assert_eq!(attached.media_type, "message/rfc822");
    let attached = String::from_utf8_lossy(&attached.content).into_owned();
    assert!(attached.contains("What breaks you?"), "{attached}");
    assert!(attached.contains(&poison.id()), "{attached}");
    wait_for_troubles(&world, &["set-aside"]);
    assert_eq!(status(&world)["well"], false);

    // And once is enough
    world.daemon.terminate();
    world.daemon.start_again();
    let later = world.customer("lena");
    later.writes("Delivery time", DELIVERY_QUESTION);
    later.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert_eq!(world.system.mailbox(ADMIN).len(), 1);
}

#[test]
fn a_healthy_mail_is_not_blamed_for_kills_from_outside() {
    // Given a mail during whose handling the daemon was killed seven times
    let mut world = World::new();
    world.daemon.terminate();
    let customer = world.customer("stella");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    let identity = stored(&world, &letter);
    {
        let journal = Journal::open(&world.daemon.folder().join("store")).unwrap();
        for _ in 0..7 {
            journal.begin_handling(&identity).unwrap();
        }
    }
    let address = customer.address.clone();

    // Then it is handled like any other
    world.daemon.start_again();
    assert_eq!(world.outcome_of(&letter), "Answered");
    world
        .system
        .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert!(world.system.mailbox(ADMIN).is_empty());
}

#[test]
fn a_report_that_comes_back_with_the_poison_in_it_makes_no_other() {
    // Given a mail that was set aside, and the report of it
    let mut world = World::new();
    world.daemon.expect_errors("set-aside");
    world.daemon.terminate();
    let poison = {
        let mallory = world.customer("marlo");
        let poison = mallory.letter("Poison", "What breaks you?");
        let identity = stored(&world, &poison);
        let journal = Journal::open(&world.daemon.folder().join("store")).unwrap();
        for _ in 0..3 {
            journal.begin_handling(&identity).unwrap();
            journal.broke_down(&identity).unwrap();
        }
        poison
    };
    world.daemon.start_again();
    assert_eq!(world.outcome_of(&poison), "Quarantined");
    let report = world
        .system
        .wait_for(ADMIN, "the report", is_trouble_with_a_mail);

    // When somebody sends it back whole, and it breaks us down as well
    world.daemon.terminate();
    let quoted = String::from_utf8_lossy(&report.raw).into_owned();
    let back = Letter::new(ADMIN, SUPPORT, "Fwd: look at this", &quoted);
    let identity = stored(&world, &back);
    {
        let journal = Journal::open(&world.daemon.folder().join("store")).unwrap();
        for _ in 0..3 {
            journal.begin_handling(&identity).unwrap();
            journal.broke_down(&identity).unwrap();
        }
    }
    world.daemon.start_again();
    assert_eq!(world.outcome_of(&back), "Quarantined");

    // Then it is counted, and not sent around once more
    super::mail_system::wait_until("both in the status", super::mail_system::PATIENCE, || {
        (status(&world)["troubles"][0]["count"] == 2).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}: {}", status(&world)));
    let again = world.system.mailbox(ADMIN);
    assert_eq!(
        again
            .iter()
            .filter(|mail| is_trouble_with_a_mail(mail) && !mail.attachments.is_empty())
            .count(),
        1
    );
}
