//! What came of a storm, counted from the mailboxes of customers, team and desk: nothing of what handoffd itself says is believed.

use super::load::{Due, Load, Written};
use super::mail_system::{MailSystem, PATIENCE, StoredMail, wait_until};
use super::world::{ADMIN, BILLING, CARE, DELIVERY_ANSWER, SUPPORT, World};
use std::collections::{BTreeMap, BTreeSet};

/// The figures of a storm.
#[derive(Debug, Default)]
pub struct Count {
    /// Customers who wrote.
    pub mails: usize,
    /// Who did not get what was due, or the team not the packet.
    pub lost: Vec<String>,
    /// What came twice.
    pub doubled: Vec<String>,
    /// What Exim delivered twice from one acceptance, because it or Dovecot was killed in the middle: no mail of ours too many.
    pub doubled_by_the_server: usize,
}

/// Waits until every customer has a mail and nothing is left to do.
pub fn wait_until_well(world: &mut World, load: &Load) {
    let mut waiting: Vec<&str> = (load.written.iter())
        .map(|written| written.address.as_str())
        .collect();
    let arrived = wait_until("a mail to every customer", PATIENCE * 5, || {
        // As systemd does.
        if world.daemon.has_ended() {
            world.daemon.start_again_at_once();
        }
        waiting.retain(|address| world.system.mailbox(address).is_empty());
        waiting.is_empty().then_some(())
    });
    if let Err(why) = arrived {
        panic!(
            "{why}: {waiting:?}; outbox:\n{}\nlog:\n{}",
            world.daemon.ask(&["outbox"]).1,
            world.daemon.log_text()
        );
    }
    world.settle();
}

/// Counts.
pub fn count(system: &MailSystem, load: &Load) -> Count {
    count_at(system, &load.written, &[SUPPORT])
}

/// The same where customers wrote to several mailboxes.
pub fn count_at(system: &MailSystem, all: &[Written], mailboxes: &[&str]) -> Count {
    let mut count = Count {
        mails: all.len(),
        ..Count::default()
    };
    let packets = once_each(system, CARE, &mut count);
    for team in [BILLING, ADMIN] {
        let others = once_each(system, team, &mut count);
        for other in others {
            count.doubled.push(format!("to {team}: {}", other.subject));
        }
    }
    for mailbox in mailboxes {
        once_each(system, mailbox, &mut count);
    }
    for written in all {
        let address = &written.address;
        let mails = once_each(system, address, &mut count);
        let is_right = |mail: &&StoredMail| match written.due {
            Due::Answer => mail.says(DELIVERY_ANSWER),
            Due::Question => mail.says("order number"),
            Due::HandOff => mail.says("a person"),
        };
        match mails.iter().filter(is_right).count() {
            0 => count.lost.push(format!("{address}: {:?}", written.due)),
            1 => {}
            _ => count.doubled.push(format!("{address}: {:?}", written.due)),
        }
        if mails.len() > 1 {
            let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
            count.doubled.push(format!("{address}: {subjects:?}"));
        }
    }
    // Each packet holds the customer's mail, and with it the words that no other has.
    let by_token = |token: &str| {
        let word = format!("X-Token: {token}\n");
        let has = |packet: &&StoredMail| {
            let raw = String::from_utf8_lossy(&packet.raw).replace("\r\n", "\n");
            raw.contains(&word)
        };
        packets.iter().filter(has).count()
    };
    for written in all {
        let expected = usize::from(written.due == Due::HandOff);
        let found = by_token(&written.token);
        if found < expected {
            count.lost.push(format!("packet about {}", written.address));
        } else if found > expected {
            count
                .doubled
                .push(format!("packet about {}", written.address));
        }
    }
    let handed_off = (all.iter()).filter(|written| written.due == Due::HandOff);
    if packets.len() != handed_off.count() {
        let subjects: Vec<&str> = packets.iter().map(|mail| mail.subject.as_str()).collect();
        count
            .doubled
            .push(format!("mails to the team: {subjects:?}"));
    }
    count
}

/// The mails of ours in a mailbox, each that the server took from us once: what the server itself delivered twice is told apart by its own
/// number in `Received`.
fn once_each(system: &MailSystem, address: &str, count: &mut Count) -> Vec<StoredMail> {
    let mut taken: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut mails = Vec::new();
    for mail in system.mailbox(address) {
        // What customers wrote to us.
        if mail.header("X-Token").is_some() {
            continue;
        }
        let numbers = taken.entry(mail.message_id()).or_default();
        let is_first = numbers.is_empty();
        if !numbers.insert(number_at_the_server(&mail)) {
            count.doubled_by_the_server += 1;
        } else if !is_first {
            let again = format!("{} in {address}: {}", mail.message_id(), mail.subject);
            count.doubled.push(again);
        }
        if is_first {
            mails.push(mail);
        }
    }
    mails
}

/// Exim's number of the mail, which it gives when it takes one.
fn number_at_the_server(mail: &StoredMail) -> String {
    let received = (mail.headers.iter())
        .filter(|(name, _)| name.eq_ignore_ascii_case("Received"))
        .find(|(_, value)| value.contains("(Exim"));
    let (_, received) = received.expect("Exim's line in a mail that left through it");
    let mut words = received.split_whitespace();
    words.find(|word| *word == "id");
    let number = words.next().unwrap_or_default();
    number.trim_end_matches(';').to_owned()
}

/// Tells the figures, and fails where anything is lost or doubled.
pub fn assert_well(storm: &str, faults: &str, count: &Count) {
    println!(
        "{storm}: {} mails, {faults}; lost {}, doubled {} (delivered twice by the server itself: {})",
        count.mails,
        count.lost.len(),
        count.doubled.len(),
        count.doubled_by_the_server
    );
    assert!(
        count.lost.is_empty() && count.doubled.is_empty(),
        "{storm}: {count:#?}"
    );
}
