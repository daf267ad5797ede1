//! Sending through Postfix: refused recipients, null senders, mail in eight bits, mail that it finds too large.

use super::mail_system::{Startup, set};
use super::server::OtherServer;
use super::world::*;

/// Refused by this Postfix with 550.
const AWAY: &str = "away@gone.example";
/// It takes no larger mail.
const SIZE_MAX_BYTES: usize = 1_000_000;

/// Of the mail with the large picture.
const SUBJECT: &str = "Ida's teapot, with a picture";

/// A desk that sends through Postfix; `None` where it cannot be had.
fn desk(not_offered: &str) -> Option<(World, OtherServer)> {
    let system = mail_system();
    let (folder, next) = (system.folder(), system.ports.smtp);
    let server = match OtherServer::start_postfix(folder, next, not_offered, SIZE_MAX_BYTES) {
        Ok(server) => server,
        Err(why) => {
            eprintln!("SKIPPED Postfix: {why}");
            return None;
        }
    };
    let world = World::on(system, Startup::UntilReady, |settings| {
        quick_retries(settings);
        set(settings, "smtp.port", i64::from(server.login.port));
        set(settings, "smtp.tls", "none");
        let smtp = settings["smtp"].as_table_mut().expect("[smtp]");
        for key in ["user", "password_file", "ca_file"] {
            smtp.remove(key);
        }
    });
    Some((world, server))
}

/// Everything that a desk sends, through a Postfix that lacks these.
pub fn all(not_offered: &str) {
    let Some((world, _server)) = desk(not_offered) else {
        return;
    };

    // An answer comes from nobody, so that no robot answers it, and once.
    let ann = world.customer("ann");
    let letter = ann.writes("Lieferzeit für Grüntee", DELIVERY_QUESTION);
    let answer = ann.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert_threaded(&answer, &letter);
    assert_automatic(&answer);
    assert_eq!(world.outcome_of(&letter), "Answered");

    // A mail in eight bits is handed on byte by byte.
    let bob = world.customer("bob");
    let letter = bob.writes(
        "Zerbrochen",
        &format!("{BROKEN_TEAPOT} Schöne Grüße, Björn 📮"),
    );
    bob.receives("the notice", |mail| mail.says("a person"));
    let packet = world.team_receives(CARE, &bob, "the packet", |_| true);
    let original = packet
        .attachments
        .iter()
        .find(|attached| attached.media_type == "message/rfc822")
        .expect("the original attached");
    let stored = world
        .system
        .wait_for(SUPPORT, "the mail", |mail| mail.message_id() == letter.id());
    let words = String::from_utf8(stored.raw.clone())
        .unwrap()
        .replace("\r\n", "\n");
    let given = String::from_utf8(original.content.clone())
        .unwrap()
        .replace("\r\n", "\n");
    assert_eq!(given.trim_end(), words.trim_end());

    // What a person writes comes from the desk's address.
    let reply = world.staff_replies(
        ROSA,
        &packet,
        "Dear Bob, schöne Grüße: a new teapot leaves us.",
    );
    let relayed = bob.receives("the reply", |mail| mail.says("schöne Grüße: a new teapot"));
    assert_from_a_person(&relayed);
    assert_eq!(world.outcome_of(&reply), "Relayed");

    // A customer whose address is refused: the team is told, and nobody gets anything twice.
    let mut letter = bob.letter("Delivery time", DELIVERY_QUESTION);
    AWAY.clone_into(&mut letter.from);
    AWAY.clone_into(&mut letter.envelope_from);
    world.send(&letter);
    let told = world
        .system
        .wait_for(CARE, "the report", |mail| mail.raw_contains(AWAY));
    assert!(told.says("nobody of that name"), "its words: {}", told.text);
    assert_eq!(world.outcome_of(&letter), "Answered");
    world.system.wait_until_delivered();
    for mailbox in [CARE, &ann.address, &bob.address] {
        assert_nothing_twice(&world.system.mailbox(mailbox));
    }
    assert_eq!(ann.mails().len(), 1);
    assert_eq!(bob.mails().len(), 2, "{:?}", bob.subjects());
}

/// A customer's mail is larger than what Postfix takes, so the packet with it is too: it was told so beforehand, or finds out when it has sent it.
/// The customer was told of a person, and the team hears of them without the picture.
pub fn too_large(not_offered: &str, why: &str) {
    let Some((world, _server)) = desk(not_offered) else {
        return;
    };
    let ida = world.customer("ida");
    let picture = vec![0xa5_u8; SIZE_MAX_BYTES];
    let letter = ida
        .letter(SUBJECT, BROKEN_TEAPOT)
        .attach("pot.jpg", "image/jpeg", &picture);
    world.send(&letter);
    ida.receives("the notice", |mail| mail.says("a person"));
    let packet = world.team_receives(CARE, &ida, "the packet", |_| true);
    for words in [
        SUBJECT,
        "too large for the mail server",
        "pot.jpg",
        "the spout is off",
    ] {
        assert!(packet.says(words), "{words}: {}", packet.text);
    }
    assert!(world.daemon.log_text().contains(why), "{why}");
    world.staff_replies(ROSA, &packet, "Dear Ida, a new one leaves today.");
    ida.receives("the reply", |mail| mail.says("a new one leaves today"));
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    world.settle_beside_given_up();
    assert_eq!(world.team_mails(CARE, &ida).len(), 1);
    assert!(world.system.mailbox(ADMIN).is_empty());
    assert_eq!(ida.mails().len(), 2);
}
